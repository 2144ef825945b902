"""Passkeys (WebAuthn, by Yubico's fido2): the key never leaves the device, and answers only to this site's name.

A right answer needs the device and its PIN, fingerprint or face (user verification): it is a second factor by itself.
What the two halves of a ceremony share waits in the session.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from beffroi.apps.roll.models import AccessTrace, Account, Passkey
from beffroi.apps.roll.second_factor import has_app, is_needed, trace
from beffroi.core.errors import Refused

MOST = 10
LONGEST_NAME = 60
_STATE = "roll.passkey"


def _server(host: str) -> Fido2Server:
    """`host` is the site's own, which settings.ALLOWED_HOSTS has let through; a port is no part of it."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return Fido2Server(PublicKeyCredentialRpEntity(id=name, name=name))


def _known(account: Account) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(row.data)) for row in account.passkeys.all()]


def begin_adding(account: Account, host: str, session: SessionBase) -> dict[str, Any]:
    """What the browser asks the device to make. The device learns a random number, and the account's name."""
    user = PublicKeyCredentialUserEntity(id=account.ref.bytes, name=str(account), display_name=str(account))
    options, state = _server(host).register_begin(
        user,
        _known(account),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    session[_STATE] = {**state, "for": "add"}
    return dict(options)


@transaction.atomic
def add(
    account: Account, host: str, session: SessionBase, answer: Mapping[str, Any], name: str, now: datetime
) -> Passkey:
    """Keeps the public half of a new key. `Refused`: roll.passkey, roll.passkeys_enough."""
    state = _taken(session, "add")
    if account.passkeys.count() >= MOST:
        raise Refused("roll.passkeys_enough")
    try:
        made = _server(host).register_complete(state, answer).credential_data
    except (ValueError, TypeError, KeyError):
        raise Refused("roll.passkey") from None
    assert made is not None
    try:
        with transaction.atomic():
            row = Passkey.objects.create(
                account=account,
                credential_id=websafe_encode(made.credential_id),
                data=bytes(made),
                name=name.strip()[:LONGEST_NAME] or "1",
                added_on=localdate(now),
            )
    except IntegrityError:
        raise Refused("roll.passkey") from None
    trace(account, account, AccessTrace.Kind.FACTOR_SET, now)
    return row


def begin_asking(account: Account, host: str, session: SessionBase) -> dict[str, Any]:
    """What the browser asks the device to prove."""
    options, state = _server(host).authenticate_begin(
        _known(account), user_verification=UserVerificationRequirement.REQUIRED
    )
    session[_STATE] = {**state, "for": "ask"}
    return dict(options)


@transaction.atomic
def check(account: Account, host: str, session: SessionBase, answer: Mapping[str, Any]) -> None:
    """`Refused("roll.passkey")` unless one of the account's keys has answered this very question."""
    state = _taken(session, "ask")
    try:
        used = _server(host).authenticate_complete(state, _known(account), answer)
        count = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except (ValueError, TypeError, KeyError):
        raise Refused("roll.passkey") from None
    row = Passkey.objects.select_for_update().get(account=account, credential_id=websafe_encode(used.credential_id))
    # A counter that does not grow tells of a copied key; many keys do not count, and stay at zero.
    if count <= row.sign_count and (count or row.sign_count):
        raise Refused("roll.passkey")
    row.sign_count = count
    row.save(update_fields=["sign_count"])


def _taken(session: SessionBase, purpose: str) -> dict[str, Any]:
    """The question, once: an answer sent twice finds none."""
    state: dict[str, Any] | None = session.pop(_STATE, None)
    if state is None or state.pop("for", "") != purpose:
        raise Refused("roll.passkey")
    return state


@transaction.atomic
def remove(account: Account, key: int, now: datetime) -> None:
    """Forgets a key. `Refused("roll.last_factor")`: the last one, when there is no app either."""
    others = account.passkeys.exclude(pk=key).exists()
    if not others and not has_app(account) and is_needed(account):
        raise Refused("roll.last_factor")
    if account.passkeys.filter(pk=key).delete()[0]:
        trace(account, account, AccessTrace.Kind.FACTOR_REMOVED, now)
