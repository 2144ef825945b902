"""The ceremony of a group of trustees: any threshold of them can count, and whoever cheats is named."""

import json
import sys
from collections.abc import Callable
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, canon, ceremony, complaint, pedersen, rounds, sealing, secret, tally, trustees
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import proof_json
from beffroi.core.voting.verify import verify
from tests.core.voting.circles import NAMES, Made, close, decrypted, finish, make, set_up, yes_no_election
from tests.core.voting.elections import BLANK, NO, YES, Played, cast


@cache
def made() -> Made:
    return make(2, 3)


def voted(group: Made) -> Played:
    played = set_up(group)
    for number, choice in zip("12345", (YES, YES, NO, BLANK, YES), strict=True):
        cast(played, number, choice)
    return played


def altered(raw: bytes, change: Callable[[dict], None]) -> bytes:
    value = json.loads(raw)
    change(value)
    return canon.compact(value)


def at(listed: list[bytes], n: int, raw: bytes) -> list[bytes]:
    """The same list with another item for member n."""
    return [raw if k == n else item for k, item in enumerate(listed, 1)]


# ---------------------------------------------------------------- any two of three


@pytest.mark.parametrize("members", [*permutations((1, 2, 3), 2), (2, 3, 1)], ids=str)
def test_any_threshold_of_members_counts_the_ballots(members: tuple[int, ...]) -> None:
    played = voted(made())
    added, total = close(played)
    assert finish(played, added, total, decrypted(played.election, made(), added, *members)) == b'{"result":[[1,3,1]]}'
    assert accepted(verify(played.archive, processes=1))


def test_fewer_than_the_threshold_count_nothing_and_who_is_missing_is_said() -> None:
    played = voted(made())
    added, total = close(played)
    with pytest.raises(Refused, match=r"result.missing: 2 decryptions of trustees 1 to 3"):
        finish(played, added, total, decrypted(played.election, made(), added, 2))


def test_a_wrong_decryption_is_set_aside_by_name_and_the_next_right_ones_count() -> None:
    played = voted(made())
    added, total = close(played)
    (_, right), second, third = decrypted(played.election, made(), added, 1, 2, 3)
    wrong = (1, altered(right, lambda v: v["decryption_factors"][0].reverse()))
    listed = trustees.read_trustees(played.trustees, ED25519)
    valid, faults = tally.valid_decryptions(played.election, listed, added, [wrong, second, second, third, (4, right)])
    assert [owner for owner, _ in valid] == [2, 3]
    assert [fault[:10] for fault in faults] == ["trustee 1:", "trustee 2:", "there is n"]
    assert finish(played, added, total, [wrong, second, third]) == b'{"result":[[1,3,1]]}'
    assert accepted(verify(played.archive, processes=1))


@pytest.mark.parametrize(("threshold", "size"), [(1, 1), (3, 3), (3, 5)])
def test_other_thresholds_hold_too(threshold: int, size: int) -> None:
    group = make(threshold, size)
    played = voted(group)
    added, total = close(played)
    members = range(size, size - threshold, -1)
    assert finish(played, added, total, decrypted(played.election, group, added, *members)) == b'{"result":[[1,3,1]]}'
    assert accepted(verify(played.archive, processes=1))


@pytest.mark.parametrize(("index", "threshold", "size"), [(1, 1, 3), (1, 4, 3), (4, 2, 3), (0, 2, 3), (1, 0, 0)])
def test_a_group_in_which_one_member_opens_everything_or_too_few_can_is_not_made(
    index: int, threshold: int, size: int
) -> None:
    with pytest.raises(Refused, match=r"ceremony.numbers"):
        ceremony.certificate(made().seeds[0], index, threshold, size)


@settings(max_examples=30, deadline=None)
@given(a=st.lists(st.integers(0, ED25519.q - 1), min_size=1, max_size=6), j=st.integers(1, 50))
def test_a_share_is_the_value_of_the_polynomial(a: list[int], j: int) -> None:
    value = ceremony._evaluate([secret.from_int(a_k) for a_k in a], j)
    assert secret.to_int(value) == sum(a_k * j**k for k, a_k in enumerate(a)) % ED25519.q


