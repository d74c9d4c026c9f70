"""The graph as a widget: drawn by the browser, live as long as its kernel is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from daglab.errors import DaglabError
from daglab.views.graphs import graph_view
from daglab.views.shapes import GraphView, Problem, to_wire
from daglab.views.static import to_svg, to_text
from daglab.widget.problems import problem_of
from daglab.widget.source import GraphSource
from daglab.widget.watching import Watcher
from daglab.widget.wishes import cancel_run, materialize, read_wish

STATIC = Path(__file__).parent / "static"

_HINT = "in a clone, run `make lab`, which builds it; else install daglab again"


class DagWidget(anywidget.AnyWidget):
    """A live graph.

    The trait `graph` is how it was when it was displayed, so that saved notebooks stay small; what changes comes as
    messages.

    Args:
        source: what it shows.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    graph = traitlets.Dict().tag(sync=True)
    problem = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(self, source: GraphSource) -> None:
        self._source = source
        self._view: GraphView = graph_view(source.instance, source.workspace(), title=source.title)
        super().__init__(graph=to_wire(self._view), _esm=_built("widget.js"), _css=_built("widget.css"))
        self._watcher = Watcher(source, self._send_graph, self._send_problem, self._send_alive)
        self.on_msg(self._take_message)
        self._watcher.start(to_wire(self._view))

    def close(self) -> None:
        """Ends it; the picture that a notebook has saved stays."""
        self._watcher.stop()
        super().close()

    def _take_message(self, _: object, content: object, __: object) -> None:
        """Whatever goes wrong is shown where it was asked for."""
        try:
            problem = self._answer(content if isinstance(content, dict) else {})
        except Exception as error:
            problem = problem_of(error)
        if problem is not None:
            self._send_problem(problem)

    def _answer(self, content: dict[str, Any]) -> Problem | None:
        match content.get("type"):
            case "materialize":
                return materialize(self._source, read_wish(content.get("request")))
            case "cancel":
                cancel_run(self._source, content.get("run_id"))
            case "refresh":
                self._watcher.repeat()
            case other:
                return Problem(title=f"The widget sent {other!r}, which means nothing here", detail="", hint="")
        return None

    def _send_graph(self, graph: dict[str, Any]) -> None:
        self.send({"type": "graph", "graph": graph})

    def _send_problem(self, problem: Problem) -> None:
        self.send({"type": "problem", "problem": to_wire(problem)})

    def _send_alive(self) -> None:
        self.send({"type": "alive"})

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        found = super()._repr_mimebundle_(**options)
        if found is None:
            return None
        data, metadata = found
        return {**data, **static_bundle(self._view)}, metadata


def static_bundle(view: GraphView) -> dict[str, Any]:
    """The graph for those who cannot run the widget: a saved notebook without a kernel, a terminal."""
    return {"text/plain": to_text(view), "image/svg+xml": to_svg(view)}


def _built(name: str) -> str:
    path = STATIC / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if name.endswith(".css"):
            return ""
        raise DaglabError(f"the widget's files are not built: {path} is not there", hint=_HINT) from None
