"""What an instance answers, and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import AssetCheckKey
from daglab.definitions.user_events import AssetCheckEvaluation
from daglab.errors import InvalidInvocationError
from daglab.history.log_entries import LogEntry, LogRecord
from daglab.history.run_events import RunEventType
from daglab.records.runs import Run


@dataclass(frozen=True)
class RunRecord:
    """A run, and when it was made, changed, begun and ended.

    Args:
        storage_id: grows from run to run.
        dagster_run: the run.
        create_timestamp: when it was made.
        update_timestamp: when its state last changed.
        start_time: when it began; seconds since the epoch.
        end_time: when it ended; seconds since the epoch.

    Example:
        >>> from daglab import Instance, job, op
        >>> @op
        ... def two(): return 2
        >>> @job
        ... def count():
        ...     two()
        >>> with Instance.ephemeral() as instance:
        ...     _ = count.execute_in_process(instance=instance)
        ...     [record.dagster_run.job_name for record in instance.get_run_records()]
        ['count']
    """

    storage_id: int
    dagster_run: Run
    create_timestamp: datetime
    update_timestamp: datetime
    start_time: float | None = None
    end_time: float | None = None


@dataclass(frozen=True)
class RunStats:
    """What happened in a run, counted; times are seconds since the epoch."""

    run_id: str
    steps_succeeded: int
    steps_failed: int
    materializations: int
    expectations: int
    enqueued_time: float | None = None
    launch_time: float | None = None
    start_time: float | None = None
    end_time: float | None = None


class StepEventStatus(StrEnum):
    """How far a step has come."""

    SKIPPED = "SKIPPED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    IN_PROGRESS = "IN_PROGRESS"


@dataclass(frozen=True)
class StepStats:
    """How a step of a run went; times are seconds since the epoch."""

    run_id: str
    step_key: str
    status: StepEventStatus | None = None
    start_time: float | None = None
    end_time: float | None = None
    materialization_events: Sequence[LogEntry] = field(default_factory=list)
    expectation_results: Sequence[Any] = field(default_factory=list)
    attempts: int | None = None


@dataclass(frozen=True)
class EventRecordsFilter:
    """Which events are meant: those that fit everything that is given.

    Args:
        event_type: of this type.
        asset_key: of this asset.
        asset_partitions: of one of these partitions of it.
        after_cursor: with a greater storage id.
        before_cursor: with a smaller storage id.
        after_timestamp: later; seconds since the epoch.
        before_timestamp: earlier.
        storage_ids: one of these.

    Raises:
        InvalidInvocationError: `event_type` is no type of events.

    Example:
        >>> EventRecordsFilter(RunEventType.ASSET_MATERIALIZATION, AssetKey("flights")).asset_key
        AssetKey(['flights'])
    """

    event_type: RunEventType
    asset_key: AssetKey | None = None
    asset_partitions: Sequence[str] | None = None
    after_cursor: Any = None
    before_cursor: Any = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    storage_ids: Sequence[int] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.event_type, RunEventType):
            raise InvalidInvocationError(f"{self.event_type!r} is no type of events", hint="give a DagsterEventType")


@dataclass(frozen=True)
class AssetRecordsFilter:
    """Which events of an asset are meant: those that fit everything that is given.

    Args:
        asset_key: the asset.
        asset_partitions: of one of these partitions of it.
        after_timestamp: later; seconds since the epoch.
        before_timestamp: earlier.
        after_storage_id: with a greater storage id.
        before_storage_id: with a smaller storage id.
        storage_ids: one of these.

    Example:
        >>> AssetRecordsFilter(AssetKey("flights"), asset_partitions=["2013"]).asset_partitions
        ['2013']
    """

    asset_key: AssetKey
    asset_partitions: Sequence[str] | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    after_storage_id: int | None = None
    before_storage_id: int | None = None
    storage_ids: Sequence[int] | None = None

    def to_event_records_filter(
        self, event_type: RunEventType, cursor: str | None = None, ascending: bool = False
    ) -> EventRecordsFilter:
        """The same for events of one type, behind a cursor."""
        place = int(cursor) if cursor else None
        after, before = self.after_storage_id, self.before_storage_id
        if place is not None and ascending:
            after = place if after is None else max(after, place)
        elif place is not None:
            before = place if before is None else min(before, place)
        return EventRecordsFilter(
            event_type=event_type,
            asset_key=self.asset_key,
            asset_partitions=self.asset_partitions,
            after_cursor=after,
            before_cursor=before,
            after_timestamp=self.after_timestamp,
            before_timestamp=self.before_timestamp,
            storage_ids=self.storage_ids,
        )


@dataclass(frozen=True)
class RunStatusChangeRecordsFilter:
    """Which changes of runs are meant: those that fit everything that is given.

    Example:
        >>> from daglab import Instance, job, op
        >>> @op
        ... def two(): return 2
        >>> @job
        ... def count():
        ...     two()
        >>> with Instance.ephemeral() as instance:
        ...     _ = count.execute_in_process(instance=instance)
        ...     ended = RunStatusChangeRecordsFilter(RunEventType.RUN_SUCCESS, job_names=["count"])
        ...     len(instance.fetch_run_status_changes(ended, limit=5).records)
        1
    """

    event_type: RunEventType
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    after_storage_id: int | None = None
    before_storage_id: int | None = None
    storage_ids: Sequence[int] | None = None
    job_names: Sequence[str] | None = None


@dataclass(frozen=True)
class EventRecordsResult:
    """Some events, where to go on, and whether there may be more.

    Example:
        >>> from daglab import Instance, asset, materialize
        >>> @asset
        ... def orders(): return [1, 2]
        >>> with Instance.ephemeral() as instance:
        ...     _ = materialize([orders], instance=instance)
        ...     result = instance.fetch_materializations(orders.key, limit=5)
        >>> len(result.records), result.has_more
        (1, False)
    """

    records: Sequence[LogRecord]
    cursor: str
    has_more: bool


@dataclass(frozen=True)
class AssetEntry:
    """What is known of an asset.

    Args:
        asset_key: the asset.
        last_materialization_record: its last making.
        last_run_id: the run that last had to do with it.
        last_observation_record: what was last found out about it.
    """

    asset_key: AssetKey
    last_materialization_record: LogRecord | None = None
    last_run_id: str | None = None
    asset_details: Any = None
    cached_status: Any = None
    last_observation_record: LogRecord | None = None

    @property
    def last_materialization(self) -> LogEntry | None:
        """Its last making."""
        record = self.last_materialization_record
        return record.event_log_entry if record else None

    @property
    def last_materialization_storage_id(self) -> int | None:
        """The place of its last making among all events."""
        record = self.last_materialization_record
        return record.storage_id if record else None

    @property
    def last_observation(self) -> LogEntry | None:
        """What was last found out about it."""
        record = self.last_observation_record
        return record.event_log_entry if record else None

    @property
    def last_observation_storage_id(self) -> int | None:
        """The place of its last observation among all events."""
        record = self.last_observation_record
        return record.storage_id if record else None


@dataclass(frozen=True)
class AssetRecord:
    """What is known of an asset, and the place of the last event that tells of it."""

    storage_id: int
    asset_entry: AssetEntry


class AssetCheckExecutionRecordStatus(StrEnum):
    """How a check went."""

    PLANNED = "PLANNED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class AssetCheckExecutionRecord:
    """The last time that a check was evaluated."""

    key: AssetCheckKey
    id: int
    run_id: str
    status: AssetCheckExecutionRecordStatus
    event: LogEntry | None
    create_timestamp: float
    partition: str | None = None

    @property
    def evaluation(self) -> AssetCheckEvaluation | None:
        """The verdict."""
        return self.event.asset_check_evaluation if self.event else None


class AssetPartitionStatus(StrEnum):
    """What is known of a partition of an asset."""

    MATERIALIZED = "MATERIALIZED"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