def test_the_private_keys_of_a_threshold_give_the_key_of_the_election() -> None:
    x = [secret.to_int(key.scalar) for key in made().keys]
    for pair in ([1, 3], [2, 1], [3, 2]):
        coefficients = pedersen.lagrange(pair, ED25519.q)
        together = sum(k * x[j - 1] for k, j in zip(coefficients, pair, strict=True))
        listed = trustees.group_json(made().record)
        assert ED25519.to_string(ED25519.base(together)) == trustees.election_key(listed)


def test_no_secret_is_in_a_repr_nor_in_what_is_handed_in() -> None:
    shown = repr(made())
    public = b"".join([*made().certificates, *made().commitments, *made().handed, *made().outputs, made().record])
    for seed, key in zip(made().seeds, made().keys, strict=True):
        for hidden in (seed.text, str(secret.to_int(seed.signing)), str(secret.to_int(key.scalar))):
            assert hidden not in shown
            assert hidden.encode() not in public


# ---------------------------------------------------------------- who cheats is named, in each round


def refused(rule: str, member: int, call: Callable[[], object], why: str = "") -> None:
    with pytest.raises(Refused) as caught:
        call()
    assert caught.value.rule == rule
    faults = caught.value.at_fault.split("; ")
    assert {fault[: len("member 1")] for fault in faults} == {f"member {member}"}
    assert not why or [why in fault for fault in faults] == [True]


def test_a_certificate_for_another_place_or_threshold_is_refused() -> None:
    seed = made().seeds[1]
    for index, threshold, size in ((3, 2, 3), (2, 3, 3), (2, 2, 4)):
        other = ceremony.certificate(seed, index, threshold, size)
        listed = at(made().certificates, 2, other)
        refused("ceremony.certificate", 2, lambda listed=listed: rounds.read_certificates(listed))


def test_a_certificate_that_somebody_else_signed_is_refused() -> None:
    first, second = (json.loads(raw) for raw in made().certificates[:2])
    listed = at(made().certificates, 2, canon.compact({**second, "signature": first["signature"]}))
    refused("ceremony.certificate", 2, lambda: rounds.read_certificates(listed))


def test_one_person_cannot_be_two_members() -> None:
    listed = at(made().certificates, 3, ceremony.certificate(made().seeds[0], 3, 2, 3))
    refused("ceremony.certificate", 3, lambda: rounds.read_certificates(listed))


def test_a_commitment_that_somebody_else_signed_is_refused() -> None:
    forged = ceremony.commitment(made().seeds[0], made().circle, made().handed[0])
    listed = at(made().commitments, 3, forged)
    refused("ceremony.commitment", 3, lambda: rounds.read_commitments(made().circle, listed))


def test_a_polynomial_chosen_after_those_of_the_others_is_refused() -> None:
    """Without commitments the last to speak could choose the key of the election among many."""
    committed = rounds.read_commitments(made().circle, made().commitments)
    late = ceremony.polynomial(made().seeds[2], made().circle)
    listed = at(made().handed, 3, late)
    refused("ceremony.polynomial", 3, lambda: rounds.read_polynomials(made().circle, listed, committed), "committed to")
    assert rounds.read_polynomials(made().circle, listed, None)


def test_a_commitment_copied_from_another_member_cannot_be_opened() -> None:
    copied = json.loads(made().commitments[0])["message"]
    seed, draw = made().seeds[1], secret.random_scalar
    forged = canon.compact(sealing.signed_json(seed, copied, draw))
    committed = rounds.read_commitments(made().circle, at(made().commitments, 2, forged))
    message = json.loads(made().handed[0])["coefexps"]["message"]
    listed = rounds.certs_sig(made().circle, json.loads(message)["coefexps"])
    signed = {
        "coefexps": sealing.signed_json(seed, message, draw),
        "signature": proof_json(sealing.sign(seed, listed, draw)),
    }
    handed = at(made().handed, 2, altered(made().handed[1], lambda v: v.update(signed)))
    assert rounds.read_polynomials(made().circle, handed, None)
    refused(
        "ceremony.polynomial",
        2,
        lambda: rounds.read_polynomials(made().circle, handed, committed),
        "not the one that she had committed to",
    )


def test_who_was_shown_other_certificates_is_found_out() -> None:
    others = at(made().certificates, 3, ceremony.certificate(sealing.new_seed(), 3, 2, 3))
    raw = ceremony.polynomial(made().seeds[0], rounds.read_certificates(others))
    refused(
        "ceremony.polynomial",
        1,
        lambda: rounds.read_polynomials(made().circle, at(made().handed, 1, raw), None),
        "another list of certificates",
    )


