"""Sessions in the database, as Django keeps them; only the read of every page is written by hand (rows.py)."""

from typing import Final

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from beffroi.web.rows import Rows

_SESSION: Final = Rows("SELECT {session} FROM django_session session WHERE session_key = %s", session=Session)


class SessionStore(DatabaseStore):
    """`django.contrib.sessions.backends.db`, faster to read."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION(self.session_key)
        session: Session | None = found[0][0] if found else None
        if session is None or session.expire_date <= timezone.now():
            self._session_key = None
            return None
        return session
