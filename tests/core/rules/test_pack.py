"""A pack that is not as the guide says is refused with the file, the place, what was found and what is accepted."""

from datetime import date
from fractions import Fraction

import pytest

from beffroi.core.errors import Malformed, Refused
from beffroi.core.rules import Neighbourhood, Station, read_examples, read_pack

PACK = """\
code = "01001"
name = "Merlebourg"
kind = "commune"
organiser = { fr = "La commune.", en = "The commune." }
[department]
code = "2A"
name = "Merle"
[[assemblies]]
code = "conseil"
kind = "council"
name = { fr = "Conseil", en = "Council" }
seats = "council.seats"
[tables.neighbourhoods]
source = "a deliberation"
[tables.stations]
source = "an order"
demonstration = true
"""
COUNCIL = """\
[seats]
label = { fr = "Sièges", en = "Seats" }
unit = "seats"
[[seats.values]]
value = 35
since = 2026-03-15
source = "a publication"
"""
PETITIONS = """\
[initiative.hearing.share]
label = { fr = "Part", en = "Share" }
unit = "share"
[[initiative.hearing.share.values]]
value = "10 %"
since = 2027-01-01
source = "a deliberation"
url = "https://example.org/"
[[initiative.hearing.share.values]]
value = "5 %"
since = 2026-03-22
source = "a programme"
note = "a note"
proposed = true

[majority]
label = { fr = "Majorité", en = "Majority" }
unit = "choice"
choices = ["more-yes-than-no", "majority-of-votes-cast"]
[[majority.values]]
value = "more-yes-than-no"
since = 2026-03-22
until = 2027-03-22
source = "a programme"

[start]
label = { fr = "Début", en = "Beginning" }
unit = "date"
[[start.values]]
value = 2026-03-22
since = 2026-03-22
source = "a programme"
"""
EXAMPLES = """\
[[thresholds]]
title = "one twentieth of 100 is 5"
on = 2026-06-01
share = "petitions.initiative.hearing.share"
base = 100
expected = 5
[[decisions]]
title = "a tie refuses"
on = 2026-06-01
registered = 100
minimum = "petitions.initiative.hearing.share"
majority = "petitions.majority"
yes = 3
no = 3
blank = 0
outcome = "refused"
minimum_needed = 5
"""
FILES = {
    "pack.toml": PACK,
    "parameters/council.toml": COUNCIL,
    "parameters/petitions.toml": PETITIONS,
    "data/neighbourhoods.csv": "slug,name\nles-merles,Les Merles\n",
    "data/stations.csv": "code,name,neighbourhood\n01,Mairie,les-merles\n",
    "examples/all.toml": EXAMPLES,
}


@pytest.fixture
def write(tmp_path):
    """Writes the good pack with one text of one file replaced, and gives its folder."""

    def writer(file="", old="", new=""):
        for name, text in FILES.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            if name == file:
                assert old in text
                text = text.replace(old, new, 1) if old else new
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return writer


def test_a_pack_is_read(write):
    pack = read_pack(write())
    assert (pack.code, pack.name, pack.department_code, pack.kind) == ("01001", "Merlebourg", "2A", "commune")
    assert list(pack.parameters) == sorted(
        ["council.seats", "petitions.initiative.hearing.share", "petitions.majority", "petitions.start"]
    )
    assert pack.neighbourhoods == (Neighbourhood("les-merles", "Les Merles"),)
    assert pack.stations == (Station("01", "Mairie", "les-merles"),)
    assert pack.tables["stations"].demonstration
    assert not pack.tables["neighbourhoods"].demonstration
    assert pack.number(pack.assemblies[0].seats, date(2026, 6, 1)) == 35
    assert pack.value("petitions.start", date(2026, 6, 1)).value == "2026-03-22"


def test_a_value_lasts_until_the_next_one_begins_in_whatever_order_they_are_written(write):
    pack = read_pack(write())
    path = "petitions.initiative.hearing.share"
    assert pack.share(path, date(2026, 12, 31)) == Fraction(1, 20)
    assert pack.share(path, date(2027, 1, 1)) == Fraction(1, 10)
    first, second = pack.parameter(path).values
    assert (first.until, second.until) == (date(2027, 1, 1), None)
    assert (first.proposed, first.note, second.url) == (True, "a note", "https://example.org/")


