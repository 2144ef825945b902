"""The stage manager: starts each role as a process of its own and carries files from one folder to another.

    python -m beffroi.demonstration.play [--ballots N] [--no-serve] [--port P] [--folder var/demo]

Exit status: 1 when a verdict is bad, 2 when a check did not run.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent.parent
ROLES = ("server", "authority", "trustee-1", "trustee-2", "trustee-3", "letters", "voters", "outsider")
TRUSTEES = (1, 2, 3)
console = Console(highlight=False)


def role(folder: Path, name: str, *command: str, **environment: str) -> None:
    """Run one role's program in its own folder. It sees no other role's folder but through the files handed to it."""
    done = subprocess.run([sys.executable, *command], cwd=folder / name, env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise SystemExit(f"demo: {name}: {' '.join(command)} ended with status {done.returncode}")


def beffroi(folder: Path, name: str, *words: str) -> None:
    role(folder, name, "-m", "beffroi.core.cli", *words)


def hand(source: Path, target: Path) -> Path:
    """Carry one file from one role to another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target


class Stage:
    """The folders of one run, and the server's environment."""

    def __init__(self, folder: Path, ballots: int, now: str) -> None:
        self.folder, self.ballots, self.now = folder, ballots, now
        self.server = {
            "BEFFROI_HOME": str(folder / "server"),
            "BEFFROI_DATABASE": f"sqlite:///{folder / 'server' / 'beffroi.sqlite3'}",
            "BEFFROI_SHOW_CODES": "1",
            "BEFFROI_MAIL_FOLDER": str(folder / "letters" / "mail"),
            "DJANGO_SETTINGS_MODULE": "beffroi.settings",
        }

    def phase(self, name: str, *words: str) -> None:
        role(
            self.folder, "server", "-m", "beffroi.demonstration.server", name, "--now", self.now, *words, **self.server
        )

    def told(self, name: str) -> Any:
        return json.loads((self.folder / "server" / "out" / name).read_text())

    def prepare(self, votation: str) -> None:
        """Credentials by the authority, a key by the trustees together: only public files reach the server."""
        folder, outbox, inbox = self.folder, self.folder / "server" / "out", self.folder / "server" / "in"
        numbers = hand(outbox / votation / "voters.txt", folder / "authority" / votation / "voters.txt")
        told = self.told(f"{votation}/call.json")
        made = folder / "authority" / votation / "made"
        beffroi(
            folder,
            "authority",
            "credentials",
            "make",
            "--uuid",
            told["uuid"],
            "--voters",
            str(numbers),
            "--out",
            str(made),
        )
        sealed = folder / "letters" / votation
        private, title = str(made / "private_credentials.json"), told["title"]
        letters = ["--private", private, "--out", str(sealed), "--title", title]
        beffroi(folder, "authority", "credentials", "letters", *letters)
        hand(made / "public_credentials.json", inbox / votation / "public_credentials.json")
        self.make_key(votation, told)

    def make_key(self, votation: str, told: Any) -> None:
        """The ceremony: at each step each trustee runs her command, and reads what all have handed in before."""
        needed, members = told["group"]

        def init(owner: int) -> list[str]:
            words = ["init", "--out", votation, "--name", told["trustees"][owner - 1]["name"], "--number", str(owner)]
            return [*words, "--threshold", str(needed), "--members", str(members)]

        self.each_trustee(votation, "certificate", [init(owner) for owner in TRUSTEES])
        steps = ("certificate", "commitment", "polynomial", "verification_key")
        for number, (before, step) in enumerate(pairwise(steps), 1):
            shared = self.folder / "server" / "in" / votation / f"{before}s.jsonl"
            for owner in TRUSTEES:
                hand(shared, self.folder / f"trustee-{owner}" / votation / shared.name)
            words = ["round", str(number), "--folder", votation, f"--{before}s", f"{votation}/{shared.name}"]
            self.each_trustee(votation, step, [words for _ in TRUSTEES])

    def each_trustee(self, votation: str, step: str, words: list[list[str]]) -> None:
        """All at once, each in her own folder. What they hand in is carried to the server, and read by all after it."""
        inbox = self.folder / "server" / "in" / votation

        def act(owner: int) -> bytes:
            beffroi(self.folder, f"trustee-{owner}", "trustee", *words[owner - 1])
            made = self.folder / f"trustee-{owner}" / votation / f"{step}.json"
            return hand(made, inbox / f"{step}-{owner}.json").read_bytes()

        with ThreadPoolExecutor() as pool:
            (inbox / f"{step}s.jsonl").write_bytes(b"".join(raw + b"\n" for raw in pool.map(act, TRUSTEES)))

    def vote(self, votation: str, ballots: int) -> None:
        """The voters open their letters and encrypt on their own machines; what leaves them is encrypted."""
        told, outbox = self.told(f"{votation}/call.json"), self.folder / "server" / "out" / votation
        election = hand(outbox / "election.json", self.folder / "voters" / votation / "election.json")
        out = self.folder / "voters" / votation / "ballots.jsonl"
        letters = self.folder / "letters" / votation
        words = [
            "--election",
            str(election),
            "--letters",
            str(letters),
            "--ballots",
            str(ballots),
            "--seed",
            told["uuid"],
        ]
        role(self.folder, "voters", "-m", "beffroi.demonstration.voters", *words, "--out", str(out))
        hand(out, self.folder / "server" / "in" / votation / "ballots.jsonl")

    def decrypt(self, votation: str) -> None:
        """Whoever is there decrypts; one is missing, and the others are enough."""
        outbox, inbox = self.folder / "server" / "out" / votation, self.folder / "server" / "in" / votation
        trustees = self.told(f"{votation}/call.json")["trustees"]
        for owner in TRUSTEES:
            if trustees[owner - 1].get("is_missing"):
                continue
            keys = self.folder / f"trustee-{owner}" / votation
            words = ["--key", str(keys / "seed.txt"), "--sealed", str(keys / "decryption_key.json")]
            words += ["--out", str(keys / "decryption.json")]
            for name in ("election.json", "trustees.json", "tally.json", "archive.bel"):
                words += [f"--{name.partition('.')[0]}", str(hand(outbox / name, keys / name))]
            beffroi(self.folder, f"trustee-{owner}", "trustee", "decrypt", *words)
            hand(keys / "decryption.json", inbox / f"decryption-{owner}.json")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def site(stage: Stage, port: int):  # type: ignore[no-untyped-def]
    """The server and the worker on 127.0.0.1, both stopped at the end."""
    environment = {**os.environ, **stage.server, "BEFFROI_HOSTS": "127.0.0.1,localhost"}
    serve = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    serve += ["--log-level", "warning", "--no-control-socket", "beffroi.wsgi"]
    worker = [sys.executable, str(ROOT / "manage.py"), "worker"]
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in (serve, worker)]
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit("demo: the server did not answer within 30 seconds")
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(20)


