"""Events: everything that happens, in order, as values that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.failure import Failure


class EventType(StrEnum):
    """What can happen."""

    RUN_ENQUEUED = "RUN_ENQUEUED"
    RUN_STARTING = "RUN_STARTING"
    RUN_START = "RUN_START"
    RUN_SUCCESS = "RUN_SUCCESS"
    RUN_FAILURE = "RUN_FAILURE"
    RUN_CANCELING = "RUN_CANCELING"
    RUN_CANCELED = "RUN_CANCELED"
    STEP_START = "STEP_START"
    STEP_INPUT = "STEP_INPUT"
    STEP_OUTPUT = "STEP_OUTPUT"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_SKIPPED = "STEP_SKIPPED"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    LOG = "LOG"
    OUTPUT = "OUTPUT"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStep:
    """A step as the plan has it: its key, and the assets that it is to make."""

    step_key: str
    asset_keys: tuple[str, ...] = ()
    check_names: tuple[str, ...] = ()


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
    """

    failure: Failure
    seconds: float | None = None
    canceled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StepSkipped:
    """Why a step was not run; goes with STEP_SKIPPED."""

    reason: str


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
        how: "memory" where it was handed over within the process, "stored" where it went through the IO manager.
    """

    name: str
    asset_key: str = ""
    how: str = ""


Payload: TypeAlias = (
    RunPlanned
    | StepEnded
    | StepFailed
    | StepSkipped
    | RunEnded
    | LogLine
    | ValuePassed
    | Materialization
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


PAYLOAD_KINDS: Mapping[str, type] = {
    "run_planned": RunPlanned,
    "step_ended": StepEnded,
    "step_failed": StepFailed,
    "step_skipped": StepSkipped,
    "run_ended": RunEnded,
    "log_line": LogLine,
    "value_passed": ValuePassed,
    "materialization": Materialization,
    "check_evaluation": CheckEvaluation,
}
