"""What the roof says of a votation in one line."""

import json

from django import template
from django.utils.translation import gettext as _

from beffroi.apps.votations.models import Votation
from beffroi.web.words import number

register = template.Library()


@register.filter
def outcome(votation: Votation) -> str:
    """The result in one line, from the decision as it was computed: never computed again here."""
    found = json.loads(votation.decision)
    said = {
        "adopted": _("Yes: %(yes)s to %(no)s. Enough persons took part."),
        "refused": _("No: %(no)s to %(yes)s. Enough persons took part."),
        "minimum_not_met": _(
            "%(participants)s persons voted; %(minimum)s were needed. The commune is not bound by it."
        ),
    }
    if votation.kind == votation.Kind.RECALL:
        said["minimum_not_met"] = _(
            "%(participants)s persons voted; %(minimum)s were needed. The charter commits to nothing."
        )
    figures = {key: number(found[key]) for key in ("participants", "minimum")}
    figures |= {key: number(found["total"][key]) for key in ("yes", "no")}
    return said[found["outcome"]] % figures
