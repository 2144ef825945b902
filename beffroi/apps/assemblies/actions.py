"""The verbs of councils: set up, appoint, plan and convene a sitting, fill its agenda, hold a hearing, answer it.

An agenda is fixed from the instant its convocation leaves. Whoever adds an item holds the sitting's row, so that no two
take one position.
"""

import hashlib
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import localdate

from beffroi.apps.assemblies.models import AgendaItem, Answer, Assembly, Hearing, Official, Sitting
from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll.models import Account
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.core.rules import Pack
from beffroi.web import pack as packs

#: Where each kind of item stands: an order that additions never disturb. The page numbers them one by one.
PLACES = {
    AgendaItem.Kind.MINUTES: 10,
    AgendaItem.Kind.HEARING: 1000,
    AgendaItem.Kind.DELIBERATION: 2000,
    AgendaItem.Kind.QUESTIONS: 30000,
}
ANSWER_LIMIT = 20_000  # signs


@transaction.atomic
def build(pack: Pack, now: datetime) -> Assembly:
    """Creates the assemblies of the pack, once; gives the council."""
    today, council = localdate(now), None
    for listed in pack.assemblies:
        seats = pack.number(listed.seats, today)
        row, _ = Assembly.objects.get_or_create(slug=listed.code, defaults={"name": listed.name["fr"], "seats": seats})
        if listed.kind == "council" and council is None:
            council = row
    if council is None:
        raise Malformed("pack.toml: assemblies", "no council", "one assembly of the kind council")
    return council


def appoint(
    assembly: Assembly, name: str, side: str, account: Account | None, since: date, presides: bool = False
) -> Official:
    """Seats somebody. One seat more than the assembly has is refused."""
    with transaction.atomic():
        # The mandates of all the assemblies share one numbering.
        held = next(row for row in Assembly.objects.select_for_update().order_by("pk") if row.pk == assembly.pk)
        if held.officials.filter(until=None).count() >= held.seats:
            raise Refused("assemblies.no_seat_left", held.name)
        return Official.objects.create(
            number=_next_number(Official, f"M-{since.year}-", 2),
            assembly=held,
            name=name,
            side=Official.Side(side),
            account=account,
            since=since,
            presides=presides,
        )


@transaction.atomic
def leave_office(official: Official, on: date) -> Official:
    """The mandate ends: she sits until the day before `on`. The row stays, because acts point to it."""
    if on < official.since or official.until is not None:
        raise Refused("assemblies.not_in_office", official.name)
    official.until = on
    official.save(update_fields=["until"])
    return official


@transaction.atomic
def designate_bureau(assembly: Assembly, members: Collection[int], now: datetime) -> int:
    """Who decides for the council between its sittings, besides whoever presides. How many they are, these included."""
    seated = Official.objects.select_for_update().filter(assembly=assembly)
    in_office = seated.filter(Q(until=None) | Q(until__gt=localdate(now)), since__lte=localdate(now))
    if unknown := set(members) - set(in_office.values_list("pk", flat=True)):
        raise Malformed("members", f"{len(unknown)} who do not sit there", "members in office")
    seated.exclude(pk__in=members).update(in_bureau=False)
    in_office.filter(pk__in=members).update(in_bureau=True)
    number = in_office.filter(Q(in_bureau=True) | Q(presides=True)).count()
    publish("assembly.bureau", now, assembly=assembly.slug, members=number)
    return number


@transaction.atomic
def plan_sitting(
    assembly: Assembly, starts_at: datetime, place: str, convocation_at: datetime, now: datetime
) -> Sitting:
    """Plans a sitting whose convocation leaves early enough for the law's clear days."""
    check_clear_days(starts_at, convocation_at)
    held = Assembly.objects.select_for_update().get(pk=assembly.pk)  # two sittings planned at once take two numbers
    sitting = Sitting.objects.create(
        number=_next_number(Sitting, f"{localdate(starts_at).year}-S", 1),
        assembly=held,
        starts_at=starts_at,
        place=place,
        convocation_at=convocation_at,
    )
    for kind in (AgendaItem.Kind.MINUTES, AgendaItem.Kind.QUESTIONS):  # the page gives these two their titles
        AgendaItem.objects.create(
            sitting=sitting, position=PLACES[kind], kind=kind, nature=AgendaItem.Nature.CUSTOM, title=""
        )
    return sitting


