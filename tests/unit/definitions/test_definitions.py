from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.definitions import Definitions
from daglab.definitions.job_decorator import job
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.nodes import Origin
from daglab.definitions.op_decorator import op
from daglab.definitions.results import AssetCheckResult
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.specs import AssetSpec
from daglab.errors import DaglabError, DuplicateAssetError, InvalidDefinitionError, InvariantViolationError


@asset
def orders() -> list[int]:
    return [1, 2]


@asset
def total(orders: list[int]) -> int:
    return sum(orders)


@asset_check(asset="orders")
def not_empty(orders: list[int]) -> AssetCheckResult:
    return AssetCheckResult(passed=bool(orders))


@asset(required_resource_keys={"warehouse"})
def loaded() -> None: ...


@op
def greet() -> None: ...


@job
def greeting() -> None:
    greet()


@op(required_resource_keys={"warehouse"})
def load() -> None: ...


@job
def loading() -> None:
    load()


def test_all_is_assets_then_checks_each_once() -> None:
    definitions = Definitions(assets=iter([orders, total, orders]), asset_checks=[not_empty, not_empty])
    assert definitions.all == (orders, total, not_empty)


def test_nothing_is_needed() -> None:
    definitions = Definitions()
    assert (list(definitions.assets), list(definitions.jobs), dict(definitions.resources)) == ([], [], {})
    assert definitions.resolve_all_asset_keys() == []
    assert not definitions.has_implicit_global_asset_job_def()


def test_what_was_given_is_kept() -> None:
    definitions = Definitions(assets=[orders], jobs=[greeting], resources={"limit": 3}, metadata={"who": "ops"})
    assert (definitions.assets, definitions.jobs, definitions.resources) == ([orders], [greeting], {"limit": 3})
    assert "who" in definitions.metadata
    assert definitions == Definitions(assets=[orders], jobs=[greeting], resources={"limit": 3}, metadata={"who": "ops"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"assets": [lambda: 1]}, "assets= holds <function"),
        ({"assets": [[orders]]}, "assets= holds"),
        ({"assets": orders}, "is no list"),
        ({"assets": 5}, "assets=5 is no list"),
        ({"asset_checks": ["orders"]}, "asset_checks= holds 'orders', which is no asset check"),
        ({"jobs": [greet]}, "jobs= holds"),
        ({"sensors": [5]}, "sensors= holds 5, which is no sensor"),
        ({"resources": 5}, "resources=5 is no mapping"),
    ],
)
def test_what_is_in_the_wrong_place_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=message):
        Definitions(**arguments)


def test_asset_defined_twice_is_refused_with_both_places_once_it_matters() -> None:
    @asset(name="orders")
    def again() -> int:
        return 1

    twice = [orders.with_origin(Origin(location="a.py")), again.with_origin(Origin(location="b.py"))]
    definitions = Definitions(assets=twice)
    with pytest.raises(DuplicateAssetError) as caught:
        definitions.resolve_asset_graph()
    assert str(caught.value) == "'orders' is defined 2 times: a.py, b.py\n  → rename all but one"


def test_check_defined_twice_is_refused() -> None:
    @asset_check(asset="orders", name="not_empty")
    def again() -> AssetCheckResult:
        return AssetCheckResult(passed=True)

    with pytest.raises(DuplicateAssetError, match="'orders:not_empty' is defined 2 times"):
        Definitions(asset_checks=[not_empty, again]).get_repository_def()


def test_keys_come_after_what_they_need() -> None:
    definitions = Definitions(assets=[total, orders, AssetSpec("rates"), SourceAsset("raw")])
    assert list(map(str, definitions.resolve_all_asset_keys())) == ["orders", "rates", "raw", "total"]
    assert [spec.key for spec in definitions.resolve_all_asset_specs()] == definitions.resolve_all_asset_keys()


