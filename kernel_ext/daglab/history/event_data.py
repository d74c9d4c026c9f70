"""What the events of a run carry, as users and their tests read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.node_handle import NodeHandle
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.nodes import DEFAULT_OUTPUT
from daglab.definitions.specs import AssetCheckKey
from daglab.definitions.user_events import AssetMaterialization, AssetObservation, ExpectationResult
from daglab.records.failure import Failure

Facts = Mapping[str, MetadataValue]


@dataclass(frozen=True)
class ErrorInfo:
    """An exception as text.

    Args:
        message: its class and message, ended by a line break.
        stack: its frames, outermost first, each ended by a line break.
        cls_name: its class.
        cause: what it was raised from.
        context: what was being handled when it was raised.

    Example:
        >>> ErrorInfo.of(Failure(kind="ValueError", message="no rows")).to_string()
        'ValueError: no rows\\n'
    """

    message: str
    stack: Sequence[str] = ()
    cls_name: str | None = None
    cause: ErrorInfo | None = None
    context: ErrorInfo | None = None

    @classmethod
    def of(cls, failure: Failure) -> ErrorInfo:
        """What was recorded of an exception."""
        hint = f"\n  → {failure.hint}" if failure.hint else ""
        said = f"{failure.message}{hint}"
        return cls(
            message=(f"{failure.kind}: {said}" if said else failure.kind) + "\n",
            stack=[f"{frame}\n" for frame in failure.frames],
            cls_name=failure.kind.rpartition(".")[2],
            cause=cls.of(failure.cause) if failure.cause else None,
        )

    def to_string(self) -> str:
        """The whole story: message, frames, causes."""
        text = self.message
        if self.stack:
            text += "\nStack Trace:\n" + "".join(self.stack)
        if self.cause is not None:
            text += "\nThe above exception was caused by the following exception:\n" + self.cause.to_string()
        return text

    def __str__(self) -> str:
        return self.to_string()


@dataclass(frozen=True)
class StepHandle:
    """A step, and the node that it runs."""

    node_handle: NodeHandle
    key: str = ""

    def to_key(self) -> str:
        """The step's key."""
        return self.key


@dataclass(frozen=True)
class ResolvedStepHandle:
    """A step that runs for one value of a dynamic output."""

    node_handle: NodeHandle
    mapping_key: str
    key: str = ""

    def to_key(self) -> str:
        """The step's key."""
        return self.key


@dataclass(frozen=True)
class StepOutputHandle:
    """One output of a step; of a dynamic output, one value."""

    step_key: str
    output_name: str = DEFAULT_OUTPUT
    mapping_key: str | None = None


@dataclass(frozen=True)
class TypeCheckData:
    """What the check of a value's type found; `label` names the input or output."""

    success: bool
    label: str
    description: str | None = None
    metadata: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class UserFailureData:
    """What the user's own `Failure` said."""

    label: str
    description: str | None = None
    metadata: Facts = field(default_factory=dict)


class ErrorSource(StrEnum):
    """Whose code raised."""

    FRAMEWORK_ERROR = "FRAMEWORK_ERROR"
    USER_CODE_ERROR = "USER_CODE_ERROR"
    UNEXPECTED_ERROR = "UNEXPECTED_ERROR"
    INTERRUPT = "INTERRUPT"


@dataclass(frozen=True)
class StepInputData:
    """An input that a step was given."""

    input_name: str
    type_check_data: TypeCheckData


@dataclass(frozen=True)
class StepOutputData:
    """An output that a step gave back."""

    step_output_handle: StepOutputHandle
    type_check_data: TypeCheckData | None = None
    version: str | None = None
    metadata: Facts = field(default_factory=dict)

    @property
    def output_name(self) -> str:
        """The output."""
        return self.step_output_handle.output_name

    @property
    def mapping_key(self) -> str | None:
        """Which value of a dynamic output."""
        return self.step_output_handle.mapping_key


@dataclass(frozen=True)
class StepSuccessData:
    """How long a step took, in milliseconds."""

    duration_ms: float


@dataclass(frozen=True)
class StepFailureData:
    """How a step failed."""

    error: ErrorInfo | None
    user_failure_data: UserFailureData | None = None
    error_source: ErrorSource | None = None

    @property
    def error_display_string(self) -> str:
        """The error as it is shown: of user code, what that raised."""
        if self.error is None:
            return ""
        if self.error_source is ErrorSource.USER_CODE_ERROR:
            own = self.error.message.strip()
            return own if self.error.cause is None else f"{own}\n\n{self.error.cause.to_string()}"
        return self.error.to_string()


@dataclass(frozen=True)
class StepRetryData:
    """Why a step is tried again, and when."""

    error: ErrorInfo | None
    seconds_to_wait: float | None = None


@dataclass(frozen=True)
class StepMaterializationData:
    """An asset that was made."""

    materialization: AssetMaterialization
    asset_lineage: Sequence[Any] = field(default_factory=list)


@dataclass(frozen=True)
class AssetObservationData:
    """What was found out about an asset."""

    asset_observation: AssetObservation


@dataclass(frozen=True)
class AssetMaterializationPlannedData:
    """An asset that a run is about to make."""

    asset_key: AssetKey
    partition: str | None = None
    partitions_subset: Any = None


@dataclass(frozen=True)
class AssetCheckEvaluationPlanned:
    """A check that a run is about to evaluate."""

    asset_key: AssetKey
    check_name: str
    partition: str | None = None

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check."""
        return AssetCheckKey(self.asset_key, self.check_name)


@dataclass(frozen=True)
class CheckTargetData:
    """Which materialization a check looked at."""

    storage_id: int
    run_id: str
    timestamp: float


@dataclass(frozen=True)
class StepExpectationResultData:
    """A remark of user code on data."""

    expectation_result: ExpectationResult


@dataclass(frozen=True)
class HandledOutputData:
    """An output that an IO manager took."""

    output_name: str
    manager_key: str
    metadata: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class LoadedInputData:
    """An input that was loaded, and the output that it is."""

    input_name: str
    manager_key: str
    upstream_output_name: str | None = None
    upstream_step_key: str | None = None
    metadata: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class EngineEventData:
    """What daglab itself did."""

    metadata: Facts = field(default_factory=dict)
    error: ErrorInfo | None = None
    marker_start: str | None = None
    marker_end: str | None = None


@dataclass(frozen=True)
class HookErroredData:
    """What a hook raised."""

    error: ErrorInfo


@dataclass(frozen=True)
class ComputeLogsCaptureData:
    """Of which steps the printed text is kept."""

    file_key: str
    step_keys: Sequence[str] = field(default_factory=list)
    external_url: str | None = None
    external_stdout_url: str | None = None
    external_stderr_url: str | None = None


class RunFailureReason(StrEnum):
    """Why a run failed."""

    RUN_EXCEPTION = "RUN_EXCEPTION"
    STEP_FAILURE = "STEP_FAILURE"
    JOB_INITIALIZATION_FAILURE = "JOB_INITIALIZATION_FAILURE"
    START_TIMEOUT = "START_TIMEOUT"
    RUN_WORKER_RESTART = "RUN_WORKER_RESTART"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class JobFailureData:
    """How a run failed; `first_step_failure_event` is the `RunEvent` of the first step that did."""

    error: ErrorInfo | None
    failure_reason: RunFailureReason | None = None
    first_step_failure_event: Any = None


@dataclass(frozen=True)
class JobCanceledData:
    """How a run was canceled."""

    error: ErrorInfo | None
