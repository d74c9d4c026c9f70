"""The events of a run as users and their tests read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.node_handle import NodeHandle
from daglab.definitions.user_events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from daglab.errors import InvariantViolationError
from daglab.history import event_data as data

D = TypeVar("D")


class RunEventType(Enum):
    """What can happen in a run.

    Example:
        >>> RunEventType.RUN_SUCCESS.value
        'PIPELINE_SUCCESS'
    """

    STEP_OUTPUT = "STEP_OUTPUT"
    STEP_INPUT = "STEP_INPUT"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_START = "STEP_START"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_SKIPPED = "STEP_SKIPPED"
    STEP_WORKER_STARTING = "STEP_WORKER_STARTING"
    STEP_WORKER_STARTED = "STEP_WORKER_STARTED"
    RESOURCE_INIT_STARTED = "RESOURCE_INIT_STARTED"
    RESOURCE_INIT_SUCCESS = "RESOURCE_INIT_SUCCESS"
    RESOURCE_INIT_FAILURE = "RESOURCE_INIT_FAILURE"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_RESTARTED = "STEP_RESTARTED"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_MATERIALIZATION_PLANNED = "ASSET_MATERIALIZATION_PLANNED"
    ASSET_FAILED_TO_MATERIALIZE = "ASSET_FAILED_TO_MATERIALIZE"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    ASSET_CHECK_EVALUATION_PLANNED = "ASSET_CHECK_EVALUATION_PLANNED"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    ASSET_HEALTH_CHANGED = "ASSET_HEALTH_CHANGED"
    ASSET_WIPED = "ASSET_WIPED"
    # Runs were once called pipelines; stored data and tests know these by their old values.
    RUN_ENQUEUED = "PIPELINE_ENQUEUED"
    RUN_DEQUEUED = "PIPELINE_DEQUEUED"
    RUN_STARTING = "PIPELINE_STARTING"
    RUN_START = "PIPELINE_START"
    RUN_SUCCESS = "PIPELINE_SUCCESS"
    RUN_FAILURE = "PIPELINE_FAILURE"
    RUN_CANCELING = "PIPELINE_CANCELING"
    RUN_CANCELED = "PIPELINE_CANCELED"
    RUN_SUSPENDED = "RUN_SUSPENDED"
    RUN_RESUMED = "RUN_RESUMED"
    OBJECT_STORE_OPERATION = "OBJECT_STORE_OPERATION"
    ASSET_STORE_OPERATION = "ASSET_STORE_OPERATION"
    LOADED_INPUT = "LOADED_INPUT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    ENGINE_EVENT = "ENGINE_EVENT"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"
    HOOK_SKIPPED = "HOOK_SKIPPED"
    ALERT_START = "ALERT_START"
    ALERT_SUCCESS = "ALERT_SUCCESS"
    ALERT_FAILURE = "ALERT_FAILURE"
    LOGS_CAPTURED = "LOGS_CAPTURED"
    FRESHNESS_STATE_EVALUATION = "FRESHNESS_STATE_EVALUATION"
    FRESHNESS_STATE_CHANGE = "FRESHNESS_STATE_CHANGE"
    CODE_LOCATION_UPDATED = "CODE_LOCATION_UPDATED"


def _is(*names: str) -> Any:
    """A property that says whether an event is of one of some types."""
    kinds = frozenset(RunEventType[name].value for name in names)

    def holds(event: RunEvent) -> bool:
        return event.event_type_value in kinds

    holds.__doc__ = f"Whether it is {' or '.join(names)}."
    return property(holds)


_FAILURES = ("STEP_FAILURE", "RUN_FAILURE", "RUN_CANCELED")
_HOOKS = ("HOOK_COMPLETED", "HOOK_ERRORED", "HOOK_SKIPPED")
_ALERTS = ("ALERT_START", "ALERT_SUCCESS", "ALERT_FAILURE")
_JOB = frozenset(one.value for one in RunEventType if one.name.startswith("RUN_"))
_OF_STEPS = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION", "HANDLED_OUTPUT", "LOADED_INPUT")
_STEP = frozenset(
    one.value
    for one in RunEventType
    if one.name in _OF_STEPS or (one.name.startswith("STEP_") and "WORKER" not in one.name)
)


@dataclass(frozen=True)
class RunEvent:
    """One thing that happened in a run.

    Args:
        event_type_value: the value of its `RunEventType`.
        job_name: the job.
        step_handle: the step that it is of.
        node_handle: the node that the step runs.
        step_kind_value: "COMPUTE" for a step.
        logging_tags: what loggers are told along with it.
        event_specific_data: what goes with its type.
        message: what happened, as a sentence.
        pid: the process that told it.
        step_key: the step's key.
        timestamp: seconds since the epoch.
        event_id: its place in the log; 0 where it is not stored.

    Example:
        >>> RunEvent("PIPELINE_SUCCESS", "nightly").is_run_success
        True
    """

    event_type_value: str
    job_name: str
    step_handle: data.StepHandle | data.ResolvedStepHandle | None = None
    node_handle: NodeHandle | None = None
    step_kind_value: str | None = None
    logging_tags: Mapping[str, str] = field(default_factory=dict)
    event_specific_data: Any = None
    message: str | None = None
    pid: int | None = None
    step_key: str | None = None
    timestamp: float = field(default=0.0, kw_only=True, compare=False)
    event_id: int = field(default=0, kw_only=True, compare=False)

    is_step_start = _is("STEP_START")
    is_step_success = _is("STEP_SUCCESS")
    is_step_failure = _is("STEP_FAILURE")
    is_step_skipped = _is("STEP_SKIPPED")
    is_step_up_for_retry = _is("STEP_UP_FOR_RETRY")
    is_step_restarted = _is("STEP_RESTARTED")
    is_successful_output = _is("STEP_OUTPUT")
    is_handled_output = _is("HANDLED_OUTPUT")
    is_loaded_input = _is("LOADED_INPUT")
    is_step_materialization = _is("ASSET_MATERIALIZATION")
    is_asset_materialization = _is("ASSET_MATERIALIZATION")
    is_asset_materialization_planned = _is("ASSET_MATERIALIZATION_PLANNED")
    is_asset_failed_to_materialize = _is("ASSET_FAILED_TO_MATERIALIZE")
    is_asset_observation = _is("ASSET_OBSERVATION")
    is_asset_check_evaluation = _is("ASSET_CHECK_EVALUATION")
    is_expectation_result = _is("STEP_EXPECTATION_RESULT")
    is_engine_event = _is("ENGINE_EVENT")
    is_resource_init_failure = _is("RESOURCE_INIT_FAILURE")
    is_hook_event = _is(*_HOOKS)
    is_hook_completed = _is("HOOK_COMPLETED")
    is_hook_errored = _is("HOOK_ERRORED")
    is_hook_skipped = _is("HOOK_SKIPPED")
    is_alert_event = _is(*_ALERTS)
    is_run_success = _is("RUN_SUCCESS")
    is_run_failure = _is("RUN_FAILURE")
    is_job_success = _is("RUN_SUCCESS")
    is_job_failure = _is("RUN_FAILURE")
    is_failure = _is(*_FAILURES)

    @property
    def event_type(self) -> RunEventType:
        """What happened."""
        return RunEventType(self.event_type_value)

    @property
    def is_step_event(self) -> bool:
        """Whether it is of a step."""
        return self.event_type_value in _STEP

    @property
    def is_job_event(self) -> bool:
        """Whether it is of the run as a whole."""
        return self.event_type_value in _JOB

    @property
    def step_kind(self) -> str | None:
        """The word "COMPUTE" for a step."""
        return self.step_kind_value

    @property
    def node_name(self) -> str:
        """The node that its step runs.

        Raises:
            InvariantViolationError: it is of no step.
        """
        if self.node_handle is None:
            raise InvariantViolationError(f"a {self.event_type.name} event is of no node", hint="ask node_handle")
        return self.node_handle.name

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that it is about, if it is about one."""
        told = self._about_asset
        return told.asset_key if told is not None else None

    @property
    def partition(self) -> str | None:
        """The partition that it is about, if it is about one."""
        told = self._about_asset
        return told.partition if told is not None else None

    @property
    def partitions_subset(self) -> Any:
        """The partitions that it is about, where there are several."""
        return getattr(self.event_specific_data, "partitions_subset", None)

    @property
    def _about_asset(self) -> Any:
        told = self.event_specific_data
        match told:
            case data.StepMaterializationData():
                return told.materialization
            case data.AssetObservationData():
                return told.asset_observation
            case AssetCheckEvaluation():
                return told
            case data.AssetMaterializationPlannedData() | data.AssetCheckEvaluationPlanned():
                return told
        return None

    def _data(self, kind: type[D]) -> D:
        found = self.event_specific_data
        if not isinstance(found, kind):
            raise InvariantViolationError(
                f"a {self.event_type.name} event holds no {kind.__name__}", hint="look at its event_type first"
            )
        return found

    @property
    def step_input_data(self) -> data.StepInputData:
        """What goes with STEP_INPUT."""
        return self._data(data.StepInputData)

    @property
    def step_output_data(self) -> data.StepOutputData:
        """What goes with STEP_OUTPUT."""
        return self._data(data.StepOutputData)

    @property
    def step_success_data(self) -> data.StepSuccessData:
        """What goes with STEP_SUCCESS."""
        return self._data(data.StepSuccessData)

    @property
    def step_failure_data(self) -> data.StepFailureData:
        """What goes with STEP_FAILURE."""
        return self._data(data.StepFailureData)

    @property
    def step_retry_data(self) -> data.StepRetryData:
        """What goes with STEP_UP_FOR_RETRY."""
        return self._data(data.StepRetryData)

    @property
    def step_materialization_data(self) -> data.StepMaterializationData:
        """What goes with ASSET_MATERIALIZATION."""
        return self._data(data.StepMaterializationData)

    @property
    def materialization(self) -> AssetMaterialization:
        """The asset that was made."""
        return self.step_materialization_data.materialization

    @property
    def asset_materialization_planned_data(self) -> data.AssetMaterializationPlannedData:
        """What goes with ASSET_MATERIALIZATION_PLANNED."""
        return self._data(data.AssetMaterializationPlannedData)

    @property
    def asset_observation_data(self) -> data.AssetObservationData:
        """What goes with ASSET_OBSERVATION."""
        return self._data(data.AssetObservationData)

    @property
    def asset_observation(self) -> AssetObservation:
        """What was found out about an asset."""
        return self.asset_observation_data.asset_observation

    @property
    def asset_check_evaluation_data(self) -> AssetCheckEvaluation:
        """What goes with ASSET_CHECK_EVALUATION."""
        return self._data(AssetCheckEvaluation)

    @property
    def asset_check_evaluation(self) -> AssetCheckEvaluation:
        """The verdict of a check."""
        return self.asset_check_evaluation_data

    @property
    def asset_check_planned_data(self) -> data.AssetCheckEvaluationPlanned:
        """What goes with ASSET_CHECK_EVALUATION_PLANNED."""
        return self._data(data.AssetCheckEvaluationPlanned)

    @property
    def step_expectation_result_data(self) -> data.StepExpectationResultData:
        """What goes with STEP_EXPECTATION_RESULT."""
        return self._data(data.StepExpectationResultData)

    @property
    def handled_output_data(self) -> data.HandledOutputData:
        """What goes with HANDLED_OUTPUT."""
        return self._data(data.HandledOutputData)

    @property
    def loaded_input_data(self) -> data.LoadedInputData:
        """What goes with LOADED_INPUT."""
        return self._data(data.LoadedInputData)

    @property
    def engine_event_data(self) -> data.EngineEventData:
        """What goes with ENGINE_EVENT; empty where there is nothing to say."""
        return data.EngineEventData() if self.event_specific_data is None else self._data(data.EngineEventData)

    @property
    def hook_errored_data(self) -> data.HookErroredData:
        """What goes with HOOK_ERRORED."""
        return self._data(data.HookErroredData)

    @property
    def job_failure_data(self) -> data.JobFailureData:
        """What goes with RUN_FAILURE."""
        return self._data(data.JobFailureData)

    @property
    def job_canceled_data(self) -> data.JobCanceledData:
        """What goes with RUN_CANCELED."""
        return self._data(data.JobCanceledData)

    @property
    def logs_captured_data(self) -> data.ComputeLogsCaptureData:
        """What goes with LOGS_CAPTURED."""
        return self._data(data.ComputeLogsCaptureData)
