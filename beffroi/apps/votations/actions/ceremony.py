"""How a votation's trustees make one key together: the secretariat names them, each hands in what her rounds make.

Only her own account hands in a member's records. The server checks each as it comes in (core.voting.rounds) and never
holds a secret: keys and shares are made on the members' machines, with `beffroi trustee`.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from beffroi.apps.roll.models import Account
from beffroi.apps.votations import group
from beffroi.apps.votations.actions.state import State, locked
from beffroi.apps.votations.group import CERTIFICATE, COMMITMENT, KEY, POLYNOMIAL, Group, Member, Part
from beffroi.apps.votations.models import Trustee, Votation
from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, complaint, rounds
from beffroi.core.voting.sealing import read_seed

MOST_BYTES = 1024 * 1024  # a polynomial for 99 members is 120 kB


def of_group(votation: Votation) -> Group:
    """The group of this votation. `Refused("votations.no_group")` where each trustee has a key of her own."""
    found = group.of(votation)
    if found is None:
        raise Refused("votations.no_group")
    return found


def name_trustee(votation: Votation, name: str, side: str, account: Account, now: datetime) -> Trustee:
    """Gives the next free number to a member, whose records will come from this account. What others have stays."""
    if not name.strip() or side not in Trustee.Side.values:
        raise Refused("votations.trustee")
    with transaction.atomic():
        row = locked(votation, State.CALLED)
        found = of_group(row)
        if found.is_named:
            raise Refused("votations.group_full", str(found.size))
        if found.of(str(account.ref)):
            raise Refused("votations.trustee_twice", name)
        owner = next(n for n in range(1, found.size + 1) if found.number(n) is None)
        attempt = max((member.part.attempt for member in found.members), default=1)
        return Trustee.objects.create(
            votation=row, owner=owner, name=name, side=side, public_key=Part(str(account.ref), attempt).stored()
        )


def begin_anew(votation: Votation, now: datetime) -> None:
    """Forgets what all members have handed in: each starts again, with a new seed in a new folder."""
    with transaction.atomic():
        forget_records(of_group(locked(votation, State.CALLED)))


def forget_records(found: Group) -> None:
    """Under the votation's lock."""
    for member in found.members:
        keep(member, member.part.anew())


def keep(member: Member, part: Part) -> None:
    """Under the votation's lock."""
    Trustee.objects.filter(pk=member.trustee.pk).update(public_key=part.stored())


# ---------------------------------------------------------------- what a member hands in


def hand_in(votation: Votation, account: Account, raw: bytes, now: datetime) -> str:
    """Takes what this member's turn asks for, or her complaint, once it is checked. Gives which of them it was.

    May be replaced until all members have handed it in: nobody has read it before. Raises Malformed, or Refused naming
    the member by name and number.
    """
    _check_no_secret(raw)
    with transaction.atomic():
        found = of_group(locked(votation, State.CALLED))
        mine = member_of(found, account)
        if found.verdict is not None:
            raise Refused("votations.ceremony_stopped")
        if not found.step:
            raise Refused("votations.ceremony_done")
        what = "complaint" if found.step == KEY and _is_complaint(raw) else found.step
        try:
            _CHECKS[what](found, mine, raw)
        except Refused as refused:
            if not refused.rule.startswith("ceremony."):
                raise
            raise Refused(refused.rule, f"{mine.trustee.name} ({mine.trustee.owner})") from refused
        keep(mine, mine.part.with_record(what, raw))
    return what


def member_of(found: Group, account: Account) -> Member:
    """The member whose account it is. `Refused("votations.not_a_member")`."""
    mine = found.of(str(account.ref))
    if mine is None:
        raise Refused("votations.not_a_member")
    return mine


def _check_no_secret(raw: bytes) -> None:
    """Whoever hands in her seed by mistake is told so at once; it is not kept."""
    if len(raw) > MOST_BYTES:
        raise Refused("votations.too_large_a_record")
    try:
        read_seed(raw)
    except Malformed:
        return
    raise Refused("votations.secret_handed_in")


def _is_complaint(raw: bytes) -> bool:
    value = canon.parse(raw, "file")
    return isinstance(value, dict) and "against" in value


def _check_certificate(found: Group, mine: Member, raw: bytes) -> None:
    owner = mine.trustee.owner
    read = rounds.check_certificate(raw, owner, found.needed, found.size)
    for other in found.members:
        if other != mine and other.has(CERTIFICATE):
            handed = other.part.certificate.encode()
            key = rounds.check_certificate(handed, other.trustee.owner, found.needed, found.size).signing_key
            if key == read.signing_key:
                raise Refused("votations.trustee_key_twice", mine.trustee.name)


def _check_commitment(found: Group, mine: Member, raw: bytes) -> None:
    rounds.check_commitment(found.circle, mine.trustee.owner, raw)


def _check_polynomial(found: Group, mine: Member, raw: bytes) -> None:
    owner = mine.trustee.owner
    rounds.check_polynomial(found.circle, owner, raw, found.committed[owner - 1])


def _check_key(found: Group, mine: Member, raw: bytes) -> None:
    rounds.check_key(found.circle, found.polynomials, mine.trustee.owner, raw)


def _check_complaint(found: Group, mine: Member, raw: bytes) -> None:
    value = canon.as_object(canon.parse(raw, "complaint"), "complaint")
    if value.get("member") != mine.trustee.owner:
        raise Refused("votations.not_her_complaint")
    complaint.judge(found.circle, found.polynomials, raw)  # whoever is at fault: it is public, and the group stops


_CHECKS: dict[str, Callable[[Group, Member, bytes], None]] = {
    CERTIFICATE: _check_certificate,
    COMMITMENT: _check_commitment,
    POLYNOMIAL: _check_polynomial,
    KEY: _check_key,
    "complaint": _check_complaint,
}
