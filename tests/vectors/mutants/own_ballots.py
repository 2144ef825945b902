"""What a voter could change in her own ballot and sign, and signatures that are not hers."""

from typing import Any

from beffroi.core.voting import canon, secret
from beffroi.core.voting.group import ED25519
from tests.vectors.mutants.ballots import edited, last
from tests.vectors.mutants.subject import (
    Model,
    Subject,
    called,
    change,
    private_key,
    resigned,
    signed,
)
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


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

    @called(name)
    def made(subject: Subject) -> None:
        x = private_key(subject.played, last(subject)[1]["credential"])
        height, ballot = last(subject)
        edit(ballot)
        subject.put(height, signed(ballot, x))


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
