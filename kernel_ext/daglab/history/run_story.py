"""What is told of a run as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.history import event_data as data
from daglab.history import public_values as public
from daglab.history.run_events import RunEvent, RunEventType
from daglab.history.telling import Teller, spent
from daglab.planning.steps import ExecutionPlan
from daglab.records.events import Event, EventType, PlannedStep, ResourcesOpened, RunEnded, RunPlanned

_RESOURCES = (EventType.RESOURCE_INIT_STARTED, EventType.RESOURCE_INIT_SUCCESS, EventType.RESOURCE_INIT_FAILURE)
_BEFORE = (EventType.RUN_ENQUEUED, EventType.RUN_STARTING, EventType.RUN_CANCELING)
_WORDS = {
    EventType.RUN_ENQUEUED: "in the queue",
    EventType.RUN_STARTING: "starting",
    EventType.RUN_CANCELING: "being canceled",
}


class RunStory(Teller):
    """Tells of the run as a whole.

    Args:
        job_name: the job.
        plan: of the run, where it is at hand.
        pid: the process that ran it.
        tells_plan: whether what is about to be made is told, too.
    """

    def __init__(
        self,
        *,
        job_name: str,
        plan: ExecutionPlan | None = None,
        pid: int | None = None,
        tells_plan: bool = False,
    ) -> None:
        super().__init__(job_name=job_name, plan=plan, pid=pid)
        self._tells_plan = tells_plan
        self._planned: Mapping[str, PlannedStep] = {}
        self._began: datetime | None = None
        self._is_open = False  # whether it has been told that the resources are there

    def run_starts(self, event: Event) -> Iterator[RunEvent]:
        """RUN_START."""
        planned = event.payload.steps if isinstance(event.payload, RunPlanned) else ()
        self._planned = {step.step_key: step for step in planned}
        self._began = event.at
        if self._tells_plan:
            yield from self._tell_plan(event, planned)
        yield self.of_run(event, RunEventType.RUN_START, f'Started the run of job "{self.job_name}".')
        message = f"Executing steps in process (pid: {self.pid})"
        yield self.of_run(event, RunEventType.ENGINE_EVENT, message, self._engine_data())

    def _tell_plan(self, event: Event, planned: Sequence[PlannedStep]) -> Iterator[RunEvent]:
        for step in planned:
            for key in step.asset_keys:
                facts = data.AssetMaterializationPlannedData(AssetKey.from_user_string(key))
                message = f"{self.job_name} is about to materialize {key}."
                kind = RunEventType.ASSET_MATERIALIZATION_PLANNED
                yield self.of_step(event, kind, message, facts, step_key=step.step_key)
        for step in planned:
            checked = self.steps[step.step_key].check_specs.values() if step.step_key in self.steps else ()
            for spec in checked:
                check = data.AssetCheckEvaluationPlanned(spec.key.asset_key, spec.name)
                message = f"{self.job_name} is about to evaluate the check {spec.name} of {spec.key.asset_key}."
                kind = RunEventType.ASSET_CHECK_EVALUATION_PLANNED
                yield self.of_step(event, kind, message, check, step_key=step.step_key)

    def _engine_data(self) -> data.EngineEventData:
        text = MetadataValue.text
        return data.EngineEventData({"pid": text(str(self.pid)), "step_keys": text(str(list(self._planned)))})

    def before(self, event: Event) -> Iterator[RunEvent]:
        """What precedes the first step: resources that need no code are told of as if they were opened."""
        if self._began is None or self._is_open or event.type in _BEFORE or event.type in _RESOURCES:
            return
        if not self.steps or any(step.op.outs for step in self.steps.values()):
            keys = self._default_resources()
            yield self._opening(event, keys)
            yield self._opened(event, keys)
        yield self._captures_logs(event)

    def resources_opening(self, event: Event) -> Iterator[RunEvent]:
        """RESOURCE_INIT_STARTED."""
        yield self._opening(event, self._keys_of(event))

    def resources_open(self, event: Event) -> Iterator[RunEvent]:
        """RESOURCE_INIT_SUCCESS."""
        yield self._opened(event, self._keys_of(event))
        yield self._captures_logs(event)

    def resources_failed(self, event: Event) -> Iterator[RunEvent]:
        """RESOURCE_INIT_FAILURE."""
        failure = event.payload.failure if isinstance(event.payload, ResourcesOpened) else None
        facts = data.EngineEventData(marker_end="resources", error=public.error_of(failure) if failure else None)
        message = f"The resources [{', '.join(self._keys_of(event))}] could not be initialized."
        self._is_open = True
        self._began = None  # no step was executed, so none is told to have ended
        yield self._of_resources(event, RunEventType.RESOURCE_INIT_FAILURE, message, facts)

    def _opening(self, event: Event, keys: Sequence[str]) -> RunEvent:
        message = f"Initializing the resources [{', '.join(keys)}]."
        facts = data.EngineEventData(marker_start="resources")
        return self._of_resources(event, RunEventType.RESOURCE_INIT_STARTED, message, facts)

    def _opened(self, event: Event, keys: Sequence[str]) -> RunEvent:
        message = f"Initialized the resources [{', '.join(keys)}]."
        facts = data.EngineEventData(marker_end="resources")
        return self._of_resources(event, RunEventType.RESOURCE_INIT_SUCCESS, message, facts)

    def _of_resources(self, event: Event, kind: RunEventType, message: str, facts: Any) -> RunEvent:
        """Of the step for which resources are opened, where it is the only one; else of the run."""
        if len(self._planned) != 1:
            return self.of_run(event, kind, message, facts)
        return self.of_step(event, kind, message, facts, step_key=next(iter(self._planned)))

    def _captures_logs(self, event: Event) -> RunEvent:
        self._is_open = True
        facts = data.ComputeLogsCaptureData(event.run_id, list(self._planned))
        return self.of_run(event, RunEventType.LOGS_CAPTURED, f"Keeping what process {self.pid} prints.", facts)

    def _keys_of(self, event: Event) -> list[str]:
        keys = event.payload.keys if isinstance(event.payload, ResourcesOpened) else ()
        return sorted(keys) or [DEFAULT_IO_MANAGER_KEY]

    def _default_resources(self) -> list[str]:
        outs = (out for step in self.steps.values() for out in step.op.outs.values())
        return sorted({DEFAULT_IO_MANAGER_KEY, *(out.io_manager_key for out in outs)})

    def run_ends(self, event: Event) -> Iterator[RunEvent]:
        """RUN_SUCCESS, RUN_FAILURE and RUN_CANCELED."""
        if self._began is not None and event.type is not EventType.RUN_CANCELED:
            lasted = spent((event.at - self._began).total_seconds())
            message = f"Finished steps in process (pid: {self.pid}) in {lasted}"
            yield self.of_run(event, RunEventType.ENGINE_EVENT, message, self._engine_data())
        failure = event.payload.failure if isinstance(event.payload, RunEnded) else None
        if event.type is EventType.RUN_SUCCESS:
            yield self.of_run(event, RunEventType.RUN_SUCCESS, f'Finished the run of job "{self.job_name}".')
        elif event.type is EventType.RUN_CANCELED:
            facts: Any = data.JobCanceledData(public.error_of(failure) if failure else None)
            yield self.of_run(event, RunEventType.RUN_CANCELED, f'Canceled the run of job "{self.job_name}".', facts)
        else:
            first = next(iter(self.failed.values()), None)
            error = first.step_failure_data.error if first else public.error_of(failure) if failure else None
            reason = data.RunFailureReason.STEP_FAILURE if first else data.RunFailureReason.RUN_EXCEPTION
            what = f"Steps failed: {sorted(self.failed)}." if first else (failure.headline if failure else "")
            message = f'The run of job "{self.job_name}" failed. {what}'.strip()
            facts = data.JobFailureData(error, reason, first)
            yield self.of_run(event, RunEventType.RUN_FAILURE, message, facts)

    def run_moves(self, event: Event) -> Iterator[RunEvent]:
        """RUN_ENQUEUED, RUN_STARTING and RUN_CANCELING."""
        kind = RunEventType[event.type.name]
        yield self.of_run(event, kind, f'The run of job "{self.job_name}" is {_WORDS[event.type]}.')
