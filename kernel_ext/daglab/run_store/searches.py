"""What a run store is asked by those who look for something in particular."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from daglab.records.assets import CheckEvaluation
from daglab.records.event_query import EventQuery
from daglab.records.events import Event
from daglab.records.run_filter import RunsFilter
from daglab.records.runs import Run
from daglab.run_store import event_log, event_search, partition_table, run_search
from daglab.run_store.database import Database


class StoreSearches:
    """The part of `RunStore` that finds runs, events and partitions by what is known of them."""

    _database: Database

    def search_runs(
        self, filters: RunsFilter, *, cursor: str | None = None, limit: int | None = None, ascending: bool = False
    ) -> list[Run]:
        """The runs that fit, newest first unless `ascending`; only those behind the run of id `cursor`."""
        with self._database.read() as connection:
            return run_search.search_runs(connection, filters, cursor=cursor, limit=limit, ascending=ascending)

    def count_runs(self, filters: RunsFilter) -> int:
        """How many runs fit."""
        with self._database.read() as connection:
            return run_search.count_runs(connection, filters)

    def run_tag_keys(self) -> list[str]:
        """All labels that some run has, sorted."""
        with self._database.read() as connection:
            return run_search.read_tag_keys(connection)

    def run_tag_values(self, key: str) -> set[str]:
        """All values that a label has in some run."""
        with self._database.read() as connection:
            return run_search.read_tag_values(connection, key)

    def add_run_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Gives a run more labels, or other values of those it has.

        Raises:
            RunNotFoundError: there is no such run.
        """
        with self._database.write() as connection:
            run_search.add_tags(connection, run_id, tags)

    def delete_run(self, run_id: str) -> bool:
        """Deletes a run with its events; what is known of its assets stays. Says whether there was one."""
        with self._database.write() as connection:
            return run_search.delete_run(connection, run_id)

    def search_events(self, wanted: EventQuery) -> list[Event]:
        """The events that fit."""
        with self._database.read() as connection:
            return event_search.search_events(connection, wanted)

    def report(self, event: Event) -> int:
        """Stores an event that no run tells of; its run id is "". Returns its id."""
        with self._database.write() as connection:
            return event_log.append_events(connection, [event])

    def known_asset_keys(self) -> list[str]:
        """The keys of all assets that a run ever planned, made, observed or checked, sorted."""
        with self._database.read() as connection:
            return event_search.known_asset_keys(connection)

    def materialized_partitions(
        self, asset_key: str, *, after: int | None = None, before: int | None = None
    ) -> dict[str, int]:
        """The partitions of an asset that were made, with the id of the last event of each."""
        with self._database.read() as connection:
            return event_search.materialized_partitions(connection, asset_key, after=after, before=before)

    def last_check_evaluation(
        self, asset_key: str, check_name: str, partition: str = ""
    ) -> tuple[int, CheckEvaluation] | None:
        """The last verdict of a check, with the id of its event; of partition "" the last of all partitions."""
        with self._database.read() as connection:
            return event_search.last_evaluation(connection, asset_key, check_name, partition)

    def forget_assets(self, asset_keys: Collection[str]) -> None:
        """Forgets all that is known of assets; the events stay in the logs of their runs."""
        with self._database.write() as connection:
            event_search.forget_assets(connection, asset_keys)

    def forget_partitions(self, asset_key: str, partitions: Collection[str]) -> None:
        """Forgets that some partitions of an asset were made."""
        with self._database.write() as connection:
            event_search.forget_partitions(connection, asset_key, partitions)

    def dynamic_partitions(self, name: str) -> list[str]:
        """The keys of dynamic partitions, in the order in which they were added."""
        with self._database.read() as connection:
            return partition_table.read_keys(connection, name)

    def existing_dynamic_partitions(self, name: str, keys: Collection[str]) -> set[str]:
        """Those of some keys that are there."""
        with self._database.read() as connection:
            return partition_table.existing_keys(connection, name, keys)

    def add_dynamic_partitions(self, name: str, keys: Sequence[str]) -> None:
        """Adds those keys that are not there yet, behind the others."""
        with self._database.write() as connection:
            partition_table.add_keys(connection, name, keys)

    def delete_dynamic_partition(self, name: str, key: str) -> None:
        """Deletes a key, if it is there."""
        with self._database.write() as connection:
            partition_table.delete_key(connection, name, key)