def test_a_value_with_an_end_leaves_nothing_after_it(write):
    pack = read_pack(write())
    assert pack.value("petitions.majority", date(2027, 3, 21)).value == "more-yes-than-no"
    with pytest.raises(Refused) as refusal:
        pack.value("petitions.majority", date(2027, 3, 22))
    assert refusal.value.rule == "rules.no_value"


def test_an_unknown_path_names_the_nearest_one(write):
    with pytest.raises(Malformed, match=r'did you mean "petitions\.majority"\?'):
        read_pack(write()).value("petitions.majorty", date(2026, 6, 1))


def test_hidden_files_among_the_parameters_are_passed_over(write):
    root = write()
    (root / "parameters" / ".council.toml.swp").write_bytes(b"\0")
    assert read_pack(root)


PETITIONS_FILE = "parameters/petitions.toml"
REFUSALS = [
    # file, old text, new text, then the whole message
    (
        "pack.toml",
        'kind = "commune"',
        'kind = "town"',
        'pack.toml: kind: found "town"; accepted: association, commune',
    ),
    (
        "pack.toml",
        'code = "01001"',
        "code = 01001",
        "pack.toml: found no TOML",
    ),
    (
        "pack.toml",
        'code = "01001"',
        "code = 1001",
        'pack.toml: code: found 1001; accepted: the five characters of the INSEE code, in quotes: "01001"',
    ),
    (
        "pack.toml",
        "organiser = ",
        "organizer = ",
        'pack.toml: organizer: found an unknown key (did you mean "organiser"?); accepted: assemblies, code, '
        "department, kind, name, organiser, tables",
    ),
    (
        "pack.toml",
        ', en = "The commune."',
        "",
        "pack.toml: organiser: en: found nothing; accepted: text that is not empty",
    ),
    (
        "pack.toml",
        'name = "Merlebourg"',
        'name = " "',
        'pack.toml: name: found " "; accepted: text that is not empty',
    ),
    (
        "pack.toml",
        "council.seats",
        "council.seat",
        'pack.toml: assemblies[1]: seats: found "council.seat" (did you mean "council.seats"?); accepted: a path',
    ),
    (
        "pack.toml",
        "council.seats",
        "petitions.start",
        'pack.toml: assemblies[1]: seats: found "petitions.start"; accepted: the path of a parameter of unit seats',
    ),
    (
        "pack.toml",
        'source = "an order"\n',
        "",
        "pack.toml: tables: stations: source: found nothing; accepted: text that is not empty",
    ),
    (
        "pack.toml",
        "demonstration = true",
        'demonstration = "yes"',
        'pack.toml: tables: stations: demonstration: found "yes"; accepted: true or false',
    ),
    (
        PETITIONS_FILE,
        'source = "a deliberation"\n',
        "",
        "parameters/petitions.toml: initiative: hearing: share: values[1]: source: found nothing; accepted: who says",
    ),
    (
        PETITIONS_FILE,
        'source = "a deliberation"',
        'source = ""',
        'parameters/petitions.toml: initiative: hearing: share: values[1]: source: found ""; accepted: who says so',
    ),
    (
        PETITIONS_FILE,
        "proposed = true",
        "propose = true",
        "parameters/petitions.toml: initiative: hearing: share: values[2]: propose: found an unknown key "
        '(did you mean "proposed"?); accepted: note, proposed, since, source, until, url, value',
    ),
    (
        PETITIONS_FILE,
        "since = 2027-01-01",
        "since = 2026-03-22",
        "parameters/petitions.toml: initiative: hearing: share: values[1]: since: found 2026-03-22 twice; "
        "accepted: one value for each date of beginning",
    ),
    (
        PETITIONS_FILE,
        'value = "5 %"',
        'until = 2027-01-02\nvalue = "5 %"',
        "parameters/petitions.toml: initiative: hearing: share: values[2]: until: found 2027-01-02, which overlaps the "
        "value since 2027-01-01; accepted: at most 2027-01-01, or no until at all",
    ),
    (
        PETITIONS_FILE,
        "until = 2027-03-22",
        "until = 2026-03-22",
        "parameters/petitions.toml: majority: values[1]: until: found 2026-03-22; accepted: a date after 2026-03-22",
    ),
    (
        PETITIONS_FILE,
        "since = 2027-01-01",
        'since = "2027-01-01"',
        'parameters/petitions.toml: initiative: hearing: share: values[1]: since: found "2027-01-01"; '
        "accepted: a date without quotes, such as 2026-03-22",
    ),
    (
        PETITIONS_FILE,
        "since = 2027-01-01",
        "since = 2027-01-01T00:00:00",
        "parameters/petitions.toml: initiative: hearing: share: values[1]: since: found 2027-01-01T00:00:00; "
        "accepted: a date without quotes",
    ),
    (
        PETITIONS_FILE,
        'value = "10 %"',
        "value = 0.1",
        "parameters/petitions.toml: initiative: hearing: share: values[1]: value: found 0.1; "
        'accepted: text between 0 and 1, such as "5 %", "19.6 %" or "1/2"',
    ),
    (
        PETITIONS_FILE,
        'value = "10 %"',
        'value = "110 %"',
        'parameters/petitions.toml: initiative: hearing: share: values[1]: value: found "110 %"; accepted: text',
    ),
    (
        PETITIONS_FILE,
        'value = "more-yes-than-no"',
        'value = "more-yes"',
        'parameters/petitions.toml: majority: values[1]: value: found "more-yes"; '
        "accepted: majority-of-votes-cast, more-yes-than-no",
    ),
    (
        PETITIONS_FILE,
        'choices = ["more-yes-than-no", "majority-of-votes-cast"]\n',
        "",
        "parameters/petitions.toml: majority: choices: found nothing; accepted: a list of different texts",
    ),
    (
        PETITIONS_FILE,
        '"majority-of-votes-cast"',
        '"more-yes-than-no"',
        "parameters/petitions.toml: majority: choices: found the same text twice; accepted: a list of different texts",
    ),
    (
        PETITIONS_FILE,
        'choices = ["more-yes-than-no", "majority-of-votes-cast"]',
        "choices = []",
        "parameters/petitions.toml: majority: choices: found a list; accepted: a list of different texts",
    ),
    (
        PETITIONS_FILE,
        'unit = "share"',
        'unit = "shares"',
        'parameters/petitions.toml: initiative: hearing: share: unit: found "shares"; accepted: ballots, choice, date,',
    ),
    (
        PETITIONS_FILE,
        'unit = "share"',
        'unit = "share"\nchoices = ["a"]',
        "parameters/petitions.toml: initiative: hearing: share: choices: found choices for the unit share; accepted:",
    ),
    (
        PETITIONS_FILE,
        'unit = "share"',
        'unti = "share"',
        'parameters/petitions.toml: initiative: hearing: share: unti: found an unknown key (did you mean "unit"?); '
        "accepted: choices, label, unit, values",
    ),
    (
        PETITIONS_FILE,
        'url = "https://example.org/"',
        'url = "example.org"',
        'parameters/petitions.toml: initiative: hearing: share: values[1]: url: found "example.org"; accepted: an',
    ),
    (
        "parameters/council.toml",
        "value = 35",
        "value = true",
        "parameters/council.toml: seats: values[1]: value: found true; accepted: a whole number, 0 or more",
    ),
    (
        "parameters/council.toml",
        "value = 35",
        "value = -1",
        "parameters/council.toml: seats: values[1]: value: found -1; accepted: a whole number, 0 or more",
    ),
    (
        "parameters/council.toml",
        "value = 35",
        'value = "35"',
        'parameters/council.toml: seats: values[1]: value: found "35"; accepted: a whole number, 0 or more',
    ),
    (
        "parameters/council.toml",
        "[[seats.values]]",
        "[seats.values]",
        "parameters/council.toml: seats: values: found a table; accepted: a list of tables",
    ),
    (
        "parameters/council.toml",
        "",
        '[seats]\nlabel = { fr = "Sièges", en = "Seats" }\nunit = "seats"\n',
        "parameters/council.toml: seats: values: found no value; accepted: at least one",
    ),
    (
        "parameters/council.toml",
        "",
        '[Seats.now]\nunit = "seats"\n',
        'parameters/council.toml: Seats: found the name "Seats"; accepted: lower case letters, digits and _',
    ),
    (
        "data/neighbourhoods.csv",
        "les-merles,",
        "Les Merles,",
        'data/neighbourhoods.csv: line 2: slug: found "Les Merles"; accepted: lower case letters, digits and -',
    ),
    (
        "data/neighbourhoods.csv",
        "slug,name",
        "slug,nom",
        "data/neighbourhoods.csv: line 1: found the columns slug, nom; accepted: exactly the columns slug, name",
    ),
    (
        "data/neighbourhoods.csv",
        "",
        "",
        "data/neighbourhoods.csv: line 1: found nothing; accepted: exactly the columns slug, name",
    ),
    (
        "data/neighbourhoods.csv",
        "les-merles,Les Merles\n",
        "",
        "data/neighbourhoods.csv: found no row; accepted: at least one neighbourhood",
    ),
    (
        "data/neighbourhoods.csv",
        "Les Merles\n",
        "Les Merles\nles-merles,Le Port\n",
        'data/neighbourhoods.csv: line 3: slug: found "les-merles" again, as in data/neighbourhoods.csv: line 2',
    ),
    (
        "data/neighbourhoods.csv",
        "Les Merles",
        '"Les"Merles',
        "data/neighbourhoods.csv: line 2: found no CSV",
    ),
    (
        "data/stations.csv",
        "01,Mairie",
        "01,Mairie,3",
        "data/stations.csv: line 2: found 4 cells; accepted: 3 cells: code, name, neighbourhood",
    ),
    (
        "data/stations.csv",
        "Mairie",
        "",
        'data/stations.csv: line 2: name: found ""; accepted: text that is not empty, without spaces around it',
    ),
    (
        "data/stations.csv",
        "01,Mairie",
        "bureau 1,Mairie",
        'data/stations.csv: line 2: code: found "bureau 1"; accepted: lower case letters, digits and -',
    ),
    (
        "data/stations.csv",
        "les-merles",
        "les-merle",
        'data/stations.csv: line 2: neighbourhood: found "les-merle" (did you mean "les-merles"?); '
        "accepted: a slug of data/neighbourhoods.csv: les-merles",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), REFUSALS, ids=[case[3][:70] for case in REFUSALS])
