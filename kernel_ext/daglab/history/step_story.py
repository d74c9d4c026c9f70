"""What is told of steps: how they begin and end, and what their hooks do."""

from __future__ import annotations

from collections.abc import Iterator

from daglab.history import event_data as data
from daglab.history import public_values as public
from daglab.history.run_events import RunEvent, RunEventType
from daglab.history.telling import Teller, spent
from daglab.planning.steps import ExecutionPlan
from daglab.records.events import (
    Event,
    EventType,
    HookRan,
    SkipCause,
    StepEnded,
    StepFailed,
    StepSkipped,
    StepUpForRetry,
)

_WORDS = {
    EventType.HOOK_COMPLETED: "Ran the",
    EventType.HOOK_SKIPPED: "Had no need to run the",
    EventType.HOOK_ERRORED: "An error was raised by the",
}


class StepStory(Teller):
    """Tells of steps.

    Args:
        job_name: the job.
        plan: of the run, where it is at hand.
        pid: the process that ran it.
    """

    def __init__(self, *, job_name: str, plan: ExecutionPlan | None = None, pid: int | None = None) -> None:
        super().__init__(job_name=job_name, plan=plan, pid=pid)
        self._attempts: dict[str, int] = {}

    def step_starts(self, event: Event) -> Iterator[RunEvent]:
        """STEP_START and STEP_RESTARTED."""
        key = event.step_key
        self._attempts[key] = self._attempts.get(key, 0) + 1
        self.failed.pop(key, None)
        if event.type is EventType.STEP_START:
            yield self.of_step(event, RunEventType.STEP_START, f'Started step "{key}".')
        else:
            message = f'Started step "{key}" again (attempt {max(self._attempts[key], 2)}).'
            yield self.of_step(event, RunEventType.STEP_RESTARTED, message)

    def step_succeeds(self, event: Event) -> Iterator[RunEvent]:
        """STEP_SUCCESS."""
        seconds = event.payload.seconds if isinstance(event.payload, StepEnded) else 0.0
        message = f'Finished step "{event.step_key}" in {spent(seconds)}.'
        yield self.of_step(event, RunEventType.STEP_SUCCESS, message, data.StepSuccessData(seconds * 1000))

    def step_fails(self, event: Event) -> Iterator[RunEvent]:
        """STEP_FAILURE."""
        payload = event.payload
        facts = public.step_failure_of(payload, event.step_key) if isinstance(payload, StepFailed) else None
        told = self.of_step(event, RunEventType.STEP_FAILURE, f'Step "{event.step_key}" failed.', facts)
        self.failed[event.step_key] = told
        yield told

    def step_is_retried(self, event: Event) -> Iterator[RunEvent]:
        """STEP_UP_FOR_RETRY."""
        payload, facts = event.payload, None
        if isinstance(payload, StepUpForRetry):
            error, _ = public.step_error_of(payload.failure, event.step_key)
            facts = data.StepRetryData(error, payload.seconds_to_wait or None)
        message = f'Step "{event.step_key}" failed and is to be tried again.'
        yield self.of_step(event, RunEventType.STEP_UP_FOR_RETRY, message, facts)

    def step_is_skipped(self, event: Event) -> Iterator[RunEvent]:
        """STEP_SKIPPED; only where an input was left out on purpose."""
        payload = event.payload
        if isinstance(payload, StepSkipped) and payload.cause is SkipCause.NO_INPUT:
            yield self.of_step(event, RunEventType.STEP_SKIPPED, f'Skipped step "{event.step_key}". {payload.reason}')

    def hook_ran(self, event: Event) -> Iterator[RunEvent]:
        """HOOK_COMPLETED, HOOK_SKIPPED and HOOK_ERRORED."""
        ran = event.payload
        if not isinstance(ran, HookRan):
            return
        facts = data.HookErroredData(public.error_of(ran.failure)) if ran.failure else None
        message = f'{_WORDS[event.type]} hook "{ran.hook}" of "{event.step_key}".'
        yield self.of_step(event, RunEventType[event.type.name], message, facts)
