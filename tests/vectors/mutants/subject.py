"""What is changed to make a mutant: a base archive, taken apart, with the secrets of its election where it is ours.

`CHANGES` holds every change by its name, those of `mutate_bel.py` among them. A change takes a `Subject` and alters its
model, whose chain of events is then made anew; or it returns the file's bytes itself. `mutate_bel.Skip` says that it
does not apply. What each must lead to stands in `table.toml`.
"""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from beffroi.core import edwards
from beffroi.core.voting import archive, canon, secret, tally, trustees
from beffroi.core.voting.credentials import public_credential
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Proof, proof_json, prove_knowledge
from beffroi.core.voting.trustees import TrusteeKey
from tests.core.voting import circles
from tests.core.voting.elections import (
    BLANK,
    LISTED,
    NO,
    RANKED,
    YES,
    YES_NO,
    Played,
    cast,
    count,
    set_up,
)
from tests.vectors.voting import mutate_bel

VECTORS = Path(mutate_bel.__file__).parent
Model = dict[str, Any]
Change = Callable[["Subject"], bytes | None]
CHANGES: dict[str, Change] = {}


def called(name: str) -> Callable[[Change], Change]:
    """One more change, by this name."""

    def decorator(made: Change) -> Change:
        assert name not in CHANGES
        CHANGES[name] = made
        return made

    return decorator


def change(made: Change) -> Change:
    """One more change, by its function's name."""
    return called(made.__name__)(made)


@dataclass(frozen=True, eq=False)
class Base:
    """A true archive. `played` is its election with all secrets; `keys` are what decrypts, by owner number."""

    raw: bytes
    played: Played | None = None
    keys: tuple[tuple[int, TrusteeKey], ...] = ()
    made: circles.Made | None = None


@dataclass
class Subject:
    """A base that is being changed."""

    base: Base
    model: Model

    @property
    def played(self) -> Played:
        if self.base.played is None:
            raise mutate_bel.Skip
        return self.base.played

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.model["events"]

    def find(self, kind: str, at_least: int = 1) -> list[int]:
        """Heights of the events of this kind."""
        return mutate_bel.need(self.model, kind, at_least)

    def data(self, height: int, record: int = -1) -> Any:
        """The JSON of a record."""
        return json.loads(self.events[height]["data"][record])

    def put(self, height: int, raw: bytes, record: int = -1) -> None:
        self.events[height]["data"][record] = raw

    def setup(self, record: int) -> Any:
        return self.data(0, record)

    def put_setup(self, record: int, value: Any) -> None:
        """0 election, 1 trustees, 2 credentials; the setup data gives the new hash."""
        mutate_bel.set_setup(self.model, record, value if isinstance(value, bytes) else canon.compact(value))

    def put_owned(self, height: int, value: Any, owner: int | None = None) -> None:
        """A decryption or a shuffle, with an owner record that names it."""
        raw = value if isinstance(value, bytes) else canon.compact(value)
        whose = self.data(height)["owner"] if owner is None else owner
        self.events[height]["data"] = [raw, tally.owned(whose, raw)]

    def bytes(self) -> bytes:
        return mutate_bel.tar_write(mutate_bel.records(self.model))


def mutant(base: Base, name: str) -> bytes:
    """The changed archive. Raises mutate_bel.Skip where the change does not apply."""
    subject = Subject(base, copy.deepcopy(_model(base)))
    raw = CHANGES[name](subject)
    return subject.bytes() if raw is None else raw


@cache
def _model(base: Base) -> Model:
    model: Model = mutate_bel.load(base.raw)
    assert mutate_bel.tar_write(mutate_bel.records(model)) == base.raw
    return model


def _of_the_tool(function: Callable[[Model], None]) -> Change:
    return lambda subject: function(subject.model)


def _of_the_raw_tool(function: Callable[..., bytes]) -> Change:
    return lambda subject: function(list(mutate_bel.tar_read(subject.base.raw)), subject.base.raw)


