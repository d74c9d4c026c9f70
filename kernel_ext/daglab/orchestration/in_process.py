"""Jobs, run in this process from beginning to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from daglab.definitions.io_manager import IOManager
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.execution.in_process import InProcessRunner
from daglab.execution.ports import EventSink
from daglab.execution.step import StepExecutor
from daglab.foundation.clock import SystemClock
from daglab.history.job_results import ExecuteInProcessResult
from daglab.io_managers.memory import InMemoryIOManager
from daglab.orchestration.instance import Instance, ephemeral
from daglab.orchestration.job_requests import JobRequest, prepare_job, raise_failure, setting_of
from daglab.orchestration.run_driving import drive, job_run
from daglab.records.events import Event
from daglab.records.outputs import StepOutput


def execute_in_process(
    job: Any,
    *,
    run_config: Any = None,
    instance: Instance | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    run_id: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> ExecuteInProcessResult:
    """Runs a job in this process, step by step.

    Values of ops are kept in memory where no IO manager is given; assets are there to be kept, also for whoever asks
    the instance for them later.

    Args:
        job: a `JobDefinition`, or the part of one that is to run, with its resources and input values.
        run_config: a dict or `RunConfig`; by default the job's own.
        instance: where the run is recorded; by default nowhere that lasts.
        partition_key: the partition to run for.
        raise_on_error: whether what a step raises is raised here.
        run_id: of the run; a new one by default.
        tags: more labels of the run.

    Raises:
        InvalidConfigError: the run config does not fit.
        UnknownPartitionError: there is no such partition.
    """
    home = instance or ephemeral()
    defined = dict(job.resource_defs)
    if job.graph is not None and DEFAULT_IO_MANAGER_KEY not in defined:
        defined[DEFAULT_IO_MANAGER_KEY] = InMemoryIOManager()
    request = prepare_job(
        job, home, run_config=run_config, resource_defs=defined, partition_key=partition_key, tags=tags
    )
    return run_in_process(request, home, run_id=run_id, raise_on_error=raise_on_error)


def run_in_process(
    request: JobRequest, instance: Instance, *, run_id: str | None = None, raise_on_error: bool = True
) -> ExecuteInProcessResult:
    """Runs what was prepared."""
    run = job_run(request, launched_by="python", place="Python", run_id=run_id)
    events: list[Event] = []
    captured: dict[StepOutput, Any] = {}

    def make_runner(sink: EventSink) -> InProcessRunner:
        setting = setting_of(request, run, instance)
        steps = request.plan.steps
        return InProcessRunner(
            StepExecutor(setting=setting, steps=steps, emit=sink.append, clock=SystemClock(), captured=captured)
        )

    outcome = drive(
        run, request, instance, make_runner=make_runner, listeners=(events.append,), stop_early=raise_on_error
    )
    if raise_on_error:
        raise_failure(outcome, request.plan)
    return ExecuteInProcessResult(
        job=request.job,
        run=replace(run, status=outcome.status, failure=outcome.failure),
        outcome=outcome,
        events=events,
        captured=captured,
        plan=request.plan,
        instance=instance,
        io_managers=_loaders(request, instance),
    )


def _loaders(request: JobRequest, instance: Instance) -> Mapping[str, Any]:
    """The IO managers with which values can be loaded when the run is over."""
    given = {key: one for key, one in request.resource_defs.items() if isinstance(one, IOManager)}
    return {**instance.io_managers(), **given} if DEFAULT_IO_MANAGER_KEY not in given else given
