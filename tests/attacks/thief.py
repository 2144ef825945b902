"""A thief with everything the server holds: folder, database with its hidden columns, archive, journal.

He tries to say who cast which ballot. Each strategy gives guesses {credential of a ballot: person}; the test counts
the right ones.
He knows the source code, and how each kind of value is made. He does not have the letters, nor the authority's file.
"""

import hashlib
import hmac
import itertools
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

VOTER_TABLES = ("votations_voter", "votations_pollbookentry")
BALLOT_TABLES = ("votations_ballot", "votations_sealedballot")
#: Tables whose rows may say when somebody was there.
TRACE_TABLES = ("django_session", "roll_signincode", "letters_letter", "petitions_signature", "roll_countersession")

Row = dict[str, Any]
Guess = dict[str, int]


@dataclass
class Loot:
    """What was taken. Each row carries its hidden columns under `_` names."""

    files: dict[str, bytes]
    tables: dict[str, list[Row]]
    archive: list[dict[str, Any]]
    journal: list[dict[str, Any]]
    votation: int
    secret_key: str
    sessions: dict[int, list[Row]] = field(default_factory=dict)

    @property
    def voters(self) -> list[Row]:
        """Those who voted online, with every column and hidden column that their rows still have."""
        rows = [row for table in VOTER_TABLES for row in self.tables.get(table, [])]
        return [row for row in rows if row.get("credential_mac") or row.get("voted_online")]

    @property
    def ballots(self) -> list[Row]:
        """The last ballot of each credential, in the order of the chain, with the hidden columns of its row."""
        rows = sorted(
            (row for table in BALLOT_TABLES for row in self.tables.get(table, [])), key=lambda row: row["height"]
        )
        return list({row["credential"]: row for row in rows}.values())

    @property
    def first_ballots(self) -> list[Row]:
        """The first ballot of each credential: its casting also wrote on the voter's row for the first time."""
        rows = sorted(
            (row for table in BALLOT_TABLES for row in self.tables.get(table, [])), key=lambda row: -row["height"]
        )
        return sorted({row["credential"]: row for row in rows}.values(), key=lambda row: row["height"])


# ------------------------------------------------------------------------------------------------ taking


def take_files(*folders: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()}


def take_sqlite(path: Path) -> dict[str, list[Row]]:
    """Every table with its rowids, in the order in which the pages hold the rows."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    tables = {
        name: [dict(row) for row in connection.execute(f'SELECT rowid AS "_rowid", * FROM "{name}"')]
        for name in names
        if name != "django_session"
    }
    tables["django_session"] = [
        dict(row) for row in connection.execute("SELECT rowid AS _rowid, * FROM django_session")
    ]
    connection.close()
    return tables


def take_postgresql(url: str) -> dict[str, list[Row]]:
    """Every table with ctid, xmin and xmax."""
    tables = {}
    with psycopg.connect(url) as connection:
        names = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for name in names:
            hidden = 'xmin::text::bigint AS "_xmin", xmax::text::bigint AS "_xmax", ctid::text AS "_ctid"'
            rows = connection.execute(f'SELECT {hidden}, * FROM "{name}"')  # type: ignore[call-overload]
            columns = [column.name for column in rows.description or []]
            tables[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    for row in itertools.chain.from_iterable(tables.values()):
        row["_place"] = tuple(int(part) for part in re.findall(r"\d+", row["_ctid"]))
    return tables


# ------------------------------------------------------------------------------------------------ strategies


def by_keyed_hash(loot: Loot) -> Guess:
    """A voter's row holds some hash of a credential: try each small file, and each 32 bytes of it, as the key."""
    keys = [b"", loot.secret_key.encode()]
    for content in loot.files.values():
        if len(content) <= 4096:
            keys += [content, content.strip(), *(content[at : at + 32] for at in range(max(len(content) - 31, 0)))]
    wanted = {
        str(value): row["person_id"]
        for row in loot.voters
        for value in row.values()
        if isinstance(value, str) and len(value) >= 40
    }
    guesses: Guess = {}
    if wanted:
        for row, key in itertools.product(loot.ballots, set(keys)):
            for text in (row["credential"], row["tracker"]):
                for digest in (
                    hmac.new(key, text.encode(), hashlib.sha256).hexdigest(),
                    hashlib.sha256(key + text.encode()).hexdigest(),
                ):
                    if digest in wanted:
                        guesses[row["credential"]] = wanted[digest]
    return guesses


