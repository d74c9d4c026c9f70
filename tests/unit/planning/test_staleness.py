from __future__ import annotations

from history import an_asset, chain, made, states

from daglab.planning.changed_code import describe_change
from daglab.planning.graph import AssetGraph
from daglab.planning.staleness import FRESH, NEVER, NO_CACHE_TAG, Freshness, Verdict, assess
from daglab.records.assets import Materialization

GRAPH = chain("a; b: a; c: b")
A, B, C = made("a"), made("b", a="1"), made("c", b="1")


def stale(reason: str, *, only_upstream: bool = False) -> Verdict:
    return Verdict(freshness=Freshness.STALE, reason=reason, only_upstream=only_upstream)


def judged(graph: AssetGraph, *known: Materialization, gone: str = "") -> dict[str, Verdict]:
    return assess(graph, states(known), lambda one: one.asset_key != gone)


def test_what_was_never_made_is_never() -> None:
    assert judged(GRAPH) == {"a": NEVER, "b": NEVER, "c": NEVER}


def test_what_was_made_from_the_present_is_fresh() -> None:
    assert judged(GRAPH, A, B, C) == {"a": FRESH, "b": FRESH, "c": FRESH}


def test_other_code_is_stale_and_so_is_what_follows() -> None:
    assert judged(GRAPH, made("a", code="v0"), B, C) == {
        "a": stale("Its code changed since it was last materialized."),
        "b": stale("'a', which it needs, is stale.", only_upstream=True),
        "c": stale("'b', which it needs, is stale.", only_upstream=True),
    }


def test_other_data_upstream_is_stale_for_certain() -> None:
    assert judged(GRAPH, made("a", "2"), B, C) == {
        "a": FRESH,
        "b": stale("'a' has changed since."),
        "c": stale("'b', which it needs, is stale.", only_upstream=True),
    }


def test_code_that_changed_while_data_came_out_equal_leaves_children_fresh() -> None:
    graph = AssetGraph.build([an_asset("a", code="v2"), an_asset("b", "a")])
    assert judged(graph, made("a", code="v2"), B) == {"a": FRESH, "b": FRESH}


def test_value_that_is_gone_is_missing() -> None:
    assert judged(GRAPH, A, B, C, gone="a") == {
        "a": Verdict(freshness=Freshness.MISSING, reason="Its stored value is gone."),
        "b": stale("'a', which it needs, is gone.", only_upstream=True),
        "c": stale("'b', which it needs, is stale.", only_upstream=True),
    }


def test_need_that_was_never_made_is_not_there() -> None:
    assert judged(GRAPH, B)["b"] == stale("'a', which it needs, is not there.", only_upstream=True)


def test_new_need_is_stale() -> None:
    assert judged(GRAPH, A, made("b"))["b"] == stale("It now depends on 'a'.")


def test_need_that_was_dropped_is_stale() -> None:
    assert judged(GRAPH, A, made("b", a="1", old="1"))["b"] == stale("It no longer depends on 'old'.")


def test_external_need_that_nobody_recorded_does_not_count() -> None:
    assert judged(chain("b: x"), made("b")) == {"x": NEVER, "b": FRESH}


def test_external_need_that_was_recorded_counts() -> None:
    graph = chain("b: x")
    assert judged(graph, made("x", "2"), made("b", x="1")) == {"x": FRESH, "b": stale("'x' has changed since.")}
    assert judged(graph, made("x", "1"), made("b", x="1")) == {"x": FRESH, "b": FRESH}
    assert judged(graph, made("x", "1"), made("b")) == {"x": FRESH, "b": stale("It now depends on 'x'.")}


def test_asset_that_comes_out_otherwise_each_time_is_never_fresh() -> None:
    graph = AssetGraph.build([an_asset("a", tags={NO_CACHE_TAG: "true"}), an_asset("b", "a")])
    assert judged(graph, A, B) == {
        "a": stale("It is made anew whenever it is asked for, as it is marked --no-cache."),
        "b": stale("'a', which it needs, is stale.", only_upstream=True),
    }
    other = AssetGraph.build([an_asset("a", tags={NO_CACHE_TAG: "false"})])
    assert judged(other, A) == {"a": FRESH}


def test_part_of_the_code_that_changed_is_named() -> None:
    then = {"code": "1", "name:clean": "2", "module:helpers.scale": "3", "distribution:pandas": "2.2"}
    for now, reason in [
        ({"code": "x"}, "Its code changed since it was last materialized."),
        ({"name:clean": "x"}, "'clean', which it uses, changed since it was last materialized."),
        ({"name:": "x"}, "Shared code of its notebook is used by it now, and was not when it was last materialized."),
        ({"name:new": "x"}, "'new' is used by it now, and was not when it was last materialized."),
        (
            {"module:helpers.scale": "x"},
            "'scale' of the module 'helpers', which it uses, changed since it was last materialized.",
        ),
        ({"module:helpers": "missing"}, "The module 'helpers', which it uses, is gone."),
        ({"distribution:pandas": "3.0"}, "pandas is 3.0 now; it was last materialized with 2.2."),
        ({"distribution:numpy": "2"}, "It now uses numpy 2, and did not when it was last materialized."),
        (
            {"distribution:pandas": "3.0", "name:clean": "x"},
            "'clean', which it uses, changed since it was last materialized.",
        ),
    ]:
        assert describe_change({**then, **now}, then) == reason
    assert describe_change({"code": "1"}, then) == "'clean', which it used, is no longer used by it."
    assert describe_change({}, then) == describe_change(then, {}) == "Its code changed since it was last materialized."
    run = {**then, "run:'K' was not as the notebook makes it.": "x"}
    assert describe_change(then, run) == "'K' was not as the notebook makes it."