def test_what_is_wrong_in_a_pack_is_said_with_its_place_and_what_is_accepted(write, file, old, new, message):
    with pytest.raises(Malformed) as error:
        read_pack(write(file, old, new))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("file", ["pack.toml", "data/neighbourhoods.csv", "data/stations.csv"])
def test_a_missing_file_is_named(write, file):
    root = write()
    (root / file).unlink()
    with pytest.raises(Malformed, match=rf"^{file}: found no such file"):
        read_pack(root)


@pytest.mark.parametrize("file", ["pack.toml", "data/stations.csv", "parameters/council.toml"])
def test_a_file_in_another_encoding_is_named(write, file):
    root = write()
    (root / file).write_bytes("é".encode("latin-1"))
    with pytest.raises(Malformed, match=rf"^{file}: found bytes that are not UTF-8"):
        read_pack(root)


def test_a_pack_without_parameters_is_refused(write):
    root = write()
    (root / "parameters").rename(root / "parametres")
    with pytest.raises(Malformed, match=r"^parameters: found no such folder"):
        read_pack(root)


@pytest.mark.parametrize("name", ["council.tml", "Council.toml", "notes.txt"])
def test_a_file_that_no_path_can_name_is_refused(write, name):
    root = write()
    (root / "parameters" / name).write_text("")
    with pytest.raises(Malformed, match=rf"^parameters/{name}: found a file that no path can name"):
        read_pack(root)


