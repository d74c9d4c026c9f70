"""`%materialize`: a run in a clean process, followed in the cell's output."""

from __future__ import annotations

import time
from contextlib import suppress

from IPython.display import display

from daglab.errors import ExecutionInterruptedError, InvalidInvocationError, StepError
from daglab.magics.progress import Progress, progress_for
from daglab.magics.session import KernelSession
from daglab.magics.tables import made_table
from daglab.orchestration.instance import Instance
from daglab.orchestration.launching import cancel, launch
from daglab.orchestration.locations import LoadedWorkspace
from daglab.orchestration.recovery import end_lost_runs
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.runs import prepare
from daglab.records.assets import Materialization
from daglab.records.events import EventType
from daglab.records.runs import Run, RunStatus

_NOTHING = "Everything is fresh."
_EMPTY = "There are no assets here yet: begin a cell with %%asset."
_POLL_SECONDS = 0.1
_LOST_SECONDS = 2.0
_PATIENCE_SECONDS = 15.0


def materialize(session: KernelSession, selection: str, *, force: bool, processes: int) -> None:
    """Makes assets of the notebook as it stands, in a clean process, and shows how it goes.

    Args:
        session: the kernel's.
        selection: which; "" for all of this notebook.
        force: whether to make what is fresh, too.
        processes: how many steps go side by side.

    Raises:
        DaglabError: it cannot be planned, a step failed, or the run was interrupted.
    """
    instance, workspace = session.instance, session.workspace()
    request = MaterializeRequest(
        locations=session.specs(),
        selection=selection or _own_assets(session, workspace),
        force=force,
        processes=processes,
        launched_by="notebook",
    )
    prepared = prepare(instance, request, workspace)
    if not prepared.has_steps:
        print(_NOTHING if workspace.graph.nodes else _EMPTY)  # noqa: T201
        return
    run = launch(instance, request)
    run = _follow(instance, run, progress_for(session.shell))
    made = _made_by(instance, run)
    session.held.drop_remade({one.asset_key: one.data_version for one in made})
    if made:
        display(made_table(made))  # type: ignore[no-untyped-call]
    _raise_unless_success(run)


def _own_assets(session: KernelSession, workspace: LoadedWorkspace) -> str:
    """The assets of this notebook; those of its project's other places are made only where they are needed."""
    nodes, name = workspace.graph.nodes, session.spec.name
    own = [key for key, node in nodes.items() if node.definition.origin and node.definition.origin.location == name]
    if not own or len(own) == len(nodes):
        return EVERYTHING
    return " or ".join(f'"{key}"' for key in own)


def _follow(instance: Instance, run: Run, progress: Progress) -> Run:
    """Shows the run until it ends. An interrupt cancels it; a second one lets it go."""
    try:
        return _watch(instance, run, progress, deadline=None)
    except KeyboardInterrupt:
        progress.say("canceling …")
        with suppress(InvalidInvocationError):  # It has ended in the meantime.
            cancel(instance, run.run_id)
        return _watch(instance, run, progress, deadline=time.monotonic() + _PATIENCE_SECONDS)


def _watch(instance: Instance, run: Run, progress: Progress, deadline: float | None) -> Run:
    store = instance.store
    seen: tuple[int, int] | None = None
    asked = time.monotonic()
    while True:
        counter = store.change_counter()
        if counter != seen:
            seen = counter
            run = store.run(run.run_id)
            progress.show(run, store.steps(run.run_id))
        if run.status.is_finished or (deadline is not None and time.monotonic() > deadline):
            return run
        if time.monotonic() - asked > _LOST_SECONDS:
            asked = time.monotonic()
            end_lost_runs(instance)
        time.sleep(_POLL_SECONDS)


def _made_by(instance: Instance, run: Run) -> list[Materialization]:
    events = instance.store.events(run_id=run.run_id, types=[EventType.ASSET_MATERIALIZATION], limit=100_000)
    return [event.payload for event in events if isinstance(event.payload, Materialization)]


def _raise_unless_success(run: Run) -> None:
    if run.status is RunStatus.SUCCESS:
        return
    if run.status in (RunStatus.CANCELED, RunStatus.CANCELING):
        raise ExecutionInterruptedError(f"run {run.run_id[:13]} was canceled", hint="what it made until then is kept")
    headline = run.failure.headline if run.failure else "it failed"
    raise StepError(f"run {run.run_id[:13]}: {headline}", step_key="", hint=run.failure.hint if run.failure else "")
