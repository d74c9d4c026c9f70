"""All that the server does with the run store; it blocks, so one thread of its own does it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daglab.errors import InvalidSubsetError, PlanError, RunNotFoundError, StoreUnavailableError, suggest
from daglab.orchestration.home import SERVER_HOME, Home, find_home
from daglab.orchestration.instance import Instance
from daglab.orchestration.launching import cancel, launch
from daglab.orchestration.recovery import end_lost_runs
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.runs import prepare
from daglab.records.events import Event, EventType, LogLine, RunEnded, StepFailed, StepSkipped
from daglab.records.runs import Run
from daglab.server.reader import Reading
from daglab.server.signatures import Stamp, stamp_of
from daglab.views.graphs import finding_view, workspace_view
from daglab.views.runs import moment, run_view
from daglab.views.shapes import GraphView, RunView, WorkspaceView, to_wire
from daglab.views.shapes import MaterializeRequest as Wish

Token = tuple[object, ...]
LOG_LINES = 200


@dataclass(frozen=True, kw_only=True)
class LogLineView:
    """A line of a run's log; `text` is empty where the type says it all."""

    id: int
    at: str
    step_key: str
    type: str
    text: str


class Desk:
    """Answers questions about a project's runs and assets, and starts and stops runs.

    Args:
        start: where to look for the project from.
    """

    def __init__(self, start: Path) -> None:
        self._start = start
        self._instance: Instance | None = None
        self._store_file: Stamp = None

    def close(self) -> None:
        """Closes the run store."""
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def message(self, reading: Reading) -> str:
        """The message that brings a face up to date."""
        return json.dumps({"type": "workspace", "workspace": to_wire(self.workspace(reading))})

    def workspace(self, reading: Reading) -> WorkspaceView:
        """The workspace as it stands now."""
        if _declares_nothing(reading) and not _has_store(reading.home):
            return _empty_view(reading)
        return workspace_view(self._open(reading.home), reading.workspace)

    def token(self) -> Token:
        """Equal to an earlier one only if nothing happened in between; cheap enough to poll."""
        home = self._instance.home if self._instance else find_home(self._start)
        if not _has_store(home):
            return ()
        return self._open(home).store.change_counter()

    def is_busy(self) -> bool:
        """Whether runs are under way that live; those whose process is gone are ended."""
        if self._instance is None:
            return False
        end_lost_runs(self._instance)
        return bool(self._instance.store.unfinished_runs())

    def runs(self, limit: int) -> list[RunView]:
        """The latest runs, newest first."""
        home = find_home(self._start)
        return [run_view(run) for run in self._open(home).store.runs(limit=limit)] if _has_store(home) else []

    def run(self, run_id: str) -> RunView:
        """One run.

        Raises:
            RunNotFoundError: there is no such run.
        """
        return run_view(self._run(run_id))

    def log(self, run_id: str, after: int | None) -> list[LogLineView]:
        """What a run tells, oldest first: what comes after an event, or the last lines.

        Raises:
            RunNotFoundError: there is no such run.
        """
        self._run(run_id)
        store = self._open(find_home(self._start)).store
        if after is not None:
            return [_line(one) for one in store.events(run_id=run_id, after=after, limit=LOG_LINES)]
        last: Sequence[Event] = ()
        page = store.events(run_id=run_id)
        while page:
            last = [*last, *page][-LOG_LINES:]
            page = store.events(run_id=run_id, after=page[-1].event_id)
        return [_line(one) for one in last]

    def materialize(self, reading: Reading, wish: Wish) -> RunView | None:
        """Starts a run in a process of its own; None where everything is fresh.

        Raises:
            InvalidSubsetError: there is no such asset.
            PlanError: it cannot be planned.
        """
        _require_known(reading, wish)
        if _declares_nothing(reading):
            raise PlanError("there are no assets here yet", hint="begin a cell with %%asset, and save the notebook")
        instance = self._open(reading.home)
        request = MaterializeRequest(
            locations=reading.specs,
            selection=_selection(wish),
            force=wish.selection == "all",
            processes=reading.home.settings.processes,
            launched_by="lab",
        )
        prepared = prepare(instance, request, reading.workspace)
        if not prepared.has_steps and wish.selection == "asset":
            # Who asks for one fresh asset by name wants it made again.
            prepared = prepare(instance, _forced(request), reading.workspace)
        if not prepared.has_steps:
            return None
        try:
            return run_view(launch(instance, prepared.request))
        except OSError as error:
            raise StoreUnavailableError(
                f"the run could not be started: {error.strerror}: {error.filename!r}",
                hint="check the space and the rights in the home",
            ) from None

    def cancel(self, run_id: str) -> RunView:
        """Asks a run to stop.

        Raises:
            RunNotFoundError: there is no such run.
            InvalidInvocationError: it is over already.
        """
        self._run(run_id)
        return run_view(cancel(self._open(find_home(self._start)), run_id))

    def _run(self, run_id: str) -> Run:
        home = find_home(self._start)
        if _has_store(home):
            run = self._open(home).store.run(run_id)
            if run.run_id == run_id:
                return run
        raise RunNotFoundError(f"no run {run_id!r}", hint="a run is named by its whole id here")

    def _open(self, home: Home) -> Instance:
        """The instance of a home; opened anew where the home is another one, or its store was put in place anew."""
        file = stamp_of(home.path / "store.db")
        identity = file and file[2]
        known = self._store_file and self._store_file[2]
        if self._instance is None or self._instance.home != home or identity != known:
            self.close()
            self._instance = Instance(home)
            _ = self._instance.store
            self._store_file = stamp_of(home.path / "store.db")
            # Kernels that start in folders below find the same home.
            os.environ[SERVER_HOME] = str(home.path)
        return self._instance


