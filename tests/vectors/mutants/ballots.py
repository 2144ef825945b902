"""Ballots that should not be in the box: numbers, points and JSON in other ways, parts left out or exchanged."""

from typing import Any

from beffroi.core.voting import answers, canon, secret
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import (
    proof_json,
    prove_knowledge,
)
from tests.core.voting.elections import YES
from tests.vectors.mutants.subject import (
    ORDER_2,
    ORDER_8,
    Model,
    Subject,
    called,
    change,
    replaced,
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

    @called(name)
    def made(subject: Subject) -> None:
        height, ballot = last(subject)
        raw = edit(ballot)
        if raw is None:
            if "signature" in ballot:
                mutate_bel.resign_hash(ballot)
            raw = canon.compact(ballot)
        subject.put(height, raw)


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
