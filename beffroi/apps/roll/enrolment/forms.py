"""The forms of enrolment, moving and leaving."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.base import File
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll import places
from beffroi.apps.roll.enrolment.asking import LONGEST_APPEAL, LONGEST_NAME, Asker
from beffroi.apps.roll.enrolment.reasons import REASONS
from beffroi.apps.roll.enrolment.residence import LONGEST_STREET
from beffroi.apps.roll.forms import AddressForm
from beffroi.apps.roll.models import Station
from beffroi.core.errors import Refused
from beffroi.web import uploads
from beffroi.web.refusals import sentence

DATES = ["%d/%m/%Y", "%d %m %Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d"]
DATE_ERROR = _("Write the day, the month and the year with four digits: 27 3 1988.")
TAKEN = "application/pdf,image/jpeg,image/png"


def _date(label: Any, hint: Any, required: Any, autocomplete: str = "off") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        input_formats=DATES,
        error_messages={"required": required, "invalid": DATE_ERROR},
        widget=forms.DateInput(attrs={"autocomplete": autocomplete, "class": "w-m"}),
    )


def _paper(label: Any, hint: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=hint,
        error_messages={"required": _("Choose a file: a PDF, or a picture."), "empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": TAKEN}),
    )


class StreetInput(forms.TextInput):
    """An address of the commune: roll/streets.js, where the page has it, offers the streets as one types."""

    def __init__(self, autocomplete: str) -> None:
        super().__init__({"autocomplete": autocomplete, "data-streets": reverse_lazy("roll:streets")})

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        offered = f"{name}-streets"
        field = super().render(name, value, {**(attrs or {}), "list": offered}, renderer)
        return format_html('{}<datalist id="{}"></datalist>', field, offered)


class EnrolAddress(AddressForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We send a code to it, then the letters about your request.")


class Identity(forms.Form):
    """Who asks: the same fields at home and at the counter."""

    last_name = forms.CharField(
        label=_("Last name"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Write the last name, as on the proof of identity.")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "spellcheck": "false"}),
    )
    first_name = forms.CharField(
        label=_("First names"),
        max_length=LONGEST_NAME,
        help_text=_("All of them, in the order of the proof of identity."),
        error_messages={"required": _("Write the first names, as on the proof of identity.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "spellcheck": "false"}),
    )
    birth_date = _date(
        _("Birth date"), _("Day, month, year: 27 3 1988."), _("Write the birth date."), autocomplete="bday"
    )
    street = forms.CharField(
        label=_("Address in the commune"),
        max_length=LONGEST_NAME,
        help_text=_("Number and street. Nothing else is needed."),
        error_messages={"required": _("Write the number and the street.")},
        widget=StreetInput("street-address"),
    )

    def asker(self, email: str) -> Asker:
        """What was written, once it is valid."""
        names = ("last_name", "first_name", "birth_date", "street")
        return Asker(**{name: self.cleaned_data[name] for name in names}, email=email)


class OnlineRequest(Identity):
    identity = _paper(
        _("Proof of identity"),
        _("Identity card, passport or residence permit, valid. A clear picture is enough. 8 megabytes at most."),
    )
    residence = _paper(
        _("Proof of residence"),
        _("Water, electricity or telephone bill, rent receipt, tax notice, or a letter from whoever houses you."),
    )
    honest = forms.BooleanField(
        label=_("I live at this address, and the papers are mine."),
        error_messages={"required": _("Tick this box if it is so.")},
    )

    def _taken(self, name: str) -> uploads.Upload | None:
        file: File[bytes] | None = self.cleaned_data.get(name)
        try:
            return uploads.read(file) if file else None
        except Refused as refused:
            raise forms.ValidationError(sentence(refused)) from None

    def clean_identity(self) -> uploads.Upload | None:
        return self._taken("identity")

    def clean_residence(self) -> uploads.Upload | None:
        return self._taken("residence")

    @property
    def proofs(self) -> dict[str, uploads.Upload]:
        return {name: self.cleaned_data[name] for name in ("identity", "residence")}


class CounterRequest(Identity):
    email = forms.EmailField(
        label=_("E-mail address, if there is one"),
        max_length=254,
        required=False,
        help_text=_("Read it back to the person: whoever reads this mailbox can sign in for her or him."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    seen = forms.BooleanField(
        label=_("I have seen a valid proof of identity and a proof of residence, in this name."),
        help_text=_("No copy is taken."),
        error_messages={"required": _("Look at both papers, then tick this box.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # the agent's own name must not slip in


class Follow(forms.Form):
    receipt = forms.CharField(
        label=_("The number of your receipt"),
        max_length=60,
        error_messages={"required": _("Write the 26 letters and digits of the receipt.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class Appeal(forms.Form):
    appeal = forms.CharField(
        label=_("Why the decision is wrong"),
        max_length=LONGEST_APPEAL,
        error_messages={"required": _("Write in a few words why the decision is wrong.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class StationChoice(forms.Form):
    """The station, and with it the neighbourhood, that belong to the address: first the one that its street says."""

    station = forms.ModelChoiceField(
        Station.objects.select_related("neighbourhood").order_by("code"),
        label=_("Polling station of this address"),
        to_field_name="code",
        empty_label=None,
        error_messages={"required": _("Choose the polling station of the address.")},
    )

    def __init__(self, *args: Any, street: str = "", today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["station"]
        place = places.find(street, today)
        if place is not None:
            self.initial["station"] = place.station.code
            field.help_text = _("The one that its street says today. Look whether it fits.")
        else:
            field.help_text = _("The list of streets does not say it for this address.")
        assert isinstance(field, forms.ModelChoiceField)
        field.choices = [("", "–")] + [
            (row.code, f"{row.code} {row.name}, {row.neighbourhood.name}") for row in field.queryset or ()
        ]


class Acceptance(StationChoice):
    another = forms.BooleanField(
        required=False,
        label=_("I have compared: the person of the roll with this name and birth date is somebody else."),
    )
    papers_seen = forms.BooleanField(
        required=False, label=_("I have seen both papers at the counter, with the person present.")
    )
    answer = forms.CharField(
        required=False,
        label=_("The answer to the appeal"),
        max_length=LONGEST_APPEAL,
        help_text=_("The person reads it. It says why."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class Refusal(forms.Form):
    reason = forms.ChoiceField(
        choices=tuple(REASONS.items()),
        label=_("Reason"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the published reasons.")},
    )


class AppealRefusal(forms.Form):
    answer = forms.CharField(
        label=_("The answer to the appeal"),
        max_length=LONGEST_APPEAL,
        help_text=_("The person reads it. It says why."),
        error_messages={"required": _("An appeal is answered in writing.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class NewAddress(forms.Form):
    street = forms.CharField(
        label=_("The new address, in the commune"),
        max_length=LONGEST_STREET,
        help_text=_("Number and street."),
        error_messages={"required": _("Write the number and the street.")},
        widget=StreetInput("off"),
    )
    moved_on = _date(_("Since which day"), _("Day, month, year: 1 9 2026."), _("Write the day of the move."))


class Departure(forms.Form):
    on = _date(_("From which day"), _("Day, month, year: 1 9 2026."), _("Write the day of the departure."))
