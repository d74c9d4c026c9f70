"""Events: everything that happens, in order, as values that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from daglab.definitions.metadata import MetadataValue
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput


class EventType(StrEnum):
    """What can happen."""

    RUN_ENQUEUED = "RUN_ENQUEUED"
    RUN_STARTING = "RUN_STARTING"
    RUN_START = "RUN_START"
    RUN_SUCCESS = "RUN_SUCCESS"
    RUN_FAILURE = "RUN_FAILURE"
    RUN_CANCELING = "RUN_CANCELING"
    RUN_CANCELED = "RUN_CANCELED"
    RESOURCE_INIT_STARTED = "RESOURCE_INIT_STARTED"
    RESOURCE_INIT_SUCCESS = "RESOURCE_INIT_SUCCESS"
    RESOURCE_INIT_FAILURE = "RESOURCE_INIT_FAILURE"
    STEP_START = "STEP_START"
    STEP_RESTARTED = "STEP_RESTARTED"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_INPUT = "STEP_INPUT"
    STEP_OUTPUT = "STEP_OUTPUT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_SKIPPED = "STEP_SKIPPED"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_SKIPPED = "HOOK_SKIPPED"
    HOOK_ERRORED = "HOOK_ERRORED"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    LOG = "LOG"
    OUTPUT = "OUTPUT"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStep:
    """A step as the plan has it: its key, and the assets that it is to make."""

    step_key: str
    asset_keys: tuple[str, ...] = ()
    check_names: tuple[str, ...] = ()

    @property
    def is_mapped(self) -> bool:
        """Whether it stands for one step for each value of a dynamic output, however many there will be."""
        return self.step_key.endswith("[?]")


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPlanned:
    """What a run is about to do; goes with RUN_START, in one row, however many steps there are."""

    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StepEnded:
    """What a step cost; goes with STEP_SUCCESS.

    Args:
        seconds: wall time.
        cpu_seconds: processor time.
        peak_bytes: the most memory that its process held until then.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFailed:
    """How a step ended; goes with STEP_FAILURE.

    Args:
        canceled: whether it was stopped from outside.
        metadata: what the user's own `Failure` said.
    """

    failure: Failure
    seconds: float | None = None
    canceled: bool = False
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StepUpForRetry:
    """That a step is tried once more; goes with STEP_UP_FOR_RETRY.

    Args:
        failure: how this attempt ended.
        seconds_to_wait: before the next one.
    """

    failure: Failure
    seconds_to_wait: float = 0.0


class SkipCause(StrEnum):
    """Why a step is skipped.

    NO_INPUT: an optional output that it needs was left out, or a list of dynamic values that it would be mapped over
    is empty; FAILURE: what it needs failed; CHECK: a blocking check did not pass; UNCHANGED: it is still fresh.
    """

    NO_INPUT = "NO_INPUT"
    FAILURE = "FAILURE"
    CHECK = "CHECK"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepSkipped:
    """Why a step was not run; goes with STEP_SKIPPED."""

    reason: str
    cause: SkipCause = SkipCause.FAILURE


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEnded:
    """How a run ended; goes with RUN_SUCCESS, RUN_FAILURE and RUN_CANCELED."""

    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """A line that user code logged or printed; goes with LOG and OUTPUT.

    Args:
        stream: "log", "stdout" or "stderr".
        level: "DEBUG" to "CRITICAL"; "" for printed text.
    """

    text: str
    stream: str = "log"
    level: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuePassed:
    """An input that was given or an output that was made; goes with STEP_INPUT and STEP_OUTPUT.

    Args:
        name: of the input or output.
        how: "memory" where it was handed over within the process, "stored" where it went through the IO manager, ""
            where it came from neither.
        mapping_key: which value of a dynamic output.
        type_name: the declared type.
        fits: whether the value is of that type.
        description: what the type check said.
        metadata: what the type check added, or what is said of the output.
        sources: the outputs that an input was loaded from, as "step.output".
        loaded: what the IO manager that loaded an input says of it.
    """

    name: str
    asset_key: str = ""
    how: str = ""
    mapping_key: str = ""
    type_name: str = "Any"
    fits: bool = True
    description: str = ""
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    loaded: Mapping[str, MetadataValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputHandled:
    """A value of an output that was stored; goes with HANDLED_OUTPUT.

    Args:
        output: where it lies.
        metadata: what its IO manager says of it.
    """

    output: StepOutput
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """A remark of user code on data; goes with STEP_EXPECTATION_RESULT."""

    success: bool
    label: str = ""
    description: str = ""
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class HookRan:
    """What became of a hook; goes with HOOK_COMPLETED, HOOK_SKIPPED and HOOK_ERRORED."""

    hook: str
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourcesOpened:
    """Resources that are opened, or could not be; goes with RESOURCE_INIT_STARTED, _SUCCESS and _FAILURE."""

    keys: tuple[str, ...]
    failure: Failure | None = None


Payload: TypeAlias = (
    RunPlanned
    | StepEnded
    | StepFailed
    | StepUpForRetry
    | StepSkipped
    | RunEnded
    | LogLine
    | ValuePassed
    | OutputHandled
    | Expectation
    | HookRan
    | ResourcesOpened
    | Materialization
    | Observation
    | CheckEvaluation
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened.

    Args:
        event_id: its place in the log; 0 until it is stored.
        run_id: the run.
        type: what happened.
        at: when.
        step_key: the step, "" for the run itself.
        payload: the facts.
    """

    run_id: str
    type: EventType
    at: datetime
    step_key: str = ""
    payload: Payload | None = None
    event_id: int = 0

    @property
    def event_type_value(self) -> str:
        """The type, as text."""
        return self.type.value

    @property
    def is_step_success(self) -> bool:
        """Whether a step has ended well."""
        return self.type is EventType.STEP_SUCCESS

    @property
    def is_step_failure(self) -> bool:
        """Whether a step has failed for good."""
        return self.type is EventType.STEP_FAILURE


PAYLOAD_KINDS: Mapping[str, type] = {
    "run_planned": RunPlanned,
    "step_ended": StepEnded,
    "step_failed": StepFailed,
    "step_up_for_retry": StepUpForRetry,
    "step_skipped": StepSkipped,
    "run_ended": RunEnded,
    "log_line": LogLine,
    "value_passed": ValuePassed,
    "output_handled": OutputHandled,
    "expectation": Expectation,
    "hook_ran": HookRan,
    "resources_opened": ResourcesOpened,
    "materialization": Materialization,
    "observation": Observation,
    "check_evaluation": CheckEvaluation,
}
