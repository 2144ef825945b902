"""What is unusual in the signatures of a petition: computed every hour, shown to the panel. Nothing is decided here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from statistics import median_low

from django.db import transaction
from django.utils.timezone import localdate, localtime

from beffroi.apps.petitions.models import PaperLine, Petition, Ruling, Signal, Signature, Trace
from beffroi.apps.roll.queries import name_key
from beffroi.web import pack

Channel = Signature.Channel
Code = Signal.Code
PACE = timedelta(seconds=30)  # a person's identity, her reading and her answer take longer at a counter
PACED = 10  # acts in a row
TIMES_THE_PACE = 10
LINES = 8  # of a sheet, from which on its share of refusals says something


@dataclass(frozen=True)
class Found:
    """One signal before it is stored."""

    code: str
    subject: str
    number: int
    usual: int
    signatures: tuple[int, ...]
    agent: int | None = None


def look(now: datetime) -> int:
    """Computes the signals of the open petitions; how many are new."""
    return sum(_look_at(row, now) for row in Petition.objects.filter(state=Petition.State.OPEN))


@transaction.atomic
def _look_at(petition: Petition, now: datetime) -> int:
    decided = Ruling.objects.filter(signal__petition=petition, decision__in=["keep", "strike"]).values("signal")
    closed = set(Signal.objects.filter(pk__in=decided).values_list("code", "subject"))
    new = 0
    for found in find(petition, now):
        if (found.code, found.subject) in closed:
            continue
        values = {"number": found.number, "usual": found.usual, "agent_id": found.agent}
        signal, created = Signal.objects.get_or_create(
            petition=petition, code=found.code, subject=found.subject, defaults={**values, "found_at": now}
        )
        if not created and signal.number != found.number:
            Signal.objects.filter(pk=signal.pk).update(**values)
        signal.signatures.set(found.signatures)
        new += created
    return new


def find(petition: Petition, now: datetime) -> Iterator[Found]:
    """Every signal of a petition at this instant."""
    rows = list(
        Signature.objects.filter(petition=petition, withdrawn_at=None, refusal="", erased=False)
        .select_related("person")
        .order_by("signed_at", "pk")
    )
    yield from _from_one_place(petition, now)
    yield from _bursts(rows, now)
    by_agent: dict[int, list[Signature]] = defaultdict(list)
    for row in rows:
        if row.agent_id is not None:
            by_agent[row.agent_id].append(row)
    for agent, acts in by_agent.items():
        yield from _of_agent(agent, acts, now)
    yield from _sheets(petition)


def _usual(name: str, now: datetime) -> int:
    return pack.current().number(f"checking.{name}", localdate(now))


def _from_one_place(petition: Petition, now: datetime) -> Iterator[Found]:
    traces = Trace.objects.filter(signature__petition=petition, signature__withdrawn_at=None, signature__refusal="")
    devices: dict[str, set[int]] = defaultdict(set)
    networks: dict[str, set[int]] = defaultdict(set)
    for device, network, signature in traces.values_list("device", "network", "signature"):
        devices[device].add(signature)
        networks[network].add(signature)
    networks.pop("", None)
    for code, places, usual in (
        (Code.DEVICE, devices, _usual("device_persons", now)),
        (Code.NETWORK, networks, _usual("network_persons", now)),
    ):
        for mac, signatures in places.items():
            if len(signatures) >= usual:
                yield Found(code, mac[:16], len(signatures), usual, tuple(sorted(signatures)))


def _bursts(rows: Sequence[Signature], now: datetime) -> Iterator[Found]:
    """An hour of the web that is far above the petition's own pace: the median of its hours with a signature."""
    hours: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.channel == Channel.WEB:
            hours[f"{localtime(row.signed_at):%Y-%m-%dT%H}"].append(row.pk)
    if not hours:
        return
    usual = max(_usual("burst_persons", now), TIMES_THE_PACE * median_low([len(keys) for keys in hours.values()]))
    for hour, keys in hours.items():
        if len(keys) >= usual:
            yield Found(Code.BURST, hour, len(keys), usual, tuple(keys))


def _of_agent(agent: int, acts: Sequence[Signature], now: datetime) -> Iterator[Found]:
    """Many acts in a day, acts too close to one another, and persons of one street or name in a row."""
    usual = _usual("agent_day_persons", now)
    days = Counter(localdate(row.signed_at) for row in acts)
    for day, number in days.items():
        if number >= usual:
            keys = tuple(row.pk for row in acts if localdate(row.signed_at) == day)
            yield Found(Code.AGENT_DAY, f"{agent}-{day}", number, usual, keys, agent)
    counter = [row for row in acts if row.channel == Channel.COUNTER]
    for run in _runs(counter, lambda one, other: other.signed_at - one.signed_at < PACE):
        if len(run) >= PACED:
            yield _run(Code.AGENT_PACE, agent, run, PACED)
    longest = _usual("streak_persons", now)
    for key in (_street, _last_name):
        for run in _runs(acts, partial(_share, key)):
            if len(run) >= longest:
                yield _run(Code.STREAK, agent, run, longest)


def _run(code: str, agent: int, run: Sequence[Signature], usual: int) -> Found:
    return Found(code, f"{agent}-{run[0].pk}", len(run), usual, tuple(row.pk for row in run), agent)


def _runs(rows: Sequence[Signature], together: Callable[[Signature, Signature], bool]) -> Iterable[list[Signature]]:
    """The longest stretches of rows in which each goes together with the one before."""
    if not rows:
        return
    run = [rows[0]]
    for one, other in pairwise(rows):
        if together(one, other):
            run.append(other)
        else:
            yield run
            run = [other]
    yield run


def _share(key: Callable[[Signature], str], one: Signature, other: Signature) -> bool:
    return bool(key(one)) and key(one) == key(other)


def _street(row: Signature) -> str:
    """The street without its number."""
    assert row.person is not None
    return " ".join(word for word in name_key(row.person.street).split() if not word.isdigit())


def _last_name(row: Signature) -> str:
    assert row.person is not None
    return row.person.name_key.partition("|")[0]


def _sheets(petition: Petition) -> Iterator[Found]:
    """Sheets of which more than half of the lines were refused."""
    lines: dict[str, list[PaperLine]] = defaultdict(list)
    for row in PaperLine.objects.filter(petition=petition).select_related("sheet"):
        lines[row.sheet.code].append(row)
    for sheet, rows in lines.items():
        refused = sum(bool(row.refusal) for row in rows)
        if len(rows) >= LINES and 2 * refused > len(rows):
            kept = tuple(row.signature_id for row in rows if row.signature_id is not None)
            yield Found(Code.SHEET, sheet, refused, len(rows) // 2 + 1, kept)
