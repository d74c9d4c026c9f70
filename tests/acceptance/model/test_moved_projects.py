"""Projects written for Dagster, in the way its documentation teaches, move here by changing their imports only.

The projects are in `moved/`, each with unit tests of its own, as text files: `assets.py.txt` is `assets.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECTS = Path(__file__).parent / "moved"
IMPORTS = {
    re.compile(r"^from dagster import", re.MULTILINE): "from daglab import",
    re.compile(r"^import dagster as dg$", re.MULTILINE): "import daglab as dg",
}


def move(project: str, place: Path) -> Path:
    """A copy of a project in which only the imports differ."""
    root = place / project
    for source in sorted((PROJECTS / project).rglob("*.txt")):
        text = source.read_text(encoding="utf-8")
        for old, new in IMPORTS.items():
            text = old.sub(new, text)
        target = root / source.relative_to(PROJECTS / project).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def own_tests(root: Path, tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", "--tb=short", tests]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    (root / "pytest.ini").write_text("[pytest]\n")
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=110, check=False)


@pytest.mark.parametrize(
    ("project", "tests", "count"),
    [
        ("quickstart", "tests", 18),
        ("warehouse", "tests", 28),
        ("warehouse", "mapping_tests", 4),
        ("orders", "tests", 25),
    ],
)
def test_moved_project_passes_its_own_tests(project: str, tests: str, count: int, tmp_path: Path) -> None:
    done = own_tests(move(project, tmp_path), tests)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert re.search(rf"^{count} passed\b", done.stdout, re.MULTILINE), done.stdout[-2000:]


def test_every_import_of_a_project_is_moved(tmp_path: Path) -> None:
    texts = [path.read_text() for name in sorted(os.listdir(PROJECTS)) for path in move(name, tmp_path).rglob("*.py")]
    assert len(texts) == 17
    assert not [text for text in texts if re.search(r"^\s*(from|import) dagster\b", text, re.MULTILINE)]
