"""The printed sheet: what it says, to everybody, and nothing that somebody wrote is ever run."""

import hashlib
import io

import pytest
from pypdf import PdfReader

from beffroi.apps.petitions import actions, sheet_codes, sheet_paper
from beffroi.apps.petitions.models import Petition, Printing
from beffroi.apps.roll.models import Account, Person
from beffroi.web import pdf
from beffroi.web.typography import french
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
TEXT_URL = "http://localhost/petitions/2026-001/texte.txt"


def made(printing: Printing) -> bytes:
    return sheet_paper.pages(printing, lambda code: f"http://localhost/feuilles/{code}", TEXT_URL)


def reader(made_bytes: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made_bytes))


def said(made_bytes: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader(made_bytes).pages).split())


@pytest.fixture
def printing(petition: Petition, agent: Account) -> Printing:
    return actions.print_sheets(petition, 3, agent, NOON)


def test_a_sheet_says_what_is_asked_who_organises_and_how_data_is_treated(printing: Printing) -> None:
    petition = printing.petition
    text = said(made(printing))
    sha = hashlib.sha256(actions.text_bytes(petition)).hexdigest()
    assert sha in text.replace(" ", "")
    for words in (petition.number, petition.title, petition.text, petition.question, petition.author_name):
        assert french(words).replace("\u202f", " ").replace("\u2060", "") in text
    for words in ("Nom", "Prénom", "Né ou née le", "Numéro et rue", "Signature", "Demande légale", "L1112-16"):
        assert words in text
    for words in ("Qui organise", "Vos données", "détruites 90 jours après la fermeture", "retirer votre signature"):
        assert words in text


@pytest.mark.parametrize(("large", "pages_a_sheet"), [(False, 1), (True, 2)])
def test_each_sheet_is_one_page_or_two_in_large_print_with_its_identifier_and_ten_lines(
    petition: Petition, agent: Account, large: bool, pages_a_sheet: int
) -> None:
    printing = actions.print_sheets(petition, 3, agent, NOON, large)
    found = reader(made(printing))
    assert len(found.pages) == 3 * pages_a_sheet
    for place, sheet in enumerate(printing.sheets.all()):
        pages = found.pages[place * pages_a_sheet : (place + 1) * pages_a_sheet]
        text = " ".join(page.extract_text() for page in pages)
        assert sheet_codes.shown(sheet.code) in text
        assert text.count("jj / mm / aaaa") == 10
        assert not any(other.code[:4] in text for other in printing.sheets.exclude(pk=sheet.pk))


def test_the_longest_petition_still_fits_on_its_page(author: Person, clerk: Account) -> None:
    limits = actions.LIMITS
    title, question = ("Ménageons " * 12)[: limits["title"]], ("Faut-il ménager ? " * 20)[: limits["question"]]
    filed = actions.file(author, title, "Allongeons. " * 400, question, NOON)
    petition = actions.admit(filed, clerk, NOON)
    for large, pages in ((False, 1), (True, 2)):
        assert len(reader(made(actions.print_sheets(petition, 1, clerk, NOON, large))).pages) == pages


def test_it_is_tagged_french_titled_and_its_code_has_words(printing: Printing) -> None:
    content = made(printing)
    found = reader(content)
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("fr")
    assert "2026-001" in str(found.metadata.title)
    assert "StructTreeRoot" in str(list(root))
    code = printing.sheets.first().code
    figures = [str(row) for row in alternatives(root["/StructTreeRoot"])]
    assert f"Code à lire avec un téléphone : http://localhost/feuilles/{code}" in figures


def alternatives(node: object) -> list[object]:
    """Every alternative text of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [row for item in node for row in alternatives(item)]
    if not isinstance(node, dict):
        return []
    own = [node["/Alt"]] if "/Alt" in node else []
    return own + (alternatives(node["/K"]) if "/K" in node else [])


def test_printing_again_gives_the_same_bytes(printing: Printing) -> None:
    assert made(printing) == made(printing)


def test_what_somebody_wrote_is_text_and_never_markup(author: Person, clerk: Account) -> None:
    wicked = '#read("/etc/passwd") "#panic()" \\ $x$ @note <b> *gras*'
    filed = actions.file(author, wicked, f"{wicked}\n= Titre\n#pagebreak()", f"{wicked} ?", NOON)
    printing = actions.print_sheets(actions.admit(filed, clerk, NOON), 1, clerk, NOON)
    content = made(printing)
    assert said(content).count('#read("/etc/passwd") "#panic()" \\ $x$ @note <b> *gras*') == 3
    assert len(reader(content).pages) == 1


def test_a_sign_that_no_font_has_becomes_a_lozenge_and_an_accent_stays(author: Person, clerk: Account) -> None:
    filed = actions.file(author, "Un e\u0301té 🌳 à l'ombre\u202f; łąka", "شجرة", "Faut-il ?", NOON)
    text = said(made(actions.print_sheets(actions.admit(filed, clerk, NOON), 1, clerk, NOON)))
    assert "Un été \u25ca à l’ombre" in text
    assert "łąka" in text


def test_a_template_that_asks_for_a_font_that_is_not_there_is_a_bug(tmp_path: object, monkeypatch: object) -> None:
    page = tmp_path / "wrong.typ"
    page.write_text('#set document(title: "x")\n#set text(font: "Comic Sans MS", fallback: false)\nBonjour')
    monkeypatch.setattr(pdf, "_found", lambda template: page)
    with pytest.raises(pdf.NotAsMeant):
        pdf.make("wrong.typ", {})


def test_a_picture_without_words_is_a_bug(tmp_path: object, monkeypatch: object) -> None:
    page = tmp_path / "mute.typ"
    page.write_text(
        '#set document(title: "x")\n#let data = json(bytes(sys.inputs.data))\n'
        '#set text(font: "Atkinson Hyperlegible Next")\n#image(bytes(data.qr), format: "svg")'
    )
    monkeypatch.setattr(pdf, "_found", lambda template: page)
    with pytest.raises(pdf.NotAsMeant):
        pdf.make("mute.typ", {"qr": pdf.qr("x")})
