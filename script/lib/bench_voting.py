"""`script/bench voting [BALLOTS]`: our verifier and Debian's belenios-tool in turn on one archive; docs/benchmarks.md.

`script/bench voting-memory [BALLOTS]` verifies a long archive and writes the most memory that it took: apart, because
it takes a quarter of an hour, most of it to make the archive. Each time is that of a process, as a person would type
it. Figures of both are kept in docs/benchmarks.json, so that the page always holds the last of each.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bench_archive

from beffroi.core.voting import archive, election, shuffle, tally, trustees
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import encrypt_number
from beffroi.core.voting.questions import NumbersQuestion
from beffroi.core.voting.secret import random_scalar

ROOT = Path(__file__).resolve().parent.parent.parent
BEFFROI = Path(sys.prefix) / "bin" / "beffroi"
TOOL = Path(os.environ.get("BEFFROI_BELENIOS_TOOL", ROOT / "var" / "belenios" / "belenios-tool"))
FIGURES, PAGE = ROOT / "docs" / "benchmarks.json", ROOT / "docs" / "benchmarks.md"
RUNS = 3
SAMPLE = 100  # ballots that are given one by one to verify-ballot
SHUFFLED = 10_000
PLAIN = "import beffroi.core.voting.group as g; g._WORTH_COMPILING = 10**12; from beffroi.core.cli import main; main()"

OURS, THEIRS = "`beffroi verify`", "`belenios-tool election verify`"
SPEED, MEMORY, BOOTH = "speed", "memory", "booth"

Times = tuple[float, float]  # seconds by the clock, seconds of processor


def timed(work: Callable[[], object]) -> Times:
    """One run; the processor's seconds are those of the processes that it started."""
    used, began = os.times(), time.perf_counter()
    work()
    clock, after = time.perf_counter() - began, os.times()
    return clock, after.children_user + after.children_system - used.children_user - used.children_system


def run(*command: str | Path, cache: str | None = None) -> None:
    """A command that must accept."""
    environment = os.environ | {"BELENIOS_USE_URANDOM": "1"} | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    subprocess.run([str(part) for part in command], check=True, capture_output=True, env=environment)


