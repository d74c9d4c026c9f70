"""What an executor of one's own is given: the run's context, and its plan."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from daglab.definitions.executor import RetryMode
from daglab.errors import ExecutionStepNotFoundError, InvariantViolationError, suggest
from daglab.execution.in_process import InProcessRunner
from daglab.execution.ports import StepOutcome, StepRunner
from daglab.execution.progress import Progress
from daglab.execution.tag_limits import TagLimits
from daglab.foundation.graphs import levels
from daglab.history.event_story import EventStory
from daglab.history.run_events import RunEvent
from daglab.orchestration.active_execution import ActiveExecution
from daglab.planning.steps import ExecutionPlan, Step
from daglab.records.events import Event
from daglab.records.runs import Run


class PlanToExecute:
    """The steps of a run, as an executor sees them.

    A step has a `key`, `tags`, the `op` that it runs, and `needs`: the keys of the steps before it. A step that is
    mapped over the values of a dynamic output is one step here, whose key ends with "[?]", and as many as there are
    values once these are known.

    Args:
        plan: the steps.
        start: makes the one `ActiveExecution`.
    """

    def __init__(self, plan: ExecutionPlan, start: Callable[..., ActiveExecution]) -> None:
        self._plan = plan
        self._start = start

    @property
    def steps(self) -> list[Step]:
        """All steps, each after those that it needs."""
        return list(self._plan.steps.values())

    @property
    def step_keys_to_execute(self) -> list[str]:
        """The keys of all steps."""
        return list(self._plan.steps)

    def get_step_by_key(self, key: str) -> Step:
        """One step.

        Raises:
            ExecutionStepNotFoundError: there is none of this key.
        """
        if key not in self._plan.steps:
            raise ExecutionStepNotFoundError(f"there is no step {key!r}", hint=suggest(key, self._plan.steps))
        return self._plan.steps[key]

    def get_all_steps_in_topo_order(self) -> list[Step]:
        """All steps, each after those that it needs."""
        return self.steps

    def get_all_steps_by_level(self) -> list[list[Step]]:
        """All steps, level by level: those of a level need only those of the levels before it."""
        known = self._plan.steps
        needs = {key: tuple(one for one in step.needs if one in known) for key, step in known.items()}
        return [[known[key] for key in level] for level in levels(needs)]

    def start(
        self,
        retry_mode: RetryMode | None = None,
        sort_key_fn: Callable[[Step], Any] | None = None,
        max_concurrent: int | None = None,
        tag_concurrency_limits: Sequence[Mapping[str, Any]] | None = None,
    ) -> ActiveExecution:
        """Begins to execute them; to be used in `with`, once.

        Args:
            retry_mode: whether steps that ask to be tried again are; that of the executor by default.
            sort_key_fn: the smaller its value for a step, the sooner that goes.
            max_concurrent: how many steps go at once, at most.
            tag_concurrency_limits: how many steps with a label do: dicts with `key`, `value` and `limit`.
        """
        return self._start(retry_mode, sort_key_fn, max_concurrent, tag_concurrency_limits)


class PlanContext:
    """What an executor may ask of the run, and what it runs single steps with.

    Args:
        run: the run's record.
        job: its job.
        run_config: its config, as it was given.
        instance: where it is recorded.
        runner: runs steps.
        plan: the steps.
        progress: how far the run has come.
        is_canceled: whether the run is to stop.
        told: what has happened and is not told yet; whoever takes the events fills it.
    """

    def __init__(
        self,
        *,
        run: Run,
        job: Any,
        run_config: Mapping[str, Any],
        instance: Any,
        runner: StepRunner,
        plan: ExecutionPlan,
        progress: Progress,
        is_canceled: Callable[[], bool],
        told: list[Event],
    ) -> None:
        self.run = run
        self.job = job
        self.run_config = run_config
        self.instance = instance
        self._runner = runner
        self._progress = progress
        self._is_canceled = is_canceled
        self._told = told
        self._changed = threading.Condition()
        self._story = EventStory(job_name=run.job, plan=plan)
        self._active: ActiveExecution | None = None
        self.plan = PlanToExecute(plan, self._start)

    @property
    def run_id(self) -> str:
        """The run."""
        return self.run.run_id

    @property
    def dagster_run(self) -> Run:
        """The run's record."""
        return self.run

    @property
    def job_name(self) -> str:
        """The job."""
        return self.run.job

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The run's tags."""
        return self.run.tags

    @property
    def is_canceled(self) -> bool:
        """Whether the run is to stop."""
        return self._is_canceled()

    def execute_step(self, step: Step) -> list[RunEvent]:
        """Runs one step on this thread, and notes how it ends, whatever that is.

        Args:
            step: one that `get_steps_to_execute` gave.

        Returns:
            What has happened since the last call, in this step and in others that run meanwhile.

        Raises:
            InvariantViolationError: the step was not taken.
            KeyboardInterrupt: the run is to stop.
        """
        task = self._started().take_task(step)
        if not isinstance(self._runner, InProcessRunner):
            raise InvariantViolationError(
                "an executor that derives from MultiprocessExecutor runs its steps in other processes",
                hint="call super().execute(...), or derive from Executor",
            )
        if self._is_canceled():
            raise KeyboardInterrupt
        return self._taken(self._runner.run(task))

    def execute_plan(self, execution_plan: PlanToExecute) -> Iterator[RunEvent]:
        """Runs all steps the way daglab's own executors do, and gives what happens."""
        with execution_plan.start() as active:
            while not active.is_complete:
                for step in active.get_steps_to_execute(limit=self._runner.idle):
                    self._runner.submit(active.take_task(step))
                if self._progress.running:
                    outcome = self._runner.next_outcome(self._progress.seconds_to_retry())
                    yield from self._taken(outcome) if outcome is not None else ()
                else:
                    active.sleep_til_ready()

    def tell_rest(self) -> list[RunEvent]:
        """What has happened since the last call."""
        with self._changed:
            count = len(self._told)
            events = self._told[:count]
            del self._told[:count]
            return [told for event in events for told in self._story.tell(event)]

    def _taken(self, outcome: StepOutcome) -> list[RunEvent]:
        with self._changed:
            self._changed.notify_all()
            self._progress.take(outcome)
            self._progress.go_on()
        return self.tell_rest()

    def _started(self) -> ActiveExecution:
        if self._active is None:
            raise InvariantViolationError(
                "a step was executed before the plan was started",
                hint="with execution_plan.start(retry_mode=self.retries) as active: ...",
            )
        return self._active

    def _start(
        self,
        retry_mode: RetryMode | None,
        sort_key_fn: Callable[[Step], Any] | None,
        max_concurrent: int | None,
        tag_concurrency_limits: Sequence[Mapping[str, Any]] | None,
    ) -> ActiveExecution:
        if self._active is not None:
            raise InvariantViolationError("the plan was started twice", hint="start it once, and keep what that gives")
        if retry_mode is not None and retry_mode.disabled and isinstance(self._runner, InProcessRunner):
            self._runner.forbid_retries()
        self._active = ActiveExecution(
            progress=self._progress,
            changed=self._changed,
            is_canceled=self._is_canceled,
            sort_key_fn=sort_key_fn,
            max_concurrent=max_concurrent,
            limits=TagLimits(tag_concurrency_limits) if tag_concurrency_limits else None,
        )
        return self._active
