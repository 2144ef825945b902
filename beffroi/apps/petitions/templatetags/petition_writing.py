"""What the parts of a petition's page read for themselves, so that the page's view need not know them."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from beffroi.apps.petitions import reading, reasons
from beffroi.apps.petitions.models import Attachment, CoPetitioner, Petition
from beffroi.apps.petitions.plain import Hint
from beffroi.web.words import number

register = template.Library()


@register.simple_tag
def admissibility_of(petition: Petition) -> reading.Admissibility:
    """{% admissibility_of petition as told %}"""
    return reading.admissibility(petition)


@register.simple_tag
def may_appeal(told: reading.Admissibility) -> bool:
    """{% may_appeal told as open %}: nobody has yet, and there is time."""
    return told.may_appeal(timezone.localdate())


@register.simple_tag
def carried_with(petition: Petition) -> list[CoPetitioner]:
    """{% carried_with petition as others %}"""
    return reading.co_petitioners(petition)


@register.simple_tag
def attached_to(petition: Petition) -> list[Attachment]:
    """{% attached_to petition as files %}"""
    return reading.attachments(petition)


@register.filter
def reason(code: str) -> str:
    """The published sentence of a reason to refuse."""
    return str(reasons.reason(code))


@register.filter
def kind(media_type: str) -> str:
    """PDF, JPEG, PNG."""
    return media_type.rpartition("/")[2].upper()


@register.filter
def weight(size: int) -> str:
    """A file's size as people say it."""
    kilo = max(1, round(size / 1000))
    if kilo < 1000:
        return _("%(n)s kB") % {"n": kilo}
    return _("%(n)s MB") % {"n": number((size + 500_000) // 1_000_000)}


@register.filter
def told(hint: Hint) -> str:
    """A hint in a sentence."""
    sentences = {
        "no_question_mark": _("The question has no question mark."),
        "open_question": _("The question begins with “%(what)s”: could one answer it by yes or no?"),
        "negative_question": _("The question holds “not”: one may wonder what a yes would mean. Ask it the other way."),
        "two_questions": _("There seem to be two questions in one: how would one say yes to one and no to the other?"),
        "capitals": _("The title is in capital letters: it is harder to read, and looks like shouting."),
        "long_sentence": _("A sentence of %(number)s words: “%(what)s” Could it be cut in two?"),
        "jargon": _("“%(what)s”: everybody would understand “%(instead)s”."),
        "short_text": _("The text is short. Say what happens today, what you ask for, and what it would change."),
        "figures_without_source": _("You give a figure (%(what)s). Say where it comes from: people will ask."),
    }
    return sentences[hint.code] % {"what": hint.what, "number": hint.number, "instead": hint.instead}
