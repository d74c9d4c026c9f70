"""What a notebook makes from top to bottom, and what its promoted copy makes as a pipeline."""

from __future__ import annotations

import ast
import asyncio
import inspect

import cloudpickle

from daglab.foundation.graphs import topological_order
from daglab.notebooks.parsed import parse_cells
from daglab.notebooks.promotion import promote, promoted_notebook
from daglab.notebooks.slices import slice_notebook


def top_to_bottom(notebook):
    """The namespace after all cells, each run once; None if one fails."""
    namespace = {"__name__": "__main__", "display": lambda *_, **__: None, "get_ipython": None}
    for parsed in parse_cells(notebook):
        code = compile(parsed.python, f"cell {parsed.cell.position}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        try:
            result = eval(code, namespace)
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except Exception:
            return None
    return namespace


def as_pipeline(notebook):
    """The assets' values of the promoted notebook, each made by its own program of values that were stored.

    Returns:
        The values by name, and what was chosen.
    """
    found = promote(notebook)
    promoted = promoted_notebook(notebook, {one.cell: one.line for one in found.assets})
    analysis = slice_notebook(promoted)
    assert not [one for one in analysis.findings if one.severity == "error"] or found.errors
    maker = {key: asset for asset in analysis.assets for key in asset.keys}
    first = {key: asset.keys[0] for key, asset in maker.items()}
    needs = {asset.keys[0]: [first[key] for key in asset.inputs.values()] for asset in analysis.assets}
    stored = {}
    for key in topological_order(needs):
        asset = maker[key]
        inputs = {name: cloudpickle.loads(stored[upstream]) for name, upstream in asset.inputs.items()}
        namespace = asset.program.run(inputs).namespace
        stored |= {name: cloudpickle.dumps(namespace[name]) for name in asset.names}
    return {name: cloudpickle.loads(value) for name, value in stored.items()}, found
