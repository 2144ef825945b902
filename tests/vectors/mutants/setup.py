"""Elections and lists of credentials that should not open."""

import json
from functools import partial
from typing import Any

from beffroi.core.voting import canon, secret
from beffroi.core.voting.group import ED25519
from tests.vectors.mutants.subject import ORDER_2, Model, Subject, called, change, of_setup, outside, replaced
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


# ---------------------------------------------------------------- the election


election = partial(of_setup, 0)


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
election("setup_json_key_twice", replaced(b'"version":1', b'"version":2,"version":1'))
election("setup_json_nan", replaced(b'"version":1', b'"version":1,"note":NaN'))
election("setup_json_float", replaced(b'"version":1', b'"version":1.0'))
election("setup_json_huge", replaced(b'"version":1', b'"version":1,"note":' + b"9" * 5000))
election("setup_json_deep", replaced(b'"version":1', b'"version":1,"note":' + b"[" * 100_000 + b"]" * 100_000))
election("setup_json_surrogate", replaced(b'"version":1', b'"version":1,"note":"\\udfff"'))
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


# ---------------------------------------------------------------- credentials


def credentials(name: str, edit: Any) -> None:
    """A change of the list; `edit` returns the other list, or bytes."""

    @called(name)
    def made(subject: Subject) -> None:
        if subject.setup(0)["group"] != "Ed25519":
            raise mutate_bel.Skip
        subject.put_setup(2, edit(subject.setup(2)))


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
