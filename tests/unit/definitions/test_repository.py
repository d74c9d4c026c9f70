from __future__ import annotations

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.automation.partitioned_schedule import build_schedule_from_partitioned_job
from daglab.definitions.automation.schedule_definition import ScheduleDefinition
from daglab.definitions.automation.sensor_decorator import sensor
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.definitions import Definitions
from daglab.definitions.graph_decorator import graph
from daglab.definitions.job_decorator import job
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.op_decorator import op
from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
from daglab.definitions.repository import RepositoryDefinition, repository
from daglab.definitions.results import AssetCheckResult
from daglab.definitions.source_asset import SourceAsset
from daglab.errors import InvalidDefinitionError, InvariantViolationError


@asset
def orders() -> int:
    return 1


@asset_check(asset=orders)
def is_positive() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


@op
def greet() -> None: ...


@graph
def greetings() -> None:
    greet()


@job
def greeting() -> None:
    greet()


@op(required_resource_keys={"warehouse"})
def load() -> None: ...


@job
def loading() -> None:
    load()


nightly = ScheduleDefinition(job=define_asset_job("orders_only", selection="orders"), cron_schedule="0 0 * * *")


def test_repository_holds_what_it_was_given() -> None:
    @repository
    def shop() -> list[object]:
        return [orders, [is_positive, greeting], nightly, SourceAsset("rates"), greetings]

    assert isinstance(shop, RepositoryDefinition)
    assert (shop.name, shop.job_names) == ("shop", ["greeting", "greetings", "__ASSET_JOB", "orders_only"])
    assert [one.name for one in shop.get_all_jobs()] == list(shop.job_names)
    assert shop.has_job("greeting") and not shop.has_job("nothing")
    assert shop.get_job("greeting").name == "greeting"
    assert isinstance(shop.get_job("orders_only"), JobDefinition)
    assert shop.assets_defs_by_key == {AssetKey("orders"): orders}
    assert list(shop.source_assets_by_key) == [AssetKey("rates")]
    assert list(shop.asset_checks_defs_by_key.values()) == [is_positive]
    assert [one.name for one in shop.schedule_defs] == ["orders_only_schedule"]
    assert shop.has_schedule_def("orders_only_schedule") and not shop.has_sensor_def("orders_only_schedule")
    assert list(shop.sensor_defs) == []


def test_repository_is_named_and_described() -> None:
    @repository(name="other", description="what is there", metadata={"a": 1})
    def shop() -> dict[str, dict[str, object]]:
        return {"jobs": {"greeting": greeting, "lazy": lambda: greetings}}

    assert (shop.name, shop.description) == ("other", "what is there")
    assert shop.job_names == ["greeting", "greetings"]


@pytest.mark.parametrize("given", [5, [5], [greet], {"assets": {}}, None, "orders"])
def test_repository_of_something_else_is_refused(given: object) -> None:
    with pytest.raises(InvalidDefinitionError):
        repository(name="shop")(lambda: given)


@pytest.mark.parametrize("method", ["get_job", "get_schedule_def", "get_sensor_def"])
def test_what_is_not_there_is_named(method: str) -> None:
    shop = repository(name="shop")(lambda: [greeting])
    with pytest.raises(InvariantViolationError, match="'nothing'"):
        getattr(shop, method)("nothing")


def test_job_cannot_have_the_name_of_that_of_all_assets() -> None:
    with pytest.raises(InvalidDefinitionError, match="__ASSET_JOB"):
        repository(name="shop")(lambda: [orders, define_asset_job("__ASSET_JOB")])


def test_schedules_of_one_name_are_refused() -> None:
    other = ScheduleDefinition(name=nightly.name, job=greeting, cron_schedule="0 1 * * *")
    with pytest.raises(InvalidDefinitionError, match="two schedules or sensors named 'orders_only_schedule'"):
        Definitions(assets=[orders], schedules=[nightly, other]).get_repository_def()