def verifications(made: bench_archive.Made) -> dict[str, Times]:
    """Ours and theirs in turn on the same file; of each the quickest run."""
    works: dict[str, Callable[[], object]] = {OURS: lambda: run(BEFFROI, "verify", made.path)}
    if TOOL.exists():
        works[THEIRS] = lambda: run(TOOL, "election", "verify", "--dir", made.path.parent, "--uuid", made.uuid)
    run(BEFFROI, "verify", made.path)  # fills the cache
    found: dict[str, list[Times]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            found[name].append(timed(work))
    best = {name: min(times) for name, times in found.items()}
    with tempfile.TemporaryDirectory() as cache:
        best[f"{OURS}, compiled first"] = timed(lambda: run(BEFFROI, "verify", made.path, cache=cache))
    best[f"{OURS}, plain path"] = timed(lambda: run(sys.executable, "-c", PLAIN, "verify", made.path))
    return best


def ballot_by_ballot(made: bench_archive.Made) -> Times:
    """belenios-tool's own check of single ballots, which waits for its answer; a process for each."""
    box = archive.survey(made.path.read_bytes()).box
    file = made.setup.parent / "ballot.json"

    def work() -> None:
        for n in range(min(SAMPLE, len(box))):
            file.write_bytes(box[n])
            common = ("--dir", made.setup.parent, "--uuid", made.uuid, "--ballot")
            run(TOOL, "election", "verify-ballot", *common, file)

    return timed(work)


def other_work(made: bench_archive.Made) -> dict[str, float]:
    """Milliseconds of what is no verification: to encrypt, to decrypt, to shuffle, in Python."""
    key = trustees.new_trustee_key()
    parsed = election.parse_election(archive.read(made.setup.read_bytes()).events[0].data[0])
    encrypted = archive.survey(made.path.read_bytes()).of_kind("EncryptedTally")[0]
    began = time.perf_counter()
    tally.partial_decryption(parsed, key, encrypted.data[0])
    decrypted = time.perf_counter()
    question = NumbersQuestion("In which order?", ("a", "b", "c"))
    shuffled = election.parse_election(
        election.election_json(election.new_uuid(), "Benchmark", "", parsed.public_key, [question])
    )
    row = tuple(encrypt_number(shuffled.key, random_scalar(), 1) for _ in range(SHUFFLED))
    start = time.perf_counter()
    raw = shuffle.make_shuffle(shuffled, [row])
    end = time.perf_counter()
    proof = shuffle.read_shuffle(shuffled, raw)
    shuffle.check_shuffle(ED25519, shuffled.key, shuffled.fingerprint, row, proof.ciphertexts[0], proof.proofs[0])
    return {
        "a ballot encrypted in Python": made.seconds * 1000 / len(archive.survey(made.path.read_bytes()).box),
        "a trustee's partial decryption, proofs included": (decrypted - began) * 1000,
        f"a shuffle of {SHUFFLED:,} ballots with its proof": (end - start) * 1000,
        "the check of that shuffle": (time.perf_counter() - end) * 1000,
    }


def speed(number: int) -> dict[str, Any]:
    """Everything but memory."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        print(f"Making an archive of {number} ballots", flush=True)
        made = bench_archive.make(number, Path(name))
        print("Verifying it", flush=True)
        times = verifications(made)
        single = ballot_by_ballot(made) if TOOL.exists() else None
        return {
            "ballots": number,
            "load": load,
            "megabytes": made.path.stat().st_size / 1e6,
            "machine": machine(),
            "tool": subprocess.run([TOOL, "--version"], capture_output=True, text=True, check=True).stdout.strip()
            if TOOL.exists()
            else None,
            "times": times,
            "single": single,
            "other": other_work(made),
        }


def memory(number: int) -> dict[str, Any]:
    """The most memory that a verification of a long archive takes, and its time."""
    with tempfile.TemporaryDirectory() as name:
        print(f"Making an archive of {number} ballots", flush=True)
        made = bench_archive.make(number, Path(name))
        print("Verifying it", flush=True)
        began = time.perf_counter()
        with subprocess.Popen([BEFFROI, "verify", made.path], stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit("the archive was refused")
        seconds = time.perf_counter() - began
        size = made.path.stat().st_size / 1e6
    return {
        "ballots": number,
        "megabytes": size,
        "peak": used.ru_maxrss / 1e3,
        "seconds": seconds,
        "processor": used.ru_utime + used.ru_stime,
        "machine": machine(),
    }


def machine() -> str:
    """Processor, number of them, Python, day."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    vectors = "with" if any(line.startswith("flags") and "avx512ifma" in line for line in lines) else "without"
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return f"{name} ({vectors} AVX-512 IFMA), {os.cpu_count()} cores, Python {platform.python_version()}, {day}"


def page(figures: dict[str, dict[str, Any]]) -> str:
    """docs/benchmarks.md."""
    head = "# Benchmarks\n\nWritten by `script/bench voting`; run it on your machine: another's figures say little.\n"
    parts = ((SPEED, speed_lines), (MEMORY, memory_lines), (BOOTH, booth_lines))
    return head + "".join("\n".join(lines(figures[name])) + "\n" for name, lines in parts if name in figures)


def speed_lines(found: dict[str, Any]) -> list[str]:
    """The tables of `script/bench voting`."""
    number, times = found["ballots"], found["times"]
    theirs = times.get(THEIRS)
    rows = []
    for name, (clock, used) in times.items():
        ratio = f"{theirs[0] / clock:.1f} ({theirs[1] / used:.1f})" if theirs else ""
        rows.append(f"| {name} | {clock:.2f} | {used:.2f} | {used / number * 1000:.2f} | {ratio} |")
    single = (
        f"`belenios-tool election verify-ballot`, a process for each of {SAMPLE} ballots: "
        f"{found['single'][1] / SAMPLE * 1000:.1f} ms of processor each, starting included."
        if found["single"]
        else "belenios-tool is not there (`script/belenios` says why): NOT RUN."
    )
    return [
        "",
        "## Verification",
        f"`script/bench voting {number}`. {found['machine']}. Load {found['load']:.1f} before: above 0.5, trust the"
        " processor's seconds only.",
        f"belenios-tool: {found['tool']}. One archive of {number} ballots (yes, no, blank; three trustees;"
        f" {found['megabytes']:.1f} MB), ours and theirs in turn, best of {RUNS}; plain and compiled first ran once.",
        "Our command checks every step of docs/specs/voting.md, 10. The two programs do not do the same work: compare"
        " the processor's time for a ballot with that of `verify-ballot` below.",
        "",
        "| command | seconds | of processor | ms of processor a ballot | times as fast (by processor) |",
        "|---|---|---|---|---|",
        *rows,
        "",
        single,
        "",
        "## Other work, in Python",
        "| | milliseconds |",
        "|---|---|",
        *(f"| {name} | {ms:,.1f} |" for name, ms in found["other"].items()),
    ]


def memory_lines(found: dict[str, Any]) -> list[str]:
    """The lines of `script/bench voting-memory`."""
    return [
        "",
        "## Memory",
        f"`script/bench voting-memory {found['ballots']}`. {found['machine']}.",
        f"`beffroi verify` with compiled code, an archive of {found['ballots']} ballots ({found['megabytes']:,.0f} MB):"
        f" at most {found['peak']:,.0f} MB of memory, {found['seconds']:,.0f} seconds,"
        f" {found['processor']:,.0f} of processor.",
    ]


def booth_lines(found: dict[str, Any]) -> list[str]:
    """The lines of `script/bench booth` (bench_booth.py)."""
    return [
        "",
        "## The booth",
        f"`script/bench booth {found['times']}`. {found['machine']}; chromium {found['browser']};"
        f" load {found['load']:.1f} before.",
        "From the press of the button to the next screen, a ballot with yes, no and blank encrypted, proved and signed"
        f" in the page, each in a browser just started: {found['median']:.0f} ms, {found['most']:.0f} ms at most.",
    ]


def main() -> None:
    """Measures one part, keeps its figures, writes the page."""
    part, number = sys.argv[1], int(sys.argv[2])
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    figures[part] = memory(number) if part == MEMORY else speed(number)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    PAGE.write_text(page(json.loads(FIGURES.read_text())))
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
