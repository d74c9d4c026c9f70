"""The flights notebook as a pipeline, against the same cells run in order by nbclient.

nbclient runs all cells but the magics, the exploratory plot among them, and keeps nothing; daglab leaves out what no
asset needs, and stores and records each value. Both as commands of their own, and against the cells alone as well.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import FLIGHTS, PROGRAMS, Cost, Figure, cheapest, print_figures, read_cost, run_program


def run_pipeline(processes: int) -> Cost:
    """`daglab materialize --all` in a home that was never used."""
    with TemporaryDirectory() as home:
        command = [Path(sys.executable).with_name("daglab"), "materialize", "-f", FLIGHTS, "--all"]
        command += ["--processes", str(processes)]
        return run_program(command, environment={"DAGLAB_HOME": home})[0]


def run_cells() -> tuple[Cost, Cost]:
    """A program around nbclient: the whole of it, and its `execute()` alone."""
    whole, printed = run_program([sys.executable, PROGRAMS / "run_cells.py", FLIGHTS])
    return whole, read_cost(printed)


def measure() -> list[Figure]:
    """Wall seconds with one and two processes, the least of two runs each."""
    runs = [run_cells() for _ in range(2)]
    whole, alone = min(run[0].wall for run in runs), min(run[1].wall for run in runs)
    figures = []
    for processes in (1, 2):
        cost = cheapest(lambda count=processes: run_pipeline(count), times=2)
        what = f"flights notebook, {processes} process{'es' if processes > 1 else ''}"
        for against, seconds in (("nbclient, whole command", whole), ("nbclient, execute() alone", alone)):
            figures.append(Figure(what=what, unit="wall s", daglab=cost.wall, reference=seconds, against=against))
    return figures


if __name__ == "__main__":
    print_figures(measure())
