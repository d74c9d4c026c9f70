"""What the analysis of names costs: of one long cell, by its lines, and of 100 and 1,000 notebooks."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import PROGRAMS, Figure, cheapest, print_figures, read_cost, run_program

LINES = 3000
FEW, MANY = 100, 1000


def measure() -> list[Figure]:
    """CPU microseconds for a line, and milliseconds for a notebook; the reference is what Python's own tables take."""
    cell, tables = (_cost("cell", kind, LINES) for kind in ("daglab", "python"))
    few, many, parsed = (
        _cost("notebooks", kind, count) for kind, count in (("daglab", FEW), ("daglab", MANY), ("python", MANY))
    )
    python = "ast.parse and symtable of the same source"
    return [
        Figure(what="a line of one cell, names", unit="us", daglab=cell, reference=tables, against=python),
        Figure(what="one of 1,000 notebooks, sliced", unit="us", daglab=many, reference=parsed, against=python),
        Figure(
            what="one of 1,000 notebooks, growth", unit="us", daglab=many, reference=few, against="one of 100 notebooks"
        ),
    ]


def _cost(what: str, kind: str, count: int) -> float:
    command = [Path(sys.executable), PROGRAMS / "analyze_names.py", what, kind, str(count)]
    return cheapest(lambda: read_cost(run_program(command)[1]), times=3).cpu / count * 1e6


if __name__ == "__main__":
    print_figures(measure())
