"""What `import daglab` costs, against `import dagster`."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import DAGSTER_PYTHON, PROGRAMS, Cost, Figure, cheapest, print_figures, read_cost, run_program


def measure() -> list[Figure]:
    """CPU seconds within a fresh interpreter, the least of seven."""

    def cost_of(python: Path, package: str) -> Cost:
        command = [python, PROGRAMS / "import_package.py", package]
        return cheapest(lambda: read_cost(run_program(command)[1]), times=7)

    ours, theirs = cost_of(Path(sys.executable), "daglab"), cost_of(DAGSTER_PYTHON, "dagster")
    return [
        Figure(
            what="import daglab",
            unit="CPU ms",
            daglab=1000 * ours.cpu,
            reference=1000 * theirs.cpu,
            against="import dagster",
        )
    ]


if __name__ == "__main__":
    print_figures(measure())
