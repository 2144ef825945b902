"""`script/bench signing [SECONDS] [RATE]`: residents sign one petition, RATE a second; writes docs/bench-signing.md.

The whole of it on this machine: gunicorn, the worker, the database, and the client that signs. Each signer is a
connection of her own, with her own session: she posts the form, then reads the page with her receipt. Signers come at
fixed instants whether or not the server keeps up, and each time runs from that instant (no coordinated omission).
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from script.lib.bench_voting import machine  # noqa: E402
from tests.postgres import postgres  # noqa: E402

BEFORE = 100_000
TOKEN = "b" * 32
# A commune of three millions: no threshold is crossed while it is measured.
POPULATION = "\n".join(
    f"""[{name}]
label = {{ fr = "{name}", en = "{name}" }}
unit = "persons"
[[{name}.values]]
value = 3000000
since = 2026-01-01
source = "invented for a measure"
"""
    for name in ("inhabitants", "electors", "residents16")
)
# As a commune would run it: every acknowledged commit is on the disk.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}


@dataclass
class Measured:
    """What one load gave: milliseconds of the posts and of the receipts, failures, and when the count was true."""

    name: str
    posts: list[float] = field(default_factory=list)
    receipts: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seconds: float = 0
    counted_after: float | None = None
    cpu: tuple[float, float, float] = (0, 0, 0)


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that `share` % of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else float("nan")


# The server ------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def make_pack(folder: Path) -> Path:
    """The tests' village with the population of a metropolis."""
    shutil.copytree(ROOT / "tests" / "packs" / "village", folder)
    (folder / "parameters" / "population.toml").write_text(POPULATION)
    shutil.rmtree(folder / "examples", ignore_errors=True)
    return folder


def quietly(command: Sequence[str], environment: dict[str, str]) -> None:
    """A step that must succeed, and whose words nobody needs."""
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[Callable[[], float]]:
    """gunicorn and the worker, as docs/operations.md starts them. Gives what says their seconds of processor.

    The worker has run every job once: those of the day, which it begins with, are not of the load.
    """
    python = Path(sys.executable)
    web = ["--workers", "2", "--threads", "8", "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}"]
    commands = [
        [python.parent / "gunicorn", *web, "--log-level", "error", "beffroi.wsgi"],
        [python, "manage.py", "worker"],
    ]
    running = [subprocess.Popen([str(part) for part in command], cwd=ROOT, env=environment) for command in commands]
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        _until_idle(running[1].pid)
        yield lambda: sum(_seconds_of_processor(process.pid) for process in running)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)


def _until_idle(pid: int) -> None:
    """Until a process has used a tenth of a processor at most for three seconds; two minutes at most."""
    before = _seconds_of_processor(pid)
    for _ in range(40):
        time.sleep(3)
        now = _seconds_of_processor(pid)
        if now and now - before < 0.3:
            return
        before = now


def _postmaster(url: str) -> int | None:
    """The process of the PostgreSQL server whose socket lies in the folder that the address names."""
    lock = Path(parse_qs(urlsplit(url).query).get("host", ["/"])[0], "data", "postmaster.pid")
    return int(lock.read_text().split()[0]) if lock.exists() else None


def _seconds_of_processor(pid: int) -> float:
    """Of a process and its children that live, from /proc."""
    ticks, total = os.sysconf("SC_CLK_TCK"), 0.0
    for one in [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]:
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / ticks
    return total


# The client ------------------------------------------------------------------------------------------------------


class Client:
    """Signs as a browser does that has the form open."""

    def __init__(self, port: int, number: str, keys: Sequence[str], rate: int) -> None:
        self.port, self.path, self.keys, self.rate = port, f"/petitions/{number}", keys, rate

    def run(self, name: str) -> Measured:
        """Every key signs once."""
        measured = Measured(name)
        asyncio.run(self._all(measured))
        return measured

    async def _all(self, measured: Measured) -> None:
        begun = time.perf_counter()
        tasks = []
        for n, key in enumerate(self.keys):
            due = begun + n / self.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(self._one(measured, key, due)))
        await asyncio.gather(*tasks)
        measured.seconds = time.perf_counter() - begun

    async def _one(self, measured: Measured, key: str, due: float) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            cookie = f"beffroi_session={key}; csrftoken={TOKEN}"
            body = f"csrfmiddlewaretoken={TOKEN}"
            head = f"Host: localhost:{self.port}\r\nAccept-Language: fr\r\n"
            form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            post = f"POST {self.path}/signer HTTP/1.1\r\n{head}Cookie: {cookie}\r\n{form}\r\n{body}"
            status, headers, _ = await exchange(reader, writer, post)
            signed = time.perf_counter()
            if status != 302:
                measured.failed.append(f"post {status}")
                return
            measured.posts.append((signed - due) * 1000)
            given = re.findall(r"(?im)^set-cookie: ([^;=]+=[^;]*)", headers)
            get = f"GET {self.path}/signee HTTP/1.1\r\n{head}Cookie: {'; '.join([cookie, *given])}\r\n\r\n"
            status, _, page = await exchange(reader, writer, get)
            writer.close()
            if status != 200 or b'class="tracker"' not in page:
                measured.failed.append(f"receipt {status}")
            measured.receipts.append((time.perf_counter() - signed) * 1000)
        except (OSError, asyncio.IncompleteReadError) as error:
            measured.failed.append(type(error).__name__)


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: str) -> tuple[int, str, bytes]:
    """One request and its answer: status, headers, body."""
    writer.write(asked.encode())
    headers = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"(?im)^content-length: (\d+)", headers)
    body = await reader.readexactly(int(length[1])) if length else b""
    return int(headers.split()[1]), headers, body


