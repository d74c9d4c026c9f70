"""A request becomes a plan, a plan becomes a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from daglab.definitions.io_manager import IOManager
from daglab.errors import PlanError
from daglab.execution.driver import Driver
from daglab.execution.in_process import InProcessRunner
from daglab.execution.loading import holds_value
from daglab.execution.ports import EventSink, StepRunner
from daglab.execution.progress import RunOutcome
from daglab.execution.recording import INTERRUPTED
from daglab.execution.setting import RunSetting
from daglab.execution.step import StepExecutor
from daglab.execution.worker_pool import WorkerPool
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.history.event_story import public_events
from daglab.orchestration.instance import Instance
from daglab.orchestration.interrupts import Interrupts
from daglab.orchestration.locations import LoadedWorkspace, LocatedFinding, load_workspace
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.orchestration.observed import states_of
from daglab.orchestration.processes import this_process
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.sinks import Listener, Tee
from daglab.orchestration.worker_setup import WorkerSetup
from daglab.planning.plan import PlanRequest, build_plan
from daglab.planning.selection import select
from daglab.planning.staleness import Verdict, assess
from daglab.planning.steps import ExecutionPlan
from daglab.records.events import Event, EventType, RunEnded
from daglab.records.runs import Run, RunStatus

if TYPE_CHECKING:
    from daglab.run_store.store import RunStore


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A run that is planned and not yet begun.

    Args:
        request: what is wanted.
        plan: how it is done; without steps where everything is fresh.
        io_managers: by resource key.
        workspace: what the locations declare.
        remarks: what there is to tell about the locations; errors are of locations that are left out.
    """

    request: MaterializeRequest
    plan: ExecutionPlan
    io_managers: Mapping[str, IOManager]
    workspace: LoadedWorkspace
    remarks: tuple[LocatedFinding, ...] = ()

    @property
    def has_steps(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.plan.steps)


def judge(instance: Instance, workspace: LoadedWorkspace) -> dict[str, Verdict]:
    """Whether each asset of a workspace is up to date."""
    graph = workspace.graph
    managers = instance.io_managers(workspace.resources)
    states = states_of(instance, graph)
    return assess(graph, states, lambda made: holds_value(made, managers))


def prepare(
    instance: Instance,
    request: MaterializeRequest,
    workspace: LoadedWorkspace | None = None,
    *,
    chosen: frozenset[str] | None = None,
) -> Prepared:
    """Plans what is wanted; everything that can be refused is refused here.

    Args:
        instance: the home.
        request: what is wanted.
        workspace: what the request's locations declare, where that is known already.
        chosen: the assets that the request's selection means, where that is known already.

    Raises:
        PlanError: something it needs cannot be used, or is defined nowhere.
        InvalidSubsetError: the selection means nothing.
    """
    workspace = workspace or load_workspace(request.locations, index=NotebookIndex.of(instance.home))
    if request.own is not None:
        workspace = workspace.focused(request.own)
    graph = workspace.graph
    chosen = chosen_keys(workspace, request) if chosen is None else chosen
    managers = instance.io_managers(workspace.resources)
    states = states_of(instance, graph)
    verdicts = assess(graph, states, lambda made: holds_value(made, managers))
    plan = build_plan(graph, PlanRequest(selected=chosen, force=request.force), states, verdicts)
    workspace.refuse_broken(plan.asset_keys)
    remarks = tuple(one for one in workspace.findings if one.severity != "info")
    return Prepared(request=request, plan=plan, io_managers=managers, workspace=workspace, remarks=remarks)


def chosen_keys(workspace: LoadedWorkspace, request: MaterializeRequest) -> frozenset[str]:
    """The assets that a request means; everything is what can be made, and a broken location costs only itself.

    Raises:
        InvalidSubsetError: the selection means nothing.
        PlanError: something that it means cannot be used.
    """
    graph, selection = workspace.graph, request.selection
    own = graph.nodes.keys() if request.own is None else workspace.keys_of(request.own)
    if selection == EVERYTHING and workspace.errors:
        if sound := workspace.sound_keys & own:
            return sound
        raise PlanError(
            "\n".join(map(str, workspace.errors)),
            hint="mend this, or name the assets that you want all the same" if graph.nodes else "",
        )
    if selection in workspace.refused:
        workspace.refuse_broken([selection])
    chosen = frozenset(own) if selection == EVERYTHING else select(graph, selection)
    workspace.refuse_broken(chosen)
    return chosen


