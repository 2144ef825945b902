"""What every template may use: the commune, who organises, the day, the reader's choices, the links of the frame."""

from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from beffroi.web import frame as frames
from beffroi.web import instance, pack
from beffroi.web.still import shared
from beffroi.web.views import THEME_COOKIE, THEMES


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame's own variables. `place` is the commune's name, `organiser` the sentence of its pack."""
    commune, row = pack.current(), shared(("web.instance",), instance.current)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    acting = getattr(request, "acting", None)
    return {
        "place": commune.name,
        "organiser": pack.in_words(commune.organiser),
        "organiser_kind": row.kind if row else commune.kind,
        "demonstration": row.demonstration if row else False,
        "today": timezone.localdate(),
        "theme": theme if theme in THEMES[1:] else THEMES[0],
        "languages": [
            (code, LANG_INFO[code]["name_local"].capitalize(), code == get_language()) for code, _ in settings.LANGUAGES
        ],
        "here": request.get_full_path(),
        "source_url": settings.SOURCE_URL or reverse("web:source"),
        "doors": frames.doors(),
        "nav": frames.items("NAV"),
        "rights": frames.items("RIGHTS"),
        "verify": frames.items("VERIFY"),
        "account": getattr(request, "account", None),
        "counter_acting": acting if acting is not None and acting.channel == "counter" else None,
    }
