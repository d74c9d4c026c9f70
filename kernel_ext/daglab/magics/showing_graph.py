"""`%dag` and `daglab.dag`: the graph in a cell's output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from daglab.errors import DaglabError
from daglab.magics.session import KernelSession, session_of
from daglab.orchestration.instance import Instance
from daglab.views.graphs import graph_view
from daglab.widget.source import FilesSource, GraphSource


def dag(target: str | os.PathLike[str] | None = None) -> Any:
    """Makes a live graph of assets, to be the last expression of a cell.

    Args:
        target: a notebook; by default the one of this kernel and its project as they stand, unsaved edits that were run
            included.

    Raises:
        DaglabError: the widget's files are not built, or there is no such notebook.

    Example:
        >>> dag("notebooks/flights.ipynb")  # doctest: +SKIP
    """
    from daglab.widget.dag_widget import DagWidget

    shell: Any = get_ipython()
    widget = DagWidget(_source_of(target, shell))
    if shell is not None:
        session_of(shell).show(widget)
    return widget


def show_graph(session: KernelSession) -> None:
    """Displays the session's graph; where it cannot be live, as a picture."""
    try:
        display(dag())  # type: ignore[no-untyped-call]
    except DaglabError as error:
        from daglab.views.static import to_svg, to_text

        print(error, file=sys.stderr)  # noqa: T201
        view = graph_view(session.instance, session.workspace(), title=session.title)
        display({"text/plain": to_text(view), "image/svg+xml": to_svg(view)}, raw=True)  # type: ignore[no-untyped-call]


def _source_of(target: str | os.PathLike[str] | None, shell: Any) -> GraphSource:
    if target is not None:
        path = Path(target).expanduser().absolute()
        if not path.is_file():
            raise DaglabError(f"there is no notebook {os.fspath(target)!r}", hint="give the path of a notebook")
        return FilesSource(Instance.open(start=path.parent), path)
    return session_of(shell) if shell is not None else FilesSource(Instance.open())
