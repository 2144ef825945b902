"""Elections, trustees and lists of credentials that should not open."""

import json
from typing import Any

from beffroi.core.voting import canon, sealing, secret, trustees
from beffroi.core.voting.group import ED25519, get_group
from beffroi.core.voting.proofs import proof_json, prove_knowledge
from tests.vectors.mutants.subject import ORDER_2, Model, Subject, change, outside, until_even
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


# ---------------------------------------------------------------- the election


def election(name: str, edit: Any) -> None:
    """A change of the election's JSON; `edit` returns other bytes, or None."""

    def made(subject: Subject) -> None:
        value = subject.setup(0)
        raw = edit(value)
        subject.put_setup(0, value if raw is None else raw)

    made.__name__ = name
    change(made)


def field(key: str, value: Any) -> Any:
    def edit(found: Model) -> None:
        found[key] = value

    return edit


def question(key: str, value: Any) -> Any:
    def edit(found: Model) -> None:
        if key not in found["questions"][0]:
            raise mutate_bel.Skip
        found["questions"][0][key] = value

    return edit


def _other_bytes(before: bytes, after: bytes) -> Any:
    def edit(found: Model) -> bytes:
        raw = canon.compact(found)
        assert before in raw
        return raw.replace(before, after, 1)

    return edit


election("setup_max", question("max", 2))
election("setup_min", question("min", 0))
election("setup_min_above_max", question("min", 9))
election("setup_max_negative", question("max", -1))
election("setup_max_float", question("max", 1.0))
election("setup_question_text", question("question", "Another question?"))
election("setup_blank_null", question("blank", None))
election("setup_no_question", field("questions", []))
election("setup_uuid", field("uuid", "BurrosTrasVacas"))
election("setup_uuid_short", field("uuid", "abc"))
election("setup_uuid_letters", field("uuid", "0OIl0OIl0OIl0O"))
election("setup_version", field("version", 2))
election("setup_version_true", field("version", True))
election("setup_group_unknown", field("group", "Ed448"))
election("setup_group_case", field("group", "ed25519"))
election("setup_group_of_integers", field("group", "BELENIOS-2048"))
election("setup_key_identity", field("public_key", f"{1:064x}"))
election("setup_key_order2", field("public_key", ORDER_2[::-1].hex()))
election("setup_key_number", field("public_key", 1))
election("setup_json_key_twice", _other_bytes(b'"version":1', b'"version":2,"version":1'))
election("setup_json_nan", _other_bytes(b'"version":1', b'"version":1,"note":NaN'))
election("setup_json_float", _other_bytes(b'"version":1', b'"version":1.0'))
election("setup_json_huge", _other_bytes(b'"version":1', b'"version":1,"note":' + b"9" * 5000))
election("setup_json_deep", _other_bytes(b'"version":1', b'"version":1,"note":' + b"[" * 100_000 + b"]" * 100_000))
election("setup_json_surrogate", _other_bytes(b'"version":1', b'"version":1,"note":"\\udfff"'))
election("setup_json_bom", lambda found: b"\xef\xbb\xbf" + canon.compact(found))
election("setup_json_list", lambda found: canon.compact([found]))
election("setup_unknown_field", field("note", "kept and ignored"))
election("setup_spaces", lambda found: json.dumps(found, ensure_ascii=False).encode())


@change
def setup_key_outside(subject: Subject) -> None:
    """The election's key with a component of order 2."""
    value = subject.setup(0)
    value["public_key"] = outside(ED25519.parse_point(value["public_key"]))[::-1].hex()
    subject.put_setup(0, value)


@change
def setup_data_other_hash(subject: Subject) -> None:
    """The setup data names another list of credentials."""
    value = subject.setup(3)
    value["credentials"] = "0" * 64
    subject.put(0, canon.compact(value))


@change
def setup_data_upper_case(subject: Subject) -> None:
    value = subject.setup(3)
    value["election"] = value["election"].upper()
    subject.put(0, canon.compact(value))


@change
def setup_data_field_more(subject: Subject) -> None:
    subject.put(0, canon.compact({**subject.setup(3), "note": "x"}))


@change
def setup_data_other_order(subject: Subject) -> None:
    value = subject.setup(3)
    subject.put(0, canon.compact({key: value[key] for key in reversed(value)}))


