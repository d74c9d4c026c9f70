"""The main module of a worker process: `python -m daglab.orchestration.worker_process FILE_NUMBER WORKER_NUMBER`."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable, Mapping

from daglab.errors import PlanError
from daglab.execution.setting import RunSetting
from daglab.execution.step import StepExecutor
from daglab.execution.worker_loop import serve
from daglab.foundation.clock import SystemClock
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_requests import prepare_job, setting_of
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.orchestration.runs import asset_setting
from daglab.orchestration.worker_setup import JobWorkerSetup, WorkerSetup
from daglab.planning.asset_steps import workspace_steps
from daglab.planning.steps import Step
from daglab.records.events import Event


def make_executor(setup: WorkerSetup | JobWorkerSetup, emit: Callable[[Event], None]) -> StepExecutor:
    """Loads the definitions of a run once more, in this process; what its steps need is opened before the first.

    Raises:
        PlanError: they no longer hold what was planned.
    """
    if str(setup.root) not in sys.path:
        sys.path.insert(0, str(setup.root))
    instance = Instance.open(setup.home, start=setup.root)
    if isinstance(setup, JobWorkerSetup):
        setting, steps = _job_parts(setup, instance)
    else:
        setting, steps = _asset_parts(setup, instance)
    return StepExecutor(setting=setting, steps=steps, emit=emit, clock=SystemClock())


def _asset_parts(setup: WorkerSetup, instance: Instance) -> tuple[RunSetting, Mapping[str, Step]]:
    workspace = load_workspace(setup.locations, index=NotebookIndex.of(instance.home))
    return asset_setting(workspace, instance, setup.run_id), _steps(workspace, setup)


def _job_parts(setup: JobWorkerSetup, instance: Instance) -> tuple[RunSetting, Mapping[str, Step]]:
    job = setup.source.load()
    partition = setup.partition_key or None
    config = dict(setup.run_config) or None
    request = prepare_job(job, instance, run_config=config, tags=setup.tags, partition_key=partition)
    missing = [key for key in setup.step_keys if key not in request.plan.steps]
    if missing:
        raise PlanError(f"step {missing[0]!r} is gone from its job since the run was planned", hint="run it again")
    steps = {key: request.plan.steps[key] for key in setup.step_keys}
    return setting_of(request, setup.run, instance, retries_enabled=setup.retries_enabled), steps


def _steps(workspace: LoadedWorkspace, setup: WorkerSetup) -> dict[str, Step]:
    """The steps of a plan, made once more from what the locations hold now.

    Raises:
        PlanError: that is no longer what was planned.
    """
    known = {step.key: step for step in workspace_steps(workspace.graph)}
    for key, version in setup.code_versions.items():
        if key not in known:
            raise PlanError(f"step {key!r} is gone from its notebook since the run was planned", hint="run it again")
        if known[key].code_version != version:
            raise PlanError(f"the code of step {key!r} changed since the run was planned", hint="run it again")
    return {key: known[key] for key in setup.code_versions}


if __name__ == "__main__":
    faulthandler.enable()
    serve(int(sys.argv[1]), make_executor)
