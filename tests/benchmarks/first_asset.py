"""What it takes a new kernel from `%load_ext daglab` to its first recorded asset, against its own start."""

from __future__ import annotations

import json
import sys
from tempfile import TemporaryDirectory

from measure import PROGRAMS, Figure, print_figures, run_program


def measure() -> list[Figure]:
    """Wall seconds, the least of five kernels, each in a folder of its own."""
    found: list[dict[str, float]] = []
    for _ in range(5):
        with TemporaryDirectory() as folder:
            command = [sys.executable, PROGRAMS / "first_asset_in_kernel.py", folder]
            found.append(json.loads(run_program(command)[1].splitlines()[-1]))
    return [
        Figure(
            what="%load_ext daglab to the first asset recorded",
            unit="s",
            daglab=min(one["daglab"] for one in found),
            reference=min(one["kernel"] for one in found),
            against="start of an ipykernel",
        )
    ]


if __name__ == "__main__":
    print_figures(measure())
