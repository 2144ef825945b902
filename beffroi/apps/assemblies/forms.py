"""The forms: the council's answer, a sitting to plan, a sitting to cancel."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from beffroi.apps.assemblies.actions import ANSWER_LIMIT
from beffroi.apps.assemblies.models import Assembly, Sitting
from beffroi.apps.assemblies.planning import LONGEST_PLACE, LONGEST_REASON

_MOMENT = "%Y-%m-%dT%H:%M"  # what a browser's field for a moment holds


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


def _moment(**words: Any) -> forms.DateTimeField:
    """A day and an hour, in the browser's own field."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "w-m"}, format=_MOMENT)
    told = {"required": _("Choose the day and the hour."), "invalid": _("Choose the day and the hour.")}
    return forms.DateTimeField(widget=widget, error_messages=told, **words)


class SittingForm(forms.Form):
    """Day, place, and when the convocation leaves."""

    assembly = forms.ModelChoiceField(label=_("Assembly"), queryset=Assembly.objects.order_by("pk"), empty_label=None)
    starts_at = _moment(label=_("The sitting begins"))
    place = forms.CharField(
        label=_("Place"),
        max_length=LONGEST_PLACE,
        help_text=_("Room and address, as somebody who has never come would look for them."),
        error_messages={"required": _("Write the place.")},
    )
    convocation_at = _moment(
        label=_("The convocation leaves"),
        help_text=_("The agenda is fixed from then on. Petitions enter it until then."),
    )

    @classmethod
    def of(cls, sitting: Sitting) -> dict[str, Any]:
        """What the form shows of a sitting that is planned."""
        moments: dict[str, datetime] = {"starts_at": sitting.starts_at, "convocation_at": sitting.convocation_at}
        return {name: localtime(at) for name, at in moments.items()} | {
            "place": sitting.place,
            "assembly": sitting.assembly_id,
        }


class CancelForm(forms.Form):
    """Why a sitting is not held."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("It is published on the page of the sitting. One or two sentences, without the name of anybody."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the reason: people must know why.")},
    )
    sure = forms.BooleanField(
        label=_("The sitting will not be held: I have checked"),
        error_messages={"required": _("Tick the box to cancel the sitting.")},
    )


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
