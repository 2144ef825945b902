"""An outsider who trusts nobody: downloads what is public, checks it with three programs, each of which can say no.

    python -m beffroi.demonstration.outsider http://127.0.0.1:8000 V-2026-01        (in an empty folder)

Exit status: 0 everything as it should be, 1 a verdict is bad, 2 a check did not run.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from beffroi.core.voting.archive import Archive, Event, read, setup_event, write
from beffroi.core.voting.election import parse_election

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = Path(os.environ.get("BEFFROI_BELENIOS_TOOL", ROOT / "var" / "belenios" / "belenios-tool"))
console = Console(highlight=False)
#: Ballots that share one cut archive for verify-ballot.
CHUNK = 25


@dataclass(frozen=True)
class Check:
    """One line of the table. `good` is None when the check did not run."""

    what: str
    count: int
    seconds: float
    good: bool | None
    verdict: str


def download(site: str, path: str, name: str) -> Path:
    target = Path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with urllib.request.urlopen(site + path, timeout=60) as answer:  # noqa: S310  (the address is the caller's own)
        target.write_bytes(answer.read())
    return target


def accepts(*command: str) -> bool:
    """Whether the program says yes. Its output is kept beside, for who wants to read it."""
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "BELENIOS_USE_URANDOM": "1"})
    with Path("said.txt").open("ab") as said:
        said.write(" ".join(command[:6]).encode() + b"\n" + done.stdout + done.stderr + b"\n")
    return done.returncode == 0


def timed(what: str, count: int, run: Callable[[], bool], wanted: bool) -> Check:
    start = time.monotonic()
    good = run() == wanted
    return Check(
        what,
        count,
        time.monotonic() - start,
        good,
        ("accepté" if wanted else "refusé") if good else ("refusé" if wanted else "accepté"),
    )


# ------------------------------------------------------------------------------------------------ damaged copies


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def rewrite(archive: Archive, events: list[Event], folder: str, uuid: str) -> Path:
    """Write an archive whose chain is whole again: only somebody who checks the content can tell."""
    path = Path(folder) / f"{uuid}.bel"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(write(archive.timestamp, events)))
    return path


def damaged_ballot(archive: Archive) -> tuple[list[Event], bytes]:
    """One response of one proof of the last ballot + 1, its hash made right again: only the proofs can tell."""
    events = list(archive.events)
    place = max(number for number, event in enumerate(events) if event.kind == "Ballot")
    ballot = json.loads(events[place].data[-1])
    proof = ballot["answers"][0]["individual_proofs"][0][0]
    proof["response"] = str(int(proof["response"]) + 1)
    signature = ballot.pop("signature")
    signature["hash"] = b64encode(sha256(compact(ballot)).digest()).decode().rstrip("=")
    raw = compact({**ballot, "signature": signature})
    events[place] = Event("Ballot", (raw,))
    return events, raw


def damaged_result(archive: Archive) -> list[Event]:
    """One voice more for the first answer."""
    events = list(archive.events)
    result = json.loads(events[-1].data[-1])
    result["result"][0][0] += 1
    events[-1] = Event(events[-1].kind, (compact(result),))
    return events


def damaged_journal(entries: bytes) -> bytes:
    """The year of one entry in the middle."""
    mark = b'"at":"20'
    place = entries.index(mark, len(entries) // 2) + len(mark)
    return entries[:place] + (b"1" if entries[place : place + 1] != b"1" else b"2") + entries[place + 1 :]


# ------------------------------------------------------------------------------------------------ the checks


def ours(*words: str) -> list[str]:
    return [sys.executable, "-m", "beffroi.core.cli", *words]


def announced(entries: bytes, votation: str) -> str:
    """The election's fingerprint, as the journal announced it before the first ballot."""
    for line in entries.splitlines():
        entry = json.loads(line)
        if entry["kind"] == "votation.opened" and entry["data"]["votation"] == votation:
            return str(entry["data"]["fingerprint"])
    raise SystemExit(f"outsider: the journal announces no election for {votation}")


