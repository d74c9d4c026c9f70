from __future__ import annotations

from history import an_asset, chain, made, states

from daglab.planning.graph import AssetGraph
from daglab.planning.staleness import FRESH, NEVER, Freshness, Verdict, assess
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
