"""What all tests share: nothing of the developer's own daglab reaches them, and browser tests are marked."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import settings

# A shell's background jobs ignore interrupts, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]

# A busy machine is no reason for a property to fail, and neither is chance: the examples are the same every time, until
# somebody asks for others.
settings.register_profile("daglab", deadline=None, derandomize="DAGLAB_TEST_OTHER_EXAMPLES" not in os.environ)
settings.load_profile("daglab")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in `tests/browser`."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGLAB_HOME", raising=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, not made yet, which `DAGLAB_HOME` names."""
    place = tmp_path / "home"
    monkeypatch.setenv("DAGLAB_HOME", str(place))
    return place


@pytest.fixture
def calls_of() -> Callable[[Callable[[], object]], int]:
    """Counts the calls that a piece of work makes: how work grows is told by counts, which no busy machine changes."""

    def count(work: Callable[[], object]) -> int:
        calls = 0

        def see(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(see)
        try:
            work()
        finally:
            sys.setprofile(before)
        return calls

    return count