def test_job_of_a_selection_is_resolved_once() -> None:
    definitions = Definitions(assets=[orders, total], jobs=[define_asset_job("nightly", "total"), greeting])
    nightly = definitions.resolve_job_def("nightly")
    assert isinstance(nightly, JobDefinition)
    assert nightly is definitions.get_job_def("nightly")
    assert nightly.selected_keys == {AssetKey("total")}
    assert definitions.get_repository_def().job_names == ["greeting", "__ASSET_JOB", "nightly"]
    assert [one.name for one in definitions.resolve_all_job_defs()] == ["greeting", "__ASSET_JOB", "nightly"]


def test_job_of_all_assets() -> None:
    whole = Definitions(assets=[orders, total], asset_checks=[not_empty]).get_implicit_global_asset_job_def()
    assert (whole.name, whole.selected_keys) == ("__ASSET_JOB", {AssetKey("orders"), AssetKey("total")})
    assert not_empty in whole.assets


def test_there_is_no_job_of_all_assets_without_assets() -> None:
    with pytest.raises(InvariantViolationError, match="there is no job '__ASSET_JOB'"):
        Definitions(jobs=[greeting]).resolve_implicit_global_asset_job_def()


@pytest.mark.parametrize("method", ["get_job_def", "get_schedule_def", "get_sensor_def", "resolve_sensor_def"])
def test_what_is_not_there_is_named(method: str) -> None:
    with pytest.raises(InvariantViolationError, match="'greetin'"):
        getattr(Definitions(jobs=[greeting]), method)("greetin")


def test_two_jobs_of_one_name_are_refused() -> None:
    other = define_asset_job("greeting")
    with pytest.raises(InvalidDefinitionError, match="two jobs named 'greeting'"):
        Definitions(assets=[orders], jobs=[greeting, other]).get_repository_def()
    assert Definitions(jobs=[greeting, greeting]).get_repository_def().job_names == ["greeting"]


def test_job_whose_assets_are_missing_is_refused_when_it_is_asked_for() -> None:
    definitions = Definitions(assets=[orders], jobs=[define_asset_job("nightly", "ordres")])
    assert definitions.get_repository_def().has_job("nightly")
    with pytest.raises(InvalidDefinitionError, match="asset job 'nightly' cannot be resolved: 'ordres' names no asset"):
        definitions.get_job_def("nightly")
    with pytest.raises(InvalidDefinitionError):
        Definitions.validate_loadable(definitions)


def test_missing_resource_of_an_asset_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="'warehouse'"):
        Definitions(assets=[loaded]).get_repository_def()
    Definitions.validate_loadable(Definitions(assets=[loaded], resources={"warehouse": 1}))


def test_missing_io_manager_of_an_asset_is_refused() -> None:
    @asset(io_manager_key="lake")
    def stored() -> int:
        return 1

    with pytest.raises(InvalidDefinitionError, match="'lake'"):
        Definitions(assets=[stored]).resolve_all_asset_keys()


def test_missing_resource_of_a_job_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="warehouse"):
        Definitions(jobs=[loading]).get_repository_def()
    found = Definitions(jobs=[loading], resources={"warehouse": 1}).get_job_def("loading")
    assert "warehouse" in found.resource_defs


def test_merged_definitions_have_everything() -> None:
    shared = object()
    merged = Definitions.merge(
        Definitions(assets=[orders], resources={"a": shared}, metadata={"x": 1}),
        Definitions(asset_checks=[not_empty], jobs=[greeting], resources={"a": shared, "b": 2}, metadata={"x": 2}),
        Definitions(),
    )
    assert merged == Definitions(
        assets=[orders], asset_checks=[not_empty], jobs=[greeting], resources={"a": shared, "b": 2}, metadata={"x": 2}
    )
    assert Definitions.merge() == Definitions()


def test_clashing_definitions_are_not_merged() -> None:
    with pytest.raises(InvariantViolationError, match="Definitions 0 and 1 have different resources named 'a'"):
        Definitions.merge(Definitions(resources={"a": 1}), Definitions(resources={"a": 2}))
    with pytest.raises(InvariantViolationError, match="Definitions 0 and 2 have different executors"):
        Definitions.merge(Definitions(executor="a"), Definitions(), Definitions(executor="b"))
    with pytest.raises(DaglabError):
        Definitions.merge(Definitions(), 3)  # type: ignore[arg-type]


