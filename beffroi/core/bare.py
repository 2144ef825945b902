"""The command line of the verifier in one file, with the standard library alone (docs/specs/voting.md, 11).

`verify`, `journal verify`, `journal inclusion` and `receipt check` take the options of the `beffroi` command and print
its words, the steps in lines instead of a table. script/lib/pyz.py puts this module and what it imports into the file.
"""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from beffroi.core import receipt
from beffroi.core.audit import REFUSED, audit, conclusion, to_json, unreadable
from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.log import entry_sentence, log_sentence, verify_entry, verify_log
from beffroi.core.verdict import WORDS, Step, accepted, fault_lines
from beffroi.core.voting.files import OnDisk, read_all
from beffroi.core.voting.resume import Saved
from beffroi.core.voting.second_proof import read_published
from beffroi.core.voting.verify import How


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command of these words (the program's own unless given). Exit status 0 accepted, 1 refused, 2 misuse."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may not know every letter of a fault
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    asked = parser.parse_args(words)
    if asked.command == "verify":
        return _verify(parser, asked)
    if asked.command == "receipt":
        return _receipt(asked)
    return _journal_verify(asked) if asked.verb == "verify" else _inclusion(asked)


def _file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from error


def _files(name: str) -> list[bytes]:
    try:
        return read_all(Path(name))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from error


def _readable(name: str) -> Path:
    try:
        Path(name).open("rb").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from error
    return Path(name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Verify a votation and its journal from public data only.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="Verify an election's archive. Exit status 0 accepted, 1 refused.")
    verify.add_argument("archive", metavar="ARCHIVE", type=_readable)
    verify.add_argument("--fingerprint", help="The election's fingerprint, as it was announced.")
    verify.add_argument("--journal", type=_file, metavar="FILE", help="The journal's entries.")
    verify.add_argument("--checkpoint", type=_file, metavar="FILE", help="Its signed tree head.")
    verify.add_argument("--log-key", metavar="KEY", help="The published key of the journal.")
    verify.add_argument("--second", type=_files, metavar="PATH", help="The second proofs: a file, or a folder of them.")
    verify.add_argument("--json", action="store_true", help="The steps as JSON.")
    verify.add_argument("--resume", type=Path, metavar="FILE", help="Where an interrupted verification is kept.")
    verbs = commands.add_parser("journal", help="Check the public journal.").add_subparsers(dest="verb", required=True)
    whole = verbs.add_parser("verify", help="Check that the entries are the journal of the signed tree head.")
    whole.add_argument("--entries", type=_file, metavar="FILE", required=True, help="The entries, one a line.")
    single = verbs.add_parser("inclusion", help="Check that one entry is in the journal of the signed tree head.")
    single.add_argument("--entry", type=_file, metavar="FILE", required=True, help="One entry, as downloaded.")
    single.add_argument("--proof", type=_file, metavar="FILE", required=True, help="Its proof, as downloaded.")
    for verb in (whole, single):
        verb.add_argument("--checkpoint", type=_file, metavar="FILE", required=True, help="The signed tree head.")
        verb.add_argument("--key", required=True, help="The published key of the journal: name+hash+base64.")
    whole.add_argument("--earlier", type=_file, metavar="FILE", help="A tree head read before.")
    signed = commands.add_parser("receipt", help="What the box signed for a ballot.")
    check = signed.add_subparsers(dest="verb", required=True).add_parser("check", help="Is the ballot in the box?")
    check.add_argument("receipt", metavar="RECEIPT", type=_file)
    check.add_argument("--archive", type=_file, metavar="FILE", required=True, help="The archive, as downloaded.")
    check.add_argument("--key", help="The published key of the journal.")
    return parser


def _verify(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> int:
    journal = (asked.journal, asked.checkpoint, asked.log_key)
    given = [part is not None for part in journal]
    if any(given) and not all(given):
        parser.error("--journal, --checkpoint and --log-key go together")
    try:
        files = journal if all(given) else None
        proofs = None if asked.second is None else read_published(asked.second)
        how = How(_progress(hidden=asked.json), saved=Saved(asked.resume) if asked.resume is not None else None)
        with OnDisk(asked.archive) as raw:
            steps, verdict = audit(raw, asked.fingerprint, files, how, proofs)
    except Malformed as error:
        print(unreadable(error, asked.json))
        return 1
    except Refused as error:
        print(error.at_fault, file=sys.stderr)
        return 2
    if asked.json:
        print(to_json(steps, verdict))
    else:
        _print(steps, [*fault_lines(steps, numbered=True), conclusion(steps, verdict)], numbered=True)
    return 1 if verdict == REFUSED else 0


def _receipt(asked: argparse.Namespace) -> int:
    try:
        steps, verdict = receipt.check(asked.receipt, asked.archive, asked.key)
    except Malformed as error:
        print(unreadable(error, as_json=False))
        return 1
    _print(steps, [*fault_lines(steps, numbered=True), conclusion(steps, verdict)], numbered=True)
    return 0 if accepted(steps) else 1


def _journal_verify(asked: argparse.Namespace) -> int:
    steps, read = verify_log(asked.entries, asked.checkpoint, asked.key, asked.earlier)
    _print(steps, [*fault_lines(steps, numbered=False), log_sentence(steps, read)])
    return 0 if accepted(steps) else 1


def _inclusion(asked: argparse.Namespace) -> int:
    steps = verify_entry(asked.entry, asked.proof, asked.checkpoint, asked.key)
    _print(steps, [*fault_lines(steps, numbered=False), entry_sentence(steps)])
    return 0 if accepted(steps) else 1


def _progress(hidden: bool) -> Callable[[int, int], None] | None:
    """One line on the terminal that counts the ballots; nothing when the output is not a terminal."""
    if hidden or not sys.stderr.isatty():
        return None

    def told(done: int, total: int) -> None:
        print(f"\r{done} / {total} ballots ", end="" if done < total else "\n", file=sys.stderr, flush=True)

    return told


def _print(steps: Sequence[Step], lines: Sequence[str], *, numbered: bool = False) -> None:
    width = max(len(step.title) for step in steps)
    for n, step in enumerate(steps, 1):
        number = f"{n:>2}  " if numbered else ""
        print(f"{number}{step.title:<{width}}  {step.count or '':>7}  {WORDS[step.passed]}")
    for line in lines:
        print(line)
