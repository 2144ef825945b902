"""Ballots that should not be in the box: what a voter, a thief of ballots or the box itself could write."""

import json
from typing import Any

from beffroi.core.voting import answers, canon, homomorphic, lists, secret
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import (
    Ciphertext,
    Opening,
    add_ciphertexts,
    encrypt_number,
    proof_json,
    prove_disjunction,
    prove_knowledge,
    prove_prefix,
    strings,
)
from tests.core.voting.elections import LISTED, NO, YES, YES_NO, cast, set_up
from tests.vectors.mutants.subject import (
    ORDER_2,
    ORDER_8,
    Model,
    Subject,
    change,
    outside,
    private_key,
    resigned,
    signed,
    until_even,
)
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


def last(subject: Subject) -> tuple[int, Model]:
    """Height and JSON of the last ballot of the box."""
    height = subject.find("Ballot")[-1]
    return height, subject.data(height)


def edited(name: str, edit: Any) -> None:
    """A change of the last ballot's JSON, its hash made right as anybody can. `edit` returns other bytes, or None."""

    def made(subject: Subject) -> None:
        height, ballot = last(subject)
        raw = edit(ballot)
        if raw is None:
            if "signature" in ballot:
                mutate_bel.resign_hash(ballot)
            raw = canon.compact(ballot)
        subject.put(height, raw)

    made.__name__ = name
    change(made)


def alpha(value: str) -> Any:
    def edit(ballot: Model) -> None:
        answer = ballot["answers"][0]
        if "choices" not in answer:
            raise mutate_bel.Skip
        answer["choices"][0]["alpha"] = value

    return edit


def response(convert: Any) -> Any:
    """The response of the signature, written in another way."""

    def edit(ballot: Model) -> bytes:
        proof = ballot["signature"]["proof"]
        proof["response"] = convert(proof["response"])
        return canon.compact(ballot)

    return edit


def replaced(before: bytes, after: bytes) -> Any:
    """Other bytes for some of the ballot's."""

    def edit(ballot: Model) -> bytes:
        raw = canon.compact(ballot)
        assert before in raw
        return raw.replace(before, after, 1)

    return edit


# ---------------------------------------------------------------- numbers and points written in other ways

edited("ballot_scalar_plus_q", response(lambda s: str(int(s) + ED25519.q)))
edited("ballot_scalar_negative", response(lambda s: str(int(s) - ED25519.q)))
edited("ballot_scalar_number", response(int))
edited("ballot_scalar_exponent", response(lambda s: f"{s}e0"))
edited("ballot_scalar_plus_sign", response(lambda s: f"+{s}"))
edited("ballot_scalar_space", response(lambda s: f" {s}"))
edited("ballot_scalar_newline", response(lambda s: f"{s}\n"))
edited("ballot_scalar_underscore", response(lambda s: f"{s[:3]}_{s[3:]}"))
edited("ballot_scalar_other_digits", response(lambda s: s.translate({48 + n: 0x0660 + n for n in range(10)})))
edited("ballot_scalar_huge", response(lambda s: "9" * 5000))
edited("ballot_scalar_empty", response(lambda s: ""))
edited("ballot_scalar_null", response(lambda s: None))
edited("ballot_scalar_list", response(lambda s: [s]))
edited("ballot_point_order4", alpha(f"{0:064x}"))
edited("ballot_point_order8", alpha(ORDER_8[::-1].hex()))
edited("ballot_point_noncanonical", alpha(f"{2**255 - 18:064x}"))  # y = p + 1: the identity's second writing
edited("ballot_point_minus_zero", alpha(f"{2**255 + 1:064x}"))  # the identity with x = "-0"
edited("ballot_point_long", alpha("0" * 63 + "12"))
edited("ballot_point_spaces", alpha(f"{1:>64x}"))
edited("ballot_point_0x", alpha(f"0x{1:062x}"))
edited("ballot_point_null", alpha(None))  # type: ignore[arg-type]


