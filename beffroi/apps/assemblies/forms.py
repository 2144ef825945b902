"""The forms: the council's answer."""

from typing import Any

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


class Signing(forms.Form):
    """Her signature under the charter. The secretariat gives the date of the paper, and says that it holds it."""

    signed_on = forms.DateField(
        label=_("Date of the signature on the paper"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Write the date that the paper bears."), "invalid": _("Write a date.")},
    )
    confirmed = forms.BooleanField(label=_("I have read the charter and I sign it."))

    def __init__(self, *args: Any, herself: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box = self.fields["confirmed"]
        box.error_messages["required"] = str(_("Tick this box to go on, or go back to the charter."))
        if herself:
            del self.fields["signed_on"]
        else:
            box.label = _("The secretariat holds the paper, signed by this person's own hand.")


class Withdrawing(forms.Form):
    """Takes a signature back."""

    confirmed = forms.BooleanField(label=_("I withdraw my signature. The date is published."))

    def __init__(self, *args: Any, herself: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box = self.fields["confirmed"]
        box.error_messages["required"] = str(_("Tick this box to go on, or go back to the charter."))
        if not herself:
            box.label = _("The secretariat holds a signed paper by which this person withdraws.")
