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
        outcome = self.run(task)
        self._task = None
        return outcome

    def run(self, task: StepTask) -> StepOutcome:
        """Runs a step on the calling thread; others may run on other threads meanwhile."""
        if self._is_stopping:
            return StepOutcome(step_key=task.step_key, status=StepStatus.CANCELED, failure=INTERRUPTED)
        return self._executor.run(task)

    def forbid_retries(self) -> None:
        """From now on, a step that asks to be tried again has failed."""
        self._executor.forbid_retries()

    def interrupt(self) -> None:
        """Gives up the step that was taken; it runs on this very thread, so it is not running now."""
        self._is_stopping = True

    def close(self) -> None:
        """Closes the resources; nothing runs between two calls."""
        self._executor.close()
