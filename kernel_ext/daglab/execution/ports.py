"""What execution needs from outside: somewhere to write events, and something that runs steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput
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
        step_key: the step.
        template: the plan's step of which it is one; its own key unless it is mapped.
        mapping_key: for which value of a dynamic output it runs.
        assets: for each asset that the step needs, the materialization that it is to be given.
        observed: the data versions of those that are made elsewhere, as they were last observed.
        partitions: of those of them that this run made partitions of: how each one was made.
        outputs: the outputs of other steps that it is to be given, by step and output; several where all values of a
            dynamic output are meant.
        forget: tokens of values that nobody will ask for any more.
        attempt: counted from 1.
    """

    step_key: str
    template: str = ""
    mapping_key: str = ""
    assets: Mapping[str, Materialization] = field(default_factory=dict)
    observed: Mapping[str, str] = field(default_factory=dict)
    partitions: Mapping[str, Mapping[str, Materialization]] = field(default_factory=dict)
    outputs: Mapping[tuple[str, str], tuple[StepOutput, ...]] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    attempt: int = 1

    @property
    def tokens(self) -> frozenset[str]:
        """Names all values that it is given."""
        return frozenset((*self.assets, *(one.token for several in self.outputs.values() for one in several)))


@dataclass(frozen=True, kw_only=True, slots=True)
class StepOutcome:
    """How one attempt at a step ended: SUCCESS, FAILURE or CANCELED.

    Args:
        outputs: what it made, assets included.
        retry_after: seconds after which it is to be tried again; None where it is not.
        error: what was raised, where the step ran in the driver's process.
    """

    step_key: str
    status: StepStatus
    outputs: tuple[StepOutput, ...] = ()
    materializations: tuple[Materialization, ...] = ()
    checks: tuple[CheckEvaluation, ...] = ()
    failure: Failure | None = None
    retry_after: float | None = None
    error: BaseException | None = None


class StepRunner(Protocol):
    """Runs steps, in this process or elsewhere; only the driver talks to it, from one thread.

    Whatever a step does becomes events in the sink that the runner was made with; how it ends, an outcome.
    """

    @property
    def idle(self) -> int:
        """How many steps it would start at once."""
        ...

    def open(self) -> None:
        """Gets ready. Raises what the resources of the run raise, where they are opened in this process."""
        ...

    def submit(self, task: StepTask) -> None:
        """Takes a step. Called only while `idle` is not 0."""
        ...

    def next_outcome(self, timeout: float | None = None) -> StepOutcome | None:
        """Waits for a submitted step to end; None if that takes longer than `timeout` seconds.

        A worker that dies is the failure of its step.
        """
        ...

    def interrupt(self) -> None:
        """Asks the running steps to stop, and makes them if they do not; their outcomes still come."""
        ...

    def close(self) -> None:
        """Leaves nothing running."""
        ...