def _has_store(home: Home) -> bool:
    return home.settings.run_store is not None or (home.path / "store.db").exists()


def _declares_nothing(reading: Reading) -> bool:
    workspace = reading.workspace
    return not (workspace.graph.nodes or workspace.graph.checks or workspace.refused)


def _empty_view(reading: Reading) -> WorkspaceView:
    """For a folder that has nothing to do with daglab; no home is made in it."""
    findings = [finding_view(one) for one in reading.workspace.findings]
    root = reading.home.root
    graph = GraphView(title=root.name, assets=[], edges=[], findings=findings, runs=[], cursor=0)
    return WorkspaceView(root=str(root), home=str(reading.home.path), graph=graph, runs=[])


def _require_known(reading: Reading, wish: Wish) -> None:
    workspace = reading.workspace
    known = {*workspace.graph.nodes, *workspace.refused}
    if wish.selection in ("stale", "all") or wish.key in known:
        return
    place = "is read here and defined nowhere" if wish.key in workspace.graph.external_keys else "is not there"
    hint = suggest(wish.key or "", known) or f"there are: {', '.join(sorted(known)[:8]) or 'no assets yet'}"
    raise InvalidSubsetError(f"asset {wish.key!r} {place}", hint=hint)


def _selection(wish: Wish) -> str:
    if wish.selection in ("stale", "all"):
        return EVERYTHING
    before, after = {"upstream": ("+", ""), "downstream": ("", "+")}.get(wish.selection, ("", ""))
    return f'{before}"{wish.key}"{after}'


def _forced(request: MaterializeRequest) -> MaterializeRequest:
    return MaterializeRequest.from_json({**request.to_json(), "force": True})


def _line(event: Event) -> LogLineView:
    at = moment(event.at) or ""
    return LogLineView(id=event.event_id, at=at, step_key=event.step_key, type=event.type.value, text=_text(event))


def _text(event: Event) -> str:
    match event.payload:
        case LogLine(text=text):
            return text
        case StepFailed(failure=failure):
            return failure.render()
        case RunEnded(failure=failure) if failure is not None:
            return failure.render()
        case StepSkipped(reason=reason):
            return reason
    return "" if event.type is not EventType.RUN_CANCELING else "Somebody asked the run to stop."
