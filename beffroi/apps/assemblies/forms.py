"""The forms: the council's answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.assemblies.actions import ANSWER_LIMIT


class Answering(forms.Form):
    """The answer's words. A browser counts a line break as two signs, we count one."""

    text = forms.CharField(
        label=_("The council's answer"),
        help_text=_("It is published as it is, under your name, and can no longer be changed. 20,000 signs at most."),
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": _("Write the answer.")},
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > ANSWER_LIMIT:
            over = len(text) - ANSWER_LIMIT
            raise forms.ValidationError(_("Shorten the text by %(over)s signs."), params={"over": over})
        if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
            raise forms.ValidationError(
                _("This text holds signs that cannot be printed. Copy it without its formatting.")
            )
        return text
