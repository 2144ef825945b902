"""Erasing from the disk what the rows no longer hold: freed pages, write-ahead logs, hidden columns.

Deleted rows stay in the files of a database until they are written over, and two rows of one transaction can be joined
through their hidden columns (PostgreSQL's xmin, SQLite's rowid). So at closing the tables are rewritten and the
write-ahead log is emptied.
"""

import logging
from collections.abc import Iterable

from django.db import DatabaseError, connection, models, transaction
from django.db.backends.utils import CursorWrapper

log = logging.getLogger(__name__)


class NotErasedError(DatabaseError):
    """The database did not allow it, or somebody else was reading. Nothing goes on before it has been done."""


def erase(tables: Iterable[type[models.Model]]) -> None:
    """Rewrites the tables and empties the write-ahead log. `NotErasedError` says what an administrator has to allow."""
    if connection.in_atomic_block:
        raise NotErasedError("erasing cannot run inside a transaction")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _sqlite(cursor)
        else:
            _postgresql(cursor, list(tables))


def _sqlite(cursor: CursorWrapper) -> None:
    _empty_log(cursor)
    cursor.execute("VACUUM")  # makes the file anew: no free page, no slack in a page
    _empty_log(cursor)


def _empty_log(cursor: CursorWrapper) -> None:
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    busy, *_ = cursor.fetchone()
    if busy:
        raise NotErasedError("the write-ahead log is still being read: to be tried again")


def _postgresql(cursor: CursorWrapper, tables: list[type[models.Model]]) -> None:
    cursor.execute("SHOW wal_recycle")
    if cursor.fetchone()[0] != "off":
        # Recycled segments keep what they held. One line of postgresql.conf: wal_recycle = off (docs/operations.md).
        raise NotErasedError("PostgreSQL keeps old write-ahead logs: set wal_recycle = off (docs/operations.md)")
    try:
        with transaction.atomic():
            cursor.execute("SET LOCAL lock_timeout = '10s'")  # a long reader delays us; nobody waits behind us for long
            for table in tables:
                cursor.execute(_rewriting(table))
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_switch_wal()")
        cursor.execute("CHECKPOINT")
    except DatabaseError as error:
        log.error("erasing: PostgreSQL does not allow it (docs/operations.md): %s", type(error).__name__)
        raise NotErasedError("PostgreSQL: busy, or pg_checkpoint and pg_switch_wal not granted") from error


def _rewriting(table: type[models.Model]) -> str:
    """Makes the table anew with its living rows only, all of one transaction.

    Not VACUUM FULL: it keeps dead rows as long as any open transaction could still see them, and each row's own xmin.
    """
    quote = connection.ops.quote_name
    field = [field for field in table._meta.concrete_fields if not field.primary_key and not field.is_relation][-1]
    assert field.column is not None
    column, kind = quote(field.column), field.db_type(connection)
    return (
        f"ALTER TABLE {quote(table._meta.db_table)} "
        f"ALTER COLUMN {column} TYPE {kind} USING coalesce({column}, {column})"
    )
