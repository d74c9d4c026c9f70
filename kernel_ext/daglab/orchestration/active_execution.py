"""`ActiveExecution`: how far a run has come, as its executor sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self

from daglab.errors import InvariantViolationError
from daglab.execution.driver import PATIENCE_SECONDS
from daglab.execution.ports import StepTask
from daglab.execution.progress import Progress
from daglab.execution.tag_limits import TagLimits
from daglab.planning.steps import Step


class ActiveExecution:
    """How far a run has come: which steps may go now.

    To be used in `with`; leaving it before all steps are over is an error.

    Args:
        progress: of the run.
        changed: held while it is asked or told something; notified when a step is over.
        is_canceled: whether the run is to stop.
        sort_key_fn: the smaller its value for a step, the sooner that goes; else the order is daglab's own.
        max_concurrent: how many steps go at once, at most.
        limits: how many steps with a label do.
    """

    def __init__(
        self,
        *,
        progress: Progress,
        changed: threading.Condition,
        is_canceled: Callable[[], bool],
        sort_key_fn: Callable[[Step], Any] | None,
        max_concurrent: int | None,
        limits: TagLimits | None,
    ) -> None:
        self._progress = progress
        self._changed = changed
        self._is_canceled = is_canceled
        self._sort_key = sort_key_fn
        self._most = max_concurrent
        self._limits = limits
        self._taken: dict[str, StepTask] = {}
        self._is_entered = False

    def __enter__(self) -> Self:
        self._is_entered = True
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._is_entered = False
        if kind is None and not self.is_complete:
            refuse_incomplete(self._progress)

    @property
    def is_complete(self) -> bool:
        """Whether no step is left that could run, runs, or is to be tried again."""
        with self._changed:
            return self._progress.is_complete

    def get_steps_to_execute(self, limit: int | None = None) -> list[Step]:
        """Takes the steps that may go now; each one has to be executed then.

        Args:
            limit: how many, at most.

        Raises:
            InvariantViolationError: used outside of `with`.
            KeyboardInterrupt: the run is to stop.
        """
        if not self._is_entered:
            raise InvariantViolationError(
                "steps were asked for outside of `with`", hint="with execution_plan.start(...) as active: ..."
            )
        if self._is_canceled():
            raise KeyboardInterrupt
        with self._changed:
            ready = self._progress.ready_steps()
            if self._sort_key is not None:
                ready.sort(key=self._sort_key)
            chosen: list[Step] = []
            for step in ready:
                if self._is_full(len(chosen), limit):
                    break
                if self._lets(step):
                    self._taken[step.key] = self._progress.take_ready(step)
                    chosen.append(step)
            return chosen

    def get_next_step(self) -> Step | None:
        """Takes the step that goes next; None where none may go now."""
        return next(iter(self.get_steps_to_execute(limit=1)), None)

    def sleep_interval(self) -> float:
        """How many seconds until a step is to be tried again; 0 where none is."""
        with self._changed:
            return self._progress.seconds_to_retry() or 0.0

    def sleep_til_ready(self) -> None:
        """Sleeps until a step is over, or is to be tried again; a moment at most, so that a canceled run stops."""
        with self._changed:
            seconds = self._progress.seconds_to_retry()
            if not self._progress.ready_steps() or self._progress.running:
                self._changed.wait(PATIENCE_SECONDS if seconds is None else min(seconds, PATIENCE_SECONDS))

    def take_task(self, step: Step) -> StepTask:
        """What a step is given that was taken; each one once."""
        with self._changed:
            if step.key not in self._taken:
                raise InvariantViolationError(
                    f"step {step.key!r} was not taken, or was executed already",
                    hint="execute each step that get_steps_to_execute() gives, once",
                )
            return self._taken.pop(step.key)

    def _is_full(self, chosen: int, limit: int | None) -> bool:
        return (limit is not None and chosen >= limit) or (
            self._most is not None and self._progress.running >= self._most
        )

    def _lets(self, step: Step) -> bool:
        own = self._limits
        return self._progress.lets(step) and (own is None or own.lets(step, self._progress.running_steps))


def refuse_incomplete(progress: Progress) -> None:
    """Makes sure that all steps are over.

    Raises:
        InvariantViolationError: some are not.
    """
    if not progress.is_complete:
        raise InvariantViolationError(
            f"the executor ended before these steps did: {progress.unfinished_keys()}",
            hint="go on until active.is_complete, and execute every step that get_steps_to_execute() gives",
        )
