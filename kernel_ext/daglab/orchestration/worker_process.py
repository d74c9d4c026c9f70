"""The main module of a worker process: `python -m daglab.orchestration.worker_process FILE_NUMBER WORKER_NUMBER`."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable

from daglab.errors import PlanError
from daglab.execution.step import StepExecutor
from daglab.execution.worker_loop import serve
from daglab.foundation.clock import SystemClock
from daglab.orchestration.instance import Instance
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.worker_setup import WorkerSetup
from daglab.planning.graph import code_version
from daglab.planning.plan import Step
from daglab.records.events import Event


def make_executor(setup: WorkerSetup, emit: Callable[[Event], None]) -> StepExecutor:
    """Loads the locations of a run once more, in this process.

    Raises:
        PlanError: they no longer hold what was planned.
    """
    if str(setup.root) not in sys.path:
        sys.path.insert(0, str(setup.root))
    workspace = load_workspace(setup.locations)
    instance = Instance.open(setup.home, start=setup.root)
    return StepExecutor(
        run_id=setup.run_id,
        steps=_steps(workspace, setup),
        io_managers=instance.io_managers(workspace.resources),
        emit=emit,
        clock=SystemClock(),
    )


def _steps(workspace: LoadedWorkspace, setup: WorkerSetup) -> dict[str, Step]:
    checks = (check.definition for several in workspace.graph.checks.values() for check in several)
    nodes = (node.definition for node in workspace.graph.nodes.values())
    known = {one.node.name: one for one in (*nodes, *checks)}
    steps = {}
    for key, version in setup.code_versions.items():
        if key not in known:
            raise PlanError(f"step {key!r} is gone from its notebook since the run was planned", hint="run it again")
        definition = known[key]
        spec = next(iter(definition.specs.values()), None)
        if code_version(definition, spec) != version:
            raise PlanError(f"the code of step {key!r} changed since the run was planned", hint="run it again")
        steps[key] = Step(key=key, definition=definition, code_version=version)
    return steps


if __name__ == "__main__":
    faulthandler.enable()
    serve(int(sys.argv[1]), make_executor)
