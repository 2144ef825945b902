"""Trustees, single or in a group, who have not proved what they should."""

import json
from functools import partial
from typing import Any

from beffroi.core.voting import canon, sealing, secret
from beffroi.core.voting import trustees as core_trustees
from beffroi.core.voting.group import ED25519, get_group
from beffroi.core.voting.proofs import proof_json, prove_knowledge
from tests.vectors.mutants.subject import ORDER_2, Model, Subject, called, change, of_setup, outside, until_even
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


# ---------------------------------------------------------------- trustees


listed = partial(of_setup, 1)


def singles(value: Any) -> list[Model]:
    found = [inner for kind, inner in value if kind == "Single"]
    if len(found) < 2:
        raise mutate_bel.Skip
    return found


def _poks_exchanged(value: Any) -> None:
    one, two = singles(value)[:2]
    one["pok"], two["pok"] = two["pok"], one["pok"]


def _unknown_kind(value: Any) -> None:
    value[0][0] = "Shamir"


def _pok_for_another_use(value: Any) -> None:
    """A right proof of the same key with another prefix: a signature, say."""
    one = singles(value)[0]
    one["pok"]["challenge"] = str((int(one["pok"]["challenge"]) + 1) % ED25519.q)


def _key(text: str) -> Any:
    def edit(value: Any) -> None:
        singles(value)[0]["public_key"] = text

    return edit


listed("trustee_poks_exchanged", _poks_exchanged)
listed("trustee_pok_challenge", _pok_for_another_use)
listed("trustee_unknown_kind", _unknown_kind)
listed("trustee_removed", lambda value: value[:-1] if singles(value) else None)
listed("trustee_twice", lambda value: [*value, value[0]])
listed("trustees_reversed", lambda value: value[::-1] if singles(value) else None)
listed("trustees_nobody", lambda value: [])
listed("trustees_object", lambda value: {"Single": value[0][1]})
listed("trustee_key_identity", _key(f"{1:064x}"))
listed("trustee_key_order2", _key(ORDER_2[::-1].hex()))
listed("trustees_spaces", lambda value: json.dumps(value, ensure_ascii=False).encode())
listed("trustees_key_twice", lambda value: canon.compact(value).replace(b'"pok":', b'"pok":{},"pok":', 1))


@change
def trustee_added(subject: Subject) -> None:
    """A fourth trustee with a right proof, whose key is not in the election's."""
    if subject.setup(1)[0][0] != "Single" or subject.setup(0)["group"] != "Ed25519":
        raise mutate_bel.Skip
    public = json.loads(core_trustees.public_json(core_trustees.new_trustee_key()))
    subject.put_setup(1, [*subject.setup(1), ["Single", public]])


@change
def trustee_rogue_key(subject: Subject) -> None:
    """The last to hand in a key takes hers less the others': the election's key is hers alone, but she has no proof."""
    value = subject.setup(1)
    if subject.setup(0)["group"] != "Ed25519":
        raise mutate_bel.Skip
    *others, rogue = singles(value)
    hers = ED25519.base(7)
    P = ED25519.sub(hers, ED25519.sum(ED25519.parse_point(one["public_key"]) for one in others))
    rogue["public_key"] = ED25519.to_string(P)
    rogue["pok"] = proof_json(prove_knowledge(secret.from_int(7), f"pok|Ed25519|{rogue['public_key']}|", Draw))
    subject.put_setup(1, value)
    subject.put_setup(0, {**subject.setup(0), "public_key": ED25519.to_string(hers)})


@change
def trustee_key_outside(subject: Subject) -> None:
    """A key with a component of order 2 and a proof that holds, in the election's key as well."""
    value = subject.setup(1)
    one = singles(value)[0]
    x = subject.played.keys[0].scalar
    one["public_key"] = outside(secret.base(x))[::-1].hex()
    (proof,) = until_even(lambda: [prove_knowledge(x, f"pok|Ed25519|{one['public_key']}|", Draw)])
    one["pok"] = proof_json(proof)
    subject.put_setup(1, value)


# ---------------------------------------------------------------- groups of trustees


def circle(name: str, edit: Any) -> None:
    """A change of a group's record."""

    @called(name)
    def made(subject: Subject) -> None:
        value = subject.setup(1)
        record = next((inner for kind, inner in value if kind == "Pedersen"), None)
        if record is None:
            raise mutate_bel.Skip
        edit(subject, record)
        subject.put_setup(1, value)


def message(signed: Model) -> Any:
    return json.loads(signed["message"])


def seed(subject: Subject, i: int) -> sealing.Seed:
    if subject.base.made is None:
        raise mutate_bel.Skip
    return subject.base.made.seeds[i]


def sign(subject: Subject, i: int, value: Any) -> Any:
    """The member signs this message herself: its signature is right."""
    return sealing.signed_json(seed(subject, i), canon.compact(value).decode(), Draw)