@change
def ballot_identity_ciphertext(subject: Subject) -> None:
    """Written by the voter herself: alpha and beta are the identity, the proofs are those of another ciphertext."""
    height, ballot = last(subject)
    ballot["answers"][0]["choices"][0] = {"alpha": f"{1:064x}", "beta": f"{1:064x}"}
    resigned(subject, height, ballot)


def cast_as(subject: Subject, credential: str) -> tuple[int, Model]:
    """The last ballot with new answers, proved for this credential."""
    height, ballot = last(subject)
    election = subject.played.election
    ballot["credential"] = credential
    ballot["answers"] = [
        answers.encrypt(election, question, choices, f"{election.fingerprint}|{credential}", Draw).to_json(ED25519)
        for question, choices in zip(election.questions, (YES, (1, 2, 3), (1, 1, 1, 0, 0, 0, 0, 0, 0)), strict=False)
    ]
    return height, ballot


@change
def ballot_credential_identity(subject: Subject) -> None:
    """The identity as a credential: anybody knows its logarithm, 0, and signature and proofs are right."""
    height, ballot = cast_as(subject, f"{1:064x}")
    subject.put(height, signed(ballot, secret.ZERO))


@change
def ballot_credential_order2(subject: Subject) -> None:
    """A credential of order 2, which is in the list too, with a signature and proofs that hold."""
    subject.put_setup(2, [*subject.setup(2), ORDER_2[::-1].hex()])
    height, ballot = cast_as(subject, ORDER_2[::-1].hex())
    unsigned = {key: value for key, value in ballot.items() if key != "signature"}
    h = canon.sha256_base64(canon.compact(unsigned))
    (proof,) = until_even(lambda: [prove_knowledge(secret.ZERO, f"sig|{h}|", Draw)])
    subject.put(height, canon.compact(unsigned | {"signature": {"hash": h, "proof": proof_json(proof)}}))


# ---------------------------------------------------------------- JSON written in other ways

