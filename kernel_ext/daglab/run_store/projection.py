"""What follows from events: the rules by which they change the summary tables. Pure; no SQL here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from daglab.foundation.clock import to_micros
from daglab.records.assets import AssetActivity, CheckEvaluation, Materialization
from daglab.records.codec import to_text
from daglab.records.events import (
    Event,
    EventType,
    RunEnded,
    RunPlanned,
    StepEnded,
    StepFailed,
    StepSkipped,
)
from daglab.records.runs import FINISHED, RunStatus, StepStatus

_UNPLANNED = 2**31 - 1  # the position of a step that no plan named: last


@dataclass(kw_only=True, slots=True)
class StepRow:
    """A row of `steps` while events still change it."""

    step_key: str
    position: int = _UNPLANNED
    asset_keys: tuple[str, ...] = ()
    status: StepStatus = StepStatus.PLANNED
    attempt: int = 1
    started_at: int | None = None
    ended_at: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    reason: str = ""
    failure: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status in (StepStatus.PLANNED, StepStatus.STARTED)


@dataclass(kw_only=True, slots=True)
class RunProgress:
    """What must be known of a run to understand its next event.

    Args:
        steps: all its steps, by key.
        open_assets: what it has planned or begun to make and not ended.
        mapped: the positions of planned steps that stand for several.
    """

    run_id: str
    steps: dict[str, StepRow] = field(default_factory=dict)
    open_assets: set[str] = field(default_factory=set)
    mapped: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class SummaryChange:
    """What a batch of events changes in the summary of an asset, or of one partition of it.

    Args:
        latest: the position in the batch of its last materialization; None if there is none.
        made_times: how many there are.
    """

    latest: int | None = None
    made_times: int = 0
    activity: AssetActivity = AssetActivity.NONE
    activity_at: int = 0
    failure: str | None = None


@dataclass(kw_only=True, slots=True)
class Changes:
    """All that a batch of one run's events changes; positions count within the batch.

    Args:
        status: the run's last new status and the moment of that event.
        checks: the position of the last verdict, by asset, check and partition; partition "" sums up all.
        steps_added: how many mapped steps there are that no plan could count.
    """

    run_id: str
    status: RunStatus | None = None
    started_at: int | None = None
    ended_at: int | None = None
    failure: str | None = None
    steps_total: int | None = None
    steps_added: int = 0
    steps_done: int = 0
    steps_failed: int = 0
    steps: dict[str, StepRow] = field(default_factory=dict)
    assets: dict[str, SummaryChange] = field(default_factory=dict)
    partitions: dict[tuple[str, str], SummaryChange] = field(default_factory=dict)
    materializations: list[tuple[int, Materialization]] = field(default_factory=list)
    evaluations: list[tuple[int, CheckEvaluation]] = field(default_factory=list)
    checks: dict[tuple[str, str, str], int] = field(default_factory=dict)


def project(progress: RunProgress, events: Sequence[Event]) -> Changes:
    """Works out what a batch of events of one run changes, and moves `progress` on."""
    fold = _Fold(progress)
    for position, event in enumerate(events):
        rule = _RULES.get(event.type)
        if rule is not None:
            fold.position = position
            fold.at = to_micros(event.at)
            rule(fold, event)
    return fold.changes


class _Fold:
    """One pass over a batch."""

    def __init__(self, progress: RunProgress) -> None:
        self.progress = progress
        self.changes = Changes(run_id=progress.run_id)
        self.position = 0
        self.at = 0

    def run_changes_status(self, event: Event) -> None:
        self.changes.status = _STATUS_OF[event.type]

    def run_starts(self, event: Event) -> None:
        self.run_changes_status(event)
        self.changes.started_at = self.at
        planned = event.payload.steps if isinstance(event.payload, RunPlanned) else ()
        self.changes.steps_total = sum(not one.is_mapped for one in planned)
        for position, one in enumerate(planned):
            if one.is_mapped:
                self.progress.mapped[one.step_key.partition("[")[0]] = position
                continue
            row = StepRow(step_key=one.step_key, position=position, asset_keys=tuple(one.asset_keys))
            self.progress.steps[row.step_key] = self.changes.steps[row.step_key] = row
            for key in row.asset_keys:
                self._set_activity(key, AssetActivity.PLANNED)

    def run_ends(self, event: Event) -> None:
        self.run_changes_status(event)
        self.changes.ended_at = self.at
        payload = event.payload
        failure = to_text(payload.failure) if isinstance(payload, RunEnded) and payload.failure else None
        self.changes.failure = failure
        for row in [row for row in self.progress.steps.values() if row.is_open]:
            hit = failure if row.status is StepStatus.STARTED and event.type is EventType.RUN_FAILURE else None
            self._end(row, StepStatus.CANCELED)
            self._settle(row.asset_keys, failure=hit)
        self._settle(sorted(self.progress.open_assets))

    def step_starts(self, event: Event) -> None:
        row = self._touched(event)
        if row.status is not StepStatus.PLANNED:
            self._count(row.status, -1)
            row = StepRow(
                step_key=row.step_key,
                position=row.position,
                asset_keys=row.asset_keys,
                attempt=row.attempt + 1,
            )
            self.progress.steps[row.step_key] = self.changes.steps[row.step_key] = row
        row.status = StepStatus.STARTED
        row.started_at = self.at
        for key in row.asset_keys:
            self._set_activity(key, AssetActivity.RUNNING)

    def step_succeeds(self, event: Event) -> None:
        row = self._touched(event)
        self._end(row, StepStatus.SUCCESS)
        if isinstance(event.payload, StepEnded):
            row.seconds = event.payload.seconds
            row.cpu_seconds = event.payload.cpu_seconds
            row.peak_bytes = event.payload.peak_bytes
        self._settle(row.asset_keys)

    def step_fails(self, event: Event) -> None:
        row = self._touched(event)
        payload = event.payload if isinstance(event.payload, StepFailed) else None
        canceled = payload is not None and payload.canceled
        self._end(row, StepStatus.CANCELED if canceled else StepStatus.FAILURE)
        if payload is not None:
            row.seconds = payload.seconds
            row.failure = to_text(payload.failure)
        self._settle(row.asset_keys, failure=None if canceled else row.failure, failed=not canceled)

    def step_is_skipped(self, event: Event) -> None:
        row = self._touched(event)
        self._end(row, StepStatus.SKIPPED)
        row.reason = event.payload.reason if isinstance(event.payload, StepSkipped) else ""
        self._settle(row.asset_keys)

    def asset_is_materialized(self, event: Event) -> None:
        record = event.payload
        if not isinstance(record, Materialization):
            return
        self.changes.materializations.append((self.position, record))
        summaries = [self._asset(record.asset_key)]
        if record.partition:
            place = (record.asset_key, record.partition)
            summaries.append(self.changes.partitions.setdefault(place, SummaryChange()))
        for summary in summaries:
            summary.latest = self.position
            summary.made_times += 1
            summary.activity, summary.activity_at, summary.failure = AssetActivity.NONE, self.at, None
        self.progress.open_assets.discard(record.asset_key)

    def check_is_evaluated(self, event: Event) -> None:
        record = event.payload
        if not isinstance(record, CheckEvaluation):
            return
        self.changes.evaluations.append((self.position, record))
        for partition in {record.partition, ""}:
            self.changes.checks[record.asset_key, record.check_name, partition] = self.position

    def _touched(self, event: Event) -> StepRow:
        row = self.progress.steps.get(event.step_key)
        if row is None:
            position = _UNPLANNED
            if event.step_key.endswith("]"):
                self.changes.steps_added += 1
                position = self.progress.mapped.get(event.step_key.partition("[")[0], _UNPLANNED)
            row = self.progress.steps[event.step_key] = StepRow(step_key=event.step_key, position=position)
        self.changes.steps[event.step_key] = row
        return row

    def _end(self, row: StepRow, status: StepStatus) -> None:
        self._count(row.status, -1)
        self._count(status, 1)
        row.status = status
        row.ended_at = self.at
        self.changes.steps[row.step_key] = row

    def _count(self, status: StepStatus, number: int) -> None:
        if status is StepStatus.SUCCESS:
            self.changes.steps_done += number
        elif status is StepStatus.FAILURE:
            self.changes.steps_failed += number

    def _settle(self, asset_keys: Iterable[str], *, failure: str | None = None, failed: bool = False) -> None:
        """Ends the activity of those assets that the run still has at work."""
        activity = AssetActivity.FAILED if failed or failure else AssetActivity.NONE
        for key in asset_keys:
            if key in self.progress.open_assets:
                self._set_activity(key, activity, failure)
                self.progress.open_assets.discard(key)

    def _set_activity(self, key: str, activity: AssetActivity, failure: str | None = None) -> None:
        summary = self._asset(key)
        summary.activity, summary.activity_at, summary.failure = activity, self.at, failure
        self.progress.open_assets.add(key)

    def _asset(self, key: str) -> SummaryChange:
        summary = self.changes.assets.get(key)
        if summary is None:
            summary = self.changes.assets[key] = SummaryChange()
        return summary


_STATUS_OF = {
    EventType.RUN_ENQUEUED: RunStatus.QUEUED,
    EventType.RUN_STARTING: RunStatus.STARTING,
    EventType.RUN_START: RunStatus.STARTED,
    EventType.RUN_CANCELING: RunStatus.CANCELING,
    EventType.RUN_SUCCESS: RunStatus.SUCCESS,
    EventType.RUN_FAILURE: RunStatus.FAILURE,
    EventType.RUN_CANCELED: RunStatus.CANCELED,
}

_RULES: dict[EventType, Callable[[_Fold, Event], None]] = {
    EventType.RUN_ENQUEUED: _Fold.run_changes_status,
    EventType.RUN_STARTING: _Fold.run_changes_status,
    EventType.RUN_CANCELING: _Fold.run_changes_status,
    EventType.RUN_START: _Fold.run_starts,
    EventType.RUN_SUCCESS: _Fold.run_ends,
    EventType.RUN_FAILURE: _Fold.run_ends,
    EventType.RUN_CANCELED: _Fold.run_ends,
    EventType.STEP_START: _Fold.step_starts,
    EventType.STEP_RESTARTED: _Fold.step_starts,
    EventType.STEP_SUCCESS: _Fold.step_succeeds,
    EventType.STEP_FAILURE: _Fold.step_fails,
    EventType.STEP_SKIPPED: _Fold.step_is_skipped,
    EventType.ASSET_MATERIALIZATION: _Fold.asset_is_materialized,
    EventType.ASSET_CHECK_EVALUATION: _Fold.check_is_evaluated,
}

_ORDER = {RunStatus.QUEUED: 0, RunStatus.NOT_STARTED: 0, RunStatus.STARTING: 1, RunStatus.STARTED: 2}


def may_become(status: RunStatus) -> list[RunStatus]:
    """Which statuses a run may have for an event to set this one: it only moves on, and an end is replaced by an end.

    So a run that is being canceled does not look started again, and one that has ended stays so.
    """
    return [one for one in RunStatus if _rank(one) <= _rank(status)]


def _rank(status: RunStatus) -> int:
    return 4 if status in FINISHED else _ORDER.get(status, 3)
