"""Connections to the database: how they are made, used and, across a fork, laid down."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import QueuePool

from daglab.errors import MissingExtraError, RunStoreError, StoreUnavailableError
from daglab.run_store.place import damaged, postgresql_address, prepare_place, sqlite_path

LOCK_SECONDS = 10.0
_FORK_PATIENCE = 15.0
_WRITES = {"daglab_writes": True}
_RAISED = (exc.DBAPIError, exc.TimeoutError, sqlite3.Error, OSError)


class Database:
    """One database and the connections of this process to it; safe to use from any thread.

    A connection is used by one thread at a time, for one short transaction. SQLite's connections must not live on in
    a forked child (https://www.sqlite.org/howtocorrupt.html#_carrying_an_open_database_file_across_a_fork_), so a fork
    waits for the transactions that are under way and finds all connections closed; both sides open them anew.

    Args:
        url: of SQLite in a file, or of PostgreSQL.
        durable: whether what is committed survives a power cut in SQLite; PostgreSQL has settings of its own.

    Raises:
        RunStoreError: a database of another kind, or a file that is none.
        StoreUnavailableError: it cannot be reached.
    """

    def __init__(self, url: str, *, durable: bool = False) -> None:
        self._durable = durable
        self.path = sqlite_path(url)
        if self.path is None:
            address = postgresql_address(url)
            self.name = address.render_as_string()
            self.is_writable = True
            self.engine = _postgresql_engine(address)
        else:
            self.name = str(self.path)
            self.is_writable = prepare_place(self.path)
            self.engine = self._sqlite_engine()
        # It never writes: SQLite tells a connection of every commit but its own.
        self._watcher: sqlite3.Connection | None = None
        self._watching = threading.Lock()
        self._generation = 0
        self._in_use = 0
        self._pauses = 0
        self._gate = threading.Condition()
        _open_databases.add(self)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads: what it sees does not change until its end."""
        with self._in_transaction() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that writes; committed at the end, rolled back on an error.

        In SQLite it holds the one lock for writing from its start, so it never fails half-way for want of it.
        """
        if not self.is_writable:
            raise self._read_only()
        with self._in_transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def driver(self) -> Iterator[sqlite3.Connection]:
        """A connection of SQLite's own driver, outside any transaction, for its settings."""
        with self._used(), self._translated(), closing(self._connect_sqlite()) as connection:
            yield connection

    def changes(self) -> tuple[int, int]:
        """A token that differs from an earlier one if anything was committed in between; see `RunStore`."""
        with self._used(), self._translated(), self._watching:
            if self.path is None:
                with self.engine.connect() as connection:
                    row = connection.exec_driver_sql("SELECT changes, last_event_id FROM log_head").one()
                return row[0], row[1]
            if self._watcher is None:
                self._watcher = self._connect_sqlite()
                self._generation += 1
            version = self._watcher.execute("PRAGMA data_version").fetchone()[0]
            last_id = self._watcher.execute("SELECT last_event_id FROM log_head").fetchone()[0]
            return (self._generation << 40) + version, last_id

    def close(self) -> None:
        """Closes all connections."""
        _open_databases.discard(self)
        self._lay_down()

    def pause(self) -> None:
        """Waits until no connection is in use, closes all, and holds back new ones until `resume`."""
        end = time.monotonic() + _FORK_PATIENCE
        with self._gate:
            self._pauses += 1
            while self._in_use and self._gate.wait(max(0.0, end - time.monotonic())):
                pass
        self._lay_down()

    def resume(self, *, in_child: bool = False) -> None:
        """Ends a pause, in the parent or in the child of a fork."""
        if in_child:
            self._gate, self._watching = threading.Condition(), threading.Lock()
            self.engine.dispose(close=False)  # one that was held for longer than we wait is the parent's
            self._in_use, self._pauses = 0, 1
        with self._gate:
            self._pauses -= 1
            self._gate.notify_all()

    def _lay_down(self) -> None:
        self.engine.dispose()
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    @contextmanager
    def _in_transaction(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        with self._used(), self._translated(), self.engine.connect() as connection:
            if writes:
                connection = connection.execution_options(**_WRITES)
            with connection.begin():
                yield connection

    @contextmanager
    def _used(self) -> Iterator[None]:
        with self._gate:
            while self._pauses:
                self._gate.wait()
            self._in_use += 1
        try:
            yield
        finally:
            with self._gate:
                self._in_use -= 1
                self._gate.notify_all()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _RAISED as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> RunStoreError:
        """A database's error in our words: what is the matter, and what to do."""
        cause = getattr(error, "orig", None) or error
        text = str(cause).strip().split("\n")[0]
        if isinstance(cause, sqlite3.Error):
            return self._explained_sqlite(getattr(cause, "sqlite_errorcode", 0) & 0xFF, text)
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return self._full()
        if isinstance(error, (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, OSError)):
            hint = "check that the database runs and that the address in `run_store` is right"
            return StoreUnavailableError(f"the run store {self.name} cannot be used: {text}", hint=hint)
        return RunStoreError(f"the run store {self.name} failed: {text}")

    def _explained_sqlite(self, code: int, text: str) -> RunStoreError:
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            message = f"another process has kept the run store {self.name} locked for more than {LOCK_SECONDS:g} s"
            return StoreUnavailableError(message, hint="find it with `fuser` or `lsof`, end it or wait, and try again")
        if code == sqlite3.SQLITE_FULL:
            return self._full()
        if code == sqlite3.SQLITE_READONLY:
            return self._read_only()
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return damaged(self.name, text)
        hint = "check that its folder exists, that you may read and write there, and that the disk is well"
        return StoreUnavailableError(f"the run store {self.name} cannot be used: {text}", hint=hint)

    def _full(self) -> StoreUnavailableError:
        message = f"no space is left on the disk of the run store {self.name}"
        return StoreUnavailableError(message, hint="free some space, then run again; what was committed is kept")

    def _read_only(self) -> StoreUnavailableError:
        hint = "get write permission on the file and its folder, or set DAGLAB_HOME to a folder of yours"
        return StoreUnavailableError(f"the run store {self.name} is read-only for you", hint=hint)

    def _sqlite_engine(self) -> sa.Engine:
        engine = sa.create_engine(
            "sqlite://", creator=self._connect_sqlite, poolclass=QueuePool, pool_size=5, max_overflow=60
        )
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _connect_sqlite(self) -> sqlite3.Connection:
        assert self.path is not None
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?{self._mode()}",
            uri=True,
            timeout=LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
            connection.execute("PRAGMA journal_size_limit = 67108864")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _mode(self) -> str:
        """How to open the file. Where nobody can write, SQLite needs to be told that it has no log beside it."""
        assert self.path is not None
        if self.is_writable:
            return "mode=rwc"
        log = Path(f"{self.path}-wal")
        return "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"


def _begin(connection: sa.Connection) -> None:
    """Opens transactions as we mean them; the driver would only do so before the first write, and never for reads."""
    writes = connection.get_execution_options().get("daglab_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(address: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": int(LOCK_SECONDS)})
    except ModuleNotFoundError:
        raise MissingExtraError("psycopg", extra="postgresql") from None


# A handler for forks cannot be taken back, so one is made for all databases of the process.
_open_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def _before_fork() -> None:
    for database in list(_open_databases):
        database.pause()


def _after_fork_in_parent() -> None:
    for database in list(_open_databases):
        database.resume()


def _after_fork_in_child() -> None:
    for database in list(_open_databases):
        database.resume(in_child=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