def test_who_commits_to_other_certificates_is_found_out_at_once() -> None:
    others = at(made().certificates, 3, ceremony.certificate(sealing.new_seed(), 3, 2, 3))
    circle = rounds.read_certificates(others)
    raw = ceremony.commitment(made().seeds[0], circle, ceremony.polynomial(made().seeds[0], circle))
    why = "another list of certificates"
    refused("ceremony.commitment", 1, lambda: rounds.check_commitment(made().circle, 1, raw), why)
    listed = at(made().commitments, 1, raw)
    refused("ceremony.commitment", 1, lambda: rounds.read_commitments(made().circle, listed), why)


def test_what_one_member_hands_in_is_checked_before_the_others_are_there() -> None:
    committed = rounds.read_commitments(made().circle, made().commitments)
    for n in (1, 2, 3):
        assert rounds.check_certificate(made().certificates[n - 1], n, 2, 3) == made().circle.certificates[n - 1]
        assert rounds.check_commitment(made().circle, n, made().commitments[n - 1]) == committed[n - 1]
        handed = made().handed[n - 1]
        assert rounds.check_polynomial(made().circle, n, handed, committed[n - 1]) == made().polynomials[n - 1]
        rounds.check_key(made().circle, made().polynomials, n, made().outputs[n - 1])


def test_what_belongs_to_another_member_or_group_is_nobody_elses() -> None:
    committed = rounds.read_commitments(made().circle, made().commitments)
    first = made().certificates[0]
    for n, threshold, size in ((2, 2, 3), (1, 3, 3), (1, 2, 4)):
        refused(
            "ceremony.certificate",
            n,
            lambda n=n, t=threshold, s=size: rounds.check_certificate(first, n, t, s),
            "place",
        )
    refused("ceremony.commitment", 2, lambda: rounds.check_commitment(made().circle, 2, made().commitments[0]))
    refused("ceremony.polynomial", 2, lambda: rounds.check_polynomial(made().circle, 2, made().handed[0], committed[1]))
    refused("ceremony.key", 2, lambda: rounds.check_key(made().circle, made().polynomials, 2, made().outputs[0]))


def test_a_polynomial_signed_by_another_or_too_short_names_its_member() -> None:
    raw = altered(made().handed[1], lambda v: v["coefexps"].update(signature=v["signature"]))
    listed = at(made().handed, 2, raw)
    refused("ceremony.polynomial", 2, lambda: rounds.read_polynomials(made().circle, listed, None))
    short = altered(made().handed[1], lambda v: v["secrets"].pop())
    with pytest.raises(Malformed, match="member 2, polynomial"):
        rounds.read_polynomials(made().circle, at(made().handed, 2, short), None)


def cheating(share: Callable[[Made], str], i: int = 2, j: int = 1) -> tuple[rounds.Polynomial, ...]:
    """The polynomials, with another share of member i for member j."""
    raw = altered(made().handed[i - 1], lambda v: v["secrets"].__setitem__(j - 1, share(made())))
    return rounds.read_polynomials(made().circle, at(made().handed, i, raw), None)


def sealed_share(group: Made, text: str, sender: int = 2, recipient: int = 1) -> str:
    key = group.circle.encryption[recipient - 1]
    return sealing.seal(group.seeds[sender - 1], key, text, secret.random_scalar)


def forwarded(group: Made) -> str:
    """Member 2's right share for member 1, signed by her but for member 3, sealed again for member 1."""
    share = group.polynomials[1].shares[0]
    text = sealing.unseal(group.seeds[0], group.seeds[1].verification, share, "share")
    message = canon.compact({"recipient": ED25519.to_string(group.circle.encryption[2]), "message": text}).decode()
    plain = canon.compact(sealing.signed_json(group.seeds[1], message, secret.random_scalar))
    found = sealing.read_sealed(share, "share")
    hidden = ED25519.sub(found.beta, secret.multiply(group.seeds[0].opening, found.alpha))
    data = sealing._cipher(hidden).encrypt(sealing._iv(found.alpha), plain, None).hex()
    return canon.compact({**json.loads(share), "data": data}).decode()


