from __future__ import annotations

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_job import UnresolvedAssetJobDefinition, define_asset_job
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.multi_asset import multi_asset
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.results import AssetCheckResult
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.specs import AssetSpec
from daglab.errors import InvalidDefinitionError, InvalidSubsetError

DAYS = StaticPartitionsDefinition(["mon", "tue"])


@asset(group_name="raw")
def orders() -> int:
    return 1


@asset
def total(orders: int) -> int:
    return orders


@asset(partitions_def=DAYS)
def daily() -> int:
    return 1


@asset(partitions_def=StaticPartitionsDefinition(["x"]))
def by_letter() -> int:
    return 1


@asset_check(asset=orders)
def is_positive() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


GRAPH = DeclaredGraph.from_assets([orders, total, daily, by_letter, is_positive, SourceAsset("rates")])


def test_job_selects_all_assets_by_default() -> None:
    job = define_asset_job("everything")
    assert isinstance(job, UnresolvedAssetJobDefinition)
    assert (job.name, job.selection, job.config, job.description) == ("everything", AssetSelection.all(), None, None)


def test_tags_are_those_of_runs_too_unless_runs_have_their_own() -> None:
    alone = define_asset_job("j", tags={"team": "ops", "limit": 2})
    assert (alone.tags, alone.run_tags) == ({"team": "ops", "limit": "2"},) * 2
    both = define_asset_job("j", tags={"team": "ops"}, run_tags={"cpu": {"cores": 2}})
    assert (both.tags, both.run_tags) == ({"team": "ops"}, {"cpu": '{"cores": 2}'})


@pytest.mark.parametrize(
    "selection", ["+total", ["orders", "total"], [orders, total], [AssetKey("orders"), AssetKey("total")]]
)
def test_job_takes_any_selection(selection: object) -> None:
    job = define_asset_job("j", selection=selection).resolve(GRAPH)  # type: ignore[arg-type]
    assert job.selected_keys == {AssetKey("orders"), AssetKey("total")}


def test_job_has_what_was_said_of_it() -> None:
    policy = RetryPolicy(max_retries=2)
    job = define_asset_job(
        "j", "total", description="what", tags={"a": "b"}, metadata={"n": 1}, op_retry_policy=policy
    ).resolve(GRAPH)
    assert (job.name, job.description, dict(job.tags)["a"], job.op_retry_policy) == ("j", "what", "b", policy)
    assert "n" in job.metadata


def test_partitions_are_those_of_the_assets() -> None:
    assert define_asset_job("j", ["daily", "orders"]).resolve(GRAPH).partitions_def == DAYS
    assert define_asset_job("j", "orders").resolve(GRAPH).partitions_def is None
    assert define_asset_job("j", "orders", partitions_def=DAYS).resolve(GRAPH).partitions_def == DAYS


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (define_asset_job("j", ["daily", "by_letter"]), "different partitions"),
        (define_asset_job("j", "by_letter", partitions_def=DAYS), "another than that of its assets"),
        (define_asset_job("j", ["rates", "orders"]), "no run can make 'rates'"),
    ],
)
def test_job_that_cannot_be(job: UnresolvedAssetJobDefinition, message: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=message):
        job.resolve(GRAPH)


def test_job_of_a_missing_asset() -> None:
    with pytest.raises(InvalidSubsetError, match="'ordres' names no asset here"):
        define_asset_job("j", "ordres").resolve(GRAPH)


@pytest.mark.parametrize("owner", ["nobody", "team:", ""])
def test_owner_that_is_none(owner: str) -> None:
    with pytest.raises(InvalidDefinitionError):
        define_asset_job("j", owners=[owner])


def test_selection_that_is_none() -> None:
    with pytest.raises(InvalidSubsetError):
        define_asset_job("j", selection=5)  # type: ignore[arg-type]


def test_checks_can_be_left_out() -> None:
    with_checks = define_asset_job("j", AssetSelection.assets(orders)).resolve(GRAPH)
    without = define_asset_job("j", AssetSelection.assets(orders).without_checks()).resolve(GRAPH)
    assert [len(job.assets) for job in (with_checks, without)] == [2, 1]


def test_part_of_what_is_only_made_as_a_whole_cannot_be_selected() -> None:
    @multi_asset(specs=[AssetSpec("one"), AssetSpec("two")])
    def both() -> None: ...

    graph = DeclaredGraph.from_assets([both])
    with pytest.raises(InvalidSubsetError):
        define_asset_job("j", "one").resolve(graph)
    assert define_asset_job("j", AssetSelection.assets("one").required_multi_asset_neighbors()).resolve(graph)
