"""What an instance knows of assets, whichever runs told it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.data_version import DataProvenance, DataVersion
from daglab.definitions.specs import AssetCheckKey
from daglab.definitions.user_events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from daglab.history.instance_records import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
    AssetEntry,
    AssetPartitionStatus,
    AssetRecord,
    AssetRecordsFilter,
    EventRecordsFilter,
    EventRecordsResult,
    RunStatusChangeRecordsFilter,
)
from daglab.history.log_entries import LogEntry, LogRecord, log_records
from daglab.history.public_values import is_of_output
from daglab.history.run_events import RunEventType
from daglab.history.run_queries import RunQueries
from daglab.history.runless_events import runless_event
from daglab.records.event_query import EventQuery
from daglab.records.events import Event, EventType
from daglab.records.run_filter import RunsFilter

_MADE, _SEEN = RunEventType.ASSET_MATERIALIZATION, RunEventType.ASSET_OBSERVATION

# What is recorded once and told as events of other types, too.
_RECORDED_AS = {
    RunEventType.ASSET_MATERIALIZATION_PLANNED: (EventType.RUN_START,),
    RunEventType.ASSET_CHECK_EVALUATION_PLANNED: (EventType.RUN_START,),
    RunEventType.LOADED_INPUT: (EventType.STEP_INPUT,),
    RunEventType.HANDLED_OUTPUT: (EventType.STEP_OUTPUT, EventType.HANDLED_OUTPUT, EventType.ASSET_MATERIALIZATION),
    RunEventType.ENGINE_EVENT: (EventType.RUN_START, EventType.RUN_SUCCESS, EventType.RUN_FAILURE),
}


class AssetQueries(RunQueries):
    """The part of an instance that answers for assets."""

    # ---- events

    def get_event_records(
        self, event_records_filter: EventRecordsFilter, limit: int | None = None, ascending: bool = False
    ) -> Sequence[LogRecord]:
        """The events of all runs that fit, newest first unless `ascending`."""
        wanted = event_records_filter
        kind = wanted.event_type
        same = (EventType[kind.name],) if kind.name in EventType.__members__ else ()
        types = _RECORDED_AS.get(kind, same)
        is_told_alone = kind not in _RECORDED_AS
        key = str(wanted.asset_key) if wanted.asset_key is not None else None
        events = self.store.search_events(
            EventQuery(
                types=types,
                asset_key=key if is_told_alone else None,
                partitions=wanted.asset_partitions if is_told_alone else None,
                after=_place(wanted.after_cursor),
                before=_place(wanted.before_cursor),
                after_at=_moment(wanted.after_timestamp),
                before_at=_moment(wanted.before_timestamp),
                event_ids=wanted.storage_ids,
                ascending=ascending,
                limit=limit if is_told_alone else None,
            )
        )
        found = (one for one in self._told(events, kind) if key is None or str(one.asset_key) == key)
        return list(found)[:limit]

    def _told(self, events: Sequence[Event], kind: RunEventType) -> Iterator[LogRecord]:
        """Events of many runs in their order, each told on its own."""
        ids = {event.run_id for event in events if event.run_id}
        runs = self.store.search_runs(RunsFilter(run_ids=sorted(ids))) if ids else []
        names = {run.run_id: run.job for run in runs}
        for event in events:
            yield from log_records([event], job_name=names.get(event.run_id, ""), types={kind})

    def fetch_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """The makings of an asset, newest first unless `ascending`; `cursor` is that of the page before."""
        return self._fetch(_MADE, records_filter, limit, cursor, ascending)

    def fetch_observations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """What was found out about an asset, newest first unless `ascending`."""
        return self._fetch(_SEEN, records_filter, limit, cursor, ascending)

    def fetch_planned_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """The runs' intentions to make an asset, newest first unless `ascending`."""
        return self._fetch(RunEventType.ASSET_MATERIALIZATION_PLANNED, records_filter, limit, cursor, ascending)

    def _fetch(
        self,
        kind: RunEventType,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None,
        ascending: bool,
    ) -> EventRecordsResult:
        wanted = AssetRecordsFilter(records_filter) if isinstance(records_filter, AssetKey) else records_filter
        records = self.get_event_records(wanted.to_event_records_filter(kind, cursor, ascending), limit, ascending)
        return _page(records, limit, cursor)

    def fetch_run_status_changes(
        self,
        records_filter: RunEventType | RunStatusChangeRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """The changes of runs of one type, newest first unless `ascending`."""
        wanted = records_filter
        if isinstance(wanted, RunEventType):
            wanted = RunStatusChangeRecordsFilter(wanted)
        place = int(cursor) if cursor else None
        narrowed = EventRecordsFilter(
            wanted.event_type,
            after_cursor=place if place is not None and ascending else wanted.after_storage_id,
            before_cursor=place if place is not None and not ascending else wanted.before_storage_id,
            after_timestamp=wanted.after_timestamp,
            before_timestamp=wanted.before_timestamp,
            storage_ids=wanted.storage_ids,
        )
        records = self.get_event_records(narrowed, None if wanted.job_names else limit, ascending)
        if wanted.job_names:
            records = [one for one in records if one.event_log_entry.job_name in wanted.job_names][:limit]
        return _page(records, limit, cursor)

    # ---- assets

    def get_asset_keys(
        self, prefix: Sequence[str] | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Sequence[AssetKey]:
        """The assets that something is known of, sorted.

        Args:
            prefix: only those whose keys begin so.
            limit: at most so many.
            cursor: only those behind this key, as `AssetKey.to_string` writes it.
        """
        keys = [AssetKey.from_user_string(key) for key in self.store.known_asset_keys()]
        behind = AssetKey.from_db_string(cursor)
        found = [
            key for key in keys if (behind is None or key > behind) and (not prefix or key.has_prefix(list(prefix)))
        ]
        return found[:limit]

    def all_asset_keys(self) -> Sequence[AssetKey]:
        """The assets that something is known of, sorted."""
        return self.get_asset_keys()

    def has_asset_key(self, asset_key: AssetKey) -> bool:
        """Whether anything is known of an asset."""
        key = str(asset_key)
        return bool(self.store.asset_states([key]) or self.store.search_events(EventQuery(asset_key=key, limit=1)))

    def get_asset_records(self, asset_keys: Sequence[AssetKey] | None = None) -> Sequence[AssetRecord]:
        """What is known of assets; those of which nothing is are left out."""
        wanted = self.get_asset_keys() if asset_keys is None else [key for key in asset_keys if self.has_asset_key(key)]
        return [self._asset_record(key) for key in wanted]

    def _asset_record(self, key: AssetKey) -> AssetRecord:
        made, seen = self._latest(key, _MADE), self._latest(key, _SEEN)
        state = self.store.asset_states([str(key)]).get(str(key))
        run_id = state.activity_run_id if state and state.activity_run_id else made.run_id if made else None
        newest = max((one.storage_id for one in (made, seen) if one), default=0)
        return AssetRecord(newest, AssetEntry(key, made, run_id, last_observation_record=seen))

    def _latest(
        self, key: AssetKey, kind: RunEventType, partition: str | None = None, **bounds: int | None
    ) -> LogRecord | None:
        partitions = None if partition is None else [partition]
        wanted = EventRecordsFilter(kind, key, partitions, bounds.get("after"), bounds.get("before"))
        return next(iter(self.get_event_records(wanted, 1)), None)

    def get_latest_materialization_event(self, asset_key: AssetKey) -> LogEntry | None:
        """The last making of an asset; None if it was never made."""
        made = self._latest(asset_key, _MADE)
        return made.event_log_entry if made else None

    def get_latest_materialization_events(self, asset_keys: Iterable[AssetKey]) -> Mapping[AssetKey, LogEntry | None]:
        """The last making of each of some assets."""
        return {key: self.get_latest_materialization_event(key) for key in asset_keys}

    def get_latest_materialization_code_versions(self, asset_keys: Iterable[AssetKey]) -> Mapping[AssetKey, str | None]:
        """The version of the code that made each of some assets last."""
        keys = list(asset_keys)
        states = self.store.asset_states([str(key) for key in keys])
        latest = {key: states[str(key)].latest if str(key) in states else None for key in keys}
        return {key: made.code_version if made and is_of_output(made) else None for key, made in latest.items()}

    def get_latest_data_version_record(
        self,
        key: AssetKey,
        is_source: bool | None = None,
        partition_key: str | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> LogRecord | None:
        """The event that tells which data an asset holds: its last making, or, of what is made elsewhere, observation.

        Args:
            key: the asset.
            is_source: whether it is made elsewhere; if left out, that it was never made here says so.
            partition_key: the partition.
            before_cursor: only events with a smaller storage id.
            after_cursor: only events with a greater storage id.
        """
        kinds = (_MADE, _SEEN) if is_source is None else (_SEEN,) if is_source else (_MADE,)
        for kind in kinds:
            found = self._latest(key, kind, partition_key, before=before_cursor, after=after_cursor)
            if found is not None:
                return found
        return None

    def get_asset_provenance(self, asset_key: AssetKey) -> DataProvenance | None:
        """What the last making of an asset was made from; None if it was never made."""
        found = self.store.materializations(str(asset_key), limit=1)
        if not found:
            return None
        made = found[0][1]
        inputs = {AssetKey.from_user_string(key): DataVersion(one) for key, one in made.input_versions.items()}
        return DataProvenance(made.code_version, inputs, dict.fromkeys(inputs), is_user_provided=False)

    def get_materialized_partitions(
        self, asset_key: AssetKey, before_cursor: int | None = None, after_cursor: int | None = None
    ) -> set[str]:
        """The partitions of an asset that were made."""
        return set(self.store.materialized_partitions(str(asset_key), after=after_cursor, before=before_cursor))

    def get_latest_storage_id_by_partition(
        self,
        asset_key: AssetKey,
        event_type: RunEventType,
        partitions: set[str] | None = None,
        after_cursor: int | None = None,
    ) -> Mapping[str, int]:
        """The place of the last event of each partition of an asset."""
        if event_type is _MADE:
            found = self.store.materialized_partitions(str(asset_key), after=after_cursor)
        else:
            wanted = EventRecordsFilter(event_type, asset_key, after_cursor=after_cursor)
            records = self.get_event_records(wanted, ascending=True)
            found = {one.partition_key: one.storage_id for one in records if one.partition_key}
        return {key: place for key, place in found.items() if partitions is None or key in partitions}

    def get_status_by_partition(
        self, asset_key: AssetKey, partition_keys: Sequence[str], partitions_def: Any
    ) -> Mapping[str, AssetPartitionStatus | None]:
        """Which partitions of an asset were made; None for those of which nothing is known."""
        made = self.get_materialized_partitions(asset_key)
        return {key: AssetPartitionStatus.MATERIALIZED if key in made else None for key in partition_keys}

    def get_latest_asset_check_evaluation_record(
        self, asset_check_key: AssetCheckKey, partition: str | None = None
    ) -> AssetCheckExecutionRecord | None:
        """The last time that a check was evaluated; None if it never was."""
        key = asset_check_key
        found = self.store.last_check_evaluation(str(key.asset_key), key.name, partition or "")
        if found is None:
            return None
        event_id, verdict = found
        status = AssetCheckExecutionRecordStatus
        wanted = EventRecordsFilter(RunEventType.ASSET_CHECK_EVALUATION, storage_ids=[event_id])
        event = next((one.event_log_entry for one in self.get_event_records(wanted)), None)
        return AssetCheckExecutionRecord(
            key=key,
            id=event_id,
            run_id=verdict.run_id,
            status=status.SUCCEEDED if verdict.passed else status.FAILED,
            event=event,
            create_timestamp=verdict.at.timestamp(),
            partition=verdict.partition or None,
        )

    # ---- what is told from outside

    def report_runless_asset_event(
        self, asset_event: AssetMaterialization | AssetObservation | AssetCheckEvaluation
    ) -> None:
        """Notes that an asset was made, observed or checked outside of all runs.

        Raises:
            InvalidInvocationError: it is no such event.
        """
        self.store.report(runless_event(asset_event))

    def wipe_assets(self, asset_keys: Sequence[AssetKey]) -> None:
        """Forgets all that is known of assets; the logs of the runs that made them stay."""
        self.store.forget_assets([str(key) for key in asset_keys])

    def wipe_asset_partitions(self, asset_key: AssetKey, partition_keys: Sequence[str]) -> None:
        """Forgets that some partitions of an asset were made."""
        self.store.forget_partitions(str(asset_key), list(partition_keys))


def _page(records: Sequence[LogRecord], limit: int, cursor: str | None) -> EventRecordsResult:
    end = str(records[-1].storage_id) if records else cursor or ""
    return EventRecordsResult(records, end, len(records) == limit)


def _place(cursor: Any) -> int | None:
    place: int | None = getattr(cursor, "id", cursor)
    return place


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