WRONG_SHARES: dict[str, Callable[[Made], str]] = {
    "another number": lambda m: sealed_share(m, '{"secret":"5"}'),
    "no share": lambda m: sealed_share(m, "{}"),
    "too large": lambda m: sealed_share(m, canon.compact({"secret": str(ED25519.q)}).decode()),
    "sealed for another": lambda m: m.polynomials[1].shares[1],
    "signed for another": forwarded,
    "signed by another": lambda m: m.polynomials[2].shares[0],
    "does not open": lambda m: m.polynomials[1].shares[0].replace('"data":"', '"data":"00'),
    "not a message": lambda m: "{}",
    "another algorithm": lambda m: m.polynomials[1].shares[0].replace("GCM", "CCM"),
    "not of the group": lambda m: m.polynomials[1].shares[0].replace('"beta":"', '"beta":"zz'),
}


@pytest.mark.parametrize("share", WRONG_SHARES.values(), ids=WRONG_SHARES)
def test_a_wrong_share_names_who_sent_it_and_the_others_agree(share: Callable[[Made], str]) -> None:
    polynomials = cheating(share)
    refused("ceremony.share", 2, lambda: ceremony.verification_key(made().seeds[0], made().circle, polynomials))
    handed = complaint.complaints(made().seeds[0], made().circle, polynomials)
    assert [*handed] == [2]
    assert complaint.judge(made().circle, polynomials, handed[2])[0] == 2
    assert ceremony.verification_key(made().seeds[2], made().circle, polynomials)


def test_who_complains_of_a_right_share_is_named_herself() -> None:
    assert complaint.complaints(made().seeds[0], made().circle, made().polynomials) == {}
    false = complaint._complaint(made().seeds[0], 2, 1, made().polynomials[1].shares[0], secret.random_scalar)
    assert complaint.judge(made().circle, made().polynomials, false)[0] == 1
    for change in (
        lambda v: v.update(opened=ED25519.to_string(ED25519.generator)),
        lambda v: v.pop("proof"),
        lambda v: v.update(against=3),
    ):
        assert complaint.judge(made().circle, made().polynomials, altered(false, change))[0] == 1


def test_a_complaint_made_by_another_is_not_hers() -> None:
    share = made().polynomials[1].shares[0]
    forged = complaint._complaint(made().seeds[2], 2, 1, share, secret.random_scalar)
    assert complaint.judge(made().circle, made().polynomials, forged)[0] == 1


@pytest.mark.parametrize("part", ["pok", "signature", "public_key"])
def test_a_wrong_verification_key_names_its_member(part: str) -> None:
    other = json.loads(made().outputs[0])["public_key"][part]
    raw = altered(made().outputs[2], lambda v: v["public_key"].update({part: other}))
    outputs = at(made().outputs, 3, raw)
    with pytest.raises(Refused, match=r"ceremony.key: trustee 3: ") as caught:
        rounds.record(made().circle, made().polynomials, outputs, NAMES[:3])
    assert "trustee 1" not in caught.value.at_fault
    refused("ceremony.key", 3, lambda: rounds.check_key(made().circle, made().polynomials, 3, raw))


def test_a_malformed_verification_key_names_its_member() -> None:
    for change in (lambda v: v["public_key"].pop("signature"), lambda v: v["public_key"].update(public_key="00")):
        outputs = at(made().outputs, 3, altered(made().outputs[2], change))
        with pytest.raises(Malformed, match=r"(member|verification key) 3"):
            rounds.record(made().circle, made().polynomials, outputs, NAMES[:3])


def test_a_member_who_does_not_hand_in_stops_the_ceremony() -> None:
    short = made().handed[:2]
    with pytest.raises(Refused, match="2 polynomials for 3 members"):
        rounds.read_polynomials(made().circle, short, None)


def test_who_is_not_a_member_has_no_round() -> None:
    with pytest.raises(Refused, match=r"ceremony.unknown"):
        ceremony.polynomial(sealing.new_seed(), made().circle)


# ---------------------------------------------------------------- sealed messages


def test_a_sealed_message_is_read_by_its_recipient_only() -> None:
    ana, bo, eve = (sealing.new_seed() for _ in range(3))
    text = sealing.seal(ana, bo.encryption, "é", secret.random_scalar)
    assert sealing.unseal(bo, ana.verification, text, "message") == "é"
    for reader, sender in ((eve, ana), (bo, eve)):
        with pytest.raises(Refused, match=r"ceremony.sealed"):
            sealing.unseal(reader, sender.verification, text, "message")


