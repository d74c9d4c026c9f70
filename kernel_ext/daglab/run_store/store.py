"""The run store: what happened, kept."""

from __future__ import annotations

import os
import weakref
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Self

from daglab.records.assets import AssetState, Materialization, RemovedValue
from daglab.records.events import Event, EventType
from daglab.records.runs import ProcessIdentity, Run, RunStatus, StepRecord
from daglab.run_store import asset_table, event_log, removal_table, run_table
from daglab.run_store.database import Database
from daglab.run_store.network_drive import warn_of_network_drive
from daglab.run_store.opening import bring_up_to_date
from daglab.run_store.run_writer import RunWriter
from daglab.run_store.searches import StoreSearches


class RunStore(StoreSearches):
    """All that is remembered of runs and assets, in one database that any number of processes share.

    Every method is one short transaction and may be called from any thread; after a fork, from the child, too. All
    of them raise `StoreUnavailableError` where the database cannot be reached, is full, locked for long, or, for
    what writes, read-only.

    Example:
        >>> import tempfile
        >>> with RunStore.open(f"sqlite:///{tempfile.mkdtemp()}/store.db") as store:
        ...     store.runs(), store.asset_keys(), store.last_event_id()
        ([], [], 0)
    """

    def __init__(self, database: Database, *, url: str) -> None:
        self.url = url
        self._database = database
        self._writers: weakref.WeakSet[RunWriter] = weakref.WeakSet()
        _open_stores.add(self)

    @classmethod
    def open(cls, url: str, *, durable: bool = False) -> RunStore:
        """Opens a store; makes it where there is none, and brings an older one up to date.

        Args:
            url: "sqlite:////folder/store.db" or "postgresql+psycopg://user@host/database".
            durable: whether every commit survives a power cut, too, which makes each one wait for the disk.

        Raises:
            RunStoreError: it is no address of a store, or something else is there.
            StoreVersionError: a newer daglab wrote it.
            StoreUnavailableError: it cannot be reached or made.
        """
        database = Database(url, durable=durable)
        try:
            bring_up_to_date(database)
        except BaseException:
            database.close()
            raise
        if database.path is not None:
            warn_of_network_drive(database.path)
        return cls(database, url=url)

    @property
    def is_writable(self) -> bool:
        """Whether this process may write to it; reading works in any case."""
        return self._database.is_writable

    def close(self) -> None:
        """Closes its writers, which commit what is left, and all connections."""
        try:
            for writer in list(self._writers):
                writer.close()
        finally:
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def create_run(self, run: Run) -> None:
        """Adds a run.

        Raises:
            RunStoreError: there is one of that id.
        """
        with self._database.write() as connection:
            run_table.insert_run(connection, run)

    def writer(self, run_id: str) -> RunWriter:
        """The writer of a run's events, for the one process that drives it. It must be closed."""
        writer = RunWriter(self._database, run_id)
        self._writers.add(writer)
        return writer

    def append(self, events: Sequence[Event]) -> int:
        """Stores events that come from outside their run's writer, all or none; returns the id of the last one.

        Raises:
            RunNotFoundError: an event is of a run that was not created.
        """
        with self._database.write() as connection:
            return event_log.append_events(connection, events)

    def update_process(self, run_id: str, process: ProcessIdentity, at: datetime) -> None:
        """Notes which process drives a run since when.

        Raises:
            RunNotFoundError: there is no such run.
        """
        with self._database.write() as connection:
            run_table.set_process(connection, run_id, process, at)

    def run(self, run_id_or_prefix: str) -> Run:
        """The run of that id, or the only one whose id begins so.

        Raises:
            RunNotFoundError: there is none, or there are several; then some are named.
        """
        with self._database.read() as connection:
            return run_table.find_run(connection, run_id_or_prefix)

    def runs(
        self, *, limit: int = 50, statuses: Collection[RunStatus] | None = None, before: str | None = None
    ) -> list[Run]:
        """Runs, newest first.

        Args:
            limit: at most so many.
            statuses: only these.
            before: only older ones than the run of this id, for the next page.
        """
        with self._database.read() as connection:
            return run_table.list_runs(connection, limit=limit, statuses=statuses, before=before)

    def unfinished_runs(self) -> list[Run]:
        """All runs that have not ended, newest first."""
        with self._database.read() as connection:
            return run_table.list_unfinished_runs(connection)

    def steps(self, run_id: str) -> list[StepRecord]:
        """The steps of a run in the order of its plan; none before it started."""
        with self._database.read() as connection:
            return run_table.list_steps(connection, run_id)

    def events(
        self,
        *,
        run_id: str | None = None,
        after: int = 0,
        limit: int = 1000,
        types: Collection[EventType] | None = None,
    ) -> list[Event]:
        """Events in the order in which they were committed.

        Args:
            run_id: only of this run.
            after: only those with a greater id; the id of the last one seen, to follow the log.
            limit: at most so many.
            types: only these.
        """
        with self._database.read() as connection:
            return event_log.read_events(connection, run_id=run_id, after=after, limit=limit, types=types)

    def asset_states(self, keys: Collection[str] | None = None) -> dict[str, AssetState]:
        """What is known of assets, partitions left out of account; an asset that no run ever named is not in it.

        Args:
            keys: only these; all if left out.
        """
        with self._database.read() as connection:
            return asset_table.read_states(connection, keys)

    def materializations(
        self,
        asset_key: str,
        *,
        limit: int | None = 50,
        before: int | None = None,
        partition: str | None = None,
        run_id: str = "",
        data_version: str = "",
        until: datetime | None = None,
    ) -> list[tuple[int, Materialization]]:
        """The makings of an asset with the ids of their events, newest first.

        Args:
            asset_key: the asset.
            limit: at most so many; None for all.
            before: only those with a smaller id, for the next page.
            partition: only of this partition; "" for those without one.
            run_id: only by runs whose id begins so.
            data_version: only those whose data version begins so.
            until: only those that were announced by then.
        """
        with self._database.read() as connection:
            return asset_table.read_materializations(
                connection,
                asset_key,
                limit=limit,
                before=before,
                partition=partition,
                run_id=run_id,
                data_version=data_version,
                until=until,
            )

    def removals(self, asset_key: str) -> dict[int, RemovedValue]:
        """Which values of an asset were removed on purpose, by the ids of the events of their materializations."""
        with self._database.read() as connection:
            return removal_table.read_removals(connection, asset_key)

    def removal_of(self, made: Materialization) -> RemovedValue | None:
        """When and why the value of a materialization was removed; None where nobody did."""
        with self._database.read() as connection:
            return removal_table.find_removal(connection, made)

    def note_removals(self, event_ids: Collection[int], at: datetime, reason: str) -> None:
        """Notes that the values of these materializations are removed; what was noted before stays as it was."""
        with self._database.write() as connection:
            removal_table.add_removals(connection, event_ids, at, reason)

    def asset_keys(self) -> list[str]:
        """The keys of all assets that a run ever named, sorted."""
        with self._database.read() as connection:
            return asset_table.read_keys(connection)

    def last_event_id(self) -> int:
        """The id of the last event of all; 0 if there is none."""
        with self._database.read() as connection:
            return event_log.last_event_id(connection)

    def change_counter(self) -> tuple[int, int]:
        """A token that is equal to an earlier one only if nothing was committed in between; cheap enough to poll.

        The second number is the id of the last event; where it alone is unchanged, a run was added, changed its
        process or (in SQLite) showed that it is alive.
        """
        return self._database.changes()


_open_stores: weakref.WeakSet[RunStore] = weakref.WeakSet()


def _abandon_writers() -> None:
    for store in list(_open_stores):
        for writer in list(store._writers):
            writer.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_writers)