def check_clear_days(starts_at: datetime, convocation_at: datetime) -> None:
    """`Refused("assemblies.convocation_too_late")` with the last day on which the convocation may leave."""
    day = localdate(starts_at)
    clear_days = packs.current().number("council.convocation_clear_days", day)
    last_day = suffrage.clear_days_before(day, clear_days)
    if localdate(convocation_at) > last_day:
        raise Refused("assemblies.convocation_too_late", f"{last_day:%d/%m/%Y}")


def _next_number(model: type[Sitting] | type[Hearing] | type[Official], prefix: str, digits: int) -> str:
    last = model.objects.filter(number__startswith=prefix).order_by("-pk").values_list("number", flat=True).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:0{digits}d}"


@transaction.atomic
def convene(sitting: Sitting, now: datetime) -> Sitting:
    """The convocation leaves; its agenda no longer changes."""
    row = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if row.cancelled_at is not None:
        raise Refused("assemblies.is_cancelled", row.number)
    if row.convened_at is not None:
        raise Refused("assemblies.already_convened", row.number)
    if now < row.convocation_at:
        raise Refused("assemblies.too_early_to_convene", row.number)
    row.convened_at = now
    row.save(update_fields=["convened_at"])
    publish("sitting.convened", now, sitting=row.number, date=localdate(row.starts_at))
    return row


def convene_due(now: datetime) -> None:
    """Convenes the sittings whose day to be convened has come."""
    for sitting in Sitting.objects.filter(convened_at=None, cancelled_at=None, convocation_at__lte=now):
        try:
            convene(sitting, now)
        except Refused as refused:  # somebody has just done it by hand
            if refused.rule not in {"assemblies.already_convened", "assemblies.is_cancelled"}:
                raise


@transaction.atomic
def schedule_hearing(petition_number: str, title: str, link: str, verified_at: datetime, now: datetime) -> Hearing:
    """Puts a petition on the agenda of the next sitting whose convocation has not left. Asked again, the same one."""
    known = Hearing.objects.filter(petition=petition_number).first()
    if known:
        return known
    item = _add(AgendaItem.Kind.HEARING, AgendaItem.Nature.PROMISE, title, link, verified_at, now)
    # Hearings of two sittings share one numbering.
    Assembly.objects.select_for_update().get(pk=item.sitting.assembly_id)
    hearing = Hearing.objects.create(
        number=_next_number(Hearing, f"A-{localdate(now).year}-", 3), item=item, petition=petition_number
    )
    publish_hearing(hearing, now)
    return hearing


def publish_hearing(hearing: Hearing, now: datetime) -> None:
    """The journal says on which agenda a petition stands, again when a cancelled sitting sends it to another."""
    sitting = hearing.item.sitting
    publish(
        "hearing.scheduled",
        now,
        hearing=hearing.number,
        sitting=sitting.number,
        petition=hearing.petition,
        date=localdate(sitting.starts_at),
    )


@transaction.atomic
def add_deliberation(title: str, link: str, nature: str, after: datetime, now: datetime) -> AgendaItem:
    """Puts a matter to the council: the next sitting, counted from `after`, whose convocation has not left."""
    return _add(AgendaItem.Kind.DELIBERATION, AgendaItem.Nature(nature), title, link, after, now)


