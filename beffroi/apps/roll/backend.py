"""Who a session belongs to: the account, with its roles and the person whose it is."""

from typing import Final

from django.contrib.auth.backends import ModelBackend

from beffroi.apps.roll.models import Account, Person
from beffroi.web.rows import Rows

_SIGNED_IN: Final = Rows(
    """SELECT {account}, {person}, role.kind FROM roll_account account
    LEFT JOIN roll_person person ON person.id = account.person_id
    LEFT JOIN roll_role role ON role.account_id = account.id
    WHERE account.id = %s AND account.is_active""",
    account=Account,
    person=Person,
)


class AccountBackend(ModelBackend):
    """Signing in is an e-mailed code (signing_in.py): this only finds the account of a session again."""

    def get_user(self, user_id: int) -> Account | None:
        rows = _SIGNED_IN(user_id)  # one row a role, or one
        if not rows:
            return None
        account, person, _ = rows[0]
        account.kinds = frozenset(kind for *_, kind in rows if kind)
        account.person = person
        found: Account = account
        return found
