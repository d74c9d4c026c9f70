from __future__ import annotations

import pytest
from history import a_check, an_asset, chain, made, states, verdict

from daglab.definitions.asset_decorator import asset
from daglab.definitions.results import AssetCheckSeverity
from daglab.errors import CycleError, PlanError
from daglab.planning.graph import AssetGraph, code_version
from daglab.planning.plan import PlanRequest, build_plan
from daglab.planning.staleness import assess
from daglab.planning.steps import ExecutionPlan
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import PlannedStep

GRAPH = chain("a; b: a; c: b")
A, B, C = made("a"), made("b", a="1"), made("c", b="1")


def planned(
    graph: AssetGraph,
    *known: Materialization,
    selected: str = "",
    force: bool = False,
    checks: tuple[CheckEvaluation, ...] = (),
    gone: str = "",
) -> ExecutionPlan:
    history = states(known, checks)
    verdicts = assess(graph, history, lambda one: one.asset_key != gone)
    request = PlanRequest(selected=selected.split() or list(graph.nodes), force=force)
    return build_plan(graph, request, history, verdicts)


def needs(plan: ExecutionPlan) -> dict[str, tuple[str, ...]]:
    return {key: step.needs for key, step in plan.steps.items()}


def test_everything_is_made_in_order_the_first_time() -> None:
    plan = planned(GRAPH)
    assert needs(plan) == {"a": (), "b": ("a",), "c": ("b",)}
    assert (plan.asset_keys, plan.fresh) == (("a", "b", "c"), ())


def test_nothing_is_made_where_all_is_fresh() -> None:
    plan = planned(GRAPH, A, B, C)
    assert (plan.steps, plan.fresh) == ({}, ("a", "b", "c"))


def test_force_makes_what_is_fresh() -> None:
    assert needs(planned(GRAPH, A, B, C, force=True)) == {"a": (), "b": ("a",), "c": ("b",)}


def test_force_makes_only_what_is_selected() -> None:
    assert needs(planned(GRAPH, A, B, C, selected="b", force=True)) == {"b": ()}


def test_what_is_needed_and_not_there_is_made_too() -> None:
    assert needs(planned(GRAPH, selected="c")) == {"a": (), "b": ("a",), "c": ("b",)}
    assert needs(planned(GRAPH, A, selected="c")) == {"b": (), "c": ("b",)}
    assert needs(planned(GRAPH, A, B, selected="c", gone="b")) == {"b": (), "c": ("b",)}


def test_what_is_needed_and_stale_is_left_as_it_is() -> None:
    assert needs(planned(GRAPH, made("a", code="v0"), B, selected="c")) == {"c": ()}


def test_step_that_is_stale_only_for_what_it_needs_runs_on_condition() -> None:
    plan = planned(GRAPH, made("a", code="v0"), B, C)
    assert {key: step.made_from for key, step in plan.steps.items()} == {"a": None, "b": {"a": "1"}, "c": {"b": "1"}}


def test_step_that_stays_stale_for_what_is_left_alone_does_not_run_on_condition() -> None:
    plan = planned(GRAPH, made("a", code="v0"), B, C, selected="b c")
    assert {key: step.made_from for key, step in plan.steps.items()} == {"b": None, "c": None}


def test_force_knows_no_condition() -> None:
    plan = planned(GRAPH, made("a", code="v0"), B, C, force=True)
    assert [step.made_from for step in plan.steps.values()] == [None, None, None]


def test_input_that_nothing_defines_is_refused_with_the_nearest_name() -> None:
    @asset
    def total(ordres: list[int]) -> int:
        return sum(ordres)

    with pytest.raises(PlanError) as caught:
        planned(AssetGraph.build([an_asset("orders"), total]))
    assert str(caught.value) == (
        "asset 'total' needs 'ordres', which nothing here defines and which was never stored\n"
        "  → did you mean 'orders'?"
    )


def test_dep_that_lives_elsewhere_is_not_waited_for() -> None:
    assert needs(planned(chain("a: elsewhere"))) == {"a": ()}


def test_input_that_another_project_stored_is_taken_from_there() -> None:
    @asset(code_version="v1")
    def total(orders: list[int]) -> int:
        return sum(orders)

    assert needs(planned(AssetGraph.build([total]), made("orders"))) == {"total": ()}