def play(stage: Stage) -> None:
    """The initiative's whole life, then a second votation that is open now."""
    stage.phase("build")
    stage.phase("petition")
    first = stage.told("votations.json")["initiative"]
    stage.prepare(first)
    stage.phase("open", "--votation", first)
    stage.vote(first, stage.ballots)
    stage.phase("vote", "--votation", first)
    stage.decrypt(first)
    stage.phase("decide", "--votation", first)
    second = stage.told("votations.json")["open"]
    stage.prepare(second)
    stage.phase("open", "--votation", second)
    stage.vote(second, 40)
    stage.phase("now", "--votation", second)


def things_to_try(stage: Stage, port: int) -> None:
    """Whom to sign in as, and what to do: the codes hold for the day, and only in a demonstration."""
    stage.phase("codes")
    told = stage.told("codes.json")
    resident, agent, councillor, neighbour = (told[name] for name in ("resident", "agent", "councillor", "neighbour"))
    at = f"http://127.0.0.1:{port}"

    def enter(number: int, who: str, person: dict[str, str]) -> str:
        code = f"adresse : {person['address']}   code : [bold]{person['code']}[/bold]"
        return f"[bold]{number}. {who}, {person['name']}[/bold]\n   {at}/connexion\n   {code}"

    second = "   La deuxième étape se règle une fois : la page de cette démonstration montre le code à recopier."
    lines = [
        enter(1, "Une habitante ou un habitant", resident),
        f"   Signez {at}/petitions/{told['petition']} : il manque deux signatures.",
        f"   Votez {at}/votations/{told['votation']} : la lettre est plus bas.\n",
        enter(2, "Un agent du guichet", agent),
        second,
        f"   {at}/guichet : cherchez {neighbour['name']}, {neighbour['year']}, et signez en sa présence.\n",
        enter(3, "Une personne élue", councillor),
        second,
        f"   {at}/conseils/{told['sitting']} : l'audition a eu lieu ; écrivez la réponse du conseil.\n",
        f"L'initiative entière : {at}/initiatives/{told['initiative']}",
    ]
    show("Trois choses à essayer", "\n".join(lines), "yellow")
    letter = (stage.folder / "letters" / told["votation"] / f"{resident['voter']}.txt").read_text()
    show(f"La lettre de {resident['name']}", letter.strip(), "dim")


def show(title: str, text: str, style: str) -> None:
    """Between two rules and never folded: an address or a code that a frame cuts in two cannot be copied."""
    console.rule(title, style=style)
    console.print(text, soft_wrap=True)
    console.rule(style=style)


def check_free(port: int) -> None:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            console.print(f"Le port {port} est pris : script/demo --port {port + 1}")
            raise SystemExit(2) from None


def make_room(folder: Path) -> None:
    """Takes away what an earlier run has left, and nothing else: a folder of other things is refused."""
    if not folder.exists():
        return
    if not folder.is_dir() or any(path.name not in ROLES for path in folder.iterdir()):
        raise SystemExit(f"demo: {folder} holds other things than a demonstration: choose an empty folder")
    shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--ballots", type=int, default=600, metavar="N", help="ballots cast in the votation (default 600)"
    )
    parser.add_argument("--no-serve", action="store_true", help="stop before serving the site")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "demo")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a killed demonstration leaves no server behind
    if not 50 <= asked.ballots <= 15000:
        parser.error("--ballots: from 50 to 15000")
    if not asked.no_serve:
        check_free(asked.port)
    folder: Path = asked.folder.resolve()
    make_room(folder)
    for name in ROLES:
        (folder / name).mkdir(parents=True, mode=0o700)
    start = time.monotonic()
    stage = Stage(folder, asked.ballots, time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()))
    play(stage)
    port = free_port() if asked.no_serve else asked.port
    with site(stage, port) as processes:
        console.print(
            f"[bold]La première page répond[/bold] : http://127.0.0.1:{port}/ après {time.monotonic() - start:.0f} s."
        )
        outsider = [sys.executable, "-m", "beffroi.demonstration.outsider", f"http://127.0.0.1:{port}"]
        first = stage.told("votations.json")["initiative"]
        checked = subprocess.run([*outsider, first], cwd=folder / "outsider", check=False)
        if asked.no_serve:
            raise SystemExit(checked.returncode)
        things_to_try(stage, port)
        console.print("Ctrl-C arrête le serveur et le travailleur.")
        try:
            processes[0].wait()
        except KeyboardInterrupt:
            console.print("Arrêt.")


if __name__ == "__main__":
    main()
