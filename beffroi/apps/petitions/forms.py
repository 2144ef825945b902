"""The forms: write a petition, sign, look a receipt up, decide on admissibility, enter a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.petitions.actions import LIMITS
from beffroi.apps.petitions.models import PaperLine
from beffroi.apps.petitions.reasons import REASONS

LINES_OF_A_SHEET = 40


class Writing(forms.Form):
    """What a petition says. A browser counts a line break as two signs, we count one: the limit is ours."""

    title = forms.CharField(
        label=_("Title"),
        help_text=_("What you ask for, in one line. 120 signs at most."),
        max_length=LIMITS["title"],
        error_messages={"required": _("Write a title."), "max_length": _("Shorten the title to 120 signs.")},
    )
    text = forms.CharField(
        label=_("What you ask for, and why"),
        help_text=_("Short sentences are read to the end. 5,000 signs at most."),
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": _("Write what you ask for.")},
    )
    question = forms.CharField(
        label=_("The question that the commune would vote on"),
        help_text=_("It is answered by yes or no. 300 signs at most."),
        max_length=LIMITS["question"],
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write the question."), "max_length": _("Shorten the question to 300 signs.")},
    )
    named = forms.BooleanField(
        label=_("My name is published with the petition"),
        help_text=_("Whoever carries a petition is named, and speaks before the council."),
        error_messages={"required": _("A petition is carried by a named person: tick this box, or do not file it.")},
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > LIMITS["text"]:
            over = len(text) - LIMITS["text"]
            raise forms.ValidationError(_("Shorten the text by %(over)s signs."), params={"over": over})
        return _without_controls(text)

    def clean_title(self) -> str:
        return _without_controls(" ".join(self.cleaned_data["title"].split()))

    def clean_question(self) -> str:
        return _without_controls(" ".join(self.cleaned_data["question"].split()))


def _without_controls(text: str) -> str:
    if any(ord(sign) < 32 and sign != "\n" for sign in text):
        raise forms.ValidationError(_("This text holds signs that cannot be printed. Copy it without its formatting."))
    return text


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


class Decision(forms.Form):
    """The secretariat's: admit, or refuse for one of the published reasons."""

    ADMIT, REFUSE = "admit", "refuse"
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[(ADMIT, _("Admit: it opens at once")), (REFUSE, _("Refuse, for the reason below"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: admit or refuse.")},
    )
    reason = forms.ChoiceField(
        required=False,
        label=_("If you refuse: the reason, which is published"),
        choices=[("", _("No reason chosen")), *REASONS.items()],
    )

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        if cleaned.get("decision") == self.REFUSE and not cleaned.get("reason"):
            self.add_error("reason", forms.ValidationError(_("A refusal needs its reason.")))
        return cleaned


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