def test_without_the_package_cryptography_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = yes_no_election().archive
    made()
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(Refused, match=r"install beffroi\[trustee\]"):
        ceremony.polynomial(made().seeds[0], made().circle)
    with pytest.raises(Refused, match=r"ceremony.library"):
        ceremony.verification_key(made().seeds[0], made().circle, made().polynomials)
    assert accepted(verify(whole, processes=1))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_polynomial_with_any_byte_changed_is_refused_or_its_share_is(data: st.DataObject) -> None:
    raw = bytearray(made().handed[1])
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    committed = rounds.read_commitments(made().circle, made().commitments)
    told, read = "", made().polynomials
    try:
        read = rounds.read_polynomials(made().circle, at(made().handed, 2, bytes(raw)), committed)
    except (Malformed, Refused) as error:
        told = str(error)
    if told:
        assert "member 2" in told
        return
    wrong = [n for n, seed in enumerate(made().seeds, 1) if 2 in ceremony.wrong_shares(seed, made().circle, read)]
    assert len(wrong) == 1 or read[1].sealed != made().polynomials[1].sealed


def test_a_seed_is_read_back_and_a_wrong_one_is_not_repeated() -> None:
    seed = sealing.new_seed()
    assert sealing.read_seed(seed.text.encode() + b"\n") == seed
    with pytest.raises(Malformed) as caught:
        sealing.read_seed(b"SECRET0SECRET0SECRET00")
    assert "SECRET" not in str(caught.value)


# ---------------------------------------------------------------- a counted archive whose record was changed


def _swap(listed: list, a: int = 0, b: int = 1) -> None:
    listed[a], listed[b] = listed[b], listed[a]


RECORD_MUTANTS: dict[str, Callable[[dict], object]] = {
    "threshold lowered": lambda v: v.update(threshold=1),
    "threshold raised": lambda v: v.update(threshold=3),
    "certificates swapped": lambda v: _swap(v["certs"]),
    "certificate of another group": lambda v: v["certs"].__setitem__(2, json.loads(make().certificates[2])),
    "certificate's signature": lambda v: v["certs"][0].update(signature=v["certs"][1]["signature"]),
    "certificate removed": lambda v: v["certs"].pop(),
    "coefexps swapped": lambda v: _swap(v["coefexps"]),
    "coefexps' signature": lambda v: v["coefexps"][0].update(signature=v["signatures"][0]),
    "coefexps reversed": lambda v: v["coefexps"][0].update(
        message=canon.compact({"coefexps": json.loads(v["coefexps"][0]["message"])["coefexps"][::-1]}).decode()
    ),
    "signatures of the list swapped": lambda v: _swap(v["signatures"]),
    "signatures of the list missing": lambda v: v.pop("signatures"),
    "verification keys swapped": lambda v: _swap(v["verification_keys"]),
    "verification key of another": lambda v: v["verification_keys"].__setitem__(0, v["verification_keys"][1]),
    "proof of a verification key": lambda v: v["verification_keys"][0].update(pok=v["verification_keys"][1]["pok"]),
    "signature of a verification key": lambda v: v["verification_keys"][0].pop("signature"),
    "verification key removed": lambda v: v["verification_keys"].pop(),
    "everything of one member removed": lambda v: [v[k].pop() for k in v if k != "threshold"],
}


@pytest.mark.parametrize("change", RECORD_MUTANTS.values(), ids=RECORD_MUTANTS)
def test_a_counted_archive_with_another_record_of_the_ceremony_is_refused(change: Callable[[dict], object]) -> None:
    """Everything else is right: setup data, chain and result are those of the changed record."""
    played = voted(made())
    added, total = close(played)
    finish(played, added, total, decrypted(played.election, made(), added, 1, 2))
    value = json.loads(played.trustees)
    change(value[0][1])
    events = [archive.setup_event(played.election, canon.compact(value), played.public), *played.events[1:]]
    failed = {s.code for s in verify(b"".join(archive.write(1, events)), processes=1) if s.passed is False}
    assert "setup.trustees" in failed


def test_a_decryption_in_another_members_name_is_refused() -> None:
    played = voted(made())
    added, total = close(played)
    (_, first), (_, second) = decrypted(played.election, made(), added, 1, 2)
    finish(played, added, total, [(1, first), (2, second)])
    events = [*played.events[:-3], archive.decryption_event(1, first), archive.decryption_event(3, second)]
    events.append(played.events[-1])
    failed = {s.code for s in verify(b"".join(archive.write(1, events)), processes=1) if s.passed is False}
    assert failed == {"decryptions.proofs", "result.count"}
