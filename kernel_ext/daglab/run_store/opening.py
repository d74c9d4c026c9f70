"""Bringing a store's schema to the version of this code: made, left alone, migrated or refused."""

from __future__ import annotations

import time
from collections.abc import Collection
from importlib import metadata
from pathlib import Path

import sqlalchemy as sa

from daglab.errors import RunStoreError, StoreUnavailableError, StoreVersionError
from daglab.run_store import schema
from daglab.run_store.database import LOCK_SECONDS, Database

MIGRATIONS = Path(__file__).parent / "migrations"
_SCHEMA_LOCK = 7_233_461  # any number that nobody else uses for an advisory lock in that database


def bring_up_to_date(database: Database, *, migrations: Path = MIGRATIONS, head: str = schema.HEAD) -> None:
    """Makes the tables of a new store, or brings those of an older one to this version.

    Any number of processes may do so at once.

    Raises:
        StoreVersionError: a newer daglab wrote it; it is left as it is.
        RunStoreError: there are tables, but they are not ours.
        StoreUnavailableError: it would have to be written, and cannot be.
    """
    known = {file.name.split("_")[0] for file in (migrations / "versions").glob("[0-9]*.py")}
    with database.read() as connection:
        version = _version(connection, database.name, known)
    if version != head and not database.is_writable:
        what = "is empty" if version is None else f"has the older schema {version}"
        hint = "let somebody who may write there open it once"
        raise StoreUnavailableError(f"the run store {database.name} {what} and is read-only for you", hint=hint)
    if database.path is not None and database.is_writable:
        _use_write_ahead_log(database)
    if version != head:
        with database.write() as connection:
            if database.path is None:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            version = _version(connection, database.name, known)  # another process may have been first
            if version is None:
                _create(connection)
            elif version != head:
                _migrate(connection, migrations)


def _migrate(connection: sa.Connection, migrations: Path) -> None:
    from daglab.run_store.migration import migrate  # imports Alembic

    migrate(connection, migrations)
    written = sa.update(schema.settings).where(schema.settings.c.name == "daglab_version")
    connection.execute(written.values(value=_own_version()))


def _create(connection: sa.Connection) -> None:
    schema.metadata.create_all(connection)
    connection.execute(sa.insert(schema.alembic_version).values(version_num=schema.HEAD))
    connection.execute(sa.insert(schema.settings).values(name="daglab_version", value=_own_version()))
    connection.execute(sa.insert(schema.log_head).values(id=1, last_event_id=0, changes=0))


def _version(connection: sa.Connection, store: str, known: Collection[str]) -> str | None:
    """The version that the store has, one that we know; None if there is nothing in it yet."""
    names = sa.inspect(connection).get_table_names()
    if not names:
        return None
    if "alembic_version" not in names or "log_head" not in names:
        shown = ", ".join(sorted(names)[:5])
        hint = "name another file or database in `run_store`; a new one is made"
        raise RunStoreError(f"{store} is a database, but no run store: it holds {shown}", hint=hint)
    version = str(connection.execute(sa.select(schema.alembic_version.c.version_num)).scalar_one())
    if version not in known:
        writer = sa.select(schema.settings.c.value).where(schema.settings.c.name == "daglab_version")
        wrote = f"daglab {connection.execute(writer).scalar_one()} (schema {version})"
        message = f"the run store {store} was written by {wrote}; this is daglab {_own_version()}"
        raise StoreVersionError(message, hint="upgrade daglab, or set DAGLAB_HOME to another folder")
    return version


def _use_write_ahead_log(database: Database) -> None:
    """Switches SQLite to its write-ahead log, once for the file; SQLite itself does not wait for a lock to do so."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            with database.driver() as connection:
                if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    connection.execute("PRAGMA journal_mode = WAL")
            return
        except StoreUnavailableError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _own_version() -> str:
    try:
        return metadata.version("daglab")
    except metadata.PackageNotFoundError:  # run from its sources
        return "(version unknown)"