def shown(port: int, number: str) -> int:
    """The figure that the site publishes."""

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = f"GET /petitions/{number}/chiffres.json HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
        return (await exchange(reader, writer, asked))[2]

    found = re.search(rb'"signatures": ?(\d+)', asyncio.run(ask()))
    return int(found[1]) if found else -1


def until_true(port: int, number: str, expected: int) -> float | None:
    """Seconds until the site shows `expected` signatures; None after a minute."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < 60:
        if shown(port, number) == expected:
            return time.perf_counter() - begun
        time.sleep(0.2)
    return None


def trial(name: str, database: str, folder: Path, seconds: int, rate: int) -> Measured:
    """One built instance, one load."""
    home = folder / "home"
    home.mkdir()
    environment = os.environ | {
        "BEFFROI_HOME": str(home),
        "BEFFROI_DATABASE": database,
        "BEFFROI_PACK": str(make_pack(folder / "pack")),
        "DJANGO_SETTINGS_MODULE": "beffroi.settings",
        "PYTHONPATH": str(ROOT),
    }
    python, keys, port = sys.executable, folder / "keys", free_port()
    print(f"{name}: {BEFORE:,} signatures and {seconds * rate:,} residents about to sign", flush=True)
    quietly([python, "manage.py", "build"], environment)
    seed = [python, "script/lib/bench_signing_seed.py", str(BEFORE), str(seconds * rate), str(keys)]
    quietly(seed, environment)
    number, *sessions = keys.read_text().split()
    if database.startswith("postgresql"):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    with server(environment, port) as used:
        Client(port, number, [], rate)
        until_true(port, number, BEFORE)  # warm: the first page has been made
        postmaster = _postmaster(database)

        def spent() -> tuple[float, float, float]:
            return used(), _seconds_of_processor(postmaster) if postmaster else 0.0, time.process_time()

        before = spent()
        print(f"{name}: {rate} a second for {seconds} s", flush=True)
        measured = Client(port, number, sessions, rate).run(name)
        after = spent()
        measured.cpu = (after[0] - before[0], after[1] - before[1], after[2] - before[2])
        measured.counted_after = until_true(port, number, BEFORE + len(measured.posts))
    return measured


# The other designs, as plain SQL ---------------------------------------------------------------------------------

INSERT = "INSERT INTO plain (petition, person, receipt) VALUES (1, %s, md5(%s::text))"
DESIGNS = {
    "one row, counted in batches (ours)": (),
    "recount at each signature": (
        "UPDATE total SET n = (SELECT count(*) FROM plain WHERE petition = 1) WHERE petition = 1",
    ),
    "+1 on the row": ("UPDATE total SET n = n + 1 WHERE petition = 1",),
}
TABLES = """
DROP TABLE IF EXISTS plain, total;
CREATE TABLE total (petition int PRIMARY KEY, n int);
CREATE TABLE plain (id bigserial PRIMARY KEY, petition int, person int, receipt text UNIQUE, counted bool DEFAULT false,
                    UNIQUE (petition, person));
