"""The fields in which people write: the limits are ours, a browser counts otherwise."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.petitions.actions import printable

UNPRINTABLE = _("This text holds signs that cannot be printed. Copy it without its formatting.")


class Text(forms.CharField):
    """A text of several lines. A browser counts a line break as two signs, we count one: the limit is ours."""

    def __init__(self, *, least: int = 1, most: int, rows: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not printable(text):
            raise forms.ValidationError(UNPRINTABLE)
        if len(text) > self.most:
            raise forms.ValidationError(
                _("Shorten the text by %(over)s signs."), params={"over": len(text) - self.most}
            )
        if text and len(text) < self.least:
            raise forms.ValidationError(_("Say it in %(least)s signs at least."), params={"least": self.least})
        return text


class Line(Text):
    """A text of one line, in a field that may show two."""

    def clean(self, value: Any) -> str:
        return " ".join(super().clean(value).split())
