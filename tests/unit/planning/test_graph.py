from __future__ import annotations

import pytest
from history import a_check, an_asset, chain

from daglab.definitions.asset_decorator import asset
from daglab.definitions.config.config import Config
from daglab.definitions.nodes import Origin
from daglab.errors import CycleError, DuplicateAssetError
from daglab.planning.graph import AssetGraph, code_version


def test_order_puts_each_asset_after_what_it_needs() -> None:
    assert chain("c: a b; b: a; a").order == ("a", "b", "c")


def test_order_keeps_that_of_definition_where_needs_allow_it() -> None:
    assert chain("b; a; d; c: a").order == ("b", "a", "d", "c")


def test_parents_and_children_mirror_each_other() -> None:
    graph = chain("a; b: a; c: a b")
    assert graph.parents == {"a": (), "b": ("a",), "c": ("a", "b")}
    assert {key: sorted(graph.children[key]) for key in graph.nodes} == {"a": ["b", "c"], "b": ["c"], "c": []}


def test_keys_that_are_defined_nowhere_are_external() -> None:
    graph = chain("b: x a; a: x y")
    assert (graph.external_keys, graph.order) == (("x", "y"), ("a", "b"))


def test_input_that_is_also_a_dep_counts_once() -> None:
    @asset(deps=["orders"])
    def total(orders: list[int]) -> int:
        return sum(orders)

    assert AssetGraph.build([total]).parents == {"total": ("orders",)}


def test_two_definitions_of_one_asset_name_both_places() -> None:
    first = an_asset("a").with_origin(Origin(location="n.ipynb", cell=1))
    second = an_asset("a").with_origin(Origin(location="n.ipynb", cell=3))
    with pytest.raises(DuplicateAssetError) as caught:
        AssetGraph.build([first, second])
    assert str(caught.value) == (
        "asset 'a' is defined in n.ipynb, cell 1 and in n.ipynb, cell 3\n  → rename one of them"
    )


def test_cycle_is_told_in_order() -> None:
    with pytest.raises(CycleError) as caught:
        chain("a: c; b: a; c: b")
    assert caught.value.cycle == ("a", "c", "b")


def test_asset_that_needs_itself_is_a_cycle() -> None:
    with pytest.raises(CycleError):
        chain("a: a")


def test_checks_are_kept_by_asset_in_order_of_definition() -> None:
    graph = chain("a", a_check("a", "one"), a_check("b", "other"), a_check("a", "two", blocking=True))
    found = {key: [(one.name, one.blocking) for one in several] for key, several in graph.checks.items()}
    assert found == {"a": [("one", False), ("two", True)], "b": [("other", False)]}


def test_given_code_version_wins_over_the_code() -> None:
    @asset(code_version="7")
    def given() -> int:
        return 1

    assert code_version(given, next(iter(given.specs.values()))) == "7"


def test_code_version_of_a_function_follows_its_code() -> None:
    def version(number: int) -> str:
        namespace: dict[str, object] = {}
        exec(f"def a():\n    return {number}", namespace)
        return code_version(asset(namespace["a"]))  # type: ignore[arg-type]

    assert version(1) == version(1) != version(2)


def configured(highest: int, lowest: int) -> str:
    """The version of an asset whose config has these defaults."""

    class Inner(Config):
        low: int = lowest

    class Limits(Config):
        high: int = highest
        inner: Inner = Inner()
        name: str

    def limited(config):  # type: ignore[no-untyped-def]
        return config.high

    limited.__annotations__["config"] = Limits
    return AssetGraph.build([asset(limited)]).code_versions["limited"]


def test_defaults_of_a_config_are_part_of_the_code() -> None:
    assert configured(9, 1) == configured(9, 1)
    assert len({configured(9, 1), configured(10, 1), configured(9, 2)}) == 3
