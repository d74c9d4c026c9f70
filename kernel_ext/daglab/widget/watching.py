"""Follows a graph, and tells when it looks different."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from daglab.errors import DaglabError
from daglab.views.graphs import graph_view
from daglab.views.shapes import Problem, to_wire
from daglab.widget.problems import problem_of
from daglab.widget.source import GraphSource

INTERVAL_SECONDS = 0.1
RUNNING_SECONDS = 2.0  # While something runs, look that often whether its process is still there.
PATIENCE_SECONDS = 5.0
ALIVE_SECONDS = 5.0  # The browser takes the kernel for gone after three times that.
_SHARE = 4  # Work out the graph at most a fifth of the time, however many events come.


class Watcher:
    """Asks the run store ten times a second, from a thread of its own, whether anything was committed.

    The thread never keeps the process from ending. A store that cannot be read for a while is asked again; after five
    seconds, and once, that is told. Every five seconds it tells that it is alive, whether or not there is news.

    Args:
        source: what to follow.
        tell_graph: takes the graph as plain dictionaries, whenever it looks different; called from the thread.
        tell_problem: takes what keeps the graph from being worked out.
        tell_alive: called from the thread, also while the kernel is busy with a cell.
    """

    def __init__(
        self,
        source: GraphSource,
        tell_graph: Callable[[dict[str, Any]], None],
        tell_problem: Callable[[Problem], None],
        tell_alive: Callable[[], None],
    ) -> None:
        self._source = source
        self._tell_graph = tell_graph
        self._tell_problem = tell_problem
        self._tell_alive = tell_alive
        self._alive_at = time.monotonic() + ALIVE_SECONDS
        self._poked = threading.Event()
        self._stopped = threading.Event()
        self._again = False
        self._counter: tuple[int, int] | None = None
        self._workspace: object = None
        self._shown: dict[str, Any] | None = None
        self._looked_at = 0.0
        self._ill_since: float | None = None
        self._ill_told = False
        self._unsubscribe = source.subscribe(self._poked.set)
        self._thread = threading.Thread(target=self._work, name="daglab-graph", daemon=True)

    def start(self, shown: dict[str, Any] | None = None) -> None:
        """Begins to follow; `shown` is what is shown already."""
        self._shown = _without_cursor(shown)
        self._thread.start()

    def repeat(self) -> None:
        """Tells the graph once more, changed or not."""
        self._again = True
        self._poked.set()

    def stop(self) -> None:
        """Follows no longer; returns at once."""
        self._unsubscribe()
        self._stopped.set()
        self._poked.set()

    def _work(self) -> None:
        look_at = time.monotonic() + INTERVAL_SECONDS
        while not self._stopped.is_set():
            self._poked.wait(max(0.0, min(look_at, self._alive_at) - time.monotonic()))
            poked = self._poked.is_set()
            self._poked.clear()
            if self._stopped.is_set():
                return
            began = time.monotonic()
            try:
                if began >= self._alive_at:
                    self._alive_at = began + ALIVE_SECONDS
                    self._tell_alive()
                if began < look_at and not poked:
                    continue
                self._look(poked)
                self._ill_since, self._ill_told = None, False
            except Exception as error:
                self._note_illness(error)
            ended = time.monotonic()
            look_at = ended + max(INTERVAL_SECONDS, _SHARE * (ended - began))

    def _look(self, poked: bool) -> None:
        counter, workspace = self._source.instance.store.change_counter(), self._source.workspace()
        has_runs = bool(self._shown and self._shown["runs"])
        is_due = has_runs and time.monotonic() - self._looked_at > RUNNING_SECONDS
        same = counter == self._counter and workspace is self._workspace
        if same and not is_due and not poked and self._ill_since is None:
            return
        graph = to_wire(graph_view(self._source.instance, self._source.workspace(), title=self._source.title))
        self._counter, self._workspace, self._looked_at = counter, workspace, time.monotonic()
        again, self._again = self._again, False
        if again or _without_cursor(graph) != self._shown:
            self._shown = _without_cursor(graph)
            self._tell_graph(graph)

    def _note_illness(self, error: Exception) -> None:
        """A locked store is no news before it has lasted; a defect is."""
        now = time.monotonic()
        self._ill_since = self._ill_since or now
        if not self._ill_told and (now - self._ill_since > PATIENCE_SECONDS or not isinstance(error, DaglabError)):
            self._ill_told = True
            try:
                self._tell_problem(problem_of(error))
            except Exception:
                self._stopped.set()  # Nobody is there to listen any more.


def _without_cursor(graph: dict[str, Any] | None) -> dict[str, Any] | None:
    """What can be seen of a graph: the cursor moves with every line that is logged."""
    return {name: value for name, value in graph.items() if name != "cursor"} if graph else None