def test_schedule_of_another_job_of_the_same_name_is_refused() -> None:
    other = define_asset_job("orders_only", selection="*")
    with pytest.raises(InvalidDefinitionError, match="there is another job of this name"):
        Definitions(assets=[orders], schedules=[nightly], jobs=[other]).get_repository_def()
    same = define_asset_job("orders_only", selection="orders")
    assert Definitions(assets=[orders], schedules=[nightly], jobs=[same]).get_repository_def().has_job("orders_only")


def test_schedule_and_its_job_get_the_resources_of_all() -> None:
    hourly = ScheduleDefinition(job=loading, cron_schedule="0 * * * *")
    definitions = Definitions(schedules=[hourly], resources={"warehouse": 3})
    assert "warehouse" in definitions.get_job_def("loading").resource_defs
    assert definitions.get_schedule_def("loading_schedule").job is definitions.get_job_def("loading")
    assert definitions.get_unresolved_schedule_def("loading_schedule") is hourly
    with pytest.raises(InvalidDefinitionError, match="warehouse"):
        Definitions(schedules=[hourly]).get_repository_def()


def test_assets_that_a_schedule_targets_are_there_too() -> None:
    daily = ScheduleDefinition("daily", target=[orders], cron_schedule="0 0 * * *")
    definitions = Definitions(schedules=[daily])
    assert definitions.resolve_all_asset_keys() == [AssetKey("orders")]
    assert definitions.get_job_def(daily.job_name).selected_keys == {AssetKey("orders")}


def test_missing_resource_of_a_schedule_is_refused() -> None:
    needy = ScheduleDefinition(job=greeting, cron_schedule="0 * * * *", required_resource_keys={"clock"})
    with pytest.raises(InvalidDefinitionError, match="'clock', which 'greeting_schedule' needs"):
        Definitions(schedules=[needy]).get_repository_def()
    Definitions.validate_loadable(Definitions(schedules=[needy], resources={"clock": 1}))


def test_own_resources_of_a_job_stay() -> None:
    own = greetings.to_job(name="own", resource_defs={"limit": 1})
    found = Definitions(jobs=[own], resources={"limit": 2, "day": 3}).get_job_def("own")
    assert found.resource_defs == {"limit": 1, "day": 3}


def test_sensor_and_its_job_get_the_resources_of_all() -> None:
    @sensor(job=loading)
    def watching() -> None: ...

    definitions = Definitions(sensors=[watching], resources={"warehouse": 3})
    assert definitions.get_sensor_def("watching").job is definitions.get_job_def("loading")
    assert definitions.get_unresolved_sensor_def("watching") is watching
    assert [one.name for one in definitions.get_repository_def().sensor_defs] == ["watching"]
    assert list(definitions.get_repository_def().schedule_defs) == []


def test_schedule_of_a_partitioned_asset_job_is_resolved() -> None:
    @asset(partitions_def=DailyPartitionsDefinition(start_date="2024-01-01"))
    def daily() -> int:
        return 1

    days = define_asset_job("days", selection=[daily])
    schedule = build_schedule_from_partitioned_job(days)
    found = Definitions(assets=[daily], jobs=[days], schedules=[schedule]).get_schedule_def("days_schedule")
    assert isinstance(found, ScheduleDefinition)
    assert (found.cron_schedule, found.job_name) == ("0 0 * * *", "days")


def test_automation_of_a_job_that_is_not_there_does_not_fit() -> None:
    @sensor(job_name="nihgtly")
    def look() -> None: ...

    daily = ScheduleDefinition(job_name="hourly", cron_schedule="@daily")
    nightly = define_asset_job("nightly", [orders])
    with pytest.raises(InvalidDefinitionError, match="'look' launches the job 'nihgtly'"):
        Definitions.validate_loadable(Definitions(assets=[orders], jobs=[nightly], sensors=[look]))
    with pytest.raises(InvalidDefinitionError, match="'hourly_schedule' launches the job 'hourly', which is not there"):
        Definitions.validate_loadable(Definitions(schedules=[daily]))
    Definitions.validate_loadable(
        Definitions(jobs=[define_asset_job("hourly", [orders])], assets=[orders], schedules=[daily])
    )
