"""The forms from the first word of a petition to the end of its appeal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.apps.petitions.actions import (
    APPEAL_LIMITS,
    LIMITS,
    MOST_SOURCES,
    NOTE_LIMITS,
    PRIVATE,
    as_lines,
    printable,
    sources_of,
)
from beffroi.apps.petitions.fields import UNPRINTABLE, Line, Text
from beffroi.apps.petitions.models import Appeal, Draft
from beffroi.apps.petitions.reasons import WITHHOLDABLE, reasons_for
from beffroi.apps.roll.models import Neighbourhood
from beffroi.core.errors import Malformed


class Writing(forms.Form):
    """What a petition says. `whole`: to be filed; without it a draft is saved as it is, gaps included."""

    title = forms.CharField(
        label=_("Title"),
        help_text=_("What you ask for, in one line. 120 signs at most."),
        max_length=LIMITS["title"],
        error_messages={"required": _("Write a title."), "max_length": _("Shorten the title to 120 signs.")},
    )
    text = Text(
        label=_("What you ask for, and why"),
        help_text=_("Short sentences are read to the end. 5,000 signs at most."),
        most=LIMITS["text"],
        rows=12,
        error_messages={"required": _("Write what you ask for.")},
    )
    question = Line(
        label=_("The question that the commune would vote on"),
        help_text=_("It is answered by yes or no. 300 signs at most."),
        most=LIMITS["question"],
        rows=2,
        error_messages={"required": _("Write the question.")},
    )
    sources = Text(
        label=_("Where your facts come from"),
        help_text=_("Not required. One source a line: its title, then its address that begins with https://."),
        most=8000,
        rows=3,
        required=False,
    )
    place = forms.ChoiceField(label=_("Who is it for?"), required=False, widget=forms.RadioSelect, initial="")

    def __init__(self, *args: Any, neighbourhood: Neighbourhood, whole: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.neighbourhood = neighbourhood
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = [
            ("", _("The whole commune: every resident of 16 and over may sign")),
            (neighbourhood.slug, _("My neighbourhood only: %(name)s") % {"name": neighbourhood.name}),
        ]
        if not whole:
            for field in self.fields.values():
                field.required = False

    @staticmethod
    def of(draft: Draft) -> dict[str, str]:
        """What the form holds when a draft is taken up again."""
        place = draft.neighbourhood.slug if draft.neighbourhood else ""
        words = {name: getattr(draft, name) for name in ("title", "text", "question")}
        return words | {"sources": as_lines(draft.sources), "place": place}

    def clean_title(self) -> str:
        if not printable(self.cleaned_data["title"]):
            raise forms.ValidationError(UNPRINTABLE)
        return " ".join(self.cleaned_data["title"].split())

    def clean_sources(self) -> list[dict[str, str]]:
        try:
            return sources_of(self.cleaned_data["sources"])
        except Malformed as wrong:
            line = wrong.where.rpartition(": ")[2]
            if not line.isdecimal():
                told = _("Keep %(most)s sources at most.")
                raise forms.ValidationError(told, params={"most": MOST_SOURCES}) from None
            told = _("Source %(line)s: write a short title, then an address that begins with https:// or http://.")
            raise forms.ValidationError(told, params={"line": line}) from None

    def clean_place(self) -> Neighbourhood | None:
        return self.neighbourhood if self.cleaned_data["place"] else None


class Attaching(forms.Form):
    """One document, and what it shows in words."""

    file = forms.FileField(
        label=_("A document"),
        help_text=_("PDF, JPEG or PNG, 5 megabytes at most. The place where a picture was taken is erased."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    shows = forms.CharField(
        label=_("What it shows"),
        help_text=_("In a few words, for those who cannot see it."),
        max_length=120,
        required=False,
        error_messages={"max_length": _("Shorten it to 120 signs.")},
    )

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        if not cleaned.get("file"):
            self.add_error("file", forms.ValidationError(_("Choose a document first.")))
        told = str(cleaned.get("shows") or "").strip()
        if len(told) < 3 or not printable(told):
            self.add_error("shows", forms.ValidationError(_("Say in a few words what the document shows.")))
        return cleaned


class Filing(forms.Form):
    """The last box before filing."""

    named = forms.BooleanField(
        label=_("My name is published with the petition"),
        help_text=_("Whoever carries a petition is named, and speaks before the council."),
        error_messages={"required": _("A petition is carried by a named person: tick this box, or do not file it.")},
    )


class Deciding(forms.Form):
    """The secretariat's: admit, or refuse for one of the published reasons and say why here."""

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
    )
    note = Text(
        required=False,
        label=_("If you refuse: why, in this case"),
        help_text=_("It is published with the reason. Say what is wrong and what would be accepted. Name nobody."),
        least=NOTE_LIMITS[0],
        most=NOTE_LIMITS[1],
        rows=4,
    )
    withhold = forms.BooleanField(
        required=False,
        label=_("Stop showing the text"),
        help_text=_("Only when it attacks a person or shows a private life. The journal keeps its fingerprint."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("No reason chosen")), *reasons_for(kind).items()]

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if PRIVATE.search(note):
            raise forms.ValidationError(_("This sentence is published: take the address or the number out of it."))
        return note

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        if cleaned.get("decision") != self.REFUSE:
            return cleaned
        if not cleaned.get("reason"):
            self.add_error("reason", forms.ValidationError(_("A refusal needs its reason.")))
        elif cleaned.get("withhold") and cleaned["reason"] not in WITHHOLDABLE:
            told = _("A text is withheld only when it attacks a person or shows a private life.")
            self.add_error("withhold", forms.ValidationError(told))
        if not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", forms.ValidationError(_("Say why, in a sentence: its author must understand.")))
        return cleaned


class Appealing(forms.Form):
    """What the author says against a refusal."""

    text = Text(
        label=_("Why this refusal is wrong"),
        help_text=_("The bureau reads it, and it is published with the petition. 2,000 signs at most."),
        least=APPEAL_LIMITS[0],
        most=APPEAL_LIMITS[1],
        rows=8,
        error_messages={"required": _("Say why the refusal is wrong.")},
    )


class AnsweringAppeal(forms.Form):
    """What the bureau decided, in writing."""

    outcome = forms.ChoiceField(
        label=_("What the bureau decided"),
        choices=[
            (Appeal.Outcome.ADMITTED, _("Admit the petition: it opens at once")),
            (Appeal.Outcome.UPHELD, _("Keep the refusal")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: admit, or keep the refusal.")},
    )
    answer = Text(
        label=_("The bureau's reasons"),
        help_text=_("Published, under the bureau's name. 2,000 signs at most. Name nobody."),
        least=APPEAL_LIMITS[0],
        most=APPEAL_LIMITS[1],
        rows=6,
        error_messages={"required": _("Write the bureau's reasons.")},
    )

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if PRIVATE.search(answer):
            raise forms.ValidationError(_("This sentence is published: take the address or the number out of it."))
        return answer


class Joining(forms.Form):
    """The code that the author gave, and the consent of whoever has it."""

    code = forms.CharField(
        label=_("The code that the author gave you"),
        help_text=_("26 letters and digits. Spaces, hyphens and small letters do not matter."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": _("Write the code."), "max_length": _("This is too long for a code.")},
    )
    named = forms.BooleanField(
        label=_("My name is published with the petition"),
        help_text=_("You may speak at its hearing. You can take your name off at any time."),
        error_messages={"required": _("Whoever carries a petition is named: tick this box, or do not join.")},
    )