def check_ours(archive: Archive, paths: dict[str, Path], uuid: str, votation: str) -> list[Check]:
    entries = paths["entries"].read_bytes()
    fingerprint = announced(entries, votation)
    key = paths["key"].read_text().strip()
    log = ["--journal", str(paths["entries"]), "--checkpoint", str(paths["checkpoint"]), "--log-key", key]
    ballots = sum(event.kind == "Ballot" for event in archive.events)
    bad_ballot = rewrite(archive, damaged_ballot(archive)[0], "damaged-ballot", uuid)
    flipped = bytearray(paths["archive"].read_bytes())
    flipped[len(flipped) // 2] ^= 1
    byte = Path("damaged-byte.bel")
    byte.write_bytes(flipped)
    lost = rewrite(archive, list(archive.events[:-1]), "damaged-end", uuid)
    checks = [
        timed(
            "beffroi verify, avec l'empreinte et le journal",
            ballots,
            lambda: accepts(*ours("verify", str(paths["archive"]), "--fingerprint", fingerprint, *log)),
            True,
        ),
        timed(
            "  copie abîmée : une preuve d'un bulletin",
            1,
            lambda: accepts(*ours("verify", str(bad_ballot), "--fingerprint", fingerprint)),
            False,
        ),
        timed(
            "  copie abîmée : un octet",
            1,
            lambda: accepts(*ours("verify", str(byte), "--fingerprint", fingerprint)),
            False,
        ),
        timed(
            "  copie abîmée : la fin manque, le journal le sait",
            1,
            lambda: accepts(*ours("verify", str(lost), *log)),
            False,
        ),
    ]
    wrong = Path("damaged-entries.jsonl")
    wrong.write_bytes(damaged_journal(entries))
    journal = ["--checkpoint", str(paths["checkpoint"]), "--key", key]
    return [
        *checks,
        timed(
            "beffroi journal verify, avec la clé du journal",
            entries.count(b"\n"),
            lambda: accepts(*ours("journal", "verify", "--entries", str(paths["entries"]), *journal)),
            True,
        ),
        timed(
            "  copie abîmée : un chiffre d'un acte",
            1,
            lambda: accepts(*ours("journal", "verify", "--entries", str(wrong), *journal)),
            False,
        ),
    ]


def cut(archive: Archive, ballots: list[bytes], folder: str) -> str:
    """The archive cut after Setup, its list of credentials cut to those of these ballots, all of the published list.

    The program checks the whole list each time it starts: with twenty thousand credentials, two seconds a ballot. And
    `election verify` checks that list anyhow. The proofs of a ballot bind the election and its own credential only.
    """
    election = parse_election(archive.events[0].data[0])
    listed = json.loads(archive.events[0].data[2])
    used = {json.loads(ballot)["credential"] for ballot in ballots}
    kept = [credential for credential in listed if credential in used]
    setup = setup_event(election, archive.events[0].data[1], compact(kept))
    rewrite(archive, [setup], folder, election.uuid)
    return folder


def verify_ballot(folder: str, uuid: str, path: Path) -> bool:
    return accepts(str(TOOL), "election", "verify-ballot", "--dir", folder, "--uuid", uuid, "--ballot", str(path))


def check_belenios(archive: Archive, uuid: str) -> list[Check]:
    """Debian's belenios-tool: each ballot on the archive cut after Setup; then chain, tally, decryptions and result."""
    ballots = [event.data[-1] for event in archive.events if event.kind == "Ballot"]
    names = (
        "belenios-tool verify-ballot, bulletin par bulletin",
        "  copie abîmée : une preuve d'un bulletin",
        "belenios-tool election verify",
        "  copie abîmée : une voix de plus",
    )
    if not TOOL.exists():
        return [Check(name, 0, 0.0, None, "NOT RUN") for name in names]
    tasks = []
    for start in range(0, len(ballots), CHUNK):
        chunk = ballots[start : start + CHUNK]
        folder = cut(archive, chunk, f"setup/{start}")
        for number, raw in enumerate(chunk, start):
            path = Path(folder) / f"{number}.json"
            path.write_bytes(raw)
            tasks.append((folder, uuid, path))
    bad = Path(tasks[-1][0]) / "damaged.json"
    bad.write_bytes(damaged_ballot(archive)[1])

    def every() -> bool:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            done = pool.map(lambda task: verify_ballot(*task), tasks)
            return all(list(track(done, total=len(tasks), description="  belenios-tool, bulletin par bulletin")))

    rewrite(archive, list(archive.events), "whole", uuid)
    rewrite(archive, damaged_result(archive), "damaged-result", uuid)
    verify = [str(TOOL), "election", "verify", "--uuid", uuid, "--dir"]
    return [
        timed(names[0], len(ballots), every, True),
        timed(names[1], 1, lambda: verify_ballot(tasks[-1][0], uuid, bad), False),
        timed(names[2], len(ballots), lambda: accepts(*verify, "whole"), True),
        timed(names[3], 1, lambda: accepts(*verify, "damaged-result"), False),
    ]


def show(checks: list[Check]) -> None:
    table = Table(title="Ce qu'un inconnu a vérifié, avec ce qu'il a téléchargé")
    for name, justify in (("Quoi", "left"), ("Combien", "right"), ("Secondes", "right"), ("Verdict", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for check in checks:
        mark = (
            "[yellow]NOT RUN[/yellow]"
            if check.good is None
            else f"[green]{check.verdict}, comme il se doit[/green]"
            if check.good
            else f"[red]{check.verdict}[/red]"
        )
        table.add_row(check.what, str(check.count), f"{check.seconds:.1f}", mark)
    console.print(table)


def main() -> None:
    site, votation = sys.argv[1], sys.argv[2]
    paths = {
        "archive": download(site, f"/votations/{votation}/archive.bel", "archive.bel"),
        "entries": download(site, "/journal/entries.jsonl", "entries.jsonl"),
        "checkpoint": download(site, "/journal/checkpoint", "checkpoint"),
        "key": download(site, "/journal/key", "key"),
    }
    archive = read(paths["archive"].read_bytes())
    uuid = parse_election(archive.events[0].data[0]).uuid
    checks = check_ours(archive, paths, uuid, votation) + check_belenios(archive, uuid)
    show(checks)
    if not all(check.good is not False for check in checks):
        raise SystemExit(1)
    if any(check.good is None for check in checks):
        raise SystemExit(2)


if __name__ == "__main__":
    main()
