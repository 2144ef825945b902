"""The forms: sign, look a receipt up, enter a line. Writing and deciding: writing_forms.py."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.petitions.models import PaperLine

LINES_OF_A_SHEET = 40


class Signing(forms.Form):
    """What a person who signs is asked. `legal` and `confirmed` are there only when they mean something."""

    legal = forms.BooleanField(required=False, label=_("It is also my legal request of this quarter"))
    confirmed = forms.BooleanField(
        label=_("The text was read to the person, who confirms."),
        error_messages={"required": _("Read the text aloud, ask, then tick this box.")},
    )

    def __init__(self, *args: Any, may_be_legal: bool, at_counter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_legal:
            del self.fields["legal"]
        if not at_counter:
            del self.fields["confirmed"]


class ReceiptLookup(forms.Form):
    """A receipt as somebody types it."""

    receipt = forms.CharField(
        label=_("The number of your receipt"),
        help_text=_("26 letters and digits. Spaces, hyphens and small letters do not matter."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={
            "required": _("Type the number of the receipt."),
            "max_length": _("This is too long for a receipt."),
        },
    )


class Sheet(forms.Form):
    """The sheet in the agent's hand."""

    sheet = forms.RegexField(
        r"^[A-Z]-[0-9]{1,6}$",
        label=_("Number of the sheet"),
        help_text=_("It is printed on it, for example F-0217."),
        max_length=16,
        error_messages={
            "required": _("Type the number printed on the sheet."),
            "invalid": _("A sheet's number is a capital letter, a hyphen and digits, for example F-0217."),
            "max_length": _("This is too long for a sheet's number."),
        },
    )


class Line(Sheet):
    """One line as the agent reads it. All empty means illegible."""

    line = forms.IntegerField(
        label=_("Line"),
        min_value=1,
        max_value=LINES_OF_A_SHEET,
        error_messages={
            "required": _("Type the line's number."),
            "invalid": _("The line's number is in digits."),
            "min_value": _("Lines are numbered from 1."),
            "max_value": _("A sheet has 40 lines at most."),
        },
    )
    last_name = forms.CharField(required=False, label=_("Last name"), max_length=120)
    first_name = forms.CharField(required=False, label=_("First name"), max_length=120)
    year = forms.IntegerField(
        required=False,
        label=_("Born in"),
        min_value=1900,
        max_value=2100,
        error_messages={
            "invalid": _("Write the year with four digits."),
            "min_value": _("Write the year with four digits."),
            "max_value": _("Write the year with four digits."),
        },
    )
    street = forms.CharField(required=False, label=_("Street"), max_length=200)
    legal = forms.BooleanField(required=False, label=_("The box for the legal request is ticked"))
    chosen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    #: What an agent may answer when several persons match: none of them, or one cannot tell which.
    NONE, UNSURE = PaperLine.Refusal.NOT_ON_ROLL.value, PaperLine.Refusal.AMBIGUOUS.value

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("line", "last_name", "first_name", "year", "street"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        for name in ("line", "year"):
            self.fields[name].widget.input_type = "text"
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    @property
    def is_empty(self) -> bool:
        """Nothing but the line's number: it cannot be read."""
        names = ("last_name", "first_name", "year", "street")
        return not any(self.cleaned_data.get(name) for name in names)
