"""A run of a job that is prepared, driven to its end from this process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from typing import Any

from daglab.execution.driver import Driver
from daglab.execution.ports import EventSink, StepRunner
from daglab.execution.progress import Progress, RunOutcome, StepRules
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_requests import JobRequest
from daglab.orchestration.processes import this_process
from daglab.orchestration.runs import CancelWatch
from daglab.orchestration.runtime_limit import RuntimeLimit
from daglab.orchestration.sinks import Listener, Tee
from daglab.records.runs import Run, RunStatus

Conduct = Callable[[Progress], None]


def job_run(
    request: JobRequest,
    *,
    launched_by: str,
    place: str,
    run_id: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Run:
    """The record of a run of a job that is about to begin.

    Args:
        request: what is to be run.
        launched_by: who asked for it.
        place: where the job is found.
        run_id: of the run; a new one by default.
        more: what else the record tells of the request.
    """
    return Run(
        run_id=run_id or new_run_id(),
        job=request.job.name,
        status=RunStatus.STARTING,
        location=place,
        target=request.job.name,
        launched_by=launched_by,
        created_at=SystemClock().now(),
        request={**request.to_json(), **(more or {})},
        tags=request.tags,
        parent_run_id=request.parent_run_id,
        root_run_id=request.root_run_id,
        process=this_process(),
    )


def drive(
    run: Run,
    request: JobRequest,
    instance: Instance,
    *,
    make_runner: Callable[[EventSink], StepRunner],
    listeners: Collection[Listener] = (),
    stop_early: bool = False,
    rules: StepRules | None = None,
    make_conduct: Callable[[StepRunner, Callable[[], bool]], Conduct] | None = None,
) -> RunOutcome:
    """Drives a run to its end.

    Args:
        run: its record.
        request: what is to be run.
        instance: where it is recorded.
        make_runner: makes what runs its steps, of the sink that takes what happens in them.
        listeners: called with each event; must be quick.
        stop_early: whether the first failure ends the run.
        rules: when steps may go.
        make_conduct: gives what takes the run to its end in place of the driver's own loop, of the runner and a
            function that says whether the run is to stop.
    """
    with ExitStack() as stack:
        sink = Tee(stack.enter_context(instance.recording(run)), listeners)
        watch = stack.enter_context(CancelWatch(None if instance.is_ephemeral else instance.store, run.run_id))
        limit = stack.enter_context(RuntimeLimit(request.tags))
        runner = make_runner(sink)
        stack.callback(runner.close)
        driver = Driver(
            run_id=run.run_id,
            plan=request.plan,
            runner=runner,
            sink=sink,
            clock=SystemClock(),
            is_canceled=watch,
            limit=limit,
            earlier=request.earlier,
            stop_early=stop_early,
            rules=rules,
            conduct=make_conduct(runner, lambda: watch() or limit.failure is not None) if make_conduct else None,
        )
        return driver.run()
