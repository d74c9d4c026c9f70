"""Every code block of the README does what the README says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([\w-]*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def blocks(language):
    return [text for found, text in BLOCKS if found == language]


@pytest.fixture
def coffee(tmp_path):
    cells = [nbformat.v4.new_code_cell(text.rstrip()) for text in blocks("python")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "coffee.ipynb")
    for cell in cells:
        cell.source = re.sub(r"\A%%.*\n", "", cell.source)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "sales.ipynb")
    return tmp_path


def daglab(arguments, folder):
    command = [shutil.which("daglab", path=str(Path(sys.executable).parent)) or "daglab", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_every_language_of_a_block_is_tested():
    assert {language for language, _ in BLOCKS} == {"", "python", "console", "python-session", "toml"}


def test_the_commands_of_the_tour_succeed_and_the_values_are_there(coffee):
    printed = []
    for line in "".join(blocks("console")).splitlines():
        done = daglab(line.removeprefix("$ daglab ").split(), coffee)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        printed.append(done.stdout)
    assert "3 assets made" in printed[0]
    assert "All 3 assets are fresh" in printed[1]
    for session in blocks("python-session"):
        subprocess.run([sys.executable, "-c", session_file(coffee, session)], cwd=coffee, check=True, timeout=60)


def session_file(folder, text):
    # Functions that become assets are read from their source, as in a module.
    (folder / "session.py").write_text(text)
    return "import runpy; runpy.run_path('session.py')"


def test_a_changed_constant_touches_what_the_tour_says(coffee):
    assert daglab(["materialize", "-f", "coffee.ipynb"], coffee).returncode == 0
    path = coffee / "coffee.ipynb"
    path.write_text(path.read_text().replace("LARGE = 12", "LARGE = 16"))
    made = daglab(["materialize", "-f", "coffee.ipynb"], coffee).stdout
    assert "2 assets made, 1 already fresh" in made


def test_the_settings_block_is_valid(tmp_path):
    from daglab.orchestration.settings import Retention, Settings, read_settings

    (tmp_path / "pyproject.toml").write_text("".join(blocks("toml")))
    assert read_settings(tmp_path / "pyproject.toml", {}) == Settings(
        locations=("notebooks/*.ipynb", "my_package.assets"),
        run_store="sqlite:////data/team/daglab.db",
        storage="data",
        durability="power",
        processes=2,
        retention=Retention(materializations=10, days=30),
    )


def test_the_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text()
    for line in "".join(blocks("")).splitlines():
        target = line.split()[1]
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_pictures_exist():
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT):
        assert (ROOT / picture).is_file()
