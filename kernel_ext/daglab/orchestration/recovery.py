"""Runs whose process is gone: found, marked with the truth, and taken up again where they stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from daglab.errors import InvalidInvocationError
from daglab.execution.progress import UNCHANGED
from daglab.foundation.clock import Clock, SystemClock
from daglab.io_managers.placing import sweep_drafts
from daglab.orchestration.instance import Instance
from daglab.orchestration.processes import is_alive, is_here
from daglab.orchestration.requests import MaterializeRequest
from daglab.records.events import Event, EventType, RunEnded, RunPlanned
from daglab.records.failure import Failure
from daglab.records.runs import Run, RunStatus, StepStatus

SILENCE = timedelta(seconds=60)
STARTING_TIME = timedelta(seconds=60)


def end_lost_runs(instance: Instance, clock: Clock | None = None) -> list[Run]:
    """Marks every unfinished run whose process is gone as failed; what it made stays made.

    On this machine a process is asked for; on another one the run counts as lost after a minute without a heartbeat.
    """
    if not instance.store.is_writable:
        return []
    now = (clock or SystemClock()).now()
    lost = []
    for run in instance.store.unfinished_runs():
        reason = _why_lost(run, now)
        if reason is None:
            continue
        failure = Failure(kind="RunLost", message=reason, hint=f"daglab run resume {run.run_id[:13]}")
        instance.store.append(
            [Event(run_id=run.run_id, type=EventType.RUN_FAILURE, at=now, payload=RunEnded(failure=failure))]
        )
        lost.append(run)
    if lost and not instance.store.unfinished_runs():
        # Values are written by runs alone; with none at work, what is half-written stays so.
        sweep_drafts(instance.home.storage, older_than=now.timestamp())
    return lost


def _why_lost(run: Run, now: datetime) -> str | None:
    if run.status is RunStatus.QUEUED:
        return None
    if run.process is None:
        return "its process never began" if now - run.created_at > STARTING_TIME else None
    if is_here(run.process):
        return None if is_alive(run.process) else f"its process {run.process.pid} ended without a word"
    seen = run.heartbeat_at or run.created_at
    if now - seen <= SILENCE:
        return None
    return f"nothing was heard from {run.process.host} since {seen:%Y-%m-%d %H:%M:%S} UTC"


def resume_request(instance: Instance, run: Run) -> MaterializeRequest:
    """What is left to do of a run: the assets of the steps that did not succeed.

    Raises:
        InvalidInvocationError: it is not finished, succeeded, or was made by hand.
    """
    if not run.status.is_finished:
        raise InvalidInvocationError(f"run {run.run_id} is {run.status}", hint=f"daglab run cancel {run.run_id[:13]}")
    if run.status is RunStatus.SUCCESS:
        raise InvalidInvocationError(f"run {run.run_id} succeeded; nothing of it is left to do")
    if not run.request:
        raise InvalidInvocationError(f"run {run.run_id} was made by hand in a notebook", hint="run its cell again")
    request = MaterializeRequest.from_json(run.request)
    if not request.force:
        return request.repeated(run.run_id)  # What succeeded is fresh now, and is left as it is.
    left = _assets_left(instance, run.run_id)
    if not left:
        return replace(request.repeated(run.run_id), force=False)
    return request.repeated(run.run_id, selection=" or ".join(f'"{key}"' for key in left))


def _assets_left(instance: Instance, run_id: str) -> list[str]:
    done = {
        step.step_key
        for step in instance.store.steps(run_id)
        if step.status is StepStatus.SUCCESS or (step.status is StepStatus.SKIPPED and step.reason == UNCHANGED)
    }
    for event in instance.store.events(run_id=run_id, types=[EventType.RUN_START]):
        if isinstance(event.payload, RunPlanned):
            return [key for step in event.payload.steps if step.step_key not in done for key in step.asset_keys]
    return []
