from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from story import steps

from daglab import DynamicOut, DynamicOutput, Out, Output, job, op

collected: list[Any] = []


@pytest.fixture(autouse=True)
def _nothing_collected() -> None:
    collected.clear()


def splitting(keys: str) -> Any:
    @op(out=DynamicOut())
    def split() -> Iterator[DynamicOutput[str]]:
        for key in keys:
            yield DynamicOutput(key, mapping_key=key)

    return split


@op
def double(x: str) -> str:
    return x * 2


@op
def shout(x: str) -> str:
    return x + "!"


@op
def gather(xs: list) -> list:  # type: ignore[type-arg]
    collected.append(xs)
    return xs


def sometimes(refused: str, act: Callable[[], None] = lambda: None) -> Any:
    @op(out=Out(is_required=False))
    def choose(x: str) -> Iterator[Output[str]]:
        if x in refused:
            act()
        else:
            yield Output(x)

    return choose


def test_mapped_steps_run_level_by_level_in_the_order_of_their_values() -> None:
    @job
    def fan() -> None:
        gather(splitting("ca")().map(double).map(shout).collect())

    result = fan.execute_in_process()
    assert steps(result) == ["split", "double[c]", "double[a]", "shout[c]", "shout[a]", "gather"]
    assert collected == [["cc!", "aa!"]]


def test_collecting_comes_in_its_turn_between_mapped_steps() -> None:
    @job
    def fan() -> None:
        made = splitting("ab")().map(double)
        gather(made.collect())
        gather.alias("last")(made.map(shout).collect())

    order = steps(fan.execute_in_process())
    assert order == ["split", "double[a]", "double[b]", "shout[a]", "gather", "shout[b]", "last"]


def test_no_values_are_an_empty_list() -> None:
    @job
    def fan() -> None:
        gather(splitting("")().map(double).map(shout).collect())

    assert steps(fan.execute_in_process()) == ["split", "gather"]
    assert collected == [[]]


def test_values_that_were_left_out_are_missing_from_the_list() -> None:
    @job
    def fan() -> None:
        gather(splitting("abc")().map(sometimes("b")).collect())

    assert fan.execute_in_process().success
    assert collected == [["a", "c"]]


def test_list_of_which_every_value_was_left_out_is_not_made() -> None:
    @job
    def fan() -> None:
        gather(splitting("abc")().map(sometimes("abc")).collect())

    result = fan.execute_in_process()
    assert steps(result, "STEP_SKIPPED") == ["gather"]
    assert (result.success, collected) == (True, [])


def test_failure_of_one_branch_stops_the_list_and_no_other_branch() -> None:
    def fail() -> None:
        raise ValueError("b")

    @job
    def fan() -> None:
        made = splitting("abc")().map(sometimes("b", fail))
        made.map(shout)
        gather(made.collect())

    result = fan.execute_in_process(raise_on_error=False)
    assert result.get_failed_step_keys() == {"choose[b]"}
    assert [key for key in steps(result) if key.startswith("shout")] == ["shout[a]", "shout[c]"]
    assert collected == []