@change
def setup_record_more(subject: Subject) -> None:
    subject.events[0]["data"].insert(0, b"{}")


@change
def setup_record_less(subject: Subject) -> None:
    del subject.events[0]["data"][1]


@change
def setup_records_exchanged(subject: Subject) -> None:
    """Trustees and credentials change places, their names stay theirs."""
    data = subject.events[0]["data"]
    data[1], data[2] = data[2], data[1]


# ---------------------------------------------------------------- trustees


def listed(name: str, edit: Any) -> None:
    """A change of the trustees file; `edit` returns another value, or None."""

    def made(subject: Subject) -> None:
        value = subject.setup(1)
        other = edit(value)
        subject.put_setup(1, value if other is None else other)

    made.__name__ = name
    change(made)


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
    public = json.loads(trustees.public_json(trustees.new_trustee_key()))
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

    def made(subject: Subject) -> None:
        value = subject.setup(1)
        record = next((inner for kind, inner in value if kind == "Pedersen"), None)
        if record is None:
            raise mutate_bel.Skip
        edit(subject, record)
        subject.put_setup(1, value)

    made.__name__ = name
    change(made)


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


# ---------------------------------------------------------------- credentials


def credentials(name: str, edit: Any) -> None:
    """A change of the list; `edit` returns the other list, or bytes."""

    def made(subject: Subject) -> None:
        if subject.setup(0)["group"] != "Ed25519":
            raise mutate_bel.Skip
        subject.put_setup(2, edit(subject.setup(2)))

    made.__name__ = name
    change(made)


def weight(text: str) -> Any:
    return lambda found: [found[0].split(",")[0] + text, *found[1:]]


credentials("creds_order2", lambda found: [*found, ORDER_2[::-1].hex()])
credentials("creds_identity", lambda found: [*found, f"{1:064x}"])
credentials("creds_outside", lambda found: [*found, outside(ED25519.parse_point(found[0].split(",")[0]))[::-1].hex()])
credentials("creds_upper_case", lambda found: [*found, found[0].split(",")[0].upper()])
credentials("creds_twice_other_weight", lambda found: [*found, found[0].split(",")[0] + ",9"])
credentials("creds_weight_negative", weight(",-1"))
credentials("creds_weight_leading_zero", weight(",01"))
credentials("creds_weight_plus_sign", weight(",+1"))
credentials("creds_weight_float", weight(",1.0"))
credentials("creds_weight_exponent", weight(",1e3"))
credentials("creds_weight_empty", weight(","))
credentials("creds_weight_two", weight(",1,1"))
credentials("creds_weight_huge", weight(",100000000001"))
credentials("creds_weight_digits", weight("," + "9" * 5000))
credentials("creds_weight_other_digits", weight(",١"))
credentials("creds_numbers", lambda found: [*found, 1])
credentials("creds_object", lambda found: dict.fromkeys(found, 1))
credentials("creds_nested", lambda found: [found])
credentials("creds_unsorted", lambda found: found[::-1])
credentials("creds_spaces", lambda found: json.dumps(found).encode())
credentials("creds_json_nan", lambda found: canon.compact(found)[:-1] + b",NaN]")
credentials("creds_json_comma", lambda found: canon.compact(found)[:-1] + b",]")


@change
def creds_abstainer_removed(subject: Subject) -> None:
    """Whoever did not vote is taken off the list: nothing else speaks of her."""
    used = {subject.data(height)["credential"] for height in mutate_bel.find(subject.model, "Ballot")}
    kept = [text for text in subject.setup(2) if text.split(",")[0] in used]
    if len(kept) == len(subject.setup(2)):
        raise mutate_bel.Skip
    subject.put_setup(2, kept)


@change
def creds_weights_exchanged(subject: Subject) -> None:
    """Two voters of different weight exchange them; the total stays."""
    found = dict(text.split(",") for text in subject.setup(2) if "," in text)
    subject.find("EncryptedTally")
    voted = [subject.data(height)["credential"] for height in mutate_bel.counted(subject.model)]
    pair = next(((a, b) for a in voted for b in voted if found.get(a) != found.get(b)), None)
    if pair is None:
        raise mutate_bel.Skip
    a, b = pair
    found[a], found[b] = found[b], found[a]
    subject.put_setup(2, [f"{point},{w}" for point, w in found.items()])
