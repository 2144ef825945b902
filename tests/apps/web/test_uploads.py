"""Files that people hand in: what is taken, what is taken out of it, and what a crash leaves."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from beffroi.core.errors import Refused
from beffroi.web import uploads

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
LATER = datetime.now(UTC) + timedelta(hours=1)


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#8a2b1a").save(out, kind, **options)
    return out.getvalue()


def refusal(content: bytes, most_bytes: int = uploads.MOST_BYTES) -> str:
    with pytest.raises(Refused) as caught:
        uploads.read(ContentFile(content), most_bytes)
    return caught.value.rule


def test_a_pdf_a_jpeg_and_a_png_are_taken_whatever_their_name() -> None:
    kinds = [uploads.read(ContentFile(file, "x.exe")).media_type for file in (PDF, picture("JPEG"), picture("PNG"))]
    assert kinds == [uploads.PDF, uploads.JPEG, uploads.PNG]


def test_a_picture_loses_the_place_where_it_was_taken_and_what_hides_behind_its_end() -> None:
    exif = Image.Exif()
    exif[0x010E] = "48.1975 N 3.2833 E"
    taken = uploads.read(ContentFile(picture("JPEG", exif=exif) + b"hidden behind the last byte"))
    assert b"48.1975" not in taken.content
    assert b"hidden" not in taken.content
    with Image.open(io.BytesIO(taken.content)) as again:
        assert again.size == (40, 30)
        assert not again.getexif()


def test_a_picture_lying_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    with Image.open(io.BytesIO(uploads.read(ContentFile(picture("JPEG", exif=exif))).content)) as again:
        assert again.size == (30, 40)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "uploads.empty"),
        (b"MZ a program", "uploads.kind"),
        (picture("GIF"), "uploads.kind"),
        (picture("PNG")[:-40], "uploads.kind"),
        (b"%PDF-1.7 cut short", "uploads.kind"),
        (PDF.replace(b"/Type", b"/JavaScript (app.alert) /Type"), "uploads.active"),
        (PDF.replace(b"/Type", b"/EmbeddedFile /Type"), "uploads.active"),
        (picture("PNG", (8000, 6000)), "uploads.too_large"),
    ],
)
def test_anything_else_is_refused_with_its_reason(content: bytes, rule: str) -> None:
    assert refusal(content) == rule


def test_a_file_is_weighed_before_it_is_read() -> None:
    assert refusal(PDF, len(PDF) - 1) == "uploads.too_large"


def test_a_kept_file_comes_back_and_can_be_removed_twice() -> None:
    name = uploads.keep("trials", uploads.read(ContentFile(PDF)))
    assert uploads.load("trials", name).content == PDF
    uploads.remove("trials", name)
    uploads.remove("trials", name)
    with pytest.raises(FileNotFoundError):
        uploads.load("trials", name)


def test_what_no_row_names_is_swept_once_it_is_old() -> None:
    kept, lost = (uploads.keep("swept", uploads.Upload(PDF, uploads.PDF)) for _ in range(2))
    assert uploads.sweep("swept", {kept}, LATER - timedelta(hours=2)) == 0
    assert uploads.sweep("swept", {kept}, LATER) == 1
    assert uploads.load("swept", kept).content == PDF
    with pytest.raises(FileNotFoundError):
        uploads.load("swept", lost)
