"""The reads around writing and deciding: drafts, what is similar, the clocks, who carries a petition, its documents."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from beffroi.apps.petitions import similar
from beffroi.apps.petitions.actions import admissibility_due, last_day_to_appeal, link_hash
from beffroi.apps.petitions.models import Appeal, Attachment, CoPetitioner, Decision, Draft, Petition
from beffroi.apps.roll.models import Person

State = Petition.State
SEARCHED = 300  # of the newest; more are open in no commune, and a page must not wait


def drafts_of(person: Person) -> QuerySet[Draft]:
    """What somebody is writing, the last saved first."""
    return Draft.objects.filter(author=person).select_related("neighbourhood").order_by("-saved_at")


def shared_draft(secret: str) -> Draft | None:
    """The draft of a shared address, while it is shared."""
    return Draft.objects.select_related("neighbourhood").filter(link_hash=link_hash(secret)).first()


def similar_to(title: str, text: str, but: Petition | None = None) -> list[Petition]:
    """Open petitions, and those that wait for a decision, that ask for nearly the same thing: the nearest first."""
    if not title.strip() and not text.strip():
        return []
    found = Petition.objects.filter(state__in=(State.OPEN, State.FILED)).order_by("-pk")
    rows = {row.pk: row for row in found[:SEARCHED] if but is None or row.pk != but.pk}
    others = ((key, row.title, f"{row.text} {row.question}") for key, row in rows.items())
    return [rows[key] for key in similar.nearest(title, text, others)]


@dataclass(frozen=True)
class Admissibility:
    """Everything that a petition's page says of the decision on it."""

    due: date
    decision: Decision | None
    appeal: Appeal | None
    is_withheld: bool
    appeal_until: date | None

    def may_appeal(self, today: date) -> bool:
        return self.appeal is None and self.appeal_until is not None and today <= self.appeal_until


def admissibility(petition: Petition) -> Admissibility:
    """In three queries, whatever happened."""
    decision = Decision.objects.filter(petition=petition).first()
    appeal = Appeal.objects.filter(petition=petition).first()
    refused = decision is not None and bool(decision.code)
    return Admissibility(
        admissibility_due(petition),
        decision,
        appeal,
        petition.state == State.REFUSED and hasattr(petition, "withheld"),
        last_day_to_appeal(decision) if decision is not None and refused else None,
    )


def co_petitioners(petition: Petition) -> list[CoPetitioner]:
    """Who carries it beside its author, by their own consent, first come first."""
    return list(CoPetitioner.objects.filter(petition=petition, left_at=None))


def carries(petition: Petition, person: Person) -> bool:
    """The author, or one of the co-petitioners."""
    joined = CoPetitioner.objects.filter(petition=petition, person=person, left_at=None)
    return petition.author_id == person.pk or joined.exists()


def attachments(petition: Petition) -> list[Attachment]:
    """What everybody may download: nothing before the petition is open."""
    return list(petition.attachments.all()) if petition.state in {State.OPEN, State.CLOSED} else []


def appeals_to_decide() -> QuerySet[Appeal]:
    """What waits for the bureau, the nearest end first."""
    return Appeal.objects.filter(outcome="").select_related("petition").order_by("due_on")


def carried_by(person: Person) -> QuerySet[Petition]:
    """The petitions that somebody filed or has joined."""
    joined = Q(co_petitioners__person=person, co_petitioners__left_at=None)
    return Petition.objects.filter(Q(author=person) | joined).distinct().order_by("-filed_at")
