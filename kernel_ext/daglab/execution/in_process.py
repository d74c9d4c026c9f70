"""Runs steps in this process, one after the other, on the calling thread."""

from __future__ import annotations

from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.step import StepExecutor


class InProcessRunner:
    """Runs each step when its outcome is asked for."""

    def __init__(self, executor: StepExecutor) -> None:
        self._executor = executor
        self._task: StepTask | None = None

    @property
    def idle(self) -> int:
        """One, unless a step waits."""
        return 0 if self._task else 1

    def submit(self, task: StepTask) -> None:
        """Keeps the step for `next_outcome`."""
        self._task = task

    def next_outcome(self) -> StepOutcome:
        """Runs the step."""
        task, self._task = self._task, None
        if task is None:
            raise AssertionError("no step was submitted")
        return self._executor.run(task)

    def interrupt(self) -> None:
        """An interrupt reaches the step as a KeyboardInterrupt on this very thread; nothing is left to do."""

    def close(self) -> None:
        """Nothing runs between two calls."""
