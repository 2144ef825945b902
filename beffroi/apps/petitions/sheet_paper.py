"""The paper itself: what a printed sheet says. The same printing gives the same bytes, so it can be printed again."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django.utils import translation
from django.utils.timezone import localdate

from beffroi.apps.petitions import sheet_codes
from beffroi.apps.petitions.actions import text_bytes
from beffroi.apps.petitions.models import Petition, Printing
from beffroi.apps.petitions.paper_models import LINES_OF_A_SHEET
from beffroi.web import pack, pdf
from beffroi.web.typography import french
from beffroi.web.words import day

#: How many signs of the petition's text and question fit: the whole text is on the site, its fingerprint on the sheet.
ROOM, ROOM_LARGE = 820, 560
LONG_TITLE: Final = 60  # a longer one takes a second line, and the room of some words


def excerpt(text: str, most: int) -> tuple[str, bool]:
    """The beginning of a text, cut between two words, and whether it was cut."""
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain, False
    return plain[:most].rsplit(" ", 1)[0] + " …", True


def room_for(title: str, question: str, large: bool) -> int:
    """How many signs of the text fit beside its title and question."""
    room = ROOM_LARGE if large else ROOM
    return room - len(question) - (60 if len(title) > LONG_TITLE else 0)


def _matter(petition: Petition, large: bool, on: date) -> dict[str, Any]:
    rules = pack.current()
    said, cut = excerpt(petition.text, room_for(petition.title, petition.question, large))
    sha = hashlib.sha256(text_bytes(petition)).hexdigest()
    return {
        "number": petition.number,
        "title": french(petition.title),
        "excerpt": french(said),
        "cut": cut,
        "question": french(petition.question),
        "author": petition.author_name,
        "organiser": french(rules.organiser["fr"]),
        "closes": day(localdate(petition.closes_at)),
        "sha": " ".join(sha[start : start + 8] for start in range(0, 64, 8)),
        "keep_days": rules.number("petitions.paper_keep_days", on),
        "large": large,
        "lines": LINES_OF_A_SHEET,
    }


def pages(printing: Printing, address: Callable[[str], str], text_address: str) -> bytes:
    """The PDF of a printing. `address` gives the page of a sheet from its identifier: the QR code holds that alone."""
    petition = printing.petition
    sheets = [
        {"shown": sheet_codes.shown(code), "url": address(code), "qr": pdf.qr(address(code))}
        for code in printing.sheets.values_list("code", flat=True)
    ]
    with translation.override("fr"):  # the sheet is French whatever the language of who prints it
        matter = _matter(petition, printing.large, localdate(printing.at))
    return pdf.make("petitions/sheet.typ", matter | {"sheets": sheets, "text_url": text_address})
