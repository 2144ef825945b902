"""The forms: sign, look a receipt up, recall, reply, judge lines, rule on signals. More in writing_forms.py."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.assemblies.models import Official
from beffroi.apps.petitions.actions import LIMITS
from beffroi.apps.petitions.actions.panel import REASONS as RULINGS
from beffroi.apps.petitions.fields import Text
from beffroi.apps.petitions.models import CheckedLine, Ruling


class Recalling(forms.Form):
    """The grievance against one official. The title and the question are the same for everybody."""

    official = forms.ChoiceField(
        label=_("The official whose mandate is to end"),
        help_text=_("Only those who signed the charter are listed."),
        error_messages={"required": _("Choose the official."), "invalid_choice": _("Choose one of those listed.")},
    )
    text = Text(
        label=_("What is held against her or him"),
        help_text=_("Facts of the mandate, with their dates. The official replies beside it. 5,000 signs at most."),
        most=LIMITS["text"],
        rows=12,
        error_messages={"required": _("Write what is held against the official.")},
    )
    named = forms.BooleanField(
        label=_("My name is published with the petition"),
        help_text=_("Whoever asks for the end of a mandate is named, as the official is."),
        error_messages={"required": _("A petition is carried by a named person: tick this box, or do not file it.")},
    )

    def __init__(self, officials: Iterable[Official], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["official"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((row.number, f"{row.name}, {row.assembly.name}") for row in officials)]
        field.widget.choices = field.choices


class Replying(forms.Form):
    """The official's reply: the same space as the grievance."""

    text = Text(
        label=_("The reply"),
        help_text=_("5,000 signs at most, as for the grievance. Each version stays public."),
        most=LIMITS["text"],
        rows=14,
        error_messages={"required": _("Write the reply.")},
    )


class Choices(forms.Form):
    """What a signer chooses beside her signature, now or later. Nothing is ticked beforehand."""

    public_name = forms.BooleanField(
        required=False,
        label=_("Show my name on the page of those who signed"),
        help_text=_("First name and last name, nothing else. You can take it off at any time."),
    )
    follow = forms.BooleanField(
        required=False,
        label=_("Tell me by e-mail what follows"),
        help_text=_("One e-mail at each step: threshold, council, answer, votation. One click stops them."),
    )

    def __init__(self, *args: Any, may_follow: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_follow:
            del self.fields["follow"]


class Signing(Choices):
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


class VerdictForm(forms.Form):
    """What somebody found who compared a line with its sheet."""

    line = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    verdict = forms.ChoiceField(
        label=_("What does the sheet say?"),
        choices=[
            ("", _("This person, and a signature: valid")),
            (CheckedLine.Refusal.UNSIGNED, _("No signature on the line")),
            (CheckedLine.Refusal.OTHER_PERSON, _("The line names somebody else")),
            (CheckedLine.Refusal.ILLEGIBLE, _("The line cannot be read")),
            (CheckedLine.Refusal.SAME_HAND, _("Several lines of the sheet are by the same hand")),
            (CheckedLine.Refusal.SHEET_MISSING, _("The sheet cannot be found")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "verdict" not in self.data:  # "valid" is sent as an empty text: what was not sent at all was not chosen
            self.add_error("verdict", _("Choose what the sheet says."))
        return data


class RulingForm(forms.Form):
    """What the panel decides on a signal."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Ruling.Decision.KEEP, _("Keep these signatures: nothing is wrong")),
            (Ruling.Decision.CHECK, _("Ask for a check, and decide later")),
            (Ruling.Decision.STRIKE, _("Strike off the signatures ticked above")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    reason = forms.ChoiceField(
        label=_("Reason, published"),
        choices=[
            ("", _("Choose")),
            ("household", _("To keep: a household or a shared device")),
            ("gathering", _("To keep: a stand, a meeting or a press article")),
            ("to_confirm", _("To check: the persons are asked to confirm")),
            ("to_compare", _("To check: the papers are to be compared")),
            ("not_hers", _("To strike off: not given by the person herself")),
            ("no_presence", _("To strike off: the person was not at the counter")),
        ],
        error_messages={"required": _("Choose a reason.")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        decision, reason = data.get("decision"), data.get("reason")
        if decision and reason and reason not in RULINGS[decision]:
            self.add_error("reason", _("Choose a reason that goes with this decision."))
        return data
