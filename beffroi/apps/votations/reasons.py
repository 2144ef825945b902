"""Why somebody may or may not vote, in sentences that say what to do."""

from datetime import datetime

from django.utils.translation import gettext as _

from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.models import Person
from beffroi.apps.votations import perms, queries, rules
from beffroi.apps.votations.models import Votation
from beffroi.core.suffrage import turns
from beffroi.web.templatetags.beffroi import day, moment


def why_not(request: Request, votation: Votation, standing: queries.Standing | None, now: datetime) -> str:
    """Why this reader cannot cast a ballot now; empty when she can, or when signing in is all that she lacks."""
    phase = queries.phase(votation, now)
    if phase in {"called", "ready"}:
        return _("This vote opens on %(moment)s.") % {"moment": moment(votation.opens_at)}
    if phase != "open":
        return _("This vote closed on %(moment)s.") % {"moment": moment(votation.closes_at)}
    if request.account is not None and not perms.may_cast(request):
        return str(perms.ALONE)
    if standing is not None and not standing.registered and request.acting is not None:
        return not_registered(votation, request.acting.person, standing.reason)
    return ""


def not_registered(votation: Votation, person: Person, code: str) -> str:
    """Why she is not on the list, from the code that the roll gave."""
    frozen = rules.read(votation.rules)
    last = day(frozen.body_on)
    if code == "too_young":
        age = int(frozen.age.value)
        birthday = day(turns(person.birth_date, age))
        return _("You turn %(age)s on %(birthday)s. This vote ends on %(last)s: you can take part in the next one.") % {
            "age": age,
            "birthday": birthday,
            "last": last,
        }
    told = {
        "not_elector": _("This vote is for the persons on the electoral roll. You are on the register of residents."),
        "left": _("The roll says that you have left the commune. If this is wrong, the town hall corrects it."),
        "not_on_roll": _("You are on the roll from a later day than %(last)s, on which this vote ends."),
        "listed_later": _("The list of this vote was drawn up when it was called, and you were not on the roll yet."),
    }
    return told.get(code, _("You are not on the list of this vote. The town hall can say why.")) % {"last": last}
