"""Addresses as people write them, the Base Adresse Locale, and the file of streets: read strictly, compared kindly."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.apps.roll.models import StreetRule
from beffroi.apps.roll.places import covers
from beffroi.apps.roll.street_files import HIGHEST, Rule, overlap, read_points, read_rules
from beffroi.apps.roll.streets import TYPES, WORDS, Written, street_key, written
from beffroi.core.errors import Malformed

VILLAGE = Path(__file__).parents[2] / "packs/village/data"
HEADER = (
    "cle_interop;uid_adresse;commune_insee;commune_nom;commune_deleguee_insee;voie_nom;lieudit_complement_nom;numero;"
    "suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune"
)
STATIONS = {"1": "01", "2": "02"}


def bal(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def line(street: str = "Rue du Lavoir", number: str = "12", suffix: str = "", insee: str = "00000") -> str:
    return f"{insee}_0001_00012;;{insee};X;;{street};;{number};{suffix};entrée;;;1.5;47.25;;commune;2026-09-01;1"


# --- One street, many spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Boulevard Saint-Éloi", "BD ST ELOI"),
        ("Avenue du Général Hulotte", "av. du gal hulotte"),
        ("Rue de l'Œuf", "R DE L’OEUF"),
        ("Place Sainte-Mésange", "pl Ste Mesange"),
        ("Chemin du Docteur Pinson", "Che.  du Dr  Pinson"),
        ("Sente aux Écureuils", "SENTE AUX ECUREUILS"),
    ],
)
def test_a_street_is_one_however_it_is_written(one: str, other: str) -> None:
    assert street_key(one) == street_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Rue du Pré", "Rue des Prés"), ("Rue du Lavoir", "Place du Lavoir"), ("Rue Saint-Éloi", "Rue Sainte-Éloïse")],
)
def test_two_streets_stay_two(one: str, other: str) -> None:
    assert street_key(one) != street_key(other)


@given(st.text(max_size=200))
def test_a_key_compared_again_is_the_same(text: str) -> None:
    assert street_key(street_key(text)) == street_key(text)


@given(st.text("abcdeéèêàçœ'- ", min_size=1, max_size=40))
def test_case_and_hyphens_never_matter(text: str) -> None:
    assert street_key(text) == street_key(text.upper()) == street_key(text.replace("-", " ")) == street_key(f" {text} ")


@given(st.sampled_from(sorted(TYPES)), st.sampled_from(sorted(WORDS)), st.sampled_from(["Merle", "Éloi", "Loriot"]))
def test_what_is_written_short_is_what_is_written_long(kind: str, word: str, name: str) -> None:
    assert street_key(f"{kind}. {word} {name}") == street_key(f"{TYPES[kind]} {WORDS[word]}-{name}")


@given(
    st.integers(1, 99998),
    st.sampled_from(["", "bis", "ter", "quater"]),
    st.sampled_from(["rue du Lavoir", "place Saint-Éloi", "bd des Tilleuls"]),
    st.sampled_from([" ", ", "]),
    st.booleans(),
)
def test_number_suffix_and_street_are_parted(number: int, suffix: str, street: str, sign: str, glued: bool) -> None:
    between = "" if glued else " "
    text = f"{number}{between}{suffix.upper()}{sign}{street}" if suffix else f"{number}{sign}{street}"
    assert written(text) == Written(number, suffix, street_key(street))


@pytest.mark.parametrize(
    ("text", "number", "suffix", "key"),
    [
        ("12 r du Lavoir", 12, "", "rue du lavoir"),
        ("12 b rue du Lavoir", 12, "b", "rue du lavoir"),
        ("12B rue du Lavoir", 12, "b", "rue du lavoir"),
        ("12-14 rue du Lavoir", 12, "", "rue du lavoir"),
        ("rue du 11 Novembre", 0, "", "rue du 11 novembre"),
        ("3 rue du 11 Novembre", 3, "", "rue du 11 novembre"),
        ("Ferme du Grand-Duc", 0, "", "ferme du grand duc"),
        ("12", 0, "", "12"),
        ("", 0, "", ""),
    ],
)
def test_addresses_that_mislead(text: str, number: int, suffix: str, key: str) -> None:
    assert written(text) == Written(number, suffix, key)


# --- The Base Adresse Locale


def test_the_village_s_addresses_are_read_with_their_mark() -> None:
    found = read_points((VILLAGE / "adresses.csv").read_bytes(), "00000")
    assert len(found.points) == 32
    assert found.elsewhere == found.again == ()
    farm = next(point for point in found.points if point.number == 0)
    assert (farm.street, farm.suffix) == ("Ferme du Grand-Duc", "")


def test_the_files_with_and_without_mark_and_with_the_new_column_are_read_alike() -> None:
    old = read_points(bal(line(suffix=" Bis ")), "00000")
    assert read_points(b"\xef\xbb\xbf" + bal(line(suffix="bis")), "00000") == old
    assert read_points(bal(line(suffix="bis")).replace(b"voie_nom", b"toponyme"), "00000") == old
    assert (old.points[0].suffix, old.points[0].longitude) == ("bis", Decimal("1.5"))


def test_a_second_position_and_another_commune_are_told_and_not_taken() -> None:
    found = read_points(bal(line(), line(), line(number="14"), line(insee="99999")), "00000")
    assert [point.number for point in found.points] == [12, 14]
    assert (found.again, found.elsewhere) == ((3,), (5,))


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "line 1"),
        (b"gml_id,cli\n1,CLI\n", "line 1"),
        (bal(line(street="")), "line 2, voie_nom"),
        (bal(line(number="douze")), "line 2, numero"),
        (bal(line(number="")), "line 2, numero"),
        (bal(line().replace("1.5", "beau")), "line 2, long"),
        (bal(line().replace("47.25", "NaN")), "line 2, lat"),
        (bal(line().replace("47.25", "95")), "line 2, lat"),
        (bal(line() + ";"), "line 2"),
        (bal(line(insee="99999")), "the file"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(raw: bytes, where: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read_points(raw, "00000")
    assert wrong.value.where == where


# --- rues.csv


def rules(*lines: str) -> tuple[Rule, ...]:
    return read_rules("\n".join(["rue;cote;du;au;bureau", *lines, ""]).encode(), STATIONS)


def test_the_village_s_streets_are_read() -> None:
    found = read_rules((VILLAGE / "rues.csv").read_bytes(), STATIONS)
    assert len(found) == 7
    assert (found[2].side, found[2].first, found[2].last, found[2].station) == ("odd", 1, 19, "01")


def test_a_file_from_a_spreadsheet_with_commas_and_accents_is_read() -> None:
    raw = "Rue,Côté,Du,Au,Bureau\nRue du Lavoir,Pairs,2,,1\n".encode("cp1252")
    assert read_rules(raw, STATIONS) == (Rule("rue du lavoir", "Rue du Lavoir", "even", 2, HIGHEST, "01", 2),)


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ((), "line 2"),
        ((";;;;01",), "line 2, rue"),
        (("Rue du Lavoir;gauche;;;01",), "line 2, cote"),
        (("Rue du Lavoir;;;;09",), "line 2, bureau"),
        (("Rue du Lavoir;;x;;01",), "line 2, du"),
        (("Rue du Lavoir;;9;3;01",), "line 2, au"),
        (("Rue du Lavoir;;;;01", "RUE DU LAVOIR;;;;02"), "line 3"),
        (("Rue du Lavoir;pairs;;10;01", "Rue du Lavoir;;10;;02"), "line 3"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_with_its_line(lines: tuple[str, ...], where: str) -> None:
    with pytest.raises(Malformed) as wrong:
        rules(*lines)
    assert wrong.value.where == where


_rules = st.builds(
    lambda side, first, more: Rule("a", "A", side, first, first + more, "01"),
    st.sampled_from(["both", "even", "odd"]),
    st.integers(0, 12),
    st.integers(0, 8),
)


@given(_rules, _rules)
def test_two_rules_overlap_when_some_number_is_in_both(one: Rule, other: Rule) -> None:
    def held(rule: Rule) -> set[int]:
        row = StreetRule(side=rule.side, first=rule.first, last=rule.last)
        return {number for number in range(25) if covers(row, number)}

    assert overlap(one, other) == overlap(other, one) == bool(held(one) & held(other))
