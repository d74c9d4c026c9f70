"""Costs of programs, and the table that compares them.

Every figure is a ratio of two costs from the same run on the same machine; nothing here asserts anything.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).resolve().parent / "programs"
FLIGHTS = ROOT / "notebooks" / "flights.ipynb"
DAGSTER_PYTHON = ROOT / ".bench" / "dagster" / "bin" / "python"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What running something took, in seconds; CPU counts all processes that were waited for."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table: a cost of daglab beside that of its reference, both in `unit`."""

    what: str
    unit: str
    daglab: float
    reference: float
    against: str


def run_program(command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> tuple[Cost, str]:
    """Runs a program from the root of the repository and returns its cost and what it printed.

    Raises:
        RuntimeError: it failed; the message carries the end of what it said.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        # compiled modules are kept, as they are wherever a package has been used before
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        words = " ".join(str(part) for part in command)
        raise RuntimeError(f"{words}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall=wall, cpu=cpu), done.stdout


def read_cost(printed: str) -> Cost:
    """The cost that a program measured itself and printed as the last line, in JSON."""
    return Cost(**json.loads(printed.splitlines()[-1]))


def cheapest(measure: Callable[[], Cost], *, times: int) -> Cost:
    """The least wall and the least CPU of some runs: what the work takes when nothing disturbs it."""
    costs = [measure() for _ in range(times)]
    return Cost(wall=min(cost.wall for cost in costs), cpu=min(cost.cpu for cost in costs))


def describe_machine() -> str:
    """Cores, memory and Python, in one line."""
    memory = psutil.virtual_memory().total / 2**30
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, {python}"


def print_figures(figures: Sequence[Figure]) -> None:
    """Prints the machine and one aligned table; a ratio below 1 says that daglab takes less."""
    rows = [("", "unit", "daglab", "reference", "ratio", "against")]
    for figure in figures:
        ratio = figure.daglab / figure.reference
        numbers = (
            f"{figure.daglab:.3f}",
            f"{figure.reference:.3f}",
            f"{ratio:.4f}" if ratio < 0.1 else f"{ratio:.2f}",
        )
        rows.append((figure.what, figure.unit, *numbers, figure.against))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    print(describe_machine())
    for row in rows:
        cells = [
            cell.rjust(width) if column in (2, 3, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    sys.stdout.flush()
