"""What people type: a tracker, a count, a call, files of the authority and of the trustees."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beffroi.apps.roll.models import Station
from beffroi.apps.votations.models import Trustee
from beffroi.apps.votations.rules import LONGEST_ARGUMENT

MOST_TRACKER = 100
MOST_FILE = 64 * 1024 * 1024  # a list of 500,000 credentials is 34 MB
SIDES: dict[str, str | Promise] = {
    Trustee.Side.MAJORITY: _("Majority of the council"),
    Trustee.Side.OPPOSITION: _("Opposition of the council"),
    Trustee.Side.RESIDENT: _("Resident drawn by lot"),
}


class TrackerForm(forms.Form):
    """A tracker as it was noted or pasted: spaces and line breaks do not count."""

    tracker = forms.CharField(
        label=_("Tracking number of the ballot"),
        max_length=MOST_TRACKER,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={
            "required": _("Paste the tracking number that the booth gave you."),
            "max_length": _("A tracking number has 43 signs."),
        },
    )

    def clean_tracker(self) -> str:
        return "".join(str(self.cleaned_data["tracker"]).split())


class PaperCountForm(forms.Form):
    """One scrutineer's count of one station."""

    station = forms.ModelChoiceField(
        label=_("Station"),
        queryset=Station.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose the station.")},
    )
    yes = forms.IntegerField(label=pgettext_lazy("ballots", "Yes"), min_value=0, max_value=1_000_000)
    no = forms.IntegerField(label=pgettext_lazy("ballots", "No"), min_value=0, max_value=1_000_000)
    blank = forms.IntegerField(label=pgettext_lazy("ballots", "Blank"), min_value=0, max_value=1_000_000)
    mixed_into = forms.ModelChoiceField(
        label=_("Mixed, unopened, into the box of"),
        queryset=Station.objects.none(),
        required=False,
        empty_label=_("Not mixed: opened alone"),
        help_text=_("For a box of few ballots only; then write 0 three times above."),
    )

    def __init__(self, stations: Iterable[Station], left: Iterable[Station], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = Station.objects.order_by("code")
        for name, listed in (("station", left), ("mixed_into", stations)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = every.filter(pk__in=[station.pk for station in listed])
        for name in ("yes", "no", "blank"):
            field = self.fields[name]
            field.widget.attrs |= {"class": "w-s", "inputmode": "numeric"}
            field.error_messages["required"] = str(_("Write the number of ballots, 0 if there is none."))


class CallForm(forms.Form):
    """What the clerk fixes when she calls the vote. Everything else comes from the rules of the commune."""

    opens_at = forms.DateTimeField(
        label=_("Opens online"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    closes_at = forms.DateTimeField(
        label=_("Closes online"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    paper_on = forms.DateField(label=_("Paper day"), widget=forms.DateInput(attrs={"type": "date"}))
    yes_text = forms.CharField(
        label=_("Argument for yes"), max_length=LONGEST_ARGUMENT, widget=forms.Textarea(attrs={"rows": 6})
    )
    yes_authors = forms.CharField(label=_("Signed by"), max_length=200)
    no_text = forms.CharField(
        label=_("Argument for no"), max_length=LONGEST_ARGUMENT, widget=forms.Textarea(attrs={"rows": 6})
    )
    no_authors = forms.CharField(label=_("Signed by"), max_length=200)

    def arguments(self) -> dict[str, tuple[str, str]]:
        """Both sides, as the action wants them."""
        given = self.cleaned_data
        return {side: (given[f"{side}_text"], given[f"{side}_authors"]) for side in ("yes", "no")}


class FileForm(forms.Form):
    """One file that somebody outside the server has made."""

    file = forms.FileField(
        label=_("File"), error_messages={"required": _("Choose the file."), "empty": _("This file is empty.")}
    )

    def content(self) -> bytes:
        """The bytes of the file."""
        uploaded = self.cleaned_data["file"]
        return bytes(uploaded.read(MOST_FILE))


class TrusteeForm(FileForm):
    """A trustee's public key, with who she is."""

    owner = forms.IntegerField(label=pgettext_lazy("trustee", "Number"), min_value=1, max_value=99)
    name = forms.CharField(label=_("Name"), max_length=120)
    side = forms.ChoiceField(label=pgettext_lazy("trustee", "Side"), choices=list(SIDES.items()))
    field_order = ("owner", "name", "side", "file")


class MemberForm(forms.Form):
    """A member of the group that makes the key: who she is, and from which account her files will come."""

    name = forms.CharField(label=_("Name"), max_length=120)
    side = forms.ChoiceField(label=pgettext_lazy("trustee", "Side"), choices=list(SIDES.items()))
    address = forms.EmailField(
        label=_("E-mail address with which this person signs in"),
        help_text=_("It is not shown on the public pages."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class DecryptionForm(FileForm):
    """A trustee's partial decryption."""

    owner = forms.IntegerField(label=_("Trustee number"), min_value=1, max_value=99)
    field_order = ("owner", "file")
