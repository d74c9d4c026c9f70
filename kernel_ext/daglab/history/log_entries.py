"""The lines of a run's log: its events, and what its code logged."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.user_events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from daglab.errors import InvariantViolationError
from daglab.history.event_data import ErrorInfo
from daglab.history.event_story import EventStory
from daglab.history.run_events import RunEvent, RunEventType
from daglab.records.events import Event, EventType, LogLine


@dataclass(frozen=True)
class LogEntry:
    """One line of a run's log.

    Args:
        error_info: an exception that was logged.
        level: as the module `logging` counts them.
        user_message: what was logged.
        run_id: the run; "" for what was reported outside of runs.
        timestamp: seconds since the epoch.
        step_key: the step.
        job_name: the job.
        dagster_event: the event, unless code logged the line.

    Example:
        >>> LogEntry(None, 20, "3 rows", "r", 0.0).is_dagster_event
        False
    """

    error_info: ErrorInfo | None
    level: int
    user_message: str
    run_id: str
    timestamp: float
    step_key: str | None = None
    job_name: str | None = None
    dagster_event: RunEvent | None = None

    @property
    def is_dagster_event(self) -> bool:
        """Whether it is an event of the run."""
        return self.dagster_event is not None

    def get_dagster_event(self) -> RunEvent:
        """The event.

        Raises:
            InvariantViolationError: code logged the line.
        """
        if self.dagster_event is None:
            raise InvariantViolationError(f"the line {self.user_message!r} was logged; it is no event of the run")
        return self.dagster_event

    @property
    def dagster_event_type(self) -> RunEventType | None:
        """What happened."""
        return self.dagster_event.event_type if self.dagster_event else None

    @property
    def message(self) -> str:
        """What happened or was logged, as a sentence."""
        told = self.dagster_event.message if self.dagster_event else None
        return told or self.user_message

    @property
    def asset_materialization(self) -> AssetMaterialization | None:
        """The asset that was made, if it tells of one."""
        event = self.dagster_event
        return event.materialization if event and event.is_step_materialization else None

    @property
    def asset_observation(self) -> AssetObservation | None:
        """What was found out about an asset, if it tells of that."""
        event = self.dagster_event
        return event.asset_observation if event and event.is_asset_observation else None

    @property
    def asset_check_evaluation(self) -> AssetCheckEvaluation | None:
        """The verdict of a check, if it tells of one."""
        event = self.dagster_event
        return event.asset_check_evaluation if event and event.is_asset_check_evaluation else None

    @property
    def tags(self) -> dict[str, str] | None:
        """The labels of the asset event that it tells of."""
        told = self.asset_materialization or self.asset_observation
        return dict(told.tags) if told is not None and told.tags else None


@dataclass(frozen=True)
class LogRecord:
    """A line of a log, and its place among all events.

    Args:
        storage_id: the place.
        event_log_entry: the line.

    Example:
        >>> from daglab import Instance, asset, materialize
        >>> @asset
        ... def orders(): return [1, 2]
        >>> with Instance.ephemeral() as instance:
        ...     _ = materialize([orders], instance=instance)
        ...     record = instance.fetch_materializations(orders.key, limit=1).records[0]
        >>> record.asset_key, record.partition_key
        (AssetKey(['orders']), None)
    """

    storage_id: int
    event_log_entry: LogEntry

    @property
    def run_id(self) -> str:
        """The run."""
        return self.event_log_entry.run_id

    @property
    def timestamp(self) -> float:
        """Seconds since the epoch."""
        return self.event_log_entry.timestamp

    @property
    def event_type(self) -> RunEventType | None:
        """What happened."""
        return self.event_log_entry.dagster_event_type

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that it tells of."""
        event = self.event_log_entry.dagster_event
        return event.asset_key if event else None

    @property
    def partition_key(self) -> str | None:
        """The partition that it tells of."""
        event = self.event_log_entry.dagster_event
        return event.partition if event else None

    @property
    def asset_materialization(self) -> AssetMaterialization | None:
        """The asset that was made, if it tells of one."""
        return self.event_log_entry.asset_materialization

    @property
    def asset_observation(self) -> AssetObservation | None:
        """What was found out about an asset, if it tells of that."""
        return self.event_log_entry.asset_observation

    @property
    def asset_event(self) -> AssetMaterialization | AssetObservation | None:
        """Whichever of the two it tells of."""
        return self.asset_materialization or self.asset_observation


def log_records(
    events: Sequence[Event], *, job_name: str, types: Collection[RunEventType] | None = None
) -> Iterator[LogRecord]:
    """The log of one run.

    What code printed is left out: that is kept by step.

    Args:
        events: of the run, in order.
        job_name: the job.
        types: only these; all lines by default.
    """
    story = EventStory(job_name=job_name, tells_plan=types is None or any("PLANNED" in one.name for one in types))
    story.look_ahead(events)
    for event in events:
        if event.type is EventType.LOG and types is None and isinstance(event.payload, LogLine):
            yield LogRecord(event.event_id, _logged(event, event.payload, job_name))
        for told in story.tell(event):
            if types is None or told.event_type in types:
                yield LogRecord(event.event_id, _entry(event, told, job_name))


def _logged(event: Event, line: LogLine, job_name: str) -> LogEntry:
    level = logging.getLevelNamesMapping().get(line.level, logging.INFO)
    return LogEntry(None, level, line.text, event.run_id, event.at.timestamp(), event.step_key or None, job_name)


def _entry(event: Event, told: RunEvent, job_name: str) -> LogEntry:
    runless = not event.run_id
    level = logging.ERROR if told.is_failure or told.is_hook_errored else logging.INFO if runless else logging.DEBUG
    return LogEntry(
        error_info=None,
        level=level,
        user_message=told.message or "",
        run_id=event.run_id,
        timestamp=event.at.timestamp(),
        step_key=told.step_key,
        job_name=job_name,
        dagster_event=told,
    )
