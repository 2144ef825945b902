"""Paper lines compared with their sheets by persons: the list is fixed, the sample drawn, each line judged.

Only where paper decides: when the other signatures are enough alone, or all together too few, nobody has to look.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.gazette.models import Checkpoint
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions.counting import CHUNK
from beffroi.apps.petitions.actions.state import locked
from beffroi.apps.petitions.models import (
    CheckedLine,
    Crossing,
    JudgedSignature,
    PaperLine,
    Sample,
    SheetReading,
    Signature,
)
from beffroi.apps.roll.models import Account
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack

Channel = Signature.Channel


@dataclass(frozen=True)
class Figures:
    """What closes an attempt: how many signatures are valid (a bound when lines were drawn), how many were refused."""

    valid: int
    refused: int


def figures(crossing: Crossing, now: datetime) -> Figures | None:
    """The figures of a list that the roll has judged; None as long as persons have paper lines to judge.

    The caller holds the petition.
    """
    sample = Sample.objects.filter(crossing=crossing).first()
    if sample is None:
        if not _paper_decides(crossing):
            return _exact(crossing)
        sample = _fix_list(crossing, now)
    if not sample.whole and not sample.seed and not _draw(sample, now):
        return None
    if sample.rows.filter(to_judge=True, verdict=None).exists():
        return None
    return _concluded(crossing, sample, now)


def _exact(crossing: Crossing) -> Figures:
    valid = crossing.judged.filter(verdict="").count()
    return Figures(valid, crossing.judged.count() - valid)


def _paper_decides(crossing: Crossing) -> bool:
    valid = crossing.judged.filter(verdict="").count()
    on_paper = crossing.judged.filter(verdict="", signature__channel=Channel.PAPER).count()
    return valid - on_paper < crossing.rung.needed <= valid


def _fix_list(crossing: Crossing, now: datetime) -> Sample:
    """Numbers the lines and publishes the fingerprint of the list, before any seed exists (step 1)."""
    rows = _lines(crossing)
    salt = secrets.token_hex(32)
    digest = hashlib.sha256(list_bytes(salt, rows)).hexdigest()
    rules, today = pack.current(), localdate(now)
    whole = len(rows) <= rules.number("checking.whole_up_to", today)
    petition, rung, attempt = crossing.rung.petition.number, crossing.rung.code, crossing.attempt
    entry = publish(
        "petition.sample_fixed",
        now,
        petition=petition,
        rung=rung,
        attempt=attempt,
        lines=len(rows),
        list_sha256=digest,
    )
    sample = Sample.objects.create(
        crossing=crossing,
        lines=len(rows),
        size=len(rows) if whole else min(len(rows), rules.number("checking.drawn", today)),
        confidence=str(rules.share("checking.confidence", today)),
        salt=salt,
        list_sha256=digest,
        fixed_at=now,
        entry=entry,
        whole=whole,
    )
    for row in rows:
        row.sample, row.to_judge = sample, whole
    CheckedLine.objects.bulk_create(rows, batch_size=CHUNK // 8)
    if whole:
        _take_over(sample, now)
    return sample


def list_bytes(salt: str, rows: Iterable[CheckedLine]) -> bytes:
    """What the fingerprint covers: the salt, then a line for each place."""
    return (salt + "\n" + "".join(f"{row.place} {row.sheet}/{row.line}\n" for row in rows)).encode("ascii", "replace")


def _lines(crossing: Crossing) -> list[CheckedLine]:
    """The paper signatures that the roll found valid, in the order of sheet and line: the latest line of each."""
    valid = crossing.judged.filter(verdict="", signature__channel=Channel.PAPER).values("signature")
    latest: dict[int, PaperLine] = {}
    for row in PaperLine.objects.filter(signature__in=valid).select_related("sheet").order_by("entered_at", "pk"):
        assert row.signature_id is not None
        latest[row.signature_id] = row
    ordered = sorted(latest.items(), key=lambda item: (item[1].sheet.code, item[1].line, item[1].pk))
    return [
        CheckedLine(place=place, signature_id=key, sheet=row.sheet.code, line=row.line, entered_by_id=row.agent_id)
        for place, (key, row) in enumerate(ordered)
    ]


def _draw(sample: Sample, now: datetime) -> bool:
    """Draws with the first signed tree head that holds the fingerprint (steps 2 and 3); False while there is none."""
    sample.entry.refresh_from_db()
    index = sample.entry.index
    head = None if index is None else Checkpoint.objects.filter(size__gt=index).order_by("size").first()
    if head is None:
        return False
    sample.tree_size, sample.seed = head.size, suffrage.seed_of(sample.list_sha256, head.root)
    sample.save(update_fields=["tree_size", "seed"])
    sample.rows.filter(place__in=suffrage.draw(sample.lines, sample.size, sample.seed)).update(to_judge=True)
    rung = sample.crossing.rung
    publish(
        "petition.sample_drawn",
        now,
        petition=rung.petition.number,
        rung=rung.code,
        attempt=sample.crossing.attempt,
        lines=sample.lines,
        size=sample.size,
        tree_size=head.size,
        root=head.root,
        seed=sample.seed,
    )
    _take_over(sample, now)
    return True


def _take_over(sample: Sample, now: datetime) -> None:
    """A line compared for another threshold of the same petition has been seen: nobody looks twice."""
    petition = sample.crossing.rung.petition_id
    known = CheckedLine.objects.filter(sample__crossing__rung__petition=petition, verdict="").exclude(sample=sample)
    seen = {(row.sheet, row.line, row.signature_id): row for row in known}
    for row in sample.rows.filter(to_judge=True, verdict=None):
        before = seen.get((row.sheet, row.line, row.signature_id))
        if before is not None:
            row.verdict, row.judge_id, row.judged_at = before.verdict, before.judge_id, before.judged_at
            row.save(update_fields=["verdict", "judge", "judged_at"])


def has_read(code: str, account: Account) -> bool:
    """Whether this account was one of those who read the sheet: it does not judge its own reading."""
    return SheetReading.objects.filter(sheet__code=code, agent=account).exists()


@transaction.atomic
def judge_line(line: CheckedLine, judge: Account, verdict: str, now: datetime) -> CheckedLine:
    """Somebody has compared a line with its sheet: valid (empty), or a coded refusal. Never who read the sheet."""
    if verdict and verdict not in CheckedLine.Refusal.values:
        raise Malformed("verdict", verdict[:20], ", ".join(CheckedLine.Refusal.values))
    locked(Crossing.objects.values_list("rung__petition_id", flat=True).get(sample=line.sample_id))
    row = CheckedLine.objects.select_related("sample", "signature").get(pk=line.pk)
    if row.sample.finished_at is not None or not row.to_judge:
        raise Refused("petitions.line_not_to_judge", str(row))
    if row.verdict is not None and row.judge_id != judge.pk:  # a verdict is mended by whoever gave it
        raise Refused("petitions.line_not_to_judge", str(row))
    if row.entered_by_id == judge.pk or has_read(row.sheet, judge):
        raise Refused("petitions.own_line", str(row))
    if judge.person_id is not None and row.signature.person_id == judge.person_id:
        raise Refused("petitions.own_signature", str(row))
    row.verdict, row.judge, row.judged_at = verdict, judge, now
    row.save(update_fields=["verdict", "judge", "judged_at"])
    return row


def _concluded(crossing: Crossing, sample: Sample, now: datetime) -> Figures | None:
    """All that was to be judged is: the interval decides, or the rest of the list is to be judged too (steps 4, 5)."""
    judged = sample.rows.filter(to_judge=True)
    refused = judged.exclude(verdict="")
    # What the panel struck off meanwhile is refused already, whatever the sheet says.
    struck = crossing.judged.exclude(verdict="").filter(signature__in=sample.rows.values("signature"))
    gone = set(struck.values_list("signature", flat=True))
    bad = set(refused.values_list("signature", flat=True))
    size = judged.count()
    found = suffrage.interval(sample.lines, size, size - len(bad), Fraction(sample.confidence))
    others = crossing.judged.filter(verdict="").exclude(signature__in=sample.rows.values("signature")).count()
    sure = max(found.low - len(gone - bad), 0)
    outcome = suffrage.conclude(suffrage.Interval(sure, found.high), others, crossing.rung.needed)
    if size == sample.lines:  # nothing is left to doubt
        found = suffrage.Interval(sample.lines - len(bad | gone), sample.lines - len(bad | gone))
        outcome = suffrage.conclude(found, others, crossing.rung.needed)
    if outcome == "straddles":
        _judge_the_rest(sample, now)
        return None
    sample.refused, sample.low, sample.high, sample.finished_at = len(bad), found.low, found.high, now
    sample.save(update_fields=["refused", "low", "high", "finished_at"])
    _refuse(crossing, refused.select_related("signature__person"), now)
    _publish_judged(crossing, sample, size, outcome)
    valid = others + (found.high if outcome == "too_few" else min(sure, found.low))
    if size == sample.lines:
        valid = others + found.low
    return Figures(valid, crossing.judged.exclude(verdict="").count())


def _judge_the_rest(sample: Sample, now: datetime) -> None:
    sample.whole = True
    sample.save(update_fields=["whole"])
    sample.rows.update(to_judge=True)
    _take_over(sample, now)


def _refuse(crossing: Crossing, lines: QuerySet[CheckedLine], now: datetime) -> None:
    """The verdicts of persons join those of the roll, on the rows that still are what was on paper at that second."""
    petition = crossing.rung.petition
    for line in lines:
        theirs = JudgedSignature.objects.filter(crossing=crossing, signature=line.signature_id, verdict="")
        if theirs.update(verdict=line.verdict) and line.signature.person is not None:
            queue("signature_struck", line.signature.person.ref, petition.number, now)


def _publish_judged(crossing: Crossing, sample: Sample, size: int, outcome: str) -> None:
    assert sample.finished_at is not None
    assert sample.refused is not None
    assert sample.low is not None
    assert sample.high is not None
    publish(
        "petition.lines_judged",
        sample.finished_at,
        petition=crossing.rung.petition.number,
        rung=crossing.rung.code,
        attempt=crossing.attempt,
        lines=sample.lines,
        size=size,
        refused=sample.refused,
        low=sample.low,
        high=sample.high,
        outcome=outcome,
    )
