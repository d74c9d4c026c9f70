"""Lets the tests with a live kernel share `live_kernel.py`, and one kernel a file where a test needs no other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "magics"))

from live_kernel import LiveKernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKernel]:
    """A kernel without a notebook file, with daglab loaded; tests use names of their own."""
    live = LiveKernel(tmp_path_factory.mktemp("kernel"), has_file=False).start().load()
    yield live
    live.stop()


@pytest.fixture
def own_kernel(tmp_path: Path) -> Iterator[LiveKernel]:
    """A kernel of the test's own, whose notebook is a file; not started yet."""
    live = LiveKernel(tmp_path)
    yield live
    if live.client is not None:
        live.stop()
