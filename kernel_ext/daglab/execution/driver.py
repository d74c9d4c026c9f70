"""The run loop: one driver takes one plan from RUN_START to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from daglab.execution.boundary import failure_from
from daglab.execution.ports import EventSink, StepRunner
from daglab.execution.progress import Progress, RunOutcome, StepRules
from daglab.execution.recording import INTERRUPTED
from daglab.foundation.clock import Clock
from daglab.foundation.collection import collection_eased
from daglab.planning.steps import ExecutionPlan, Step
from daglab.records.events import Event, EventType, Payload, RunEnded, RunPlanned, StepSkipped
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput
from daglab.records.runs import RunStatus

PATIENCE_SECONDS = 0.2  # How long a cancellation may go unnoticed while nothing but a retry is waited for.


class TimeLimit(Protocol):
    """How long a run may take. It interrupts the thread that drives the run when that is over."""

    @property
    def failure(self) -> Failure | None:
        """What makes the run a failed one; None while there is time left."""
        ...

    def settle(self) -> None:
        """Interrupts nobody any more: the steps are over."""
        ...


class Endless:
    """No limit."""

    failure = None

    def settle(self) -> None:
        """There is nothing to do."""


class Driver:
    """Takes a plan through a runner, and tells the sink all that happens between the steps.

    Args:
        run_id: the run.
        plan: its steps.
        runner: runs them.
        sink: the run's log; this driver and its runner are its only writers.
        clock: tells the time of events.
        is_canceled: asked between steps.
        limit: how long the run may take.
        earlier: outputs of steps that an earlier run made and this one does not repeat, by step.
        stop_early: whether the first failure ends the run.
        rules: when steps may go; by default, side by side, the longest chain goes first, and one by one, the order of
            the plan is followed, which is the easiest to read.
        conduct: takes the run to its end in place of this driver's own loop; what it raises fails the run.
    """

    def __init__(
        self,
        *,
        run_id: str,
        plan: ExecutionPlan,
        runner: StepRunner,
        sink: EventSink,
        clock: Clock,
        is_canceled: Callable[[], bool] = lambda: False,
        limit: TimeLimit | None = None,
        earlier: Mapping[str, tuple[StepOutput, ...]] | None = None,
        stop_early: bool = False,
        rules: StepRules | None = None,
        conduct: Callable[[Progress], None] | None = None,
    ) -> None:
        self._plan = plan
        self._runner = runner
        self._sink = sink
        self._clock = clock
        self._is_canceled = is_canceled
        self._limit = limit or Endless()
        self._stop_early = stop_early
        self._conduct = conduct
        self._outcome = RunOutcome(run_id=run_id)
        self._progress = Progress(
            plan=plan,
            outcome=self._outcome,
            rules=rules or StepRules(by_length=runner.idle > 1),
            earlier=earlier or {},
            tell_skipped=self._tell_skipped,
        )

    def run(self) -> RunOutcome:
        """Runs everything that can run.

        A step that fails stops what needs it and nothing else. Ctrl-C, `is_canceled`, or the limit stops the run; what
        was made by then is kept.
        """
        outcome = self._outcome
        self._emit(EventType.RUN_START, RunPlanned(steps=tuple(step.planned for step in self._plan.steps.values())))
        try:
            if not self._open():
                self._end()
                return outcome
            self._progress.go_on()
            with collection_eased():
                if self._conduct is None:
                    self._run_steps()
                else:
                    self._run_conducted(self._conduct)
            failed = outcome.failure or outcome.failures or outcome.skipped or outcome.is_blocked
            outcome.status = RunStatus.FAILURE if failed else RunStatus.SUCCESS
            self._limit.settle()
        except KeyboardInterrupt:
            self._stop()
        self._end()
        return outcome

    def _open(self) -> bool:
        try:
            self._runner.open()
        except Exception as error:
            self._fail(error)
            return False
        return True

    def _fail(self, error: Exception) -> None:
        self._outcome.status = RunStatus.FAILURE
        self._outcome.failure = failure_from(error)
        self._outcome.errors[""] = error

    def _run_conducted(self, conduct: Callable[[Progress], None]) -> None:
        try:
            conduct(self._progress)
        except Exception as error:
            self._fail(error)

    def _run_steps(self) -> None:
        progress, runner = self._progress, self._runner
        while not progress.is_complete:
            if self._is_canceled() or self._limit.failure:
                raise KeyboardInterrupt
            while runner.idle and (task := progress.next_task()) is not None:
                runner.submit(task)
            wait = progress.seconds_to_retry()
            if progress.running:
                taken = runner.next_outcome(wait)
                if taken is not None:
                    progress.take(taken)
                    if self._stop_early and self._outcome.failures:
                        return
                    progress.go_on()
            elif wait is not None:
                time.sleep(min(wait, PATIENCE_SECONDS))

    def _stop(self) -> None:
        self._limit.settle()
        self._emit(EventType.RUN_CANCELING)
        self._runner.interrupt()
        while self._conduct is None and self._progress.running:
            taken = self._runner.next_outcome()
            assert taken is not None
            self._progress.give_up(taken)
        failure = self._limit.failure
        self._outcome.status = RunStatus.CANCELED if failure is None else RunStatus.FAILURE
        self._outcome.failure = failure or INTERRUPTED

    def _end(self) -> None:
        outcome = self._outcome
        if outcome.status is RunStatus.FAILURE and outcome.failure is None:
            names = list(outcome.failures)
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            outcome.failure = Failure(
                kind="StepsFailed",
                message=f"step {names[0]!r}{more} failed" if names else "a blocking check did not pass",
                cause=outcome.failures[names[0]] if names else None,
            )
        self._emit(_ENDS[outcome.status], RunEnded(failure=outcome.failure))
        self._sink.flush()

    def _tell_skipped(self, step: Step, skip: StepSkipped) -> None:
        self._emit(EventType.STEP_SKIPPED, skip, step.key)

    def _emit(self, kind: EventType, payload: Payload | None = None, step_key: str = "") -> None:
        run_id = self._outcome.run_id
        self._sink.append(Event(run_id=run_id, type=kind, at=self._clock.now(), step_key=step_key, payload=payload))


_ENDS = {
    RunStatus.SUCCESS: EventType.RUN_SUCCESS,
    RunStatus.FAILURE: EventType.RUN_FAILURE,
    RunStatus.CANCELED: EventType.RUN_CANCELED,
}
