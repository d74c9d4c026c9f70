from __future__ import annotations

from pathlib import Path

import pytest

from daglab.errors import SettingsError
from daglab.orchestration.settings import Retention, Settings, read_settings


def written(folder: Path, text: str) -> Path:
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def test_defaults_hold_where_nothing_is_said(tmp_path: Path) -> None:
    assert read_settings(None, {}) == Settings()
    assert read_settings(written(tmp_path, "[project]\nname = 'x'\n"), {}) == Settings()


def test_every_setting_is_read(tmp_path: Path) -> None:
    text = """[tool.daglab]
locations = ["a.ipynb", "flows"]
run_store = "sqlite:///x.db"
storage = "values"
durability = "power"
processes = 3
[tool.daglab.retention]
materializations = 10
days = 30
"""
    assert read_settings(written(tmp_path, text), {}) == Settings(
        locations=("a.ipynb", "flows"),
        run_store="sqlite:///x.db",
        storage="values",
        durability="power",
        processes=3,
        retention=Retention(materializations=10, days=30),
    )


def test_retention_can_be_said_in_the_environment(tmp_path: Path) -> None:
    file = written(tmp_path, "[tool.daglab.retention]\ndays = 3\n")
    assert read_settings(file, {}).retention == Retention(days=3)
    environment = {"DAGLAB_RETENTION": "materializations = 2"}
    assert read_settings(file, environment).retention == Retention(materializations=2)


@pytest.mark.parametrize("said", ["0", "days = 0", "days = true", "dasy = 3", "days = '3'", "days = 1.5"])
def test_retention_that_cannot_be_is_refused(said: str) -> None:
    with pytest.raises(SettingsError, match=r"DAGLAB_RETENTION is .*; it should be `materializations = 10`"):
        read_settings(None, {"DAGLAB_RETENTION": said})


def test_environment_overrides_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[tool.daglab]\nprocesses = 3\nstorage = 'values'\n")
    environment = {"DAGLAB_PROCESSES": "4", "DAGLAB_LOCATIONS": "a.ipynb:flows", "DAGLAB_HOME": "/elsewhere"}
    assert read_settings(file, environment) == Settings(locations=("a.ipynb", "flows"), storage="values", processes=4)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("processes = true", "processes in {place} is True; it should be a whole number from 1"),
        ("processes = -1", "processes in {place} is -1; it should be a whole number from 1"),
        ("locations = 'a.ipynb'", "locations in {place} is 'a.ipynb'; it should be a list of paths or modules"),
        ("locations = ['']", "locations in {place} is ['']; it should be a list of paths or modules"),
        ("storage = ''", "storage in {place} is ''; it should be a folder"),
        ("run_store = 3", "run_store in {place} is 3; it should be a SQLAlchemy URL"),
        ("proceses = 3", "proceses in {place}: there is no such setting; did you mean 'processes'?"),
    ],
)
def test_setting_that_cannot_be(tmp_path: Path, line: str, problem: str) -> None:
    file = written(tmp_path, f"[tool.daglab]\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        read_settings(file, {})
    assert str(caught.value) == problem.format(place=f"[tool.daglab] of {file}")


@pytest.mark.parametrize("text", ["0", "-2", "1.5", "²", "", "many"])
def test_number_in_the_environment_that_is_none(text: str) -> None:
    with pytest.raises(SettingsError, match="the environment variable DAGLAB_PROCESSES is "):
        read_settings(None, {"DAGLAB_PROCESSES": text})


def test_table_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make it a table"):
        read_settings(written(tmp_path, "[tool]\ndaglab = 3\n"), {})
