"""What must hold of the files themselves: nothing in them is true of one machine only, and they agree."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest

from daglab.foundation.version import __version__

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# written in pieces, so that this file does not hold what it forbids
REGISTRIES = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
REGISTRIES += [".".join(parts) for parts in (("npmjs", "com"), ("yarnpkg", "com"), ("debian", "org"))]
MACHINE_PATH = re.compile(r"(?<![\w.~*}/-])/(?:work|root|home/(?!user/)\w+|Users/\w+)/\w")


@cache
def tracked_texts() -> dict[str, str]:
    """Every file that is or would be committed, by its path; pictures and other binary files left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    contents = {name: (ROOT / name).read_bytes() for name in listed if (ROOT / name).is_file()}
    return {name: content.decode() for name, content in contents.items() if b"\0" not in content[:8192]}


def read_notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_the_host_of_a_package_registry(host: str) -> None:
    assert [name for name, text in tracked_texts().items() if host in text] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = {name: match.group() for name, text in tracked_texts().items() if (match := MACHINE_PATH.search(text))}
    assert found == {}


def test_the_lock_file_leaves_download_addresses_to_the_machine() -> None:
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text())
    assert [
        name for name, package in lock["packages"].items() if "resolved" in package and not package.get("link")
    ] == []


def test_what_a_build_makes_is_not_committed() -> None:
    built = ("kernel_ext/daglab/labextension/", "kernel_ext/daglab/widget/static/", "labextension/lib/")
    assert [name for name in tracked_texts() if name.startswith(built)] == []


def test_both_packages_have_one_version_and_the_changelog_has_it() -> None:
    version = __version__
    assert json.loads((ROOT / "labextension" / "package.json").read_text())["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_server_extension_that_is_switched_on_exists() -> None:
    config = json.loads((ROOT / "jupyter-config" / "server" / "daglab.json").read_text())
    for module in config["ServerApp"]["jpserver_extensions"]:
        file = ROOT / "kernel_ext" / Path(*module.split(".")).with_suffix(".py")
        assert "def _jupyter_server_extension_points(" in file.read_text()


def test_every_extra_that_the_code_names_is_declared() -> None:
    named = {
        extra
        for name, text in tracked_texts().items()
        if name.startswith("kernel_ext/") and "/foundation/" not in name
        for extra in re.findall(r"""require\(["'][\w.]+["'], ["'](\w+)["']\)|Error\(.*extra=["'](\w+)["']""", text)
    }
    assert {first or second for first, second in named} <= set(PROJECT["project"]["optional-dependencies"])


def test_only_the_root_package_has_an_init_that_does_something() -> None:
    packages = (ROOT / "kernel_ext" / "daglab").glob("*/**/__init__.py")
    assert [str(file.relative_to(ROOT)) for file in packages if file.read_text().strip()] == []


@pytest.mark.parametrize("path", read_notebooks(), ids=lambda path: path.stem)
def test_notebooks_are_committed_without_results(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


@pytest.mark.parametrize("path", read_notebooks(), ids=lambda path: path.stem)
def test_cells_have_names_that_a_reader_understands(path: Path) -> None:
    names = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name)] == []
