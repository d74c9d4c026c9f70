"""Hooks: what users want to be done after each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from daglab.errors import HookError
from daglab.execution.boundary import failure_from
from daglab.execution.recording import StepRecorder
from daglab.records.events import Event, EventType, HookRan


def run_hooks(
    recorder: StepRecorder, ended: str, tell: Callable[[Sequence[Event]], Sequence[Any]], make_context: Any
) -> None:
    """Calls the hooks of a step that has just ended; one that raises is told of and changes nothing.

    Args:
        recorder: of the step.
        ended: "success", "failure", or "retry" for a failure that is not the last word.
        tell: tells what was recorded as users know it.
        make_context: gives a new `HookContext` for a hook.
    """
    ended_with = tuple(recorder.events)
    for hook in recorder.step.hooks:
        if hook.runs_on not in (None, ended):
            recorder.tell(EventType.HOOK_SKIPPED, HookRan(hook=hook.name))
            continue
        try:
            told = [] if hook.runs_on else list(tell(ended_with))
            ran = hook.hook_fn(make_context(hook), told)
        except Exception as error:
            raised = HookError(f"the hook {hook.name!r} raised after step {recorder.step.key!r}", user_exception=error)
            raised.__cause__ = error
            recorder.tell(EventType.HOOK_ERRORED, HookRan(hook=hook.name, failure=failure_from(raised)))
            continue
        kind = EventType.HOOK_SKIPPED if ran is not None and ran.is_skipped else EventType.HOOK_COMPLETED
        recorder.tell(kind, HookRan(hook=hook.name))
