"""Runs of jobs, taken up again where they stopped."""

from __future__ import annotations

from daglab.errors import InvalidInvocationError
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_runs import PreparedJob, prepare_source
from daglab.orchestration.job_sources import JobSource
from daglab.orchestration.reexecution import ReexecutionOptions
from daglab.records.runs import Run, RunStatus


def resumed_job(instance: Instance, run: Run) -> PreparedJob:
    """What is left to do of a run of a job: the steps that did not succeed.

    Raises:
        InvalidInvocationError: it is not finished, or it succeeded.
    """
    if not run.status.is_finished:
        raise InvalidInvocationError(f"run {run.run_id} is {run.status}", hint=f"daglab run cancel {run.run_id[:13]}")
    if run.status is RunStatus.SUCCESS:
        raise InvalidInvocationError(f"run {run.run_id} succeeded; nothing of it is left to do")
    request = run.request
    return prepare_source(
        JobSource.from_json(request["job"]),
        instance,
        run_config=request.get("run_config") or None,
        tags=dict(run.tags),
        partition_key=request.get("partition_key") or None,
        options=ReexecutionOptions.from_failure(run.run_id, instance),
        processes=request.get("processes"),
    )