def test_checks_follow_the_asset_that_they_look_at() -> None:
    graph = chain("a; b: a", a_check("a", "ok"))
    plan = planned(graph)
    assert needs(plan) == {"a": (), "a_ok": ("a",), "b": ("a",)}
    assert plan.steps["a_ok"].planned == PlannedStep(step_key="a_ok", check_names=("ok",))


def test_blocking_check_comes_between() -> None:
    plan = planned(chain("a; b: a", a_check("a", "ok", blocking=True)))
    assert needs(plan) == {"a": (), "a_ok": ("a",), "b": ("a", "a_ok")}
    assert plan.steps["b"].blocked_by == ("a_ok",)


def with_check(*, blocking: bool = False) -> tuple[AssetGraph, str]:
    check = a_check("a", "ok", blocking=blocking)
    return chain("a; b: a", check), code_version(check)


def test_check_that_ran_on_this_data_with_this_code_is_not_run_again() -> None:
    graph, code = with_check()
    assert needs(planned(graph, A, B, checks=(verdict("ok", "a", code=code),))) == {}


@pytest.mark.parametrize("last", [{"version": "0"}, {"code": "other"}], ids=["other data", "other code"])
def test_check_that_ran_on_other_data_or_with_other_code_is_run_again(last: dict[str, str]) -> None:
    graph, code = with_check()
    assert needs(planned(graph, A, B, checks=(verdict("ok", "a", **{"code": code, **last}),))) == {"a_ok": ()}


def test_check_that_never_ran_is_run() -> None:
    assert needs(planned(with_check()[0], A, B)) == {"a_ok": ()}


def test_check_of_an_asset_that_is_not_selected_is_not_run() -> None:
    assert needs(planned(with_check()[0], A, selected="b")) == {"b": ()}


def test_check_of_an_asset_that_may_come_out_equal_runs_on_condition() -> None:
    graph, code = with_check()
    plan = planned(graph, made("a", code="v0"), B, checks=(verdict("ok", "a", code=code),))
    assert plan.steps["a_ok"].made_from == {"a": "1"}


@pytest.mark.parametrize("selected", ["", "b"])
def test_blocking_check_that_did_not_pass_is_asked_again_until_it_does(selected: str) -> None:
    graph, code = with_check(blocking=True)
    failed = verdict("ok", "a", code=code, passed=False, blocking=True)
    plan = planned(graph, A, checks=(failed,), selected=selected)
    assert needs(plan) == {"a_ok": (), "b": ("a_ok",)}
    assert plan.steps["b"].blocked_by == ("a_ok",)


def test_blocking_check_that_did_not_pass_runs_without_condition() -> None:
    graph, code = with_check(blocking=True)
    failed = verdict("ok", "a", code=code, passed=False, blocking=True)
    plan = planned(graph, made("a", code="v0"), B, checks=(failed,))
    assert {key: step.made_from for key, step in plan.steps.items()} == {"a": None, "a_ok": None, "b": {"a": "1"}}


def test_blocking_check_that_only_warned_holds_up_nothing() -> None:
    graph, code = with_check(blocking=True)
    warned = verdict("ok", "a", code=code, passed=False, blocking=True, severity=AssetCheckSeverity.WARN)
    assert needs(planned(graph, A, checks=(warned,))) == {"b": ()}


def test_blocking_check_that_never_ran_is_run_before_what_it_guards() -> None:
    graph, _ = with_check(blocking=True)
    assert needs(planned(graph, A, selected="b")) == {"a_ok": (), "b": ("a_ok",)}


def test_blocking_check_that_needs_what_it_guards_is_a_cycle() -> None:
    from daglab.definitions.asset_in import AssetIn
    from daglab.definitions.check_decorator import asset_check

    @asset_check(asset="a", blocking=True, additional_ins={"b": AssetIn("b")})
    def odd(a: int, b: int) -> bool:
        return a == b

    with pytest.raises(CycleError):
        planned(chain("a; b: a", odd))


def test_selected_assets_that_are_left_alone_are_named() -> None:
    assert planned(GRAPH, A, B, selected="b c").fresh == ("b",)
