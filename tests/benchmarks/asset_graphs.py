"""How the cost of a trivial asset grows with the graph, in chains and fans, ephemeral and on SQLite, against Dagster.

Dagster is asked for 10,000 assets only where DAGLAB_BENCH_ALL is set: it takes it a quarter of an hour each.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import DAGSTER_PYTHON, PROGRAMS, Figure, print_figures, run_program

SIZES = (10, 100, 1_000, 10_000)
AFFORDABLE = 10_000 if os.environ.get("DAGLAB_BENCH_ALL") else 1_000
SHAPES = ("chain", "fan")
INSTANCES = ("ephemeral", "sqlite")


def cost_of_graph(package: str, shape: str, size: int, instance: str) -> dict[str, float]:
    """Seconds, measured inside a process of its own after one asset to warm up; the least of three small ones."""
    python = Path(sys.executable) if package == "daglab" else DAGSTER_PYTHON
    found: list[dict[str, float]] = []
    for _ in range(3 if size <= 100 and package == "daglab" else 1):
        with TemporaryDirectory() as folder:
            command = [python, PROGRAMS / "graph_of_assets.py", package, shape, str(size), instance, folder]
            found.append(json.loads(run_program(command)[1].splitlines()[-1]))
    return {name: min(one[name] for one in found) for name in found[0]}


def measure() -> list[Figure]:
    """CPU and wall milliseconds for each asset, and how they grow."""
    figures: list[Figure] = []
    for shape in SHAPES:
        for instance in INSTANCES:
            ours = {size: cost_of_graph("daglab", shape, size, instance) for size in SIZES}
            theirs = {size: cost_of_graph("dagster", shape, size, instance) for size in SIZES if size <= AFFORDABLE}
            for size, cost in theirs.items():
                figures += (
                    Figure(
                        what=f"asset in a {shape} of {size:,}, {instance}",
                        unit=f"{'CPU' if kind == 'cpu' else kind} ms",
                        daglab=1000 * ours[size][kind] / size,
                        reference=1000 * cost[kind] / size,
                        against="Dagster, the same",
                    )
                    for kind in ("cpu", "wall")
                )
            figures.append(
                Figure(
                    what=f"asset in a {shape} of 10,000, {instance}",
                    unit="CPU ms",
                    daglab=1000 * ours[10_000]["cpu"] / 10_000,
                    reference=1000 * ours[100]["cpu"] / 100,
                    against="the same in one of 100",
                )
            )
            if shape == "chain" and instance == "ephemeral":
                figures.append(
                    Figure(
                        what="definition of one of 1,000 assets",
                        unit="CPU ms",
                        daglab=ours[1_000]["loading"],
                        reference=theirs[1_000]["loading"],
                        against="Dagster, the same",
                    )
                )
    return figures


if __name__ == "__main__":
    print_figures(measure())
