"""The compiled path gives the plain path's verdicts: on points, on sums, on every mutant of a ballot."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core import edwards
from beffroi.core.errors import Malformed
from beffroi.core.voting import archive, ballot, box, compiled, credentials, curve25519, fast, group, tally
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.questions import Question
from tests.core.voting.elections import BLANK, NO, TIMESTAMP, YES, YES_NO, Played, cast, set_up, yes_no_election
from tests.vectors.voting import mutate_bel

LISTED = Question("Which of them?", ("a", "b", "c"), 0, 2, False)
SCALARS = st.one_of(st.integers(0, 300), st.integers(ED25519.q - 300, ED25519.q - 1), st.integers(0, ED25519.q - 1))
DECODED = [edwards.decode(y.to_bytes(32, "little")) for y in range(2, 40)]
SMALL = [edwards.multiply(edwards.q, P) for P in DECODED if P is not None]  # what is left outside of the subgroup
TORSION = [edwards.encode(P) for P in SMALL if not edwards.same(P, edwards.IDENTITY)]


@pytest.fixture(autouse=True)
def always_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each list were long."""
    monkeypatch.setattr(group, "_WORTH_COMPILING", 1)


def two_questions() -> Played:
    played = set_up((YES_NO, LISTED), voters=6)
    for number, *choices in [
        ("1", NO, (0, 0, 0)),
        ("2", BLANK, (1, 0, 1)),
        ("3", YES, (0, 1, 0)),
        ("1", YES, (1, 1, 0)),
    ]:
        cast(played, number, *choices)
    return played


# ---------------------------------------------------------------- points


def commit(P: Point, y: Point, c: int, s: int, g: int, on_key: bool) -> Point:
    terms = fast._Terms([0], [on_key], [c], [s], [g])
    points, good = compiled.decoded([P])
    assert good.all()
    return ED25519.parse_point(terms.strings(points, y)[0])


@settings(max_examples=150)
@given(SCALARS, SCALARS, SCALARS, SCALARS, st.integers(1, ED25519.q - 1), st.booleans())
def test_a_commitment_is_libsodium_s(p: int, c: int, s: int, g: int, y: int, on_key: bool) -> None:
    P, key = ED25519.base(p), ED25519.base(5)
    base = key if on_key else ED25519.generator
    right = ED25519.add(ED25519.add(ED25519.multiply(s, base), ED25519.multiply(c, P)), ED25519.base(g))
    assert commit(P, key, c, s, g, on_key) == right


@settings(max_examples=30)
@given(st.lists(SCALARS, min_size=1, max_size=40))
def test_a_sum_is_libsodium_s(scalars: list[int]) -> None:
    points = [ED25519.base(s) for s in scalars]
    assert compiled.total(points) == ED25519.base(sum(scalars))


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(min_size=32, max_size=32),
        st.integers(0, 60).map(lambda n: (2**255 - 20 + n).to_bytes(33, "little")[:32]),
    )
)
def test_thirty_two_bytes_are_a_member_for_both_or_for_none(raw: bytes) -> None:
    try:
        ED25519.parse_point(raw[::-1].hex())
        right = True
    except Malformed:
        right = False
    assert bool(compiled.decoded([raw])[1][0]) == right


def test_one_point_outside_of_the_subgroup_is_found_among_many() -> None:
    assert len(TORSION) > 3
    points = [ED25519.base(n) for n in range(1, 200)]
    assert compiled.all_members(points)
    for place, torsion in enumerate(TORSION * 3):
        low = edwards.decode(torsion)
        P = edwards.decode(points[place])
        assert low is not None
        assert P is not None
        mixed = [*points[:place], edwards.encode(edwards.add(P, low)), *points[place + 1 :]]
        assert compiled.decoded(mixed)[1].tolist() == [n != place for n in range(len(points))]


