"""PDF by Typst: tagged (PDF/UA-1), with our own fonts, the same bytes for the same matter.

A template is a file `*.typ` in an app's templates. What people wrote reaches it as data and never as markup: the
template reads `json(bytes(sys.inputs.data))`, and a text that it finds there is set as it is, `#` and `"` included.
"""

import io
import json
import struct
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import segno
import typst
from django.apps import apps

FONTS: Final = Path(__file__).parent / "fonts"
MISSING: Final = "\u25ca"  # a lozenge
#: What our fonts lack, and what stands for it: narrow spaces, what forbids a line break, a tab.
_NEAR: Final = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0", "\u2011": "-", "\u2060": "", "\t": " "})
_EPOCH: Final = 0  # no date in the file: two printings of one matter are the same bytes


class NotAsMeant(RuntimeError):
    """Typst made something else than the template says: a missing font, a missing alternative text. A bug of ours."""


def make(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `template` ("petitions/sheet.typ") filled with `data`, which JSON can hold.

    `NotAsMeant` on any warning of Typst.
    """
    try:
        made, warnings = typst.compile_with_warnings(
            str(_found(template)),
            format="pdf",
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False, sort_keys=True)},
            pdf_standards=["ua-1"],
            timestamp=_EPOCH,
        )
    except typst.TypstError as error:
        raise NotAsMeant(f"{template}: {error}") from error
    if warnings:
        raise NotAsMeant(f"{template}: " + "; ".join(warning.message for warning in warnings))
    assert isinstance(made, bytes)
    return made


def _printable(value: Any) -> Any:
    """The same data with a lozenge for each sign that our fonts do not hold: PDF/UA refuses a missing glyph."""
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", value).translate(_NEAR)
        return "".join(sign if sign == "\n" or ord(sign) in _signs() else MISSING for sign in composed)
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=1)
def _signs() -> frozenset[int]:
    """The signs that every font of the folder holds."""
    held = [_cmap(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset.intersection(*held)


def _cmap(font: bytes) -> frozenset[int]:
    """The code points of a TrueType font, from its table `cmap`, format 4 (OpenType 1.9, "cmap")."""
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)
    }
    start: int = tables[b"cmap"]
    count = struct.unpack_from(">H", font, start + 2)[0]
    offsets = [start + struct.unpack_from(">I", font, start + 8 + 8 * place)[0] for place in range(count)]
    four = next(at for at in offsets if struct.unpack_from(">H", font, at)[0] == 4)
    segments = struct.unpack_from(">H", font, four + 6)[0] // 2
    at = four + 14
    ends = struct.unpack_from(f">{segments}H", font, at)
    starts, deltas, ranges = (
        struct.unpack_from(f">{segments}H", font, at + 2 + 2 * segments * place) for place in (1, 2, 3)
    )
    first_range = at + 2 + 6 * segments

    def glyph(place: int, code: int) -> int:
        if not ranges[place]:
            return int(code + deltas[place]) % 65536
        there = first_range + 2 * place + ranges[place] + 2 * (code - starts[place])
        return int(struct.unpack_from(">H", font, there)[0])

    segment = range(segments - 1)  # the last one is the end mark, 0xFFFF
    return frozenset(code for place in segment for code in range(starts[place], ends[place] + 1) if glyph(place, code))


@lru_cache(maxsize=64)
def _found(template: str) -> Path:
    for config in apps.get_app_configs():
        path = Path(config.path) / "templates" / template
        if path.is_file():
            return path
    raise FileNotFoundError(template)


def qr(text: str) -> str:
    """A QR code as SVG, for `image(bytes(data.qr), format: "svg", alt: …)`: a template says in words what it holds."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=4)
    return out.getvalue().decode("ascii")
