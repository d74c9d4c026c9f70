"""Analyzes all notebooks of a folder, and compares the edges with what the cells read when they are run.

    python tests/benchmarks/programs/check_notebooks.py FOLDER [--run]

A notebook that fails is run as far as it goes; `--run` runs code of the notebooks, each in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "notebooks"))

LONGEST_SECONDS = 60.0


def main(folder: str, *options: str) -> int:
    """Prints one line for each notebook, and a sum; the exit code is 1 if an edge is missing."""
    wrong = 0
    totals = dict.fromkeys(("notebooks", "refused", "cells", "edges", "assets", "ran", "reads", "missing"), 0)
    for path in sorted(Path(folder).rglob("*.ipynb")):
        start = time.perf_counter()
        found = analyze(path)
        if "refused" not in found and "--run" in options:
            found |= run_apart(path)
        for key, value in found.items():
            totals[key] = totals.get(key, 0) + (len(value) if isinstance(value, list) else int(bool(value)) if
                                                isinstance(value, str) else value)  # fmt: skip
        totals["notebooks"] += 1
        wrong += bool(found.get("missing"))
        print(f"{time.perf_counter() - start:6.2f} s  {path.relative_to(folder)}  {json.dumps(found)}", flush=True)
    print(json.dumps(totals))
    return 1 if wrong else 0


def analyze(path: Path) -> dict[str, object]:
    """Everything that `daglab analyze` and `daglab promote` do before they print or write."""
    from daglab.errors import DaglabError
    from daglab.notebooks.cell_graph import graph_cells
    from daglab.notebooks.document import read_notebook
    from daglab.notebooks.hindrances import find_hindrances
    from daglab.notebooks.promotion import promote
    from daglab.notebooks.saved_runs import read_saved_runs
    from daglab.views.cell_graphs import cell_graph_view
    from daglab.views.static_cells import cells_to_dot, cells_to_mermaid, cells_to_text

    try:
        notebook = read_notebook(path)
    except DaglabError as error:
        return {"refused": str(error)}
    graph = graph_cells(notebook)
    saved = read_saved_runs(path)
    view = cell_graph_view(graph, saved, find_hindrances(graph, saved))
    for form in (cells_to_dot, cells_to_mermaid, cells_to_text):
        form(view)
    return {"cells": len(graph.cells), "edges": len(graph.edges), "assets": len(promote(notebook).assets)}


def run_apart(path: Path) -> dict[str, object]:
    """Runs a notebook in a process and a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, __file__, "--trace", str(path.resolve())],
                cwd=folder,
                env={**os.environ, "MPLBACKEND": "agg"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"stopped": "it took too long"}
    last = done.stdout.strip().splitlines()[-1:]
    if done.returncode or not last:
        return {"stopped": f"the process ended with {done.returncode}: {done.stderr[-200:]}"}
    return dict(json.loads(last[0]))


def trace_one(path: str) -> None:
    """Runs one notebook in this process, and prints what the analysis has missed."""
    from traced_cells import missing_edges, trace

    from daglab.notebooks.cell_graph import graph_cells
    from daglab.notebooks.document import read_notebook

    notebook = read_notebook(Path(path))
    namespace, ran, error = trace(notebook)
    missing = sorted(missing_edges(graph_cells(notebook), namespace))
    told = {} if error is None else {"ended": f"{type(error).__name__}: {error}"[:100]}
    print()
    print(json.dumps({"ran": len(ran), "reads": len(namespace.reads), "missing": missing, **told}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--trace"]:
        trace_one(sys.argv[2])
    else:
        sys.exit(main(*sys.argv[1:]))
