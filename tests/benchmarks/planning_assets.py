"""What it takes to plan 10,000 assets with a selection, against making one of a hundred of them."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import DAGSTER_PYTHON, PROGRAMS, Figure, cheapest, print_figures, read_cost, run_program


def measure() -> list[Figure]:
    """CPU seconds to resolve `+last` among 10,000 assets and to plan what it means."""
    ours = cheapest(
        lambda: read_cost(run_program([Path(sys.executable), PROGRAMS / "plan_with_daglab.py"])[1]), times=3
    )
    theirs = cheapest(lambda: read_cost(run_program([DAGSTER_PYTHON, PROGRAMS / "plan_with_dagster.py"])[1]), times=1)
    return [
        Figure(
            what="planning 10,000 assets with a selection",
            unit="CPU s",
            daglab=ours.cpu,
            reference=theirs.cpu,
            against="Dagster, selection and plan",
        )
    ]


if __name__ == "__main__":
    print_figures(measure())
