"""The run loop: one driver takes one plan from RUN_START to its end."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from daglab.definitions.results import AssetCheckSeverity
from daglab.execution.ports import EventSink, StepOutcome, StepRunner, StepTask
from daglab.execution.recording import INTERRUPTED
from daglab.foundation.clock import Clock
from daglab.foundation.graphs import reversed_edges
from daglab.planning.plan import ExecutionPlan, Step
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event, EventType, Payload, RunEnded, RunPlanned, StepSkipped
from daglab.records.failure import Failure
from daglab.records.runs import RunStatus, StepStatus

UNCHANGED = "Its inputs came out as they were; it is still fresh."


@dataclass(kw_only=True)
class RunOutcome:
    """How a run ended, step by step.

    Args:
        materializations: what was made, by asset key, in the order of making.
        checks: all verdicts.
        unchanged: steps that needed no run after all.
        skipped: steps that could not run, and why.
    """

    run_id: str
    status: RunStatus = RunStatus.STARTED
    materializations: dict[str, Materialization] = field(default_factory=dict)
    checks: list[CheckEvaluation] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None

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
    ) -> None:
        self._plan = plan
        self._runner = runner
        self._sink = sink
        self._clock = clock
        self._is_canceled = is_canceled
        self._outcome = RunOutcome(run_id=run_id)
        self._current = {key: state.latest for key, state in plan.states.items() if state.latest}
        self._waiting_for = {key: len(step.needs) for key, step in plan.steps.items()}
        self._followers = reversed_edges({key: step.needs for key, step in plan.steps.items()})
        self._readers_left = _count_readers(plan)
        self._forget: list[str] = []
        # Side by side, the longest chain goes first; one by one, the order of the plan is the easiest to follow.
        self._rank = _ranks(plan, self._followers) if runner.idle > 1 else dict.fromkeys(plan.steps, 0.0)
        self._ready: list[tuple[float, int, str]] = []
        self._order = {key: place for place, key in enumerate(plan.steps)}
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
            self._run_steps()
            outcome.status = RunStatus.FAILURE if outcome.failures or outcome.skipped else RunStatus.SUCCESS
        except KeyboardInterrupt:
            self._stop()
        self._end()
        return outcome

    def _run_steps(self) -> None:
        for key, count in self._waiting_for.items():
            if count == 0:
                self._push(key)
        while self._ready or self._running:
            if self._is_canceled():
                raise KeyboardInterrupt
            while self._ready and self._runner.idle:
                self._start(heapq.heappop(self._ready)[2])
            if self._running:
                self._take(self._runner.next_outcome())

    def _push(self, key: str) -> None:
        heapq.heappush(self._ready, (-self._rank[key], self._order[key], key))

    def _start(self, key: str) -> None:
        step = self._plan.steps[key]
        reason = self._reason_to_skip(step)
        if reason is not None:
            if reason != UNCHANGED:
                self._outcome.skipped[key] = reason
            else:
                self._outcome.unchanged.append(key)
            self._emit(EventType.STEP_SKIPPED, StepSkipped(reason=reason), key)
            self._finish(key)
            return
        needed = map(str, step.definition.dependency_keys)
        inputs = {one: self._current[one] for one in needed if one in self._current}
        forget, self._forget = tuple(self._forget), []
        self._running.add(key)
        self._runner.submit(StepTask(step_key=key, inputs=inputs, forget=forget))

    def _reason_to_skip(self, step: Step) -> str | None:
        for need in step.needs:
            if need in self._outcome.failures:
                return f"{need!r} failed."
            if need in self._outcome.skipped:
                return f"{need!r} was skipped."
        for check in step.blocked_by:
            if check in self._failed_checks:
                return f"The blocking check {check!r} did not pass."
        if step.made_from is not None and all(
            key in self._current and self._current[key].data_version == version
            for key, version in step.made_from.items()
        ):
            return UNCHANGED
        return None

    def _take(self, outcome: StepOutcome) -> None:
        self._running.discard(outcome.step_key)
        if outcome.status is StepStatus.CANCELED:
            raise KeyboardInterrupt
        if outcome.failure is not None:
            self._outcome.failures[outcome.step_key] = outcome.failure
        for made in outcome.materializations:
            self._current[made.asset_key] = made
            self._outcome.materializations[made.asset_key] = made
        for check in outcome.checks:
            self._outcome.checks.append(check)
            if not check.passed and check.severity is AssetCheckSeverity.ERROR:
                self._failed_checks.add(outcome.step_key)
        self._finish(outcome.step_key)

    def _finish(self, key: str) -> None:
        for follower in self._followers[key]:
            self._waiting_for[follower] -= 1
            if self._waiting_for[follower] == 0:
                self._push(follower)
        for asset in map(str, self._plan.steps[key].definition.dependency_keys):
            self._readers_left[asset] -= 1
            if self._readers_left[asset] == 0:
                self._forget.append(asset)
        self._forget.extend(one for one in self._plan.steps[key].asset_keys if one not in self._readers_left)

    def _stop(self) -> None:
        self._emit(EventType.RUN_CANCELING)
        self._runner.interrupt()
        while self._running:
            outcome = self._runner.next_outcome()
            self._running.discard(outcome.step_key)
            self._outcome.materializations.update((made.asset_key, made) for made in outcome.materializations)
        self._outcome.status = RunStatus.CANCELED
        self._outcome.failure = INTERRUPTED

    def _end(self) -> None:
        outcome = self._outcome
        if outcome.status is RunStatus.FAILURE:
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


def _count_readers(plan: ExecutionPlan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in plan.steps.values():
        for key in step.definition.dependency_keys:
            counts[str(key)] = counts.get(str(key), 0) + 1
    return counts


def _ranks(plan: ExecutionPlan, followers: dict[str, list[str]]) -> dict[str, float]:
    """How long the longest chain of steps behind each one took last time: the longer, the sooner it starts."""
    ranks: dict[str, float] = {}
    for key in reversed(list(plan.steps)):
        states = [plan.states[one] for one in plan.steps[key].asset_keys if one in plan.states]
        own = max((state.latest.seconds or 0.0 for state in states if state.latest), default=0.0)
        ranks[key] = own + max((ranks[one] for one in followers[key]), default=0.0)
    return ranks
