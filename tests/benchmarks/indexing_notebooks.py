"""Notebooks of 20 cells: what it costs to find out what they declare, the first time, again, and after a change."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from measure import PROGRAMS, Figure, print_figures, read_cost, run_program

CELLS = 20


def measure() -> list[Figure]:
    """CPU per notebook, in milliseconds, among 100 and among 1,000."""
    return [figure for count in (100, 1_000) for figure in _measured(count)]


def _measured(count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            (Path(folder) / f"n{number:04}.ipynb").write_text(json.dumps(_notebook(number)))
        costs = {
            what: read_cost(run_program([sys.executable, PROGRAMS / "index_notebooks.py", folder, what])[1]).cpu
            for what in ("parse", "cold", "warm", "change")
        }
    each = 1_000 / count
    against = f"json.load and ast.parse, {count:,} notebooks"
    return [
        Figure(what=what, unit="ms", daglab=costs[name] * each, reference=costs["parse"] * each, against=against)
        for what, name in (
            ("a notebook, first time, CPU", "cold"),
            ("a notebook, new process, CPU", "warm"),
            ("a notebook, after a change of one, CPU", "change"),
        )
    ]


def _notebook(number: int) -> dict[str, object]:
    """Shared code, and a chain of assets that begins in the notebook before."""
    sources = [f"import math\nSCALE = {number}\ndef scaled(x):\n    return x * SCALE + math.pi"]
    for step in range(CELLS - 1):
        before = f"a{number}_{step - 1}" if step else f"a{number - 1}_{CELLS - 2}" if number % 10 else "1"
        body = f"values = [scaled(one) for one in range(10)]\ntotal = sum(values)\na{number}_{step} = total + {before}"
        sources.append(f'%%asset a{number}_{step} --group g{number}\n"""Step {step}."""\n{body}')
    output = {"output_type": "stream", "name": "stdout", "text": ["x" * 200]}
    shared = {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [output]}
    cells = [{**shared, "id": f"c{place}", "source": source.splitlines(True)} for place, source in enumerate(sources)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


if __name__ == "__main__":
    print_figures(measure())
