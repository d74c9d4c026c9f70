from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_loaders import (
    load_asset_checks_from_current_module,
    load_asset_checks_from_modules,
    load_assets_from_current_module,
    load_assets_from_modules,
    load_assets_from_package_module,
    load_assets_from_package_name,
)
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.automation.schedule_definition import ScheduleDefinition
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.definitions_loaders import (
    load_definitions_from_current_module,
    load_definitions_from_module,
    load_definitions_from_modules,
    load_definitions_from_package_name,
)
from daglab.definitions.map_specs import map_asset_specs
from daglab.definitions.partitions.backfill_policy import BackfillPolicy
from daglab.definitions.results import AssetCheckResult
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.specs import AssetSpec
from daglab.definitions.with_resources import with_resources
from daglab.errors import InvalidDefinitionError


@asset
def orders(rates: float) -> int:
    return 1


@asset(group_name="sums")
def total(orders: int) -> int:
    return orders


@asset_check(asset=orders)
def is_positive() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


in_a_list = [AssetSpec("in_a_list")]
rates = SourceAsset("rates")
spec = AssetSpec("spec")
everything = define_asset_job("everything")
nightly = ScheduleDefinition(job=everything, cron_schedule="0 0 * * *")


def module(name: str = "shop", **values: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(values)
    return made


SHOP = module(
    orders=orders, again=orders, total=total, check=is_positive, rates=rates, spec=spec, kind=AssetSpec, nightly=nightly
)


def keys(assets: object) -> list[str]:
    return sorted(str(one.key) for one in assets)  # type: ignore[attr-defined]


def by_key(assets: object, key: str) -> AssetsDefinition:
    return next(one for one in assets if str(one.key) == key)  # type: ignore[attr-defined, no-any-return]


def test_assets_of_a_module_each_once() -> None:
    assert keys(load_assets_from_modules([SHOP])) == ["orders", "rates", "total"]
    assert keys(load_assets_from_modules([SHOP, SHOP], include_specs=True)) == ["orders", "rates", "spec", "total"]
    assert load_assets_from_modules([]) == []


def test_assets_and_checks_of_this_module() -> None:
    assert keys(load_assets_from_current_module()) == ["orders", "rates", "total"]
    assert keys(load_assets_from_current_module(include_specs=True)) == [
        "in_a_list", "orders", "rates", "spec", "total"
    ]  # fmt: skip
    assert load_asset_checks_from_current_module() == [is_positive]


def test_prefix_comes_before_keys_wherever_they_are() -> None:
    found = load_assets_from_modules([SHOP], key_prefix=["eu", "de"])
    assert keys(found) == ["eu/de/orders", "eu/de/total", "rates"]
    assert by_key(found, "eu/de/total").dependency_keys == {AssetKey(["eu", "de", "orders"])}
    assert by_key(found, "eu/de/orders").dependency_keys == {AssetKey("rates")}
    assert keys(load_assets_from_modules([SHOP])) == ["orders", "rates", "total"]


def test_prefix_of_sources_comes_before_their_keys() -> None:
    found = load_assets_from_modules([SHOP], key_prefix="eu", source_key_prefix="raw")
    assert keys(found) == ["eu/orders", "eu/total", "raw/rates"]
    assert by_key(found, "eu/orders").dependency_keys == {AssetKey(["raw", "rates"])}


def test_checks_follow_the_prefix_of_their_assets() -> None:
    (found,) = load_asset_checks_from_modules([SHOP], asset_key_prefix="eu")
    assert [str(key) for key in found.check_keys] == ["eu/orders:is_positive"]


def test_group_is_given_to_what_has_none() -> None:
    found = load_assets_from_modules([module(orders=orders, rates=rates)], group_name="shop")
    assert {str(one.key): _group(one) for one in found} == {"orders": "shop", "rates": "shop"}
    with pytest.raises(InvalidDefinitionError, match="'total' is in group 'sums'"):
        load_assets_from_modules([SHOP], group_name="shop")


def _group(one: object) -> str:
    specs = one.specs if isinstance(one, AssetsDefinition) else [one]
    return next(iter(specs)).group_name  # type: ignore[no-any-return, attr-defined]


def test_policies_are_given_to_all() -> None:
    policy, condition = BackfillPolicy.single_run(), object()
    (found,) = load_assets_from_modules([module(orders=orders)], backfill_policy=policy, automation_condition=condition)
    assert found.backfill_policy == policy
    assert next(iter(found.specs)).automation_condition is condition


def test_key_that_is_defined_twice_is_refused_with_both_modules() -> None:
    @asset(name="orders")
    def again() -> int:
        return 1

    with pytest.raises(InvalidDefinitionError, match="asset 'orders' is defined twice, in a and in b"):
        load_assets_from_modules([module("a", orders=orders), module("b", orders=again)])


def test_job_that_is_defined_twice_is_refused() -> None:
    other = define_asset_job("everything")
    with pytest.raises(InvalidDefinitionError, match="job 'everything' is defined twice"):
        load_definitions_from_modules([module(a=everything, b=other)])


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    inner = tmp_path / "pack_of_assets" / "inner"
    inner.mkdir(parents=True)
    head = "from daglab.definitions.asset_decorator import asset\n"
    (inner.parent / "__init__.py").write_text(f"{head}@asset\ndef a(): ...\n")
    (inner.parent / "other.py").write_text(f"from pack_of_assets import a\n{head}@asset\ndef b(a): ...\n")
    (inner / "__init__.py").write_text("")
    (inner / "deep.py").write_text(f"{head}@asset\ndef c(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("pack_of_assets")  # type: ignore[misc]
    for name in [name for name in sys.modules if name.startswith("pack_of_assets")]:
        del sys.modules[name]


def test_assets_of_a_package(package: ModuleType) -> None:
    assert keys(load_assets_from_package_module(package)) == ["a", "b", "c"]
    assert keys(load_assets_from_package_name("pack_of_assets", key_prefix="p")) == ["p/a", "p/b", "p/c"]
    found = load_definitions_from_package_name("pack_of_assets", resources={"limit": 3})
    assert list(map(str, found.resolve_all_asset_keys())) == ["a", "c", "b"]
    assert found.resources == {"limit": 3}


def test_definitions_of_a_module() -> None:
    found = load_definitions_from_module(SHOP, resources={"limit": 3})
    assert keys(found.assets) == ["orders", "rates", "spec", "total"]
    assert list(found.asset_checks) == [is_positive]
    assert list(found.schedules) == [nightly]
    assert found.get_repository_def().job_names == ["__ASSET_JOB", "everything"]


def test_definitions_of_this_module() -> None:
    found = load_definitions_from_current_module()
    assert (list(found.jobs), list(found.schedules), list(found.sensors)) == ([everything], [nightly], [])


def test_specs_are_mapped() -> None:
    found = map_asset_specs(lambda one: one.replace_attributes(owners=["team:ops"]), [orders, spec])
    assert [list(next(iter(one.specs)).owners) if one is not found[1] else list(one.owners) for one in found] == [
        ["team:ops"], ["team:ops"]
    ]  # fmt: skip


def test_resources_are_bound() -> None:
    @asset(required_resource_keys={"warehouse"})
    def loaded() -> None: ...

    (bound,) = with_resources([loaded], {"warehouse": 3})
    assert set(bound.resource_defs) >= {"warehouse"}
    with pytest.raises(InvalidDefinitionError, match="'warehouse', which 'loaded' needs"):
        with_resources([loaded], {"warehose": 3})