def asset_setting(workspace: LoadedWorkspace, instance: Instance, run_id: str) -> RunSetting:
    """What all steps share of a run that makes assets of a workspace."""
    own = {key: one for node in workspace.graph.nodes.values() for key, one in node.definition.resource_defs.items()}
    return RunSetting(
        run_id=run_id,
        run=lambda: instance.store.run(run_id),
        instance=instance,
        io_managers=instance.io_managers(workspace.resources),
        resource_defs={**own, **workspace.resources},
        tell=partial(public_events, job_name="assets"),
    )


def new_run(request: MaterializeRequest, *, root_run_id: str | None = None) -> Run:
    """The record of a run that is about to begin."""
    run_id = new_run_id()
    return Run(
        run_id=run_id,
        job="assets",
        status=RunStatus.STARTING,
        location=request.place,
        target=request.target,
        launched_by=request.launched_by,
        created_at=SystemClock().now(),
        request=request.to_json(),
        parent_run_id=request.parent_run_id,
        root_run_id=root_run_id or request.parent_run_id or run_id,
    )


def execute(
    instance: Instance, prepared: Prepared, *, run: Run | None = None, listeners: Collection[Listener] = ()
) -> RunOutcome:
    """Drives a plan to its end from this process.

    Steps run in worker processes, so that no step can take the run down with it; those of definitions that only this
    process knows run here.

    Args:
        instance: the home.
        prepared: the plan.
        run: its record, if the store has it already; this process then takes it over.
        listeners: called with each event after it went to the store's writer; must be quick.
    """
    store, clock = instance.store, SystemClock()
    process = this_process()
    if run is None:
        run = replace(new_run(prepared.request), process=process)
        store.create_run(run)
    else:
        store.update_process(run.run_id, process, clock.now())
    with ExitStack() as stack:
        watch = stack.enter_context(CancelWatch(store, run.run_id))
        sink = Tee(stack.enter_context(store.writer(run.run_id)), listeners)
        try:
            runner = _runner(instance, prepared, run.run_id, sink)
        except KeyboardInterrupt:
            ended = RunEnded(failure=INTERRUPTED)
            sink.append(Event(run_id=run.run_id, type=EventType.RUN_CANCELED, at=clock.now(), payload=ended))
            return RunOutcome(run_id=run.run_id, status=RunStatus.CANCELED, failure=INTERRUPTED)
        stack.callback(runner.close)
        driver = Driver(run_id=run.run_id, plan=prepared.plan, runner=runner, sink=sink, clock=clock, is_canceled=watch)
        return driver.run()


def _runner(instance: Instance, prepared: Prepared, run_id: str, sink: EventSink) -> StepRunner:
    plan, request, clock = prepared.plan, prepared.request, SystemClock()
    count = min(request.processes, len(plan.steps)) or 1
    if not request.locations or os.name != "posix":
        # What is defined by the calling process alone cannot be loaded by another one.
        setting = asset_setting(prepared.workspace, instance, run_id)
        return InProcessRunner(StepExecutor(setting=setting, steps=plan.steps, emit=sink.append, clock=clock))
    setup = WorkerSetup(
        home=instance.home.path,
        root=instance.home.root,
        run_id=run_id,
        locations=request.locations,
        code_versions={key: step.code_version for key, step in plan.steps.items()},
    )
    return WorkerPool(
        command=[sys.executable, "-P", "-m", "daglab.orchestration.worker_process"],
        setup=setup,
        count=count,
        run_id=run_id,
        emit=sink.append,
        clock=clock,
        log_dir=instance.home.run_dir(run_id),
    )


class CancelWatch(Interrupts):
    """Whether somebody wants the run to stop: by an interrupt, or in the store.

    Args:
        store: by which another machine asks; it is read at most once a second. None for interrupts alone.
        run_id: the run.
    """

    def __init__(self, store: RunStore | None, run_id: str) -> None:
        super().__init__()
        self._store = store
        self._run_id = run_id
        self._clock = SystemClock()
        self._asked = self._clock.now()

    def __call__(self) -> bool:
        """Whether somebody does."""
        if super().__call__():
            return True
        if self._store is None:
            return False
        now = self._clock.now()
        if (now - self._asked).total_seconds() < 1:
            return False
        self._asked = now
        return self._store.run(self._run_id).status is RunStatus.CANCELING
