"""The flights cells as one command: `daglab materialize` against `papermill`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flights_notebook import run_pipeline
from measure import FLIGHTS, PROGRAMS, Cost, Figure, cheapest, print_figures, run_program


def run_papermill() -> Cost:
    """The `papermill` command on the notebook without its magics."""
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.ipynb"
        run_program([sys.executable, PROGRAMS / "plain_notebook.py", FLIGHTS, plain])
        command = [sys.executable, "-m", "papermill", "--kernel", "python3", "--no-progress-bar"]
        return run_program([*command, plain, Path(folder) / "done.ipynb"])[0]


def measure() -> list[Figure]:
    """Wall and CPU seconds, the least of two runs each."""
    ours = cheapest(lambda: run_pipeline(1), times=2)
    theirs = cheapest(run_papermill, times=2)
    what = "flights notebook, one command"
    return [
        Figure(what=what, unit="wall s", daglab=ours.wall, reference=theirs.wall, against="papermill command"),
        Figure(what=what, unit="CPU s", daglab=ours.cpu, reference=theirs.cpu, against="papermill command"),
    ]


if __name__ == "__main__":
    print_figures(measure())