edited("ballot_json_bom", lambda ballot: b"\xef\xbb\xbf" + canon.compact(ballot))
edited("ballot_json_utf16", lambda ballot: canon.compact(ballot).decode().encode("utf-16"))
edited("ballot_json_newline", lambda ballot: canon.compact(ballot) + b"\n")
edited("ballot_json_nul", lambda ballot: canon.compact(ballot) + b"\0")
edited("ballot_json_twice", lambda ballot: canon.compact(ballot) * 2)
edited("ballot_json_escape", replaced(b'"credential"', b'"\\u0063redential"'))
edited("ballot_json_slash", replaced(b'"hash":"', b'"hash":"\\/'))
edited("ballot_json_key_twice", replaced(b'"credential":', b'"credential":"","credential":'))
edited("ballot_json_key_case", replaced(b'"credential":', b'"Credential":'))
edited("ballot_json_comment", replaced(b'"credential":', b'/**/"credential":'))
edited("ballot_json_comma", lambda ballot: canon.compact(ballot)[:-1] + b",}")
edited("ballot_json_quotes", lambda ballot: canon.compact(ballot).replace(b'"', b"'"))
edited("ballot_json_surrogate", replaced(b'"hash":"', b'"hash":"\\ud800'))
edited("ballot_json_bad_utf8", replaced(b'"hash":"', b'"hash":"\xff'))
edited("ballot_json_overlong", replaced(b'"hash":"', b'"hash":"\xc0\xaf'))
edited("ballot_json_list", lambda ballot: canon.compact([ballot]))
edited("ballot_json_empty", lambda ballot: b"")
edited("ballot_json_null", lambda ballot: b"null")
edited("ballot_json_deep", lambda ballot: b"[" * 100_000 + b"]" * 100_000)
edited("ballot_json_deep_objects", lambda ballot: b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
edited("ballot_json_too_long", lambda ballot: canon.compact(ballot) + b" " * 1_100_000)
for label, number in {
    "nan": b"NaN",
    "infinity": b"-Infinity",
    "minus_zero": b"-0",
    "exponent": b"1e3",
    "float": b"1.0",
    "huge": b"9" * 5000,
    "true": b"true",
}.items():
    edited(f"ballot_json_{label}", replaced(b'"answers":', b'"answers":' + number + b',"answer":'))


# ---------------------------------------------------------------- parts left out, added, exchanged


def _extra_answer(ballot: Model) -> None:
    ballot["answers"].append(ballot["answers"][0])


def _removed_signature(ballot: Model) -> None:
    del ballot["signature"]


def _shortened(ballot: Model) -> None:
    proofs = ballot["answers"][0].get("overall_proof")
    if not isinstance(proofs, list):
        raise mutate_bel.Skip
    proofs.pop()


def _emptied(ballot: Model) -> None:
    for name in ("individual_proofs", "overall_proof", "blank_proof"):
        if name in ballot["answers"][0]:
            ballot["answers"][0][name] = []


def _without_blank_proof(ballot: Model) -> None:
    if ballot["answers"][0].pop("blank_proof", None) is None:
        raise mutate_bel.Skip


def _shorter_choices(ballot: Model) -> None:
    ballot["answers"][0]["choices"].pop()


def _more_choices(ballot: Model) -> None:
    answer = ballot["answers"][0]
    answer["choices"].append(answer["choices"][0])
    answer["individual_proofs"].append(answer["individual_proofs"][0])


def _swapped_individual(ballot: Model) -> None:
    proofs = ballot["answers"][0]["individual_proofs"]
    proofs[0], proofs[1] = proofs[1], proofs[0]


def _swapped_branches(ballot: Model) -> None:
    ballot["answers"][0]["individual_proofs"][0].reverse()


edited("ballot_extra_answer", _extra_answer)
edited("ballot_signature_removed", _removed_signature)
edited("ballot_proof_shortened", _shortened)
edited("ballot_proofs_empty", _emptied)
edited("ballot_blank_proof_removed", _without_blank_proof)
edited("ballot_choices_shorter", _shorter_choices)
edited("ballot_choices_longer", _more_choices)


def own(name: str, edit: Any) -> None:
    """A voter changes her own ballot and signs it rightly: only the proofs can tell."""

    def made(subject: Subject) -> None:
        x = private_key(subject.played, last(subject)[1]["credential"])
        height, ballot = last(subject)
        edit(ballot)
        subject.put(height, signed(ballot, x))

    made.__name__ = name
    change(made)


def _exchanged_choices(ballot: Model) -> None:
    choices = ballot["answers"][0]["choices"]
    choices[0], choices[1] = choices[1], choices[0]


def _exchanged_parts(ballot: Model) -> None:
    choice = ballot["answers"][0]["choices"][1]
    choice["alpha"], choice["beta"] = choice["beta"], choice["alpha"]


def _copied_choice(ballot: Model) -> None:
    answer = ballot["answers"][0]
    for part in ("choices", "individual_proofs"):
        answer[part][2] = answer[part][1]


def _challenges_moved(ballot: Model) -> None:
    """One challenge grows by what the other loses: their sum is right, the commitments are not."""
    first, second = ballot["answers"][0]["individual_proofs"][0]
    first["challenge"] = str((int(first["challenge"]) + 1) % ED25519.q)
    second["challenge"] = str((int(second["challenge"]) - 1) % ED25519.q)


def _one_more(ballot: Model) -> None:
    """beta + G: the ciphertext hides one vote more than was proved."""
    choice = ballot["answers"][0]["choices"][1]
    P = ED25519.parse_point(choice["beta"])
    choice["beta"] = ED25519.to_string(ED25519.add(P, ED25519.generator))


def _negated(ballot: Model) -> None:
    choice = ballot["answers"][0]["choices"][1]
    for part in ("alpha", "beta"):
        choice[part] = ED25519.to_string(ED25519.neg(ED25519.parse_point(choice[part])))


def _null_proofs(ballot: Model) -> None:
    for pair in ballot["answers"][0]["individual_proofs"]:
        for proof in pair:
            proof["challenge"] = proof["response"] = "0"


own("own_choices_exchanged", _exchanged_choices)
own("own_alpha_and_beta_exchanged", _exchanged_parts)
own("own_choice_copied", _copied_choice)
own("own_individual_proofs_exchanged", _swapped_individual)
own("own_branches_exchanged", _swapped_branches)
own("own_challenges_moved", _challenges_moved)
own("own_vote_plus_one", _one_more)
own("own_ciphertext_negated", _negated)
own("own_proofs_zero", _null_proofs)


def _in_question(name: str, number: int, edit: Any) -> None:
    def made(ballot: Model) -> None:
        if len(ballot["answers"]) <= number:
            raise mutate_bel.Skip
        edit(ballot["answers"][number])

    own(name, made)


def _plus_one(*path: str | int) -> Any:
    def edit(answer: Model) -> None:
        inner: Any = answer
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = str((int(inner[path[-1]]) + 1) % ED25519.q)

    return edit


_in_question("own_numbers_proof", 1, _plus_one("proof", "response"))
_in_question("own_lists_individual_proof", 2, _plus_one("individual_proofs", 0, 0, 0, "response"))
_in_question("own_lists_overall_proof", 2, _plus_one("overall_proof", "response"))
_in_question("own_lists_list_proof", 2, _plus_one("list_proofs", 1, 0, "response"))
_in_question("own_lists_nonzero_proof", 2, _plus_one("nonzero_proof", "response", 1))


def _lists_reversed(answer: Model) -> None:
    answer["choices"].reverse()


def _nested_flat(answer: Model) -> None:
    answer["choices"] = [choice for row in answer["choices"] for choice in row]


_in_question("own_lists_reversed", 2, _lists_reversed)
_in_question("own_lists_flat", 2, _nested_flat)


@change
def ballot_answers_exchanged(subject: Subject) -> None:
    """The answers of two questions change places."""
    height, ballot = last(subject)
    if len(ballot["answers"]) < 2:
        raise mutate_bel.Skip
    ballot["answers"].reverse()
    resigned(subject, height, ballot)


# ---------------------------------------------------------------- signatures


@change
def signature_of_another_voter(subject: Subject) -> None:
    """A ballot signed by the credential of somebody else."""
    height, ballot = last(subject)
    other = subject.data(mutate_bel.counted(subject.model)[0])["credential"]
    subject.put(height, signed(ballot, private_key(subject.played, other)))


@change
def signature_of_another_ballot(subject: Subject) -> None:
    """Hash and proof of the same voter's former ballot: a signature of hers, for another ballot."""
    one, two = subject.find("Ballot", 2)[:2]
    ballot = subject.data(two)
    ballot["signature"] = subject.data(one)["signature"]
    subject.put(two, canon.compact(ballot))


def _hash(convert: Any) -> Any:
    def edit(ballot: Model) -> bytes:
        ballot["signature"]["hash"] = convert(ballot["signature"]["hash"])
        return canon.compact(ballot)

    return edit


def _spare_bits(text: str) -> str:
    """43 characters hold 258 bits, a hash 256: the same hash, its two spare bits set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-1] + letters[letters.index(text[-1]) | 3]


edited("signature_hash_padded", _hash(lambda text: text + "="))
edited("signature_hash_spare_bits", _hash(_spare_bits))
edited("signature_hash_hexadecimal", _hash(lambda text: canon.sha256_hex(text.encode())))
edited("signature_hash_empty", _hash(lambda text: ""))
edited("signature_hash_swapcase", _hash(lambda text: text.swapcase()))


# ---------------------------------------------------------------- other people's ballots, other elections


@change
def ballot_rollback(subject: Subject) -> None:
    """The first ballot of a voter who voted again is sent once more at the end."""
    subject.events.insert(subject.find("Ballot")[-1] + 1, subject.events[subject.find("Ballot")[0]])


@change
def ballot_replay_answers(subject: Subject) -> None:
    """A voter copies the answers of another and signs them with her own credential."""
    height, ballot = last(subject)
    ballot["answers"] = subject.data(mutate_bel.counted(subject.model)[0])["answers"]
    resigned(subject, height, ballot)


@change
def ballot_replay_by_the_abstainer(subject: Subject) -> None:
    """The authority casts a copy of a ballot for somebody who did not vote: she knows that credential."""
    _, ballot = last(subject)
    assert subject.played
    used = {subject.data(height)["credential"] for height in subject.find("Ballot")}
    ballot["credential"] = next(c for c in (p.split(",")[0] for p in subject.setup(2)) if c not in used)
    height = subject.find("Ballot")[-1] + 1
    raw = signed(ballot, private_key(subject.played, ballot["credential"]))
    subject.events.insert(height, {"type": "Ballot", "data": [raw]})


@change
def ballot_rerandomised(subject: Subject) -> None:
    """A copy of another's answers, its ciphertexts encrypted anew, under her own credential; the proofs are kept."""
    height, ballot = last(subject)
    y = subject.played.election.key
    ballot["answers"] = subject.data(mutate_bel.counted(subject.model)[0])["answers"]
    for choice in ballot["answers"][0]["choices"]:
        zero = encrypt_number(y, Draw(), 0)
        for part, more in (("alpha", zero.alpha), ("beta", zero.beta)):
            choice[part] = ED25519.to_string(ED25519.add(ED25519.parse_point(choice[part]), more))
    resigned(subject, height, ballot)


@change
def ballots_exchange_overall_proofs(subject: Subject) -> None:
    """Two voters exchange the proofs of their sums and sign anew."""
    one, two = mutate_bel.counted(subject.model)[:2]
    a, b = subject.data(one), subject.data(two)
    a["answers"][0]["overall_proof"], b["answers"][0]["overall_proof"] = (
        b["answers"][0]["overall_proof"],
        a["answers"][0]["overall_proof"],
    )
    resigned(subject, one, a)
    resigned(subject, two, b)


def elsewhere(subject: Subject) -> Model:
    """A right ballot of another election, whose uuid is another."""
    if len(subject.played.election.questions) > 1:
        raise mutate_bel.Skip
    other = set_up((YES_NO,), voters=1)
    ballot: Model = json.loads(cast(other, "1", NO))
    return ballot


@change
def ballot_of_another_election(subject: Subject) -> None:
    """A right ballot, of another election."""
    height, _ = last(subject)
    subject.put(height, canon.compact(elsewhere(subject)))


@change
def ballot_of_another_election_relabelled(subject: Subject) -> None:
    """The answers of another election's ballot, signed for this one by a voter of this one."""
    height, ballot = last(subject)
    ballot["answers"] = elsewhere(subject)["answers"]
    resigned(subject, height, ballot)


# ---------------------------------------------------------------- proofs by who does not hold to the rules


@change
def ballot_of_two_votes(subject: Subject) -> None:
    """Yes twice: the ciphertext of 2, proved as if it were 1."""
    height, ballot = last(subject)
    election = subject.played.election
    if len(election.questions) > 1:
        raise mutate_bel.Skip
    S0 = f"{election.fingerprint}|{ballot['credential']}"
    nonces = [Draw() for _ in range(3)]
    cipher = [encrypt_number(election.key, r, m) for r, m in zip(nonces, (0, 2, 0), strict=True)]
    honest = homomorphic.encrypt(election, YES_NO, YES, S0, Draw)
    made = homomorphic.Answer(YES_NO, tuple(cipher), honest.individual_proofs, honest.overall_proof, honest.blank_proof)
    ballot["answers"] = [made.to_json(ED25519)]
    resigned(subject, height, ballot)


def with_torsion(subject: Subject, part: str) -> None:
    """A ballot whose yes has a component of order 2, proved with even challenges: all its equations hold."""
    height, ballot = last(subject)
    election = subject.played.election
    if len(election.questions) > 1:
        raise mutate_bel.Skip
    y, S0 = election.key, f"{election.fingerprint}|{ballot['credential']}"
    nonces = [Draw() for _ in range(3)]
    cipher = [encrypt_number(y, r, m) for r, m in zip(nonces, YES, strict=True)]
    alpha, beta = cipher[1].alpha, cipher[1].beta
    cipher[1] = Ciphertext(outside(alpha), beta) if part == "alpha" else Ciphertext(alpha, outside(beta))
    individual = tuple(
        until_even(
            lambda c=c, r=r, m=m: prove_disjunction(  # type: ignore[misc]
                y, prove_prefix(ED25519, S0, c), [Opening(r, m), Opening(r, m - 1)], Draw
            )
        )
        for c, r, m in zip(cipher, nonces, YES, strict=True)
    )
    S = f"{S0}|{strings(ED25519, cipher)}"
    r_sum = secret.add(nonces[1], nonces[2])
    blank = until_even(lambda: prove_disjunction(y, f"bproof0|{S}|", [Opening(nonces[0], 0), Opening(r_sum, 1)], Draw))
    overall = until_even(
        lambda: prove_disjunction(y, f"bproof1|{S}|", [Opening(nonces[0], -1), Opening(r_sum, 0)], Draw)
    )
    answer = homomorphic.Answer(YES_NO, tuple(cipher), individual, overall, blank)
    ballot["answers"] = [answer.to_json(ED25519)]
    resigned(subject, height, ballot)


@change
def ballot_alpha_outside(subject: Subject) -> None:
    with_torsion(subject, "alpha")


@change
def ballot_beta_outside(subject: Subject) -> None:
    with_torsion(subject, "beta")


def without_candidate(subject: Subject, A0: Point) -> None:
    """A list and no candidate of it, "proved" with a commitment whose multiples by even challenges vanish."""
    height, ballot = last(subject)
    election = subject.played.election
    if LISTED not in election.questions:
        raise mutate_bel.Skip
    y, S0 = election.key, f"{election.fingerprint}|{ballot['credential']}"
    chosen = (1,) + (0,) * (LISTED.size - 1)
    nonces = [Draw() for _ in chosen]
    cipher = [encrypt_number(y, r, m) for r, m in zip(nonces, chosen, strict=True)]
    individual = tuple(
        tuple(prove_disjunction(y, prove_prefix(ED25519, S0, c), [Opening(r, m), Opening(r, m - 1)], Draw))
        for c, r, m in zip(cipher, nonces, chosen, strict=True)
    )
    S = f"{S0}|{strings(ED25519, cipher)}"
    heads, sums = lists._openings(LISTED, chosen, nonces)
    ciphers = lists._heads_and_sums(ED25519, LISTED, cipher)
    r, m = lists._sum(heads)
    prefix = prove_prefix(ED25519, S, add_ciphertexts(ED25519, ciphers[0]))
    (overall,) = prove_disjunction(y, prefix, [Opening(r, m - 1)], Draw)
    listed = tuple(
        tuple(prove_disjunction(y, f"lproof|{S}|", [Opening(rh, mh - 1), Opening(ri, mi)], Draw))
        for (rh, mh), (ri, mi) in zip(heads, sums, strict=True)
    )
    total = add_ciphertexts(ED25519, ciphers[1])
    challenge = 1
    while challenge % 2:
        t1, t2 = Draw(), Draw()
        A1 = ED25519.add(secret.multiply(t1, total.alpha), secret.base(t2))
        A2 = ED25519.add(secret.multiply(t1, total.beta), secret.multiply(t2, y))
        challenge = ED25519.hash_to_scalar(f"nonzero|{S}|", [A0, A1, A2])
    nonzero = lists.NonZero(A0, challenge, (secret.to_int(t1), secret.to_int(t2)))
    answer = lists.Answer(LISTED, tuple(cipher), individual, overall, listed, nonzero)
    ballot["answers"][2] = answer.to_json(ED25519)
    resigned(subject, height, ballot)


@change
def lists_no_candidate_order2(subject: Subject) -> None:
    without_candidate(subject, ORDER_2)


@change
def lists_no_candidate_identity(subject: Subject) -> None:
    without_candidate(subject, ED25519.identity)
