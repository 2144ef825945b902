"""The forms of paper: print sheets, find one, take it in, read a line, refuse it, keep its picture."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.apps.petitions import sheet_queries
from beffroi.apps.petitions.actions.sheets import MOST_AT_ONCE
from beffroi.apps.petitions.models import PaperLine, Sheet
from beffroi.apps.petitions.paper_models import LINES_OF_A_SHEET
from beffroi.core.errors import Malformed

NUMBER_OF_SHEETS = _("Write a number from 1 to 50.")
NUMBER_OF_LINES = _("Write a number from 1 to 10.")
YEAR = _("Write the year with four digits.")
#: Why a whole sheet is refused: the sentence that everybody reads beside its count.
SHEET_REFUSALS: dict[str, str | Promise] = {
    Sheet.Refusal.ALTERED: _("The printed text was changed"),
    Sheet.Refusal.COPIED: _("It is a copy of another sheet"),
    Sheet.Refusal.UNREADABLE: _("It cannot be read as a whole"),
}


def _number(label: Any, most: int, told: Any, **more: Any) -> forms.IntegerField:
    wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), told)
    box = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-s"})
    return forms.IntegerField(label=label, min_value=1, max_value=most, error_messages=wrong, widget=box, **more)


class Print(forms.Form):
    number = _number(
        _("How many sheets"),
        MOST_AT_ONCE,
        NUMBER_OF_SHEETS,
        help_text=_("Ten lines each. 50 sheets at most in one go."),
        initial=10,
    )
    large = forms.BooleanField(required=False, label=_("In large print, on two pages"))


class SheetCode(forms.Form):
    """A sheet's identifier as somebody types it. Gives the sheet, or says what to look at."""

    code = forms.CharField(
        label=_("Number of the sheet"),
        help_text=_("Eight letters and digits, printed at the top right. Spaces and small letters do not matter."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "autofocus": True}
        ),
        error_messages={
            "required": _("Type the number printed on the sheet."),
            "max_length": _("This is too long for a sheet’s number."),
        },
    )

    def clean_code(self) -> Sheet:
        try:
            return sheet_queries.get(self.cleaned_data["code"])
        except Malformed as wrong:
            told = {
                "a wrong character": _("One character is wrong. Compare with the paper, one by one."),
            }.get(wrong.found, _("A sheet’s number has eight letters and digits."))
            raise forms.ValidationError(told) from None
        except Sheet.DoesNotExist:
            raise forms.ValidationError(
                _("No sheet was printed with this number. This paper was not made here: keep it apart, and say so.")
            ) from None


class Filled(forms.Form):
    lines = _number(_("Filled lines"), LINES_OF_A_SHEET, NUMBER_OF_LINES)


class RefuseSheet(forms.Form):
    code = forms.ChoiceField(
        label=_("Why the whole sheet is refused; it is published"),
        choices=list(SHEET_REFUSALS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason."), "invalid_choice": _("Choose a reason.")},
    )


class Scan(forms.Form):
    file = forms.FileField(
        label=_("Picture of the sheet"),
        help_text=_("PDF, JPEG or PNG, 8 megabytes at most."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty. Choose another one.")},
    )


class Line(forms.Form):
    """One line as the agent reads it: a name, or the reason why it names nobody."""

    line = forms.IntegerField(min_value=1, max_value=LINES_OF_A_SHEET, widget=forms.HiddenInput)
    last_name = forms.CharField(required=False, label=_("Last name"), max_length=120)
    first_name = forms.CharField(required=False, label=_("First name"), max_length=120)
    year = forms.IntegerField(
        required=False,
        label=_("Born in"),
        min_value=1900,
        max_value=2100,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), YEAR),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    street = forms.CharField(required=False, label=_("Street"), max_length=200)
    legal = forms.BooleanField(required=False, label=_("The box for the legal request is ticked"))
    chosen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    refusal = forms.ChoiceField(required=False, choices=[("", ""), *((code, code) for code in PaperLine.READ)])

    #: What an agent may answer when she is shown persons: none of them, or one cannot tell which.
    NONE, UNSURE = PaperLine.Refusal.NOT_ON_ROLL.value, PaperLine.Refusal.AMBIGUOUS.value

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("last_name", "first_name", "year", "street"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self) -> dict[str, object]:
        """A line with a year and no name is a slip of the hand, not a refusal: it is asked again."""
        cleaned: dict[str, object] = super().clean() or {}
        named = cleaned.get("last_name") or cleaned.get("refusal") or cleaned.get("chosen")
        if not named and "last_name" in cleaned:
            self.add_error("last_name", _("Write the last name, or say why the line names nobody."))
        return cleaned
