"""What execution needs from outside: somewhere to write events, and something that runs steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event
from daglab.records.failure import Failure
from daglab.records.runs import StepStatus


class EventSink(Protocol):
    """Takes the events of one run, in order, from any thread."""

    def append(self, event: Event) -> None:
        """Keeps an event; may return before it is safe. Raises once the store behind it has failed for good."""
        ...

    def flush(self) -> None:
        """Returns when all that was appended is safe. Raises when it cannot be made safe."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTask:
    """The request to run one step.

    Args:
        inputs: for each asset that the step needs, the materialization that it is to be given.
        forget: assets whose values nobody will ask for any more.
    """

    step_key: str
    inputs: Mapping[str, Materialization] = field(default_factory=dict)
    forget: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StepOutcome:
    """How one step ended: SUCCESS, FAILURE or CANCELED."""

    step_key: str
    status: StepStatus
    materializations: tuple[Materialization, ...] = ()
    checks: tuple[CheckEvaluation, ...] = ()
    failure: Failure | None = None


class StepRunner(Protocol):
    """Runs steps, in this process or elsewhere; only the driver talks to it, from one thread.

    Whatever a step does becomes events in the sink that the runner was made with; how it ends, an outcome.
    """

    @property
    def idle(self) -> int:
        """How many steps it would start at once."""
        ...

    def submit(self, task: StepTask) -> None:
        """Takes a step. Called only while `idle` is not 0."""
        ...

    def next_outcome(self) -> StepOutcome:
        """Waits for a submitted step to end. A worker that dies is the failure of its step."""
        ...

    def interrupt(self) -> None:
        """Asks the running steps to stop, and makes them if they do not; their outcomes still come."""
        ...

    def close(self) -> None:
        """Leaves nothing running."""
        ...