def _add(
    kind: AgendaItem.Kind, nature: AgendaItem.Nature, title: str, link: str, after: datetime, now: datetime
) -> AgendaItem:
    sitting = _next_sitting(max(after, now))
    return AgendaItem.objects.create(
        sitting=sitting, position=_free(sitting, kind), kind=kind, nature=nature, title=title, link=link
    )


def _free(sitting: Sitting, kind: str) -> int:
    last: int | None = sitting.items.filter(kind=kind).aggregate(last=Max("position"))["last"]
    return PLACES[AgendaItem.Kind(kind)] if last is None else last + 1


def move_to_next(item: AgendaItem, now: datetime) -> None:
    """Takes an item from a cancelled sitting to the next one. `Refused("assemblies.no_sitting")` when there is none."""
    item.sitting = _next_sitting(now)
    item.position = _free(item.sitting, item.kind)
    item.save(update_fields=["sitting", "position"])


def _next_sitting(moment: datetime) -> Sitting:
    # A worker that comes late may not add to an agenda that has left meanwhile: `moment` is never before now.
    # Petitions are put to the council: no other assembly's sitting hears them, however near.
    council = [listed.code for listed in packs.current().assemblies if listed.kind == "council"][:1]
    sittings = Sitting.objects.select_for_update().filter(assembly__slug__in=council)
    planned = list(sittings.filter(convened_at=None, cancelled_at=None, starts_at__gt=moment).order_by("pk"))
    place = suffrage.next_sitting(moment, [(row.convocation_at, row.starts_at) for row in planned])
    if place is None:
        raise Refused("assemblies.no_sitting")
    return planned[place]


@transaction.atomic
def hold_hearing(hearing: Hearing, now: datetime) -> Hearing:
    """The petition was heard: the written answer is due so many days later."""
    row = Hearing.objects.select_for_update().get(pk=hearing.pk)
    if row.held_at is not None:
        raise Refused("assemblies.already_held", row.number)
    if row.item.sitting.cancelled_at is not None:
        raise Refused("assemblies.is_cancelled", row.item.sitting.number)
    if now < row.item.sitting.starts_at:
        raise Refused("assemblies.sitting_not_begun", row.number)
    today = localdate(now)
    row.held_at = now
    row.answer_due_on = today + timedelta(days=packs.current().number("petitions.answer_days", today))
    row.save(update_fields=["held_at", "answer_due_on"])
    publish("hearing.held", now, hearing=row.number, petition=row.petition, answer_due=row.answer_due_on)
    return row


@transaction.atomic
def record_answer(hearing: Hearing, official: Official, text: str, now: datetime) -> Answer:
    """The council's written answer, once. The journal has its fingerprint and how late it is, never its words."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not written or len(written) > ANSWER_LIMIT or any(ord(sign) < 32 and sign not in "\n\t" for sign in written):
        raise Malformed("text", f"{len(written)} signs", f"1 to {ANSWER_LIMIT} signs, none of them a control character")
    row = Hearing.objects.select_for_update().get(pk=hearing.pk)
    if official.assembly_id != row.item.sitting.assembly_id:
        raise Refused("assemblies.not_of_this_assembly", official.name)
    if row.held_at is None or row.answer_due_on is None:
        raise Refused("assemblies.not_held", row.number)
    if Answer.objects.filter(hearing=row).exists():
        raise Refused("assemblies.already_answered", row.number)
    answer = Answer.objects.create(hearing=row, official=official, text=written, recorded_at=now)
    publish(
        "hearing.answered",
        now,
        hearing=row.number,
        petition=row.petition,
        answer_sha256=hashlib.sha256(answer_bytes(answer)).hexdigest(),
        due=row.answer_due_on,
        days_late=days_late(row.answer_due_on, localdate(now)),
    )
    return answer


def answer_bytes(answer: Answer) -> bytes:
    """The answer as published and fingerprinted."""
    return (answer.text + "\n").encode()


def days_late(due: date, day: date) -> int:
    """How many days after its due date; 0 up to that day."""
    return max(0, (day - due).days)
