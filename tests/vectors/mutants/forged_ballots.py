"""Other people's ballots, other elections', and proofs by who does not hold to the rules."""

import json

from beffroi.core.voting import canon, homomorphic, lists, secret
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import (
    Ciphertext,
    Opening,
    add_ciphertexts,
    encrypt_number,
    prove_disjunction,
    prove_prefix,
    strings,
)
from tests.core.voting.elections import LISTED, NO, YES, YES_NO, cast, set_up
from tests.vectors.mutants.ballots import last
from tests.vectors.mutants.subject import (
    ORDER_2,
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
