"""The forms of the administrators' pages: files, confirmations, accounts at work."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.roles import LONGEST_NAME


def _count(**words: Any) -> forms.IntegerField:
    """A number that is typed again, so that nobody confirms without reading."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-s"})
    told = {"required": _("Write the number."), "invalid": _("Write the number in digits.")}
    return forms.IntegerField(min_value=0, widget=widget, error_messages=told, **words)


class TableForm(forms.Form):
    """A file handed in by an administrator."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"required": _("Choose the file."), "empty": _("This file is empty.")},
    )


class ExportForm(TableForm):
    """The electoral roll's export."""

    field_order = ("file",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("The export of the electoral roll")
        self.fields["file"].help_text = _(
            "As the national register gives it: a CSV file of 27 columns. Nothing is changed before you confirm."
        )


class ConfirmImport(forms.Form):
    """What the preview said, typed again."""

    changes = _count(label=_("How many changes?"), help_text=_("Write the number of changes that the preview shows."))
    leaving = _count(
        label=_("How many persons leave?"),
        help_text=_("More than a tenth of the electors would leave: write their number too."),
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["leaving"]


class ConfirmUndo(forms.Form):
    """How many changes are taken back."""

    changes = _count(label=_("How many changes?"), help_text=_("Write the number of changes that are taken back."))


class RulesForm(TableForm):
    """rues.csv, and the day from which it holds."""

    since = forms.DateField(
        label=_("From which day on?"),
        help_text=_("On that day the persons concerned move to their new polling station."),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the day."), "invalid": _("Choose the day.")},
    )
    field_order = ("file", "since")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = today
        self.fields["file"].label = _("The streets and their polling stations (CSV)")


class PointsForm(TableForm):
    """The Base Adresse Locale."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("The Base Adresse Locale (CSV)")


class AccountForm(forms.Form):
    """Somebody who works for the commune."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("First name and last name: her or his acts are recorded under it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the name.")},
    )
    address = forms.EmailField(
        label=_("Work address"),
        max_length=254,
        help_text=_("An address that this person alone opens. The sign-in codes go there."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Write the address."),
            "invalid": _("Write a whole e-mail address, such as name@example.org."),
        },
    )
