"""Runs steps in this process, one after the other, on the calling thread."""

from __future__ import annotations

from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.recording import INTERRUPTED
from daglab.execution.step import StepExecutor
from daglab.records.runs import StepStatus


class InProcessRunner:
    """Runs each step when its outcome is asked for."""

    def __init__(self, executor: StepExecutor) -> None:
        self._executor = executor
        self._task: StepTask | None = None
        self._is_stopping = False

    @property
    def idle(self) -> int:
        """One, unless a step waits."""
        return 0 if self._task else 1

    def open(self) -> None:
        """Opens the resources."""
        self._executor.open()

    def submit(self, task: StepTask) -> None:
        """Keeps the step for `next_outcome`."""
        self._task = task

    def next_outcome(self, timeout: float | None = None) -> StepOutcome:
        """Runs the step, however long it takes."""
        task = self._task
        assert task is not None
        if self._is_stopping:
            canceled = StepStatus.CANCELED
            outcome = StepOutcome(step_key=task.step_key, status=canceled, failure=INTERRUPTED)
        else:
            outcome = self._executor.run(task)
        self._task = None
        return outcome

    def interrupt(self) -> None:
        """Gives up the step that was taken; it runs on this very thread, so it is not running now."""
        self._is_stopping = True

    def close(self) -> None:
        """Closes the resources; nothing runs between two calls."""
        self._executor.close()
