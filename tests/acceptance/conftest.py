"""Lets the tests of this folder share `project.py`, and gives each a project of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty folder in which `daglab` commands run; whatever they left running is ended afterwards."""
    place = Project(tmp_path / "project")
    place.root.mkdir()
    yield place
    place.end_all()
