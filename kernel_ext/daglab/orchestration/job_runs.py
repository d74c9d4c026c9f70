"""Jobs, run with their executors: steps in worker processes, one by one in this one, or in ways of one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from daglab.definitions.executor import Executor
from daglab.definitions.reconstructable import ReconstructableJob
from daglab.errors import InvalidInvocationError
from daglab.execution.progress import RunOutcome
from daglab.history.job_results import ExecuteInProcessResult
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_executors import ExecutorAtWork, executor_of
from daglab.orchestration.job_requests import JobRequest, prepare_job, raise_failure
from daglab.orchestration.job_sources import JobSource
from daglab.orchestration.reexecution import ReexecutionOptions, repeated
from daglab.orchestration.run_driving import drive, job_run
from daglab.orchestration.sinks import Listener
from daglab.records.events import Event
from daglab.records.runs import Run


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
        executor: runs its steps.
        processes: how many steps go side by side, where that was said whatever the job's executor says; 0 for this
            very process.
    """

    source: JobSource
    request: JobRequest
    executor: Executor
    processes: int | None = None


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
    executor = executor_of(request, instance, processes=processes)
    return PreparedJob(source=source, request=request, executor=executor, processes=processes)


def run_prepared(
    prepared: PreparedJob,
    instance: Instance,
    *,
    launched_by: str = "python",
    listeners: Collection[Listener] = (),
) -> tuple[Run, RunOutcome]:
    """Drives a run of a job to its end from this process."""
    request, source = prepared.request, prepared.source
    more = {"job": source.to_json(), "partition_key": request.partition_key, "processes": prepared.processes}
    run = job_run(request, launched_by=launched_by, place=source.place, more=more)
    work = ExecutorAtWork(executor=prepared.executor, run=run, request=request, source=source, instance=instance)
    told: list[Event] = []
    outcome = drive(
        run,
        request,
        instance,
        make_runner=work.runner,
        listeners=(*listeners, told.append) if work.is_own else listeners,
        rules=work.rules,
        make_conduct=(lambda runner, is_stopping: work.conduct(runner, is_stopping, told)) if work.is_own else None,
    )
    return run, outcome
