"""What was recorded of a run, told event by event as users and their tests know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from daglab.history.run_events import RunEvent
from daglab.history.run_story import RunStory
from daglab.history.step_story import StepStory
from daglab.history.value_story import ValueStory
from daglab.planning.steps import ExecutionPlan
from daglab.records.events import Event, EventType


def public_events(
    events: Sequence[Event],
    *,
    job_name: str,
    plan: ExecutionPlan | None = None,
    tells_plan: bool = False,
    pid: int | None = None,
) -> list[RunEvent]:
    """Tells what was recorded of one run.

    Args:
        events: all that was recorded, in order.
        job_name: the job.
        plan: of the run, where it is at hand; what follows from it is guessed from the events otherwise.
        tells_plan: whether what is about to be made is told, too, before the run begins.
        pid: the process that ran it; this one by default.

    Example:
        >>> from daglab.foundation.clock import EPOCH
        >>> begun = Event(run_id="r", type=EventType.RUN_START, at=EPOCH)
        >>> [event.event_type.name for event in public_events([begun], job_name="nightly")]
        ['RUN_START', 'ENGINE_EVENT']
    """
    story = EventStory(job_name=job_name, plan=plan, tells_plan=tells_plan, pid=pid)
    story.look_ahead(events)
    return [told for event in events for told in story.tell(event)] + story.rest()


class EventStory(RunStory, StepStory, ValueStory):
    """Tells the events of one run one by one.

    Args:
        job_name: the job.
        plan: of the run, where it is at hand.
        tells_plan: whether what is about to be made is told, too.
        pid: the process that ran it.
    """

    def tell(self, event: Event) -> Iterator[RunEvent]:
        """Tells one event; several where what was recorded once stands for several, none where it is only a log."""
        yield from self.all_given(event)
        rule = _RULES.get(event.type)
        if rule is not None:
            yield from self.before(event)
            yield from rule(self, event)


_RULES: dict[EventType, Callable[[EventStory, Event], Iterator[RunEvent]]] = {
    EventType.RUN_ENQUEUED: EventStory.run_moves,
    EventType.RUN_STARTING: EventStory.run_moves,
    EventType.RUN_CANCELING: EventStory.run_moves,
    EventType.RUN_START: EventStory.run_starts,
    EventType.RESOURCE_INIT_STARTED: EventStory.resources_opening,
    EventType.RESOURCE_INIT_SUCCESS: EventStory.resources_open,
    EventType.RESOURCE_INIT_FAILURE: EventStory.resources_failed,
    EventType.STEP_START: EventStory.step_starts,
    EventType.STEP_RESTARTED: EventStory.step_starts,
    EventType.STEP_INPUT: EventStory.input_given,
    EventType.STEP_OUTPUT: EventStory.output_given,
    EventType.HANDLED_OUTPUT: EventStory.output_handled,
    EventType.STEP_EXPECTATION_RESULT: EventStory.expectation,
    EventType.STEP_UP_FOR_RETRY: EventStory.step_is_retried,
    EventType.STEP_SUCCESS: EventStory.step_succeeds,
    EventType.STEP_FAILURE: EventStory.step_fails,
    EventType.STEP_SKIPPED: EventStory.step_is_skipped,
    EventType.HOOK_COMPLETED: EventStory.hook_ran,
    EventType.HOOK_SKIPPED: EventStory.hook_ran,
    EventType.HOOK_ERRORED: EventStory.hook_ran,
    EventType.ASSET_MATERIALIZATION: EventStory.asset_made,
    EventType.ASSET_OBSERVATION: EventStory.asset_seen,
    EventType.ASSET_CHECK_EVALUATION: EventStory.check_evaluated,
    **dict.fromkeys((EventType.RUN_SUCCESS, EventType.RUN_FAILURE, EventType.RUN_CANCELED), EventStory.run_ends),
}