def test_examples_are_read(write):
    threshold, decided = read_examples(read_pack(write()))
    assert (threshold.share, threshold.base, threshold.expected) == (Fraction(1, 20), 100, 5)
    assert (decided.minimum, decided.majority, decided.outcome) == (Fraction(1, 20), "more-yes-than-no", "refused")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("thresholds", "treshold", 'treshold: found an unknown key (did you mean "thresholds"?)'),
        ("expected", "expect", 'thresholds[1]: expect: found an unknown key (did you mean "expected"?)'),
        ("hearing.share", "hearing.shar", 'thresholds[1]: share: found "petitions.initiative.hearing.shar" (did you'),
        ("base = 100", 'base = "council.seat"', 'thresholds[1]: base: found "council.seat" (did you mean'),
        ('"petitions.majority"', '"council.seats"', "decisions[1]: majority: found a parameter of unit seats"),
        ('outcome = "refused"', 'outcome = "lost"', 'decisions[1]: outcome: found "lost"; accepted: adopted,'),
        ("on = 2026-06-01\n", "", "thresholds[1]: on: found nothing; accepted: a date"),
    ],
)
def test_an_example_that_refers_to_nothing_is_refused(write, old, new, message):
    pack = read_pack(write("examples/all.toml", old, new))
    with pytest.raises(Malformed) as error:
        read_examples(pack)
    assert str(error.value).startswith(f"examples/all.toml: {message}")


