"""What a trivial asset costs beside its own work, against Dagster.

A chain of assets, each adding 1 to the one before it, in one process; a persistent instance on SQLite that keeps all
events; each value stored as a file and read back by the next asset.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import DAGSTER_PYTHON, PROGRAMS, Cost, Figure, cheapest, print_figures, read_cost, run_program

LENGTH = 200


def write_chain(folder: Path, package: str, length: int) -> None:
    """Writes `chain.py`, the same definitions for either package."""
    links = [f"from {package} import asset", "", "@asset", "def link_0():", "    return 0"]
    for number in range(1, length):
        links += ["", "@asset", f"def link_{number}(link_{number - 1}):", f"    return link_{number - 1} + 1"]
    names = ", ".join(f"link_{number}" for number in range(length))
    (folder / "chain.py").write_text("\n".join([*links, "", f"CHAIN = [{names}]", ""]))


def cost_of_chain(python: Path, package: str) -> Cost:
    """Seconds for the whole chain on a new instance, measured inside the process after one asset to warm up."""
    with TemporaryDirectory() as folder:
        write_chain(Path(folder), package, LENGTH)
        return read_cost(run_program([python, PROGRAMS / f"chain_with_{package}.py", folder])[1])


def measure() -> list[Figure]:
    """CPU and wall milliseconds for each asset."""
    ours = cheapest(lambda: cost_of_chain(Path(sys.executable), "daglab"), times=7)
    theirs = cheapest(lambda: cost_of_chain(DAGSTER_PYTHON, "dagster"), times=3)
    return [
        Figure(
            what=f"trivial asset, chain of {LENGTH}",
            unit=f"{kind} ms",
            daglab=1000 * our_seconds / LENGTH,
            reference=1000 * their_seconds / LENGTH,
            against="Dagster, in process, SQLite, files",
        )
        for kind, our_seconds, their_seconds in (
            ("CPU", ours.cpu, theirs.cpu),
            ("wall", ours.wall, theirs.wall),
        )
    ]


if __name__ == "__main__":
    print_figures(measure())
