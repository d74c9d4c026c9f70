from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.data_version import DataVersion
from daglab.definitions.definitions import Definitions
from daglab.definitions.source_asset_decorator import observable_source_asset
from daglab.orchestration.instance import Instance
from daglab.orchestration.locations import LoadedWorkspace
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import execute, judge, prepare
from daglab.planning.graph import AssetGraph


class Weather:
    """A source that is observed, and an asset that is made from it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.version = "1"

        @observable_source_asset
        def weather() -> DataVersion:
            return DataVersion(self.version)

        @asset(deps=[weather], code_version="1")
        def report() -> int:
            return 1

        self.job = Definitions(assets=[weather], jobs=[define_asset_job("look", selection="weather")]).get_job_def(
            "look"
        )
        self.workspace = LoadedWorkspace(graph=AssetGraph.build([report]), elsewhere=(weather,))

    def observe(self, version: str) -> None:
        self.version = version
        assert self.job.execute_in_process(instance=self.instance).success

    def make(self) -> list[str]:
        prepared = prepare(self.instance, MaterializeRequest(locations=()), self.workspace)
        if prepared.has_steps:
            assert execute(self.instance, prepared).success
        return list(prepared.plan.steps)

    @property
    def stands(self) -> tuple[str, str]:
        verdict = judge(self.instance, self.workspace)["report"]
        return verdict.freshness.value, verdict.reason


@pytest.fixture
def weather(tmp_path: Path) -> Iterator[Weather]:
    with Instance.open(tmp_path / "home") as instance:
        yield Weather(instance)


def test_what_depends_on_a_source_is_stale_when_another_version_is_observed(weather: Weather) -> None:
    weather.observe("1")
    assert weather.make() == ["report"]
    assert weather.stands == ("fresh", "")
    weather.observe("1")
    assert weather.stands == ("fresh", "")
    assert weather.make() == []
    weather.observe("2")
    assert weather.stands == ("stale", "'weather' has changed since.")
    assert weather.make() == ["report"]
    assert weather.stands == ("fresh", "")


def test_source_that_nobody_observed_does_not_count(weather: Weather) -> None:
    weather.make()
    assert weather.stands == ("fresh", "")


def test_source_that_is_observed_for_the_first_time_counts(weather: Weather) -> None:
    weather.make()
    weather.observe("1")
    assert weather.stands == ("stale", "'weather' was observed since, and was not known when it was made.")
    weather.make()
    assert weather.stands == ("fresh", "")


def test_the_version_is_part_of_the_provenance(weather: Weather) -> None:
    weather.observe("größe-1")
    weather.make()
    provenance = weather.instance.get_asset_provenance(AssetKey("report"))
    assert provenance is not None
    assert provenance.input_data_versions == {AssetKey("weather"): DataVersion("größe-1")}