def test_an_example_may_do_without_a_minimum_and_write_its_share_out(write):
    root = write("examples/all.toml", 'minimum = "petitions.initiative.hearing.share"\n', "")
    (root / "examples" / "more.toml").write_text(
        '[[thresholds]]\ntitle = "x"\non = 2026-06-01\nshare = "more than half"\n'
        'base = "council.seats"\nexpected = 18\n'
        '[[thresholds]]\ntitle = "y"\non = 2026-06-01\nshare = "1/3"\nbase = "council.seats"\nexpected = 12\n'
    )
    _, decided, half, third = read_examples(read_pack(root))
    assert decided.minimum is None
    assert (half.share, half.base, third.share) == (None, 35, Fraction(1, 3))


TEXT = '[texts.charter]\nsource = "the council"\nproposed = true\n'


@pytest.fixture
def with_text(write, tmp_path):
    """The good pack with a table of texts, and the files of its folder `texts`."""

    def writer(table=TEXT, **texts):
        root = write("pack.toml", "", PACK + table)
        (root / "texts").mkdir(exist_ok=True)
        for name, content in texts.items():
            (root / "texts" / f"{name}.md").write_bytes(content.encode())
        return root

    return writer


def test_a_text_is_read_with_its_source_and_has_one_fingerprint_however_its_lines_end(with_text):
    text = read_pack(with_text(charter="Je promets.\n\nPour de bon.\n")).texts["charter"]
    assert (text.content, text.source, text.proposed) == ("Je promets.\n\nPour de bon.\n", "the council", True)
    other = read_pack(with_text(charter="Je promets.\r\n\r\nPour de bon.\r\n\r\n")).texts["charter"]
    assert text.fingerprint == other.fingerprint


def test_a_pack_without_texts_has_none(write):
    assert read_pack(write()).texts == {}


@pytest.mark.parametrize(
    ("table", "texts", "message"),
    [
        (TEXT, {}, "texts/charter.md"),
        (TEXT, {"charter": " \n"}, "not empty"),
        ('[texts.oath]\nsource = "x"\n', {"oath": "Je jure.\n"}, "charter"),
        ("[texts.charter]\n", {"charter": "Oui.\n"}, "source"),
    ],
)
def test_a_text_that_is_missing_empty_unknown_or_without_a_source_is_refused(with_text, table, texts, message):
    with pytest.raises(Malformed, match=message):
        read_pack(with_text(table, **texts))