def grouped(spec: AssetSpec) -> AssetSpec:
    return spec.replace_attributes(group_name="new")


def groups(definitions: Definitions) -> Iterator[tuple[str, str]]:
    return ((str(spec.key), spec.group_name or "default") for spec in definitions.resolve_all_asset_specs())


def test_specs_are_mapped() -> None:
    definitions = Definitions(assets=[orders, AssetSpec("rates")])
    assert dict(groups(definitions.map_asset_specs(func=grouped))) == {"orders": "new", "rates": "new"}
    selected = definitions.map_resolved_asset_specs(func=grouped, selection="rates")
    assert dict(groups(selected)) == {"orders": "default", "rates": "new"}
    assert dict(groups(definitions)) == {"orders": "default", "rates": "default"}


def test_specs_are_not_mapped_where_that_is_not_possible() -> None:
    with pytest.raises(DaglabError):
        Definitions(assets=[orders]).map_asset_specs(func=grouped, selection="orders")
    with pytest.raises(InvariantViolationError):
        Definitions(assets=[SourceAsset("raw")]).map_asset_specs(func=grouped)


def test_definition_of_an_asset_is_found() -> None:
    definitions = Definitions(assets=[orders, total], asset_checks=[not_empty])
    assert isinstance(definitions.get_assets_def("total"), AssetsDefinition)
    assert definitions.get_assets_def("total").key == AssetKey("total")
    assert definitions.get_asset_checks_def(next(iter(not_empty.check_keys))) is not_empty
    with pytest.raises(InvariantViolationError, match="there is no asset 'totl'"):
        definitions.get_assets_def("totl")


def test_graph_tells_who_needs_whom() -> None:
    declared = [total, AssetSpec("orders"), AssetSpec("rates", deps=["orders"])]
    graph = Definitions(assets=declared).resolve_asset_graph()
    assert graph.get(AssetKey("total")).parent_keys == {AssetKey("orders")}
    assert graph.get("orders").child_keys == {AssetKey("total"), AssetKey("rates")}
    assert graph.get_all_asset_keys() == {AssetKey("orders"), AssetKey("total"), AssetKey("rates")}
    assert graph.materializable_asset_keys == graph.executable_asset_keys == {AssetKey("total")}
    assert graph.external_asset_keys == {AssetKey("orders"), AssetKey("rates")}
    assert list(map(str, graph.toposorted_asset_keys)) == ["orders", "rates", "total"]


def test_input_that_nobody_defines_is_refused_with_the_nearest_name() -> None:
    @asset
    def order() -> int:
        return 1

    with pytest.raises(InvalidDefinitionError) as caught:
        Definitions(assets=[order, total]).get_repository_def()
    assert str(caught.value) == ("'total' reads asset 'orders', which nobody defines\n  → did you mean 'order'?")


def test_asset_of_the_same_group_is_found_without_its_prefix() -> None:
    @asset(key_prefix="raw")
    def rates() -> int:
        return 1

    @asset(key_prefix="sums")
    def by_value(rates: int) -> int:
        return rates

    @asset(deps=["rates"], group_name="other")
    def elsewhere() -> None: ...

    graph = Definitions(assets=[by_value, rates, elsewhere]).resolve_asset_graph()
    assert graph.get("sums/by_value").parent_keys == {AssetKey(["raw", "rates"])}
    assert graph.get("elsewhere").parent_keys == {AssetKey("rates")}


def test_observable_source_is_looked_at_by_a_job() -> None:
    source = SourceAsset("raw", observe_fn=lambda: None)
    definitions = Definitions(assets=[source, orders], jobs=[define_asset_job("look", "raw")])
    assert definitions.resolve_asset_graph().observable_asset_keys == {AssetKey("raw")}
    assert definitions.get_job_def("look").selected_keys == {AssetKey("raw")}
