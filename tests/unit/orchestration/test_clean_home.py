"""A home for one trial knows what it was given, leads nowhere else, and is gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import daglab
from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.data_version import DataVersion
from daglab.definitions.definitions import Definitions
from daglab.definitions.io_manager import StoredValue
from daglab.definitions.source_asset_decorator import observable_source_asset
from daglab.errors import ValueMissingError
from daglab.orchestration.clean_home import clean_home
from daglab.orchestration.instance import Instance
from daglab.orchestration.materialize import materialize
from daglab.orchestration.observed import latest_observation, read_states


@asset
def given() -> Any:
    return {1, 2}  # a pickle, signed


@asset
def other() -> Any:
    return "other"


@pytest.fixture
def instance(home: Path) -> Iterator[Instance]:
    with Instance.open(home) as opened:
        materialize([given, other], instance=opened)
        yield opened


def test_what_is_given_can_be_loaded_and_nothing_else(instance: Instance) -> None:
    with clean_home(instance, [instance.materialization("given")] * 2) as clean:
        assert clean.load("given") == daglab.load("given") == {1, 2}
        assert clean.materialization("given") == instance.materialization("given")
        with pytest.raises(ValueMissingError, match="never materialized"):
            daglab.load("other")


def test_what_is_made_there_stays_there(instance: Instance) -> None:
    def files() -> list[str]:
        return sorted(path.name for path in instance.home.storage.rglob("*.*"))

    before, runs = files(), instance.store.runs()
    with clean_home(instance, []) as clean:
        folder = clean.home.path
        assert str(folder) == os.environ["DAGLAB_HOME"]
        materialize([given, other], instance=Instance.get())
        assert clean.load("other") == "other"
    assert (files(), instance.store.runs()) == (before, runs)
    assert not folder.exists()
    assert os.environ["DAGLAB_HOME"] == str(instance.home.path)
    assert "DAGLAB_STORAGE" not in os.environ


def test_what_was_observed_is_known(instance: Instance) -> None:
    @observable_source_asset
    def weather() -> DataVersion:
        return DataVersion("7")

    definitions = Definitions(assets=[weather], jobs=[define_asset_job("look", selection="weather")])
    assert definitions.get_job_def("look").execute_in_process(instance=instance).success
    event = latest_observation(instance, "weather")
    assert event is not None
    with clean_home(instance, [], [event]) as clean:
        assert read_states(clean, ["weather"]) == read_states(instance, ["weather"])
        assert read_states(clean, ["weather"])["weather"].observed == "7"


def test_variables_come_back_after_an_error(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGLAB_STORAGE", "values")

    def fail() -> None:
        with clean_home(instance, []):
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    assert os.environ["DAGLAB_STORAGE"] == "values"


@pytest.mark.parametrize("path", ["../../outside.json", "/outside.json", "", 5])
def test_reference_that_leads_elsewhere_is_not_followed(instance: Instance, tmp_path: Path, path: Any) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("1")
    reference = {"path": path, "format": "json"}
    made = replace(instance.materialization("other"), stored=StoredValue(reference=reference))
    with clean_home(instance, [made]) as clean:
        assert not any(found.is_file() for found in clean.home.storage.rglob("*"))


def test_value_whose_run_is_forgotten_is_given_all_the_same(instance: Instance) -> None:
    made = replace(instance.materialization("given"), run_id="forgotten")
    with clean_home(instance, [made]) as clean:
        assert clean.load("given") == {1, 2}
