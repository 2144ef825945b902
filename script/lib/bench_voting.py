"""`script/bench voting [BALLOTS]`: our verifier and Debian's belenios-tool on one archive; writes docs/benchmarks.md.

The archive is made by our own code: one yes-no question with a blank, three trustees. Each time is the best of three
runs, a process started for each, as a person would type it.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from beffroi.core.voting import archive, ballot, credentials, election, tally, trustees
from beffroi.core.voting.questions import Question

ROOT = Path(__file__).resolve().parent.parent.parent
BEFFROI = Path(sys.prefix) / "bin" / "beffroi"
TOOL = Path(os.environ.get("BEFFROI_BELENIOS_TOOL", ROOT / "var" / "belenios" / "belenios-tool"))
RUNS = 3


def make(number: int, folder: Path) -> tuple[str, float]:
    """A finished election of `number` ballots in `folder`; gives its uuid and the milliseconds that a ballot took."""
    uuid = election.new_uuid()
    keys = [trustees.new_trustee_key() for _ in range(3)]
    publics = [trustees.public_json(key) for key in keys]
    trustees_file = trustees.trustees_json(publics, ["One", "Two", "Three"])
    question = Question("Should it be done?", ("Yes", "No"), 1, 1, True)
    raw = election.election_json(uuid, "Benchmark", "", trustees.election_key(trustees_file), [question])
    parsed = election.parse_election(raw)
    private, public = credentials.make_credentials(uuid, [str(n) for n in range(number)])
    choices = [([0, 1, 0], [0, 0, 1], [1, 0, 0])[n % 3] for n in range(number)]
    began = time.perf_counter()
    raws = [ballot.encrypt(parsed, private[str(n)], [choice]) for n, choice in enumerate(choices)]
    each = (time.perf_counter() - began) * 1000 / number
    read = [ballot.read_ballot(parsed, raw_ballot) for raw_ballot in raws]
    encrypted = tally.encrypted_tally(parsed, read, credentials.parse_credentials(public, parsed.group))
    decryptions = [tally.partial_decryption(parsed, key, encrypted) for key in keys]
    setup = archive.setup_event(parsed, trustees_file, public)
    events = [
        setup,
        *(archive.ballot_event(raw_ballot) for raw_ballot in raws),
        archive.end_ballots_event(),
        archive.tally_event(encrypted, tally.sized_tally(encrypted, number, number)),
        *(archive.decryption_event(owner, pd) for owner, pd in enumerate(decryptions, 1)),
        archive.result_event(tally.result(parsed, encrypted, decryptions, number)),
    ]
    now = int(time.time())
    (folder / f"{uuid}.bel").write_bytes(b"".join(archive.write(now, events)))
    (folder / "setup").mkdir()
    (folder / "setup" / f"{uuid}.bel").write_bytes(b"".join(archive.write(now, [setup])))
    for n, raw_ballot in enumerate(raws):
        (folder / f"ballot-{n}.json").write_bytes(raw_ballot)
    return uuid, each


def best(work: Callable[[], None], runs: int = RUNS) -> tuple[float, float]:
    """Seconds by the clock, and seconds of processor, of the quickest run."""
    times = []
    for _ in range(runs):
        used, began = os.times(), time.perf_counter()
        work()
        clock, after = time.perf_counter() - began, os.times()
        times.append((clock, after.children_user + after.children_system - used.children_user - used.children_system))
    return min(times)


def run(*command: str | Path) -> None:
    """A command that must accept."""
    environment = os.environ | {"BELENIOS_USE_URANDOM": "1"}
    subprocess.run([str(part) for part in command], check=True, capture_output=True, env=environment)


def processor() -> str:
    """The processor's name, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main(number: int) -> None:
    """Makes, measures, writes."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"Making an archive of {number} ballots", flush=True)
        uuid, each = make(number, folder)
        path = folder / f"{uuid}.bel"
        print("Verifying it", flush=True)
        rows = [("`beffroi verify ARCHIVE`", "everything", best(lambda: run(BEFFROI, "verify", path)))]
        version = "not there (`script/belenios` says why): NOT RUN"
        if TOOL.exists():
            version = subprocess.run(
                [str(TOOL), "--version"], capture_output=True, text=True, check=True
            ).stdout.strip()

            def ballot_by_ballot() -> None:
                common = (TOOL, "election", "verify-ballot", "--dir", folder / "setup", "--uuid", uuid, "--ballot")
                for n in range(number):
                    run(*common, folder / f"ballot-{n}.json")

            whole = (TOOL, "election", "verify", "--dir", folder, "--uuid", uuid)
            rows += [
                ("`belenios-tool election verify`", "the whole archive", best(lambda: run(*whole))),
                (
                    "`belenios-tool election verify-ballot`",
                    f"ballots only, one process for each of the {number}",
                    best(ballot_by_ballot, 1),
                ),
            ]
        size = path.stat().st_size
    table = "\n".join(f"| {who} | {what} | {clock:.2f} | {used:.2f} |" for who, what, (clock, used) in rows)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    text = f"""# Benchmarks

Written by `script/bench voting {number}` on {today}; run it on your own machine, figures from another one say little.

Machine: {processor()}, {os.cpu_count()} cores (load {load:.1f} before; above 0.5, trust the processor's seconds only),
Python {platform.python_version()}. belenios-tool: {version}.
Archive: {number} ballots, one question (yes, no, blank), three trustees, {size / 1e6:.1f} MB, made by our own code
({each:.1f} ms to encrypt and sign a ballot in Python). Best of {RUNS} runs (of one for ballot by ballot).
The two programs do not do the same work: each line says what it checked.

| command | what it checks | seconds | seconds of processor |
|---|---|---|---|
{table}
"""
    (ROOT / "docs" / "benchmarks.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
