"""How far a run has come: which steps may go, which do, and how those that are over ended."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from daglab.definitions.results import AssetCheckSeverity
from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.tag_limits import TagLimits
from daglab.execution.traffic import Traffic
from daglab.planning.steps import ExecutionPlan, Step
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import SkipCause, StepSkipped
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput
from daglab.records.runs import RunStatus, StepStatus

UNCHANGED = "Its inputs came out as they were; it is still fresh."


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

    @property
    def is_blocked(self) -> bool:
        """Whether a blocking check did not pass."""
        error = AssetCheckSeverity.ERROR
        return any(one.blocking and not one.passed and one.severity is error for one in self.checks)


@dataclass(frozen=True, kw_only=True)
class StepRules:
    """What an executor says of when steps may go.

    Args:
        by_length: whether the step with the longest chain behind it goes first; else the one that was ready first.
        limits: how many steps with a label may run at once.
        needs_success: whether a step waits for the success of all steps before it; else what it reads is enough, even
            of a step that failed after it had made it.
    """

    by_length: bool = False
    limits: TagLimits | None = None
    needs_success: bool = True


class Progress:
    """How far a run has come. To be used from one thread at a time.

    Args:
        plan: the steps.
        outcome: takes how they end.
        rules: what the executor says of when they may go.
        earlier: outputs of steps that an earlier run made and this one does not repeat, by step.
        tell_skipped: called with each step that is skipped.
    """

    def __init__(
        self,
        *,
        plan: ExecutionPlan,
        outcome: RunOutcome,
        rules: StepRules,
        earlier: Mapping[str, tuple[StepOutput, ...]],
        tell_skipped: Callable[[Step, StepSkipped], None],
    ) -> None:
        self.outcome = outcome
        self.rules = rules
        self._traffic = Traffic(plan, by_length=rules.by_length, earlier=earlier)
        self._tell_skipped = tell_skipped
        self._retries: list[tuple[float, str]] = []
        self._attempts: dict[str, int] = {}
        self._running: dict[str, Step] = {}
        self._failed_checks: set[str] = set()

    @property
    def is_complete(self) -> bool:
        """Whether no step is left that could run, runs, or is to be tried again."""
        return not (self._traffic.has_ready or self._running or self._retries)

    @property
    def running(self) -> int:
        """How many steps were taken and are not over."""
        return len(self._running)

    @property
    def running_steps(self) -> Collection[Step]:
        """The steps that were taken and are not over."""
        return self._running.values()

    def go_on(self) -> None:
        """Makes ready what waits for nothing any more; skips at once what need not run, or cannot."""
        while (key := self._traffic.next_freed()) is not None:
            step = self._traffic.steps[key]
            skip = self._reason_to_skip(step)
            if skip is None:
                self._traffic.push(key)
            else:
                self._skip(step, skip)

    # ---- what is next

    def ready_steps(self) -> list[Step]:
        """The steps that may go now, the first one first."""
        self._take_due_retries()
        return self._traffic.ready_steps()

    def unfinished_keys(self) -> list[str]:
        """The steps that are not over."""
        return self._traffic.unfinished_keys()

    def next_task(self) -> StepTask | None:
        """Takes the ready step that goes first, of those that the limits let go; None where there is none."""
        self._take_due_retries()
        limits, running = self.rules.limits, self._running.values()
        allowed = None if limits is None else lambda step: limits.lets(step, running)
        key = self._traffic.next_ready(allowed)
        return None if key is None else self._started(key)

    def take_ready(self, step: Step) -> StepTask:
        """Takes one of the ready steps."""
        self._traffic.take_ready(step.key)
        return self._started(step.key)

    def lets(self, step: Step) -> bool:
        """Whether the limits let a step go beside those that run."""
        limits = self.rules.limits
        return limits is None or limits.lets(step, self._running.values())

    def seconds_to_retry(self) -> float | None:
        """How long until a step is to be tried again; None where none is."""
        return max(0.0, self._retries[0][0] - time.monotonic()) if self._retries else None

    # ---- what has happened

    def take(self, taken: StepOutcome) -> None:
        """Notes how a step ended.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        outcome, key = self.outcome, taken.step_key
        self._running.pop(key, None)
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

    def give_up(self, taken: StepOutcome) -> None:
        """Notes how a step ended in a run that is being stopped."""
        self._running.pop(taken.step_key, None)
        self.outcome.materializations.update((made.asset_key, made) for made in taken.materializations)

    def _started(self, key: str) -> StepTask:
        step = self._running[key] = self._traffic.steps[key]
        return self._traffic.task(step, attempt=self._attempts.get(key, 1))

    def _take_due_retries(self) -> None:
        while self._retries and self._retries[0][0] <= time.monotonic():
            self._traffic.push(heapq.heappop(self._retries)[1])

    # ---- what need not run, or cannot

    def _skip(self, step: Step, skip: StepSkipped) -> None:
        if skip.cause is SkipCause.UNCHANGED:
            self.outcome.unchanged.append(step.key)
            self._traffic.leave_unchanged(step)
        elif skip.cause is SkipCause.NO_INPUT:
            self.outcome.left_out[step.key] = skip.reason
        else:
            self.outcome.skipped[step.key] = skip.reason
        self._tell_skipped(step, skip)
        self._traffic.finish(step.key)

    def _reason_to_skip(self, step: Step) -> StepSkipped | None:
        outcome = self.outcome
        stopped = {need for need in self._traffic.needs(step) if need in outcome.failures or need in outcome.skipped}
        missing = self._traffic.missing_input(step, stopped)
        if missing is not None:
            return StepSkipped(reason=missing, cause=SkipCause.NO_INPUT)
        for check in step.blocked_by:
            if check in self._failed_checks:
                return StepSkipped(reason=f"The blocking check {check!r} did not pass.", cause=SkipCause.CHECK)
        if stopped and not self.rules.needs_success and self._traffic.has_all_inputs(step, stopped):
            stopped = set()
        for need in self._traffic.needs(step) if stopped else ():
            if need in outcome.failures:
                return StepSkipped(reason=f"{need!r} failed.")
            if need in outcome.skipped:
                return StepSkipped(reason=f"{need!r} was skipped.")
        if step.made_from is not None and self._traffic.is_as_before(step.made_from):
            return StepSkipped(reason=UNCHANGED, cause=SkipCause.UNCHANGED)
        return None
