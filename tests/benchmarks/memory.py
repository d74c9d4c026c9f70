"""What a run holds in memory: a long chain of large values, against all of them together."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import PROGRAMS, Figure, print_figures, run_program

MEGABYTES = 8
COUNT = 200


def grown() -> float:
    """Megabytes by which the process has grown at its largest."""
    with TemporaryDirectory() as folder:
        command = [Path(sys.executable), PROGRAMS / "chain_of_large_values.py", str(COUNT), str(MEGABYTES), folder]
        return float(json.loads(run_program(command)[1].splitlines()[-1])["grown"]) / 2**20


def measure() -> list[Figure]:
    """The most memory that a run takes; it holds no value longer than its last reader needs it."""
    return [
        Figure(
            what=f"memory of a chain of {COUNT} values of {MEGABYTES} MB",
            unit="MB",
            daglab=grown(),
            reference=COUNT * MEGABYTES,
            against="all values together",
        )
    ]


if __name__ == "__main__":
    print_figures(measure())