CREATE INDEX ON plain (petition) WHERE NOT counted;
INSERT INTO plain (petition, person, receipt, counted)
SELECT 1, n, md5(n::text), true FROM generate_series(1, before) n;
INSERT INTO total VALUES (1, before);
""".replace("before", str(BEFORE))
BATCH = """WITH added AS (UPDATE plain SET counted = true WHERE petition = 1 AND NOT counted RETURNING 1)
UPDATE total SET n = n + (SELECT count(*) FROM added) WHERE petition = 1"""
CONNECTIONS = 16


def design(url: str, also: Sequence[str], seconds: int, rate: int | None) -> tuple[float, float]:
    """Signatures a second and the 95th percentile in ms: at `rate`, or as many as 16 connections can (None)."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute("VACUUM ANALYZE plain")
    times: list[float] = []
    lock, stop = threading.Lock(), threading.Event()
    begun, turn = time.perf_counter(), iter(range(10**9))

    def sign() -> None:
        with psycopg.connect(url) as connection:
            while not stop.is_set():
                with lock:
                    n = next(turn)
                due = time.perf_counter() if rate is None else begun + n / rate
                if due - begun > seconds:
                    return
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.execute(INSERT, (BEFORE + 1 + n, BEFORE + 1 + n))
                for statement in also:
                    connection.execute(statement)
                connection.commit()
                times.append((time.perf_counter() - due) * 1000)
                if time.perf_counter() - begun > 2 * seconds:
                    return

    def batch() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.wait(3):
                connection.execute(BATCH)

    threads = [threading.Thread(target=sign) for _ in range(CONNECTIONS)]
    batches = threading.Thread(target=batch)
    for thread in [*threads, *([] if also else [batches])]:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    stop.set()
    if not also:
        batches.join()
    return len(times) / took, percentile(times, 95)


# The report ------------------------------------------------------------------------------------------------------


def line(measured: Measured) -> str:
    """One line of the table."""
    counted = "not within a minute" if measured.counted_after is None else f"{measured.counted_after:.1f} s"
    both = [measured.posts, measured.receipts]
    times = " | ".join(f"{percentile(v, 50):.0f} / {percentile(v, 95):.0f} / {percentile(v, 99):.0f}" for v in both)
    number = len(measured.posts)
    spent = " + ".join(f"{1000 * part / number:.1f}" for part in measured.cpu if part) if number else ""
    return (
        f"| {measured.name} | {number:,} | {number / measured.seconds:.0f} | {times} | {len(measured.failed)} | "
        f"{counted} | {spent} |"
    )


def main(seconds: int, rate: int) -> None:
    """Measures both databases and the three designs, writes the page."""
    load = os.getloadavg()[0]
    trials, designs = [], []
    with postgres(**DURABLE) as pg:
        version = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False).stdout.split()
        with tempfile.TemporaryDirectory() as name:
            trials.append(trial("PostgreSQL", pg.url, Path(name), seconds, rate))
        for title, also in DESIGNS.items():
            print(f"plain SQL: {title}", flush=True)
            short = min(seconds, 20)
            designs.append((title, *design(pg.url, also, short, rate), *design(pg.url, also, short, None)))
    with tempfile.TemporaryDirectory() as name:
        trials.append(trial("SQLite", f"sqlite:///{name}/bench.sqlite3", Path(name), seconds, rate))
    most = designs[0][3]
    table = "\n".join(
        f"| {title} | {held:.0f} | {p95:.1f} | {top:.0f} | {top95:.1f} | {top / most:.2f} |"
        for title, held, p95, top, top95 in designs
    )
    durable = f"PostgreSQL {version[2] if len(version) > 2 else '?'} with fsync and synchronous commit"
    text = f"""# Benchmark: signing

Written by `script/bench signing {seconds} {rate}` on {time.strftime("%Y-%m-%d", time.gmtime())}.

Machine: {machine()}; {durable};
load {load:.1f} before (above 0.5, others were using it).
gunicorn with 2 workers of 8 threads, one `manage.py worker`, the database and the client, all on this machine.
{BEFORE:,} signatures are there already. {rate} residents a second, for {seconds} s; each signs (POST, with session and
token), then reads the page with her receipt, on one connection. A time runs from the instant at which she was due.
Times are median / 95th percentile / 99th; "processor" is what both pages of one signature cost: gunicorn with the
worker, PostgreSQL, this client.

| database | signatures | a second | signing, ms | receipt page, ms | failed | count true after | processor, ms |
|---|---|---|---|---|---|---|---|
{chr(10).join(line(measured) for measured in trials)}

The same load as plain SQL on PostgreSQL, {CONNECTIONS} connections, {min(seconds, 20)} s each: what a design costs.

| design | a second, of {rate} asked | p95 ms | most it can, a second | p95 ms then | ratio |
|---|---|---|---|---|---|
{table}
"""
    (ROOT / "docs" / "bench-signing.md").write_text(text)
    print(text)
    for measured in trials:
        if measured.failed:
            print(f"{measured.name} failed: {sorted(set(measured.failed))}")


if __name__ == "__main__":
    main(*(int(given) for given in [*sys.argv[1:], *["120", "100"][len(sys.argv) - 1 :]]))
