"""How a run ended, as its events tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.errors import DaglabError
from daglab.history.event_data import StepFailureData
from daglab.history.event_story import public_events
from daglab.history.run_events import RunEvent, RunEventType
from daglab.planning.steps import ExecutionPlan
from daglab.records.events import Event
from daglab.records.runs import Run


class RunResult:
    """What the events of a run tell.

    Args:
        job: the job's definition.
        run: the run's record, as it ended.
        events: all that was recorded, in order.
        plan: the steps.
    """

    def __init__(self, *, job: Any, run: Run, events: Sequence[Event], plan: ExecutionPlan | None = None) -> None:
        self._job = job
        self._run = run
        self._recorded = events
        self._plan = plan

    @property
    def job_def(self) -> Any:
        """The job that was run."""
        return self._job

    @property
    def dagster_run(self) -> Run:
        """The run's record."""
        return self._run

    @property
    def run(self) -> Run:
        """The run's record."""
        return self._run

    @property
    def run_id(self) -> str:
        """The run."""
        return self._run.run_id

    @property
    def success(self) -> bool:
        """Whether everything that was asked for is there."""
        return self._run.is_success

    @cached_property
    def all_events(self) -> Sequence[RunEvent]:
        """All that happened, in order."""
        process = self._run.process
        pid = process.pid if process else None
        return public_events(self._recorded, job_name=self._run.job, plan=self._plan, pid=pid)

    @property
    def all_node_events(self) -> Sequence[RunEvent]:
        """All that happened in steps."""
        return self.filter_events(lambda event: event.is_step_event)

    @cached_property
    def _by_node(self) -> Mapping[str, list[RunEvent]]:
        found: dict[str, list[RunEvent]] = {}
        for event in self.all_events:
            path = event.node_handle.path if event.node_handle and event.is_step_event else []
            for depth in range(1, len(path) + 1):
                found.setdefault(".".join(path[:depth]), []).append(event)
        return found

    def events_for_node(self, node_name: str) -> Sequence[RunEvent]:
        """All that happened in a node, nodes inside it included; an inner node is named like "graph.op"."""
        return list(self._by_node.get(node_name, ()))

    def compute_events_for_handle(self, handle: Any) -> Sequence[RunEvent]:
        """All that happened in the node of that handle."""
        return self.events_for_node(str(handle))

    def filter_events(self, event_filter: Callable[[RunEvent], bool]) -> Sequence[RunEvent]:
        """The events for which a function gives True."""
        return [event for event in self.all_events if event_filter(event)]

    # ---- nodes

    def is_node_success(self, node_str: str) -> bool:
        """Whether a step of the node succeeded."""
        return any(event.is_step_success for event in self._by_node.get(node_str, ()))

    def is_node_failed(self, node_str: str) -> bool:
        """Whether a step of the node failed."""
        return any(event.is_step_failure for event in self._by_node.get(node_str, ()))

    def is_node_skipped(self, node_str: str) -> bool:
        """Whether a step of the node was skipped, as an input was left out on purpose."""
        return any(event.is_step_skipped for event in self._by_node.get(node_str, ()))

    def is_node_untouched(self, node_str: str) -> bool:
        """Whether nothing happened in the node."""
        return not self._by_node.get(node_str)

    def retry_attempts_for_node(self, node_str: str) -> int:
        """How often the node was tried again."""
        return sum(event.is_step_restarted for event in self._by_node.get(node_str, ()))

    def failure_data_for_node(self, node_str: str) -> StepFailureData | None:
        """How the node failed; None if it did not."""
        failed = (event for event in self._by_node.get(node_str, ()) if event.is_step_failure)
        return next((event.step_failure_data for event in failed), None)

    def asset_materializations_for_node(self, node_name: str) -> Sequence[AssetMaterialization]:
        """The assets that the node made."""
        return [event.materialization for event in self._by_node.get(node_name, ()) if event.is_step_materialization]

    def asset_observations_for_node(self, node_name: str) -> Sequence[AssetObservation]:
        """What the node found out about assets."""
        return [event.asset_observation for event in self._by_node.get(node_name, ()) if event.is_asset_observation]

    def expectation_results_for_node(self, node_str: str) -> Sequence[ExpectationResult]:
        """The remarks of the node on data."""
        told = (event for event in self._by_node.get(node_str, ()) if event.is_expectation_result)
        return [event.step_expectation_result_data.expectation_result for event in told]

    # ---- events of a kind

    def _events_of(self, kind: RunEventType) -> Sequence[RunEvent]:
        return [event for event in self.all_events if event.event_type_value == kind.value]

    def get_asset_materialization_events(self) -> Sequence[RunEvent]:
        """The assets that were made."""
        return self._events_of(RunEventType.ASSET_MATERIALIZATION)

    def get_asset_materialization_planned_events(self) -> Sequence[RunEvent]:
        """The assets that were to be made, where that is among the events."""
        return self._events_of(RunEventType.ASSET_MATERIALIZATION_PLANNED)

    def get_asset_observation_events(self) -> Sequence[RunEvent]:
        """What was found out about assets."""
        return self._events_of(RunEventType.ASSET_OBSERVATION)

    def get_asset_check_evaluations(self) -> Sequence[AssetCheckEvaluation]:
        """The verdicts of checks."""
        return [one.asset_check_evaluation for one in self._events_of(RunEventType.ASSET_CHECK_EVALUATION)]

    def get_step_success_events(self) -> Sequence[RunEvent]:
        """The steps that succeeded."""
        return self._events_of(RunEventType.STEP_SUCCESS)

    def get_step_skipped_events(self) -> Sequence[RunEvent]:
        """The steps that were skipped, as an input was left out on purpose."""
        return self._events_of(RunEventType.STEP_SKIPPED)

    def get_step_failure_events(self) -> Sequence[RunEvent]:
        """The steps that failed."""
        return self._events_of(RunEventType.STEP_FAILURE)

    def get_failed_step_keys(self) -> frozenset[str]:
        """The keys of the steps that failed, and were not tried again with success."""
        failed: set[str] = set()
        for event in self.all_events:
            if event.is_step_failure and event.step_key:
                failed.add(event.step_key)
            elif event.is_step_success and event.step_key:
                failed.discard(event.step_key)
        return frozenset(failed)

    def get_skipped_step_keys(self) -> frozenset[str]:
        """The keys of the steps that were skipped, as an input was left out on purpose."""
        return frozenset(event.step_key or "" for event in self.get_step_skipped_events())

    def get_run_success_event(self) -> RunEvent:
        """The end of a run that succeeded.

        Raises:
            DaglabError: it did not.
        """
        return self._end(RunEventType.RUN_SUCCESS)

    def get_run_failure_event(self) -> RunEvent:
        """The end of a run that failed.

        Raises:
            DaglabError: it did not.
        """
        return self._end(RunEventType.RUN_FAILURE)

    def get_job_success_event(self) -> RunEvent:
        """The same as `get_run_success_event`."""
        return self.get_run_success_event()

    def get_job_failure_event(self) -> RunEvent:
        """The same as `get_run_failure_event`."""
        return self.get_run_failure_event()

    def _end(self, kind: RunEventType) -> RunEvent:
        found = self._events_of(kind)
        if not found:
            raise DaglabError(
                f"the run {self.run_id!r} has no event {kind.name}", hint=f"it ended as {self._run.status.value}"
            )
        return found[0]