def sign_list(subject: Subject, record: Model, i: int) -> None:
    """And the list of certificates with it."""
    own = {"certs": record["certs"], "coefexps": message(record["coefexps"][i])["coefexps"]}
    text = "certs_sig|" + canon.compact(own).decode()
    record["signatures"][i] = proof_json(sealing.sign(seed(subject, i), text, Draw))


def _certificate_context(key: str, value: int) -> Any:
    """The member signs a certificate with another context, and all sign the list that holds it."""

    def edit(subject: Subject, record: Model) -> None:
        told = message(record["certs"][1])
        told["context"][key] = value
        record["certs"][1] = sign(subject, 1, told)
        for i in range(len(record["certs"])):
            sign_list(subject, record, i)

    return edit


circle("group_certificate_index", _certificate_context("index", 1))
circle("group_certificate_size", _certificate_context("size", 4))
circle("group_certificate_threshold", _certificate_context("threshold", 1))


def _certificate_signature(subject: Subject, record: Model) -> None:
    proof = record["certs"][0]["signature"]
    proof["response"] = str((int(proof["response"]) + 1) % get_group(subject.setup(0)["group"]).q)


def _certificates_exchanged(subject: Subject, record: Model) -> None:
    certs = record["certs"]
    certs[0], certs[1] = certs[1], certs[0]


def _threshold_lowered(subject: Subject, record: Model) -> None:
    record["threshold"] -= 1


def _threshold_zero(subject: Subject, record: Model) -> None:
    record["threshold"] = 0


def _threshold_above(subject: Subject, record: Model) -> None:
    record["threshold"] = len(record["certs"]) + 1


def _polynomial(change_points: Any) -> Any:
    """A member publishes another polynomial than the one that she dealt, and signs it in every place."""

    def edit(subject: Subject, record: Model) -> None:
        points = message(record["coefexps"][0])["coefexps"]
        record["coefexps"][0] = sign(subject, 0, {"coefexps": change_points(points)})
        sign_list(subject, record, 0)

    return edit


def _another_constant(points: list[str]) -> list[str]:
    return [ED25519.to_string(ED25519.base(5)), *points[1:]]


def _another_slope(points: list[str]) -> list[str]:
    return [*points[:-1], ED25519.to_string(ED25519.base(5))]


def _outside(points: list[str]) -> list[str]:
    return [*points[:-1], outside(ED25519.parse_point(points[-1]))[::-1].hex()]


circle("group_certificate_signature", _certificate_signature)
circle("group_certificates_exchanged", _certificates_exchanged)
circle("group_threshold_lowered", _threshold_lowered)
circle("group_threshold_zero", _threshold_zero)
circle("group_threshold_above_size", _threshold_above)
circle("group_polynomial_constant", _polynomial(_another_constant))
circle("group_polynomial_slope", _polynomial(_another_slope))
circle("group_polynomial_shorter", _polynomial(lambda points: points[:-1]))
circle("group_polynomial_longer", _polynomial(lambda points: [*points, points[0]]))
circle("group_polynomial_order2", _polynomial(lambda points: [*points[:-1], ORDER_2[::-1].hex()]))
circle("group_polynomial_outside", _polynomial(_outside))


def _polynomial_unsigned(subject: Subject, record: Model) -> None:
    record["coefexps"][0]["signature"] = record["coefexps"][1]["signature"]


def _list_of_certificates(subject: Subject, record: Model) -> None:
    record["signatures"][0], record["signatures"][1] = record["signatures"][1], record["signatures"][0]


def _keys_exchanged(subject: Subject, record: Model) -> None:
    keys = record["verification_keys"]
    keys[0], keys[1] = keys[1], keys[0]


def _own_key(subject: Subject, record: Model) -> None:
    """A member hands in a key of her own, proved and signed, instead of the one that the polynomials give her."""
    x = secret.from_int(11)
    text = ED25519.to_string(secret.base(x))
    key = record["verification_keys"][0]
    key["public_key"] = text
    key["pok"] = proof_json(prove_knowledge(x, f"pok|Ed25519|{text}|", Draw))
    key["signature"] = proof_json(sealing.sign(seed(subject, 0), text, Draw))


def _key_unsigned(subject: Subject, record: Model) -> None:
    keys = record["verification_keys"]
    keys[0]["signature"] = keys[1]["signature"]


def _key_signature_missing(subject: Subject, record: Model) -> None:
    del record["verification_keys"][0]["signature"]


def _member_less(subject: Subject, record: Model) -> None:
    for name in ("certs", "coefexps", "signatures", "verification_keys"):
        record[name].pop()


circle("group_polynomial_unsigned", _polynomial_unsigned)
circle("group_list_signatures_exchanged", _list_of_certificates)
circle("group_keys_exchanged", _keys_exchanged)
circle("group_key_of_her_own", _own_key)
circle("group_key_unsigned", _key_unsigned)
circle("group_key_signature_missing", _key_signature_missing)
circle("group_member_less", _member_less)