def by_equal_values(loot: Loot) -> Guess:
    """A value that stands in exactly one voter's row and in exactly one ballot's row."""
    guesses: Guess = {}
    common = {"votation_id", "_xmax", "id", "person_id", "voted_online"}
    seen: dict[tuple[str, Any], list[int]] = {}
    for row in loot.voters:
        for column, value in row.items():
            if column not in common and isinstance(value, int | str) and not isinstance(value, bool):
                seen.setdefault((type(value).__name__, value), []).append(row["person_id"])
    for row in loot.ballots + loot.first_ballots:
        for column, value in row.items():
            if (
                column not in common
                and isinstance(value, int | str)
                and len(seen.get((type(value).__name__, value), ())) == 1
            ):
                guesses[row["credential"]] = seen[type(value).__name__, value][0]
    return guesses


def orders(rows: list[Row], identity: Callable[[Row], Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every order in which some column of these rows puts them."""
    for column in rows[0] if rows else []:
        values = [row.get(column) for row in rows]
        if all(isinstance(value, type(values[0])) for value in values) and isinstance(
            values[0], int | str | tuple | float
        ):
            yield column, [identity(row) for row in sorted(rows, key=lambda row: row[column])]


def traces(loot: Loot) -> Iterator[tuple[str, list[int]]]:
    """Orders of persons by the traces of their presence: sessions, codes, signatures, letters."""
    accounts = {row["id"]: row["person_id"] for row in loot.tables.get("roll_account", [])}
    voted = {row["person_id"] for row in loot.voters}
    for table in TRACE_TABLES:
        rows = [
            dict(row, person_id=row.get("person_id") or accounts.get(row.get("account_id")))
            for row in loot.tables.get(table, [])
        ]
        if table == "django_session":
            rows = [dict(row, person_id=accounts.get(session_account(row))) for row in rows]
        last = {row["person_id"]: row for row in rows if row["person_id"] in voted}
        for column, order in orders(
            [
                {key: str(value) if key.endswith(("_at", "date")) else value for key, value in row.items()}
                for row in last.values()
            ],
            lambda row: row["person_id"],
        ):
            yield f"{table}.{column}", order


def session_account(row: Row) -> int | None:
    """The account of a session row: Django's signed data, which needs no key to be read."""
    import base64
    import zlib

    payload = row["session_data"].split(":")[0]
    compressed = payload.startswith(".")
    raw = base64.urlsafe_b64decode(payload.lstrip(".") + "=" * (-len(payload.lstrip(".")) % 4))
    data = json.loads(zlib.decompress(raw) if compressed else raw)
    return int(data["_auth_user_id"]) if "_auth_user_id" in data else None


def by_rank(loot: Loot) -> Iterator[tuple[str, Guess]]:
    """The k-th voter in some order cast the k-th ballot in some order (first castings and last ones)."""
    people = [*orders(loot.voters, lambda row: row["person_id"]), *traces(loot)]
    for ballots, name in ((loot.ballots, "last"), (loot.first_ballots, "first")):
        for (column, persons), (place, credentials) in itertools.product(
            people, orders(ballots, lambda row: row["credential"])
        ):
            for direction in (1, -1):
                yield (
                    f"rank {column} / {name} {place} / {direction}",
                    dict(zip(credentials, persons[::direction], strict=False)),
                )


def by_neighbours_in_files(loot: Loot) -> Guess:
    """In the raw bytes (freed pages, logs): the voter's mark that is nearest to each credential."""
    numbers = {row["roll_number"].encode(): row["id"] for row in loot.tables["roll_person"]}
    macs = {row["credential_mac"].encode(): row["person_id"] for row in loot.voters if row.get("credential_mac")}
    sessions = {row["session_key"].encode(): row["person_id"] for rows in loot.sessions.values() for row in rows}
    marks = re.compile(b"|".join(re.escape(mark) for mark in [*macs, *sessions])) if macs or sessions else None
    guesses: Guess = {}
    if marks is None:
        return guesses
    known = {**numbers, **macs, **sessions}
    for content in loot.files.values():
        places = [(found.start(), known[found[0]]) for found in marks.finditer(content)]
        for row in loot.ballots:
            at = content.find(row["credential"].encode())
            if at >= 0 and places:
                guesses[row["credential"]] = min(places, key=lambda place: abs(place[0] - at))[1]
    return guesses


def strategies(loot: Loot) -> Iterator[tuple[str, Guess]]:
    yield "keyed hash", by_keyed_hash(loot)
    yield "equal values", by_equal_values(loot)
    yield from by_rank(loot)
    yield "neighbours in files", by_neighbours_in_files(loot)
