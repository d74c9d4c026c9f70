from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from story import steps

from daglab import In, Nothing, Out, Output, RetryPolicy, job, op


@op
def one(x: Any = None) -> int:
    return 1


@op
def two(a: Any, b: Any) -> int:
    return 2


def test_what_is_ready_first_runs_first_and_names_decide_between_equals() -> None:
    @job
    def order() -> None:
        b = one.alias("b")()
        a = one.alias("a")(b)
        c = one.alias("c")()
        two.alias("t")(a, c)
        two.alias("s")(c, b)
        one.alias("aa")(c)

    assert steps(order.execute_in_process()) == ["b", "c", "a", "aa", "s", "t"]


def test_priority_goes_before_names() -> None:
    @job
    def urgent() -> None:
        one.alias("a")()
        one.tag({"dagster/priority": "-1"}).alias("b")()
        one.tag({"dagster/priority": "2"}).alias("z")()

    assert steps(urgent.execute_in_process()) == ["z", "a", "b"]


def test_retried_step_goes_to_the_end_of_the_queue() -> None:
    @op(retry_policy=RetryPolicy(max_retries=1))
    def shaky(context) -> int:  # type: ignore[no-untyped-def]
        if context.retry_number == 0:
            raise ValueError("first time")
        return 1

    @job
    def queue() -> None:
        shaky.alias("a")()
        one.alias("b")()

    result = queue.execute_in_process()
    told = [one.event_type_value for one in result.all_events if one.step_key == "a"]
    started = [(one.event_type_value, one.step_key) for one in result.all_events if "START" in one.event_type_value]
    assert started[-1] == ("STEP_RESTARTED", "a")
    assert told[:3] == ["STEP_START", "STEP_UP_FOR_RETRY", "STEP_RESTARTED"]


def test_skips_are_told_before_the_next_step_starts() -> None:
    @op(out={"x": Out(is_required=False), "y": Out(is_required=False)})
    def split() -> Iterator[Output[int]]:
        yield Output(1, "x")

    @job
    def branches() -> None:
        x, y = split()
        one.alias("left")(x)
        one.alias("right")(y)

    kinds = ("STEP_START", "STEP_SKIPPED")
    told = [one for one in branches.execute_in_process().all_events if one.event_type_value in kinds]
    assert [(one.event_type_value, one.step_key) for one in told] == [
        ("STEP_START", "split"),
        ("STEP_SKIPPED", "right"),
        ("STEP_START", "left"),
    ]


def test_what_was_skipped_wins_over_what_failed() -> None:
    @op(out=Out(is_required=False))
    def nothing_today() -> Iterator[Output[int]]:
        yield from ()

    @op
    def broken() -> int:
        raise ValueError("broken")

    @job
    def both() -> None:
        two(nothing_today(), broken())

    result = both.execute_in_process(raise_on_error=False)
    assert steps(result, "STEP_SKIPPED") == ["two"]


def test_returning_none_gives_an_optional_output_that_passes_nothing() -> None:
    seen = []

    @op(out=Out(Nothing, is_required=False))
    def quiet() -> None:
        pass

    @op(ins={"start": In(Nothing)})
    def after() -> None:
        seen.append("after")

    @job
    def chain() -> None:
        after(start=quiet())

    assert chain.execute_in_process().success
    assert seen == ["after"]
