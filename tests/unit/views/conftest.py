"""What the tests of pictures share."""

from __future__ import annotations

import pytest

from daglab.views import dot


@pytest.fixture(params=["dot", "own"])
def drawing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who draws: Graphviz, or daglab itself."""
    if request.param == "own":
        monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    elif dot.shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    return str(request.param)