def mutants_of_the_tool(raw: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Name, verdict (accept, reject, undetectable) and bytes of all that `mutate_bel.py` makes of an archive."""
    base = Base(raw)
    for name, _, expect, _ in (*mutate_bel.MUT, *mutate_bel.RAW):
        with suppress(mutate_bel.Skip):
            yield name, expect, mutant(base, name)


CHANGES |= {name: _of_the_tool(function) for name, function, _, _ in mutate_bel.MUT}
CHANGES |= {name: _of_the_raw_tool(function) for name, function, _, _ in mutate_bel.RAW}


# ---------------------------------------------------------------- bases


def _tallied() -> Base:
    """Credentials of weight 1 to 3; four voters of five, of whom the first votes twice; three single trustees."""
    played = set_up(voters=5)
    weights = zip(played.private.values(), (1, 3, 1, 2, 1), strict=True)
    points = {public_credential(played.election.uuid, credential): weight for credential, weight in weights}
    public = canon.compact([f"{point},{points[point]}" for point in json.loads(played.public)])
    played = replace(played, public=public, events=[archive.setup_event(played.election, played.trustees, public)])
    for number, choice in zip("11234", (NO, YES, YES, NO, BLANK), strict=True):
        cast(played, number, choice)
    return Base(count(played).archive, played, tuple(enumerate(played.keys, 1)))


def _threshold() -> Base:
    """Two of three decrypt, the third and the first; four voters of five."""
    made = circles.make()
    played = circles.set_up(made, voters=5)
    for number, choice in zip("11234", (NO, YES, YES, NO, NO), strict=True):
        cast(played, number, choice)
    added, total = circles.close(played)
    circles.finish(played, added, total, circles.decrypted(played.election, made, added, 3, 1))
    keys = tuple(enumerate(made.keys, 1))
    return Base(played.archive, played, (keys[2], keys[0]), made)


def _mixed() -> Base:
    """A yes or no question, a ranking, lists; three voters of four; the first and the third trustee shuffle."""
    played = set_up((YES_NO, RANKED, LISTED), voters=4)
    listed = (1, 1, 1, 0, 0, 0, 0, 0, 0)
    for number, ranks in zip("1123", ((9, 9, 9), (3, 1, 2), (1, 2, 3), (255, 0, 7)), strict=True):
        cast(played, number, YES if number != "2" else BLANK, ranks, listed)
    return Base(count(played).archive, played, tuple(enumerate(played.keys, 1)))


@cache
def base(name: str) -> Base:
    """By the names of `table.toml`: four elections of ours, made anew by each process, and three of belenios-tool."""
    if name == "tallied":
        return _tallied()
    if name == "open":
        played = base("tallied").played
        assert played is not None
        return replace(base("tallied"), raw=played.cut("Ballot"))
    if name == "threshold":
        return _threshold()
    if name == "mixed":
        return _mixed()
    return Base((VECTORS / f"{OF_BELENIOS[name]}.bel").read_bytes())


OURS = ("tallied", "open", "threshold", "mixed")
OF_BELENIOS = {
    "belenios-open": "threshold-open-ed25519-3.3.0",
    "belenios-mixed": "mixed-shuffle-ed25519-3.3.0",
    "belenios-2048": "homomorphic-belenios2048-3.3.0",
}
BASES = (*OURS, *OF_BELENIOS)


# ---------------------------------------------------------------- what a forger can do with the secrets that she has


def private_key(played: Played, point: str) -> bytes:
    """The scalar of a credential."""
    for credential in played.private.values():
        x = secret.derive(played.election.uuid, credential)
        if ED25519.to_string(secret.base(x)) == point:
            return x
    raise mutate_bel.Skip


def signed(ballot: Model, x: bytes) -> bytes:
    """The ballot with a right signature by the credential whose scalar is x, whatever stands in it."""
    unsigned = {key: value for key, value in ballot.items() if key != "signature"}
    h = canon.sha256_base64(canon.compact(unsigned))
    proof = prove_knowledge(x, f"sig|{h}|", secret.random_scalar)
    return canon.compact(unsigned | {"signature": {"hash": h, "proof": proof_json(proof)}})


def resigned(subject: Subject, height: int, ballot: Model) -> None:
    """A voter changes her own ballot and signs it anew: the signature is right."""
    subject.put(height, signed(ballot, private_key(subject.played, ballot["credential"])))


def count_again(subject: Subject, added: bytes) -> None:
    """All trustees decrypt this tally honestly; the size record and the result are those that it gives."""
    played = subject.played
    if played.election.is_shuffled or not mutate_bel.find(subject.model, "Result"):
        raise mutate_bel.Skip
    sized = subject.data(subject.find("EncryptedTally")[0])
    height = subject.find("EncryptedTally")[0]
    raw = tally.sized_tally(added, sized["num_tallied"], int(sized["total_weight"]))
    del subject.events[height + 1 :]
    subject.events[height]["data"] = [added, raw]
    pds = [(owner, tally.partial_decryption(played.election, key, added)) for owner, key in subject.base.keys]
    listed = trustees.read_trustees(played.trustees, played.election.group)
    events = [archive.decryption_event(owner, pd) for owner, pd in pds]
    events.append(archive.result_event(tally.result_of(played.election, listed, added, pds, 1000)))
    subject.events.extend({"type": event.kind, "data": list(event.data)} for event in events)


# ---------------------------------------------------------------- points outside of the subgroup

ORDER_2 = (2**255 - 20).to_bytes(32, "little")  # (0, -1)
ORDER_8 = bytes.fromhex(mutate_bel.small_order("Ed25519")["order8"])[::-1]


def outside(P: Point, torsion: Point = ORDER_2) -> Point:
    """P plus a point of small order: on the curve, and no member."""
    one, other = edwards.decode(P), edwards.decode(torsion)
    assert one is not None
    assert other is not None
    return edwards.encode(edwards.add(one, other))


def until_even(make: Callable[[], Sequence[Proof]]) -> tuple[Proof, ...]:
    """Proofs whose challenges are all even: a component of order 2 then vanishes from every commitment.

    It costs the forger a few tries; whoever checks commitments only would find such a proof right.
    """
    while True:
        proofs = tuple(make())
        if all(proof.challenge % 2 == 0 for proof in proofs):
            return proofs


# ---------------------------------------------------------------- changes of one record


def of_setup(record: int, name: str, edit: Any) -> None:
    """A change of a record of the setup (0 election, 1 trustees); `edit` alters it, or returns another."""

    @called(name)
    def made(subject: Subject) -> None:
        value = subject.setup(record)
        other = edit(value)
        subject.put_setup(record, value if other is None else other)


def of_owner(kind: str, name: str, edit: Any, at: int = 0) -> None:
    """A change of a shuffle or of a partial decryption, whose owner record follows."""

    @called(name)
    def made(subject: Subject) -> None:
        height = subject.find(kind)[at]
        value = subject.data(height, 0)
        raw = edit(value)
        subject.put_owned(height, value if raw is None else raw)


def replaced(before: bytes, after: bytes) -> Any:
    """Other bytes for some of a record's."""

    def edit(value: Model) -> bytes:
        raw = canon.compact(value)
        assert before in raw
        return raw.replace(before, after, 1)

    return edit
