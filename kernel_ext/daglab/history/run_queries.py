"""What an instance knows of runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daglab.errors import InvalidInvocationError
from daglab.foundation.clock import SystemClock, to_micros
from daglab.foundation.ids import new_run_id
from daglab.history.event_data import StepExpectationResultData
from daglab.history.instance_records import (
    EventRecordsResult,
    RunRecord,
    RunStats,
    StepEventStatus,
    StepStats,
)
from daglab.history.log_entries import LogEntry, LogRecord, log_records
from daglab.history.run_events import RunEventType
from daglab.records.event_query import EventQuery
from daglab.records.events import EventType
from daglab.records.run_filter import RunsFilter
from daglab.records.runs import Run, RunStatus, StepStatus

if TYPE_CHECKING:
    from daglab.run_store.store import RunStore

OfType = RunEventType | Iterable[RunEventType] | None

_STEP_STATUS = {
    StepStatus.SUCCESS: StepEventStatus.SUCCESS,
    StepStatus.FAILURE: StepEventStatus.FAILURE,
    StepStatus.CANCELED: StepEventStatus.FAILURE,
    StepStatus.SKIPPED: StepEventStatus.SKIPPED,
    StepStatus.STARTED: StepEventStatus.IN_PROGRESS,
}


class RunQueries:
    """The part of an instance that answers for runs."""

    if TYPE_CHECKING:

        @property
        def store(self) -> RunStore:
            """The run store."""

    # ---- runs

    def get_run_by_id(self, run_id: str) -> Run | None:
        """The run of that id; None if there is none."""
        found = self.store.search_runs(RunsFilter(run_ids=[run_id]))
        return found[0] if found else None

    def has_run(self, run_id: str) -> bool:
        """Whether there is a run of that id."""
        return self.get_run_by_id(run_id) is not None

    def get_runs(
        self,
        filters: RunsFilter | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        bucket_by: Any = None,
        ascending: bool = False,
    ) -> Sequence[Run]:
        """Runs, newest first.

        Args:
            filters: only those that fit.
            cursor: only those behind the run of this id.
            limit: at most so many.
            bucket_by: accepted and of no effect.
            ascending: oldest first.

        Raises:
            InvalidInvocationError: `filters` is no filter.
        """
        return self.store.search_runs(_checked(filters), cursor=cursor, limit=limit, ascending=ascending)

    def get_run_ids(
        self, filters: RunsFilter | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Sequence[str]:
        """The ids of runs, newest first; the arguments are those of `get_runs`."""
        return [run.run_id for run in self.get_runs(filters, cursor, limit)]

    def get_runs_count(self, filters: RunsFilter | None = None) -> int:
        """How many runs fit."""
        return self.store.count_runs(_checked(filters))

    def get_run_records(
        self,
        filters: RunsFilter | None = None,
        limit: int | None = None,
        order_by: str | None = None,
        ascending: bool = False,
        cursor: str | None = None,
        bucket_by: Any = None,
    ) -> Sequence[RunRecord]:
        """Runs with their times; the arguments are those of `get_runs`, and runs are in the order of their making."""
        return [_record(run) for run in self.get_runs(filters, cursor, limit, bucket_by, ascending)]

    def get_run_record_by_id(self, run_id: str) -> RunRecord | None:
        """The run of that id with its times; None if there is none."""
        run = self.get_run_by_id(run_id)
        return _record(run) if run else None

    def get_run_group(self, run_id: str) -> tuple[str, Sequence[Run]] | None:
        """The first of the runs that a run repeats, and all that repeat it, oldest first; None if there is no run."""
        run = self.get_run_by_id(run_id)
        if run is None:
            return None
        root = run.get_root_run_id() or run.run_id
        runs = self.get_runs(ascending=True)
        return root, [one for one in runs if root in (one.run_id, one.get_root_run_id())]

    def get_run_tag_keys(self) -> Sequence[str]:
        """All labels that some run has, sorted."""
        return self.store.run_tag_keys()

    def get_run_tags(
        self, tag_keys: Sequence[str], value_prefix: str | None = None, limit: int | None = None
    ) -> Sequence[tuple[str, set[str]]]:
        """The values that labels have, by label."""
        found = []
        for key in tag_keys:
            values = sorted(one for one in self.store.run_tag_values(key) if one.startswith(value_prefix or ""))
            if values:
                found.append((key, set(values[:limit])))
        return found

    def add_run_tags(self, run_id: str, new_tags: Mapping[str, str]) -> None:
        """Gives a run more labels.

        Raises:
            RunNotFoundError: there is no such run.
        """
        self.store.add_run_tags(run_id, new_tags)

    def delete_run(self, run_id: str) -> None:
        """Deletes a run with its log, if there is one; what is known of its assets stays."""
        self.store.delete_run(run_id)

    def add_run(self, dagster_run: Run) -> Run:
        """Adds a run.

        Raises:
            RunStoreError: there is one of that id.
        """
        self.store.create_run(dagster_run)
        return dagster_run

    def create_run_for_job(
        self,
        job_def: Any,
        execution_plan: Any = None,
        run_id: str | None = None,
        run_config: Mapping[str, object] | None = None,
        resolved_op_selection: Iterable[str] | None = None,
        status: RunStatus | str | None = None,
        tags: Mapping[str, str] | None = None,
        root_run_id: str | None = None,
        parent_run_id: str | None = None,
        op_selection: Sequence[str] | None = None,
        asset_selection: Iterable[Any] | None = None,
        **_: Any,
    ) -> Run:
        """Adds a run of a job, without executing it."""
        request: dict[str, Any] = {"run_config": dict(run_config)} if run_config else {}
        chosen = op_selection or resolved_op_selection
        if chosen is not None:
            request["op_selection"] = sorted(chosen)
        if asset_selection is not None:
            request["asset_selection"] = sorted(map(str, asset_selection))
        run = Run(
            run_id=run_id or new_run_id(),
            job=job_def.name,
            status=RunStatus(status or RunStatus.NOT_STARTED),
            location="Python",
            target=job_def.name,
            launched_by="python",
            created_at=SystemClock().now(),
            request=request,
            tags={**job_def.run_tags, **(tags or {})},
            root_run_id=root_run_id,
            parent_run_id=parent_run_id,
        )
        return self.add_run(run)

    # ---- their logs

    def all_logs(self, run_id: str, of_type: OfType = None) -> Sequence[LogEntry]:
        """The log of a run, in order; empty if there is no such run.

        Args:
            run_id: the run.
            of_type: only events of this type, or of one of these.
        """
        return [record.event_log_entry for record in self._log(run_id, of_type)]

    def logs_after(
        self, run_id: str, cursor: int | None = None, of_type: OfType = None, limit: int | None = None
    ) -> Sequence[LogEntry]:
        """The log of a run, without the first lines, as many as `cursor` says."""
        start = 0 if cursor is None else cursor + 1
        entries = self.all_logs(run_id, of_type)[start:]
        return entries[:limit]

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: OfType = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventRecordsResult:
        """The log of a run, page by page; `cursor` is that of the page before."""
        records = self._log(run_id, of_type)
        if not ascending:
            records.reverse()
        start = int(cursor) if cursor else 0
        page = records[start : None if limit is None else start + limit]
        end = start + len(page)
        return EventRecordsResult(page, str(end), end < len(records))

    def _log(self, run_id: str, of_type: OfType = None) -> list[LogRecord]:
        run = self.get_run_by_id(run_id)
        if run is None:
            return []
        events = self.store.events(run_id=run_id, limit=sys.maxsize >> 1)
        types = {of_type} if isinstance(of_type, RunEventType) else None if of_type is None else set(of_type)
        return list(log_records(events, job_name=run.job, types=types))

    def get_run_stats(self, run_id: str) -> RunStats:
        """What happened in a run, counted; all nothing if there is no such run."""
        run = self.get_run_by_id(run_id)
        if run is None:
            return RunStats(run_id, 0, 0, 0, 0)
        kinds = (EventType.ASSET_MATERIALIZATION, EventType.STEP_EXPECTATION_RESULT, EventType.RUN_ENQUEUED)
        told = self.store.search_events(EventQuery(run_id=run_id, types=kinds, ascending=True))
        types = [event.type for event in told]
        queued = (event.at.timestamp() for event in told if event.type is EventType.RUN_ENQUEUED)
        return RunStats(
            run_id=run_id,
            steps_succeeded=run.steps_done,
            steps_failed=run.steps_failed,
            materializations=types.count(EventType.ASSET_MATERIALIZATION),
            expectations=types.count(EventType.STEP_EXPECTATION_RESULT),
            enqueued_time=next(queued, None),
            start_time=run.started_at.timestamp() if run.started_at else None,
            end_time=run.ended_at.timestamp() if run.ended_at else None,
        )

    def get_run_step_stats(self, run_id: str, step_keys: Sequence[str] | None = None) -> Sequence[StepStats]:
        """How the steps of a run went, those that have begun, in the order of the plan."""
        made: dict[str | None, list[LogEntry]] = {}
        told: dict[str | None, list[Any]] = {}
        kinds = {RunEventType.ASSET_MATERIALIZATION, RunEventType.STEP_EXPECTATION_RESULT}
        for entry in self.all_logs(run_id, kinds):
            facts = entry.get_dagster_event().event_specific_data
            if isinstance(facts, StepExpectationResultData):
                told.setdefault(entry.step_key, []).append(facts.expectation_result)
            else:
                made.setdefault(entry.step_key, []).append(entry)
        return [
            StepStats(
                run_id=run_id,
                step_key=step.step_key,
                status=_STEP_STATUS[step.status],
                start_time=step.started_at.timestamp() if step.started_at else None,
                end_time=step.ended_at.timestamp() if step.ended_at else None,
                materialization_events=made.get(step.step_key, []),
                expectation_results=told.get(step.step_key, []),
                attempts=step.attempt,
            )
            for step in self.store.steps(run_id)
            if step.status in _STEP_STATUS and (step_keys is None or step.step_key in step_keys)
        ]


def _checked(filters: RunsFilter | None) -> RunsFilter:
    if filters is None:
        return RunsFilter()
    if not isinstance(filters, RunsFilter):
        raise InvalidInvocationError(f"{filters!r} is no filter of runs", hint="give a RunsFilter")
    return filters


def _record(run: Run) -> RunRecord:
    return RunRecord(
        storage_id=to_micros(run.created_at),
        dagster_run=run,
        create_timestamp=run.created_at,
        update_timestamp=run.ended_at or run.started_at or run.created_at,
        start_time=run.started_at.timestamp() if run.started_at else None,
        end_time=run.ended_at.timestamp() if run.ended_at else None,
    )
