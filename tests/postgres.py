"""A PostgreSQL server for tests: made, used and thrown away. It refuses root, so root runs it as nobody.

From a test:        with postgres() as server: ... server.url, server.folder / "data"
From the terminal:  python -m tests.postgres COMMAND ...   runs the command with BEFFROI_DATABASE set
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER = "beffroi"
# A thousand short tests: without waiting for the disk. A test about lost power or killed processes asks for fsync="on".
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """A running server: its folder (`data` and the socket lie in it) and the address of its database."""

    folder: Path
    url: str

    def stop(self, mode: str = "fast") -> None:
        """Stops the server; "immediate" as a power cut would, without a last checkpoint."""
        _run("pg_ctl", "stop", "--pgdata", str(self.folder / "data"), "--mode", mode, "--wait", "--silent")

    def start(self) -> None:
        """Starts it again on the same data."""
        _start(self.folder)


def binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine, whatever its version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError("PostgreSQL is not installed: script/test installs it, or `apt-get install postgresql`")
    return Path(on_path).resolve().parent


def _run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, as nobody when we are root; what it says is shown when it fails."""
    command = [str(binaries() / program), *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
        "LC_ALL": "C.UTF-8"
    }
    # pg_ctl leaves a server behind that would hold a pipe open: its words go to a file.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{program} exited {done.returncode}: {said.read().decode(errors='replace')}")


def _start(folder: Path) -> None:
    _run(
        "pg_ctl",
        "start",
        "--pgdata",
        str(folder / "data"),
        "--log",
        str(folder / "log"),
        "--wait",
        "--timeout",
        "60",
        "--silent",
    )


def start_postgres(folder: Path | None = None, **settings: str) -> Postgres:
    """Makes and starts a server in `folder` (by default a new temporary one), reached by a socket in that folder only.

    As root, `folder` must be reachable by nobody (pytest's tmp_path is not). `settings` are lines of postgresql.conf:
    fsync="on", wal_recycle="off".
    """
    folder = Path(tempfile.mkdtemp(prefix="beffroi-pg-")) if folder is None else folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    _run(
        "initdb",
        "--pgdata",
        str(data),
        "--username",
        USER,
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C.UTF-8",
        "--no-sync",
    )
    chosen = (
        {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "max_connections": "300",
            "timezone": "UTC",
            "wal_recycle": "off",  # as docs/operations.md asks: a votation is not tallied before old logs are gone
        }
        | QUICK
        | settings
    )
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in chosen.items())
    _start(folder)
    _run("createdb", "--host", str(folder), "--username", USER, USER)
    return Postgres(folder, f"postgresql://{USER}@/{USER}?host={folder}")


@contextmanager
def postgres(folder: Path | None = None, **settings: str) -> Iterator[Postgres]:
    """A server for the length of a `with`; the folder is removed if it was made here."""
    server = start_postgres(folder, **settings)
    try:
        yield server
    finally:
        server.stop("immediate")
        if folder is None:
            shutil.rmtree(server.folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Runs a command beside a server that it finds in BEFFROI_DATABASE; gives its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a killed run leaves no server behind
    with postgres() as server:
        return subprocess.run(command, env=os.environ | {"BEFFROI_DATABASE": server.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
