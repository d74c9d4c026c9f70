"""What people ask for with a click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from daglab.errors import InvalidInvocationError
from daglab.orchestration.launching import cancel, launch
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.runs import judge, prepare
from daglab.views.shapes import MaterializeRequest as Wish
from daglab.views.shapes import Problem, SelectionMode
from daglab.widget.source import GraphSource

FRESH = Problem(
    title="Everything is fresh",
    detail="The code and all inputs are as they were when these assets were made.",
    hint="",
)


def materialize(source: GraphSource, wish: Wish, *, launched_by: str = "widget") -> Problem | None:
    """Starts a run in a clean process, of the graph as it is shown.

    Returns:
        What to tell where there is nothing to do.

    Raises:
        DaglabError: it cannot be planned.
    """
    instance, workspace = source.instance, source.workspace()
    selection, force = _selection_of(wish), wish.selection == "all"
    if wish.selection == "asset":
        # Who asks for one fresh asset wants it made again.
        verdict = judge(instance, workspace).get(wish.key or "")
        force = verdict is not None and verdict.is_fresh
    request = MaterializeRequest(
        locations=source.specs(),
        own=source.own,
        selection=selection,
        force=force,
        processes=instance.home.settings.processes,
        launched_by=launched_by,
    )
    if not prepare(instance, request, workspace).has_steps:
        return FRESH
    launch(instance, request)
    return None


def cancel_run(source: GraphSource, run_id: object) -> None:
    """Asks a run to stop.

    Raises:
        RunNotFoundError: there is no such run.
        InvalidInvocationError: it is over already, or nothing was named.
    """
    if not isinstance(run_id, str) or not run_id:
        raise InvalidInvocationError(f"{run_id!r} names no run")
    cancel(source.instance, run_id)


def read_wish(data: object) -> Wish:
    """Reads a wish as it comes over the wire.

    Raises:
        InvalidInvocationError: it is none.
    """
    modes = get_args(SelectionMode)
    given: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    selection, key = given.get("selection"), given.get("key")
    needs_key = selection in ("asset", "upstream", "downstream")
    if selection not in modes or (needs_key and not (isinstance(key, str) and key)):
        raise InvalidInvocationError(
            f"{data!r} asks for nothing that can be done", hint=f"a selection is one of {modes}"
        )
    return Wish(selection=cast(SelectionMode, selection), key=key if needs_key else None)


def _selection_of(wish: Wish) -> str:
    quoted = f'"{wish.key}"'
    patterns = {"asset": quoted, "upstream": f"+{quoted}", "downstream": f"{quoted}+"}
    return patterns.get(wish.selection, EVERYTHING)
