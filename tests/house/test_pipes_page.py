"""Every program of the page on Pipes runs as it stands, and with the package of the protocol in the place of ours."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import daglab.pipes

PAGE = (Path(__file__).parents[2] / "docs" / "pipes.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def test_every_block_is_a_program():
    assert re.findall(r"^```(\w+)$", PAGE, re.MULTILINE) == ["python"] * len(BLOCKS)
    assert list(BLOCKS) == ["clean_orders.py", "flows.py", "by_hand.py"]


@pytest.mark.parametrize("package", ["daglab.pipes", "dagster_pipes"])
@pytest.mark.parametrize("program", ["flows.py", "by_hand.py"])
def test_program_runs(tmp_path, program, package):
    for name, text in BLOCKS.items():
        theirs = text.replace("daglab.pipes import open_pipes", f"{package} import open_dagster_pipes as open_pipes")
        (tmp_path / name).write_text(theirs)
    done = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_program_runs_by_hand(tmp_path):
    (tmp_path / "clean_orders.py").write_text(BLOCKS["clean_orders.py"].replace("[:limit]", "[:3]"))
    done = subprocess.run([sys.executable, "clean_orders.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "what is printed is in the log of the step, too\n")
    assert "PipesWarning: no step started this process" in done.stderr


@pytest.mark.parametrize("name", daglab.pipes.__all__)
def test_every_name_is_there_and_says_what_it_is(name):
    value = getattr(daglab.pipes, name)
    assert not isinstance(value, type) or (value.__doc__ or "").strip()


def test_names_are_those_of_the_package_of_the_protocol():
    import dagster_pipes

    ours = {"PipesError", "PipesWarning", "open_pipes"}
    assert [name for name in daglab.pipes.__all__ if name not in ours and not hasattr(dagster_pipes, name)] == []
    assert daglab.pipes.__all__ == sorted(daglab.pipes.__all__)
