"""The run loop: one driver takes one plan from RUN_START to its end."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from daglab.definitions.results import AssetCheckSeverity
from daglab.execution.boundary import failure_from
from daglab.execution.ports import EventSink, StepOutcome, StepRunner
from daglab.execution.recording import INTERRUPTED
from daglab.execution.traffic import Traffic
from daglab.foundation.clock import Clock
from daglab.foundation.collection import collection_eased
from daglab.planning.steps import ExecutionPlan, Step
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event, EventType, Payload, RunEnded, RunPlanned, SkipCause, StepSkipped
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput
from daglab.records.runs import RunStatus, StepStatus

UNCHANGED = "Its inputs came out as they were; it is still fresh."
_PATIENCE_SECONDS = 0.2  # How long a cancellation may go unnoticed while nothing but a retry is waited for.


@dataclass(kw_only=True)
class RunOutcome:
    """How a run ended, step by step.

    Args:
        materializations: what was made, by asset key, in the order of making.
        outputs: what each step gave back.
        checks: all verdicts.
        unchanged: steps that needed no run after all.
        left_out: steps whose inputs were left out on purpose, and why; that is no failure.
        skipped: steps that could not run, and why.
        errors: what failed steps raised, where they ran in this process.
    """

    run_id: str
    status: RunStatus = RunStatus.STARTED
    materializations: dict[str, Materialization] = field(default_factory=dict)
    outputs: dict[str, tuple[StepOutput, ...]] = field(default_factory=dict)
    checks: list[CheckEvaluation] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    errors: dict[str, BaseException] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        """Whether everything that was asked for is there."""
        return self.status is RunStatus.SUCCESS


class Driver:
    """Takes a plan through a runner, and tells the sink all that happens between the steps.

    Args:
        run_id: the run.
        plan: its steps.
        runner: runs them.
        sink: the run's log; this driver and its runner are its only writers.
        clock: tells the time of events.
        is_canceled: asked between steps.
        earlier: outputs of steps that an earlier run made and this one does not repeat, by step.
        stop_early: whether the first failure ends the run.
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
        earlier: dict[str, tuple[StepOutput, ...]] | None = None,
        stop_early: bool = False,
    ) -> None:
        self._plan = plan
        self._runner = runner
        self._sink = sink
        self._clock = clock
        self._is_canceled = is_canceled
        self._stop_early = stop_early
        self._outcome = RunOutcome(run_id=run_id)
        # Side by side, the longest chain goes first; one by one, the order of the plan is the easiest to follow.
        self._traffic = Traffic(plan, by_length=runner.idle > 1, earlier=earlier or {})
        self._retries: list[tuple[float, str]] = []
        self._attempts: dict[str, int] = {}
        self._running: set[str] = set()
        self._failed_checks: set[str] = set()

    def run(self) -> RunOutcome:
        """Runs everything that can run.

        A step that fails stops what needs it and nothing else. Ctrl-C, or `is_canceled`, stops the run; what was
        made by then is kept.
        """
        outcome = self._outcome
        self._emit(EventType.RUN_START, RunPlanned(steps=tuple(step.planned for step in self._plan.steps.values())))
        try:
            if not self._open():
                self._end()
                return outcome
            with collection_eased():
                self._run_steps()
            failed = outcome.failures or outcome.skipped or self._blocked()
            outcome.status = RunStatus.FAILURE if failed else RunStatus.SUCCESS
        except KeyboardInterrupt:
            self._stop()
        self._end()
        return outcome

    def _open(self) -> bool:
        try:
            self._runner.open()
        except Exception as error:
            self._outcome.status = RunStatus.FAILURE
            self._outcome.failure = failure_from(error)
            self._outcome.errors[""] = error
            return False
        return True

    def _run_steps(self) -> None:
        traffic, runner = self._traffic, self._runner
        self._skip_freed()
        while traffic.has_ready or self._running or self._retries:
            if self._is_canceled():
                raise KeyboardInterrupt
            wait = self._take_due_retries()
            while traffic.has_ready and runner.idle:
                self._start(traffic.next_ready())
            if self._running:
                taken = runner.next_outcome(wait)
                if taken is not None:
                    self._take(taken)
                    if self._stop_early and self._outcome.failures:
                        return
                    self._skip_freed()
            elif self._retries and not traffic.has_ready:
                time.sleep(min(max(wait or 0.0, 0.0), _PATIENCE_SECONDS))

    def _take_due_retries(self) -> float | None:
        """Makes the retries ready that are due; gives the seconds until the next one is."""
        while self._retries:
            seconds = self._retries[0][0] - time.monotonic()
            if seconds > 0:
                return seconds
            self._traffic.push(heapq.heappop(self._retries)[1])
        return None

    def _skip_freed(self) -> None:
        """Skips at once what need not run, and makes the rest ready."""
        while (key := self._traffic.next_freed()) is not None:
            step = self._traffic.steps[key]
            skip = self._reason_to_skip(step)
            if skip is None:
                self._traffic.push(key)
            else:
                self._skip(step, skip)

    def _start(self, key: str) -> None:
        task = self._traffic.task(self._traffic.steps[key], attempt=self._attempts.get(key, 1))
        self._running.add(key)
        self._runner.submit(task)

    def _skip(self, step: Step, skip: StepSkipped) -> None:
        if skip.cause is SkipCause.UNCHANGED:
            self._outcome.unchanged.append(step.key)
            self._traffic.leave_unchanged(step)
        elif skip.cause is SkipCause.NO_INPUT:
            self._outcome.left_out[step.key] = skip.reason
        else:
            self._outcome.skipped[step.key] = skip.reason
        self._emit(EventType.STEP_SKIPPED, skip, step.key)
        self._traffic.finish(step.key)

    def _reason_to_skip(self, step: Step) -> StepSkipped | None:
        outcome = self._outcome
        stopped = {need for need in self._traffic.needs(step) if need in outcome.failures or need in outcome.skipped}
        missing = self._traffic.missing_input(step, stopped)
        if missing is not None:
            return StepSkipped(reason=missing, cause=SkipCause.NO_INPUT)
        for check in step.blocked_by:
            if check in self._failed_checks:
                return StepSkipped(reason=f"The blocking check {check!r} did not pass.", cause=SkipCause.CHECK)
        for need in self._traffic.needs(step) if stopped else ():
            if need in outcome.failures:
                return StepSkipped(reason=f"{need!r} failed.")
            if need in outcome.skipped:
                return StepSkipped(reason=f"{need!r} was skipped.")
        if step.made_from is not None and self._traffic.is_as_before(step.made_from):
            return StepSkipped(reason=UNCHANGED, cause=SkipCause.UNCHANGED)
        return None

    def _take(self, taken: StepOutcome) -> None:
        outcome, key = self._outcome, taken.step_key
        self._running.discard(key)
        if taken.status is StepStatus.CANCELED:
            raise KeyboardInterrupt
        if taken.retry_after is not None:
            self._attempts[key] = self._attempts.get(key, 1) + 1
            heapq.heappush(self._retries, (time.monotonic() + taken.retry_after, key))
            return
        if taken.failure is not None:
            outcome.failures[key] = taken.failure
        if taken.error is not None:
            outcome.errors[key] = taken.error
        outcome.materializations.update((made.asset_key, made) for made in taken.materializations)
        outcome.outputs[key] = taken.outputs
        for check in taken.checks:
            outcome.checks.append(check)
            if not check.passed and check.severity is AssetCheckSeverity.ERROR:
                self._failed_checks.add(key)
        self._traffic.take(taken)
        self._traffic.finish(key)

    def _blocked(self) -> bool:
        """Whether a blocking check did not pass."""
        error = AssetCheckSeverity.ERROR
        return any(one.blocking and not one.passed and one.severity is error for one in self._outcome.checks)

    def _stop(self) -> None:
        self._emit(EventType.RUN_CANCELING)
        self._runner.interrupt()
        while self._running:
            taken = self._runner.next_outcome()
            assert taken is not None
            self._running.discard(taken.step_key)
            self._outcome.materializations.update((made.asset_key, made) for made in taken.materializations)
        self._outcome.status = RunStatus.CANCELED
        self._outcome.failure = INTERRUPTED

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

    def _emit(self, kind: EventType, payload: Payload | None = None, step_key: str = "") -> None:
        run_id = self._outcome.run_id
        self._sink.append(Event(run_id=run_id, type=kind, at=self._clock.now(), step_key=step_key, payload=payload))


_ENDS = {
    RunStatus.SUCCESS: EventType.RUN_SUCCESS,
    RunStatus.FAILURE: EventType.RUN_FAILURE,
    RunStatus.CANCELED: EventType.RUN_CANCELED,
}
