"""What is built from the tree works where there is no node and nothing else to set up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel, fresh from the tree, was installed by a pip that finds no node."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True, timeout=300, check=False)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    [wheel] = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder / "site"), str(wheel)]
    subprocess.run(pip, env={**os.environ, "PATH": str(folder)}, check=True, timeout=120)
    return folder / "site"


@pytest.fixture
def outside(installed: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which the installed wheel comes before the tree."""
    return {
        **os.environ,
        "PATH": f"{installed / 'bin'}{os.pathsep}{tmp_path}",
        "PYTHONPATH": str(installed),
        "JUPYTER_PATH": str(installed / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(installed / "etc" / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "DAGLAB_HOME": str(tmp_path / "home"),
    }


def python(code: str, environment: dict[str, str], folder: Path) -> str:
    ran = subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_the_wheel_carries_the_browser_code(installed: Path) -> None:
    extension = json.loads((installed / "share/jupyter/labextensions/daglab/package.json").read_text())
    assert (installed / "share/jupyter/labextensions/daglab" / extension["jupyterlab"]["_build"]["load"]).is_file()
    assert (installed / "daglab/widget/static/widget.js").stat().st_size < 100_000
    server = json.loads((installed / "etc/jupyter/jupyter_server_config.d/daglab.json").read_text())
    assert server == {"ServerApp": {"jpserver_extensions": {"daglab.server.extension": True}}}


@pytest.mark.slow
def test_the_installed_wheel_materializes_and_is_enabled_in_jupyter(
    installed: Path, outside: dict[str, str], tmp_path: Path
) -> None:
    assert Path(python("import daglab; print(daglab.__file__)", outside, tmp_path).strip()).is_relative_to(installed)
    cells = [nbformat.v4.new_code_cell("%%asset\nanswer = 6 * 7")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "answer.ipynb")
    run = "from daglab.cli.main import main; main(['materialize', '-f', 'answer.ipynb'])"
    assert "1 asset made" in python(run, outside, tmp_path)
    assert python("import daglab; print(daglab.load('answer'))", outside, tmp_path) == "42\n"
    for command in ("labextension", "server extension"):
        listing = [sys.executable, "-m", "jupyter", *command.split(), "list"]
        done = subprocess.run(listing, env=outside, cwd=tmp_path, capture_output=True, text=True, check=True)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "daglab" in line]
        assert any("OK" in line for line in lines), lines