def test_two_points_whose_parts_outside_cancel_are_found() -> None:
    """The sum of all is in the subgroup; random sums of some are not."""
    low = edwards.decode(TORSION[0])
    one, other = edwards.decode(ED25519.base(3)), edwards.decode(ED25519.base(4))
    assert low is not None
    assert one is not None
    assert other is not None
    pair = [edwards.encode(edwards.add(one, low)), edwards.encode(edwards.add(other, edwards.negative(low)))]
    assert not compiled.all_members(pair)


@pytest.mark.parametrize(
    "wrong", [b"\xff" * 32, bytes([1]) + bytes(30) + b"\x80", (2**255 - 19).to_bytes(32, "little"), bytes(32)]
)
def test_a_second_writing_or_a_small_order_is_no_member(wrong: bytes) -> None:
    assert not compiled.all_members([ED25519.base(1), wrong])


# ---------------------------------------------------------------- ballots


def mutants(raw: bytes) -> list[tuple[str, bytes]]:
    base = mutate_bel.load(raw)
    made = []
    for name, change, _, _ in mutate_bel.MUT:
        model = copy.deepcopy(base)
        try:
            change(model)
        except mutate_bel.Skip:
            continue
        made += [(name, event["data"][-1]) for event in model["events"] if event["type"] == "Ballot"]
    return made


def test_every_mutant_of_a_ballot_of_two_questions_is_right_for_both_paths_or_for_none() -> None:
    """Whole archives with one question are for test_mutants."""
    played = two_questions()
    made = mutants(b"".join(archive.write(TIMESTAMP, played.events)))
    plain = [not box.check_one(played.election, raw).faults for _, raw in made]
    ours = [found is not None for found in fast.right_ballots(played.election, [raw for _, raw in made])]
    assert [name for (name, _), a, b in zip(made, plain, ours, strict=True) if a != b] == []
    assert 24 <= plain.count(False) < len(plain)


def test_what_the_compiled_path_reads_is_what_the_plain_path_reads() -> None:
    played = two_questions()
    for found, raw in zip(fast.right_ballots(played.election, played.ballots), played.ballots, strict=True):
        assert found == ballot.read_ballot(played.election, raw)


def test_only_what_it_knows_goes_this_way() -> None:
    played = yes_no_election()
    assert fast.serves(played.election)
    assert not fast.serves(replace(played.election, group=group.get_group("BELENIOS-2048")))


def test_a_long_list_of_credentials_names_the_one_that_is_wrong() -> None:
    texts = [ED25519.to_string(ED25519.base(n)) for n in range(1, 601)]
    raw = credentials.public_list(texts)
    assert len(credentials.parse_credentials(raw, ED25519)) == 600
    wrong = raw.replace(texts[300].encode(), TORSION[0][::-1].hex().encode())
    with pytest.raises(Malformed, match="credentials, item"):
        credentials.parse_credentials(wrong, ED25519)


def test_a_long_box_is_added_up_as_a_short_one() -> None:
    played = yes_no_election()
    read = [ballot.read_ballot(played.election, raw) for raw in played.ballots]
    many = [replace(read[n % len(read)], credential=f"{n}") for n in range(700)]
    weights = {one.credential: 1 for one in many}
    added = tally.read_tally(played.election, tally.encrypted_tally(played.election, many, weights))
    for i, total in enumerate(added[0]):
        short = [one.answers[0].choices[i].alpha for one in many]
        P = ED25519.identity
        for point in short:
            P = ED25519.add(P, point)
        assert total.alpha == P


def test_scalars_are_cut_into_odd_digits_that_add_up() -> None:
    import numpy as np

    digits = np.empty(256, dtype=np.int8)
    for s in (0, 1, ED25519.q - 1, 2**252, 12345678901234567890):
        curve25519.digits_of(fast._words([s])[0], digits)
        assert sum(int(d) << place for place, d in enumerate(digits)) == s
        assert all(d % 2 or not d for d in map(int, digits))
