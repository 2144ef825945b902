"""A votation's group of trustees: what each member has handed in of the ceremony, whose turn it is, who cheats.

`core.voting.rounds` checks every record. A member's part is kept as JSON in `Trustee.public_key`, which holds the whole
key of a trustee who needs no ceremony. It holds nothing secret: who reads the database learns what the page shows.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from beffroi.apps.roll.models import Account
from beffroi.apps.votations import rules
from beffroi.apps.votations.models import Trustee, Votation
from beffroi.core.voting import complaint, rounds, trustees

CERTIFICATE, COMMITMENT, POLYNOMIAL, KEY = "certificate", "commitment", "polynomial", "verification_key"
#: What a member hands in, in this order; each once all members have handed in the one before.
STEPS = (CERTIFICATE, COMMITMENT, POLYNOMIAL, KEY)
#: What the members read of one another, once all of it is there. Nobody reads the keys but the server, which gathers.
SHARED = (CERTIFICATE, COMMITMENT, POLYNOMIAL)


@dataclass(frozen=True)
class Part:
    """One member's part: her account (its opaque reference), and the exact text of each record; "" is not yet."""

    account: str
    attempt: int = 1  # one more each time the ceremony begins anew: a new seed in a new folder
    certificate: str = ""
    commitment: str = ""
    polynomial: str = ""
    verification_key: str = ""
    complaint: str = ""
    set_aside: str = ""  # the rule that her last decryption broke; a right one takes its place

    def record(self, step: str) -> str:
        found = asdict(self)[step]
        assert isinstance(found, str)
        return found

    def anew(self) -> "Part":
        """The same member before the first round of the next attempt."""
        return Part(self.account, self.attempt + 1)

    def with_record(self, step: str, raw: bytes) -> "Part":
        return Part(**(asdict(self) | {step: raw.decode()}))

    def stored(self) -> bytes:
        """As the column holds it."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()


def part_of(trustee: Trustee) -> Part:
    """What `Part.stored` wrote."""
    return Part(**json.loads(bytes(trustee.public_key)))


@dataclass(frozen=True)
class Member:
    """A member with her part."""

    trustee: Trustee
    part: Part

    def has(self, step: str) -> bool:
        return bool(self.part.record(step))


@dataclass(frozen=True)
class Verdict:
    """A complaint, judged: the member at fault, the one who complained, the core's words."""

    at_fault: Member
    by: Member
    why: str


@dataclass(frozen=True)
class Group:
    """The members in the order of their numbers. Some may not be named yet."""

    needed: int
    size: int
    members: tuple[Member, ...]

    @property
    def is_named(self) -> bool:
        return len(self.members) == self.size

    def number(self, owner: int) -> Member | None:
        return next((member for member in self.members if member.trustee.owner == owner), None)

    def of(self, account: str) -> Member | None:
        """The member whose account this is."""
        return next((member for member in self.members if member.part.account == account), None)

    def is_complete(self, step: str) -> bool:
        return self.is_named and all(member.has(step) for member in self.members)

    @cached_property
    def step(self) -> str:
        """What is awaited; "" once all is there."""
        return next((step for step in STEPS if not self.is_complete(step)), "")

    @property
    def awaited(self) -> list[Member]:
        """The members who have not handed it in."""
        return [member for member in self.members if self.step and not member.has(self.step)]

    def records(self, step: str) -> list[bytes]:
        """The records of all members, in their order."""
        return [member.part.record(step).encode() for member in self.members]

    def lines(self, step: str) -> bytes:
        """The file that the members read: one record a line."""
        return b"".join(b" ".join(raw.splitlines()) + b"\n" for raw in self.records(step))

    @cached_property
    def circle(self) -> rounds.Circle:
        """Once all certificates are there."""
        return rounds.read_certificates(self.records(CERTIFICATE))

    @cached_property
    def committed(self) -> tuple[str, ...]:
        """Once all commitments are there."""
        return rounds.read_commitments(self.circle, self.records(COMMITMENT))

    @cached_property
    def polynomials(self) -> tuple[rounds.Polynomial, ...]:
        """Once all polynomials are there."""
        return rounds.read_polynomials(self.circle, self.records(POLYNOMIAL), self.committed)

    @cached_property
    def verdict(self) -> Verdict | None:
        """The first complaint, judged: after it the group begins anew, because a share has been shown."""
        by = next((member for member in self.members if member.has("complaint")), None)
        if by is None:
            return None
        owner, why = complaint.judge(self.circle, self.polynomials, by.part.complaint.encode())
        at_fault = self.number(owner)
        assert at_fault is not None
        return Verdict(at_fault, by, why)

    def trustees_file(self) -> bytes:
        """The election's trustees, from public records that are all checked once more. `Refused` names who cheats."""
        names: Sequence[str] = [member.trustee.name for member in self.members]
        return trustees.group_json(rounds.record(self.circle, self.polynomials, self.records(KEY), names))


def of(votation: Votation) -> Group | None:
    """The group of this votation; None where each trustee has a key of her own."""
    found = rules.read(votation.rules).group if votation.rules else None
    if found is None:
        return None
    needed, size = found
    rows = votation.trustee_rows.all()
    return Group(needed, size, tuple(Member(row, part_of(row)) for row in rows))


def is_waited_for(account: Account) -> bool:
    """Whether this account is a member's, in a votation that is not decided."""
    over = (Votation.State.DECIDED, Votation.State.DROPPED)
    kept = Trustee.objects.exclude(votation__state__in=over).values_list("public_key", flat=True)
    return any(json.loads(bytes(raw)).get("account") == str(account.ref) for raw in kept)
