"""Jobs, run with their executors: each step in a worker process, or one after the other in this one."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from daglab.definitions.executors import ExecutorDefinition
from daglab.definitions.reconstructable import ReconstructableJob
from daglab.errors import InvalidInvocationError, UnmetExecutorRequirementsError
from daglab.execution.driver import Driver, RunOutcome
from daglab.execution.in_process import InProcessRunner
from daglab.execution.ports import EventSink, StepRunner
from daglab.execution.step import StepExecutor
from daglab.execution.worker_pool import WorkerPool
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.history.job_results import ExecuteInProcessResult
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_requests import JobRequest, prepare_job, raise_failure, setting_of
from daglab.orchestration.job_sources import JobSource
from daglab.orchestration.processes import this_process
from daglab.orchestration.reexecution import ReexecutionOptions, repeated
from daglab.orchestration.runs import CancelWatch
from daglab.orchestration.sinks import Listener, Tee
from daglab.orchestration.worker_setup import JobWorkerSetup
from daglab.records.events import Event
from daglab.records.runs import Run, RunStatus


class JobExecutionResult(ExecuteInProcessResult):
    """How a run of a job ended; its values are loaded from where they are stored.

    May be used in `with`.
    """

    def __enter__(self) -> JobExecutionResult:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class PreparedJob:
    """A run of a job that is planned and not yet begun.

    Args:
        source: where the job is found.
        request: what is to be run.
        processes: how many steps go side by side; 0 for this very process.
    """

    source: JobSource
    request: JobRequest
    processes: int


def execute_job(
    job: ReconstructableJob,
    instance: Instance,
    run_config: Any = None,
    tags: Mapping[str, Any] | None = None,
    raise_on_error: bool = False,
    op_selection: Sequence[str] | None = None,
    reexecution_options: ReexecutionOptions | None = None,
    asset_selection: Sequence[Any] | None = None,
) -> JobExecutionResult:
    """Runs a job with its executor: by default each step in a process of its own.

    Args:
        job: what `reconstructable` gave.
        instance: where the run and its values are kept; must outlive this process.
        run_config: a dict or `RunConfig`; by default the job's own.
        tags: more labels of the run.
        raise_on_error: whether what a step raises is raised here.
        op_selection: the ops to run.
        reexecution_options: the run to repeat, and which steps of it.
        asset_selection: the assets to make.

    Raises:
        InvalidInvocationError: the job cannot be found again by another process.
        UnmetExecutorRequirementsError: its executor cannot work with this instance.
        InvalidConfigError: the run config does not fit.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp(), "counting.py")
        >>> lines = "from daglab import *", "@op", "def two(): return 2", "@job(executor_def=in_process_executor)"
        >>> _ = path.write_text("\\n".join([*lines, "def count(): two()"]))
        >>> found = ReconstructableJob(module="counting", path=str(path), attribute="count")
        >>> with Instance.open(tempfile.mkdtemp()) as instance:
        ...     execute_job(found, instance).output_for_node("two")
        2
    """
    if not isinstance(job, ReconstructableJob):
        raise InvalidInvocationError(
            f"execute_job was given {job!r}",
            hint="execute_job(reconstructable(my_job), instance), or execute_in_process",
        )
    source = JobSource.of(job).narrowed(op_selection=op_selection, asset_selection=asset_selection)
    texts = {key: str(value) for key, value in (tags or {}).items()}
    prepared = prepare_source(source, instance, run_config=run_config, tags=texts, options=reexecution_options)
    events: list[Event] = []
    run, outcome = run_prepared(prepared, instance, listeners=(events.append,))
    if raise_on_error:
        raise_failure(outcome)
    request = prepared.request
    return JobExecutionResult(
        job=request.job,
        run=replace(run, status=outcome.status, failure=outcome.failure),
        outcome=outcome,
        events=events,
        captured={},
        plan=request.plan,
        instance=instance,
        io_managers=instance.io_managers(request.resource_defs),
    )


def prepare_source(
    source: JobSource,
    instance: Instance,
    *,
    run_config: Any = None,
    tags: Mapping[str, str] | None = None,
    partition_key: str | None = None,
    options: ReexecutionOptions | None = None,
    processes: int | None = None,
) -> PreparedJob:
    """Plans a run of a job, and refuses what can be refused before it.

    Args:
        source: where the job is found.
        instance: where it is to run.
        run_config: by default the job's own; when a run is repeated, that run's.
        tags: of the run.
        partition_key: the partition.
        options: the run to repeat.
        processes: how many steps go side by side, whatever the executor says; 0 for this process.
    """
    job = source.load()
    if options is not None and run_config is None:
        run_config = instance.store.run(options.parent_run_id).request.get("run_config") or None
    request = prepare_job(
        job, instance, run_config=run_config, tags=tags, partition_key=partition_key, any_execution=False
    )
    if options is not None:
        request = repeated(request, instance, options)
    count = _processes(job, request.resolved.execution or {}) if processes is None else processes
    if count and instance.is_ephemeral:
        raise UnmetExecutorRequirementsError(
            f"job {job.name!r} runs its steps in processes of their own, which cannot see an ephemeral instance",
            hint="use DagsterInstance.get() or instance_for_test(), or in_process_executor",
        )
    return PreparedJob(source=source, request=request, processes=count)


def run_prepared(
    prepared: PreparedJob,
    instance: Instance,
    *,
    launched_by: str = "python",
    listeners: Collection[Listener] = (),
) -> tuple[Run, RunOutcome]:
    """Drives a run of a job to its end from this process."""
    clock, request = SystemClock(), prepared.request
    run = new_job_run(prepared, launched_by=launched_by)
    with ExitStack() as stack:
        sink = Tee(stack.enter_context(instance.recording(run)), listeners)
        watch = stack.enter_context(CancelWatch(None if instance.is_ephemeral else instance.store, run.run_id))
        runner = _runner(prepared, run, instance, sink)
        stack.callback(runner.close)
        driver = Driver(
            run_id=run.run_id,
            plan=request.plan,
            runner=runner,
            sink=sink,
            clock=clock,
            is_canceled=watch,
            earlier=dict(request.earlier),
        )
        return run, driver.run()


def new_job_run(prepared: PreparedJob, *, launched_by: str) -> Run:
    """The record of a run of a job that is about to begin."""
    request, run_id = prepared.request, new_run_id()
    return Run(
        run_id=run_id,
        job=request.job.name,
        status=RunStatus.STARTING,
        location=prepared.source.place,
        target=request.job.name,
        launched_by=launched_by,
        created_at=SystemClock().now(),
        request={
            **request.to_json(),
            "job": prepared.source.to_json(),
            "partition_key": request.partition_key,
            "processes": prepared.processes,
        },
        tags=request.tags,
        parent_run_id=request.parent_run_id,
        root_run_id=request.root_run_id or run_id,
        process=this_process(),
    )


def _processes(job: Any, config: Mapping[str, Any]) -> int:
    """How many steps go side by side; 0 where the executor runs them in the driver's process."""
    executor: ExecutorDefinition = job.executor_def
    if executor.kind == "in_process" or "in_process" in config:
        return 0
    if executor.kind is None and "multiprocess" not in config:
        raise UnmetExecutorRequirementsError(
            f"job {job.name!r} has the executor {executor.name!r}, which daglab cannot run",
            hint="use in_process_executor or multiprocess_executor",
        )
    inner = config.get("multiprocess", config)
    return int(inner.get("max_concurrent") or 0) or os.cpu_count() or 1


def _runner(prepared: PreparedJob, run: Run, instance: Instance, sink: EventSink) -> StepRunner:
    request, clock = prepared.request, SystemClock()
    if prepared.processes == 0 or os.name != "posix":
        setting = setting_of(request, run, instance)
        return InProcessRunner(StepExecutor(setting=setting, steps=request.plan.steps, emit=sink.append, clock=clock))
    setup = JobWorkerSetup(
        home=instance.home.path,
        root=instance.home.root,
        run=run,
        source=prepared.source,
        run_config=dict(request.run_config),
        tags=dict(request.tags),
        partition_key=request.partition_key,
        step_keys=tuple(request.plan.steps),
    )
    return WorkerPool(
        command=[sys.executable, "-P", "-m", "daglab.orchestration.worker_process"],
        setup=setup,
        count=min(prepared.processes, len(request.plan.steps)) or 1,
        run_id=run.run_id,
        emit=sink.append,
        clock=clock,
        log_dir=instance.home.run_dir(run.run_id),
    )
