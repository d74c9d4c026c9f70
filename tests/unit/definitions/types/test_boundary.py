from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from daglab.definitions.types.boundary import check_value, require_passed
from daglab.definitions.types.checking import check_data_type
from daglab.definitions.types.contexts import TypeCheckContext
from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import describe
from daglab.definitions.types.names import List
from daglab.definitions.types.type_check import TypeCheck
from daglab.definitions.user_errors import Failure
from daglab.errors import InvariantViolationError, TypeCheckDidNotPass, TypeCheckError


def broken(context: Any, value: Any) -> bool:
    return bool(value.rows > 3)


def test_check_that_raises_is_told_with_its_type_and_value() -> None:
    with pytest.raises(TypeCheckError) as caught:
        check_value(DataType(broken, name="Rows"), "abc", None)
    assert caught.value.message == (
        "the check of the type 'Rows' raised AttributeError: 'str' object has no attribute 'rows' "
        "(it was given str: 'abc')"
    )
    assert isinstance(caught.value.user_exception, AttributeError)


def test_check_that_raises_inside_a_list_is_told_too() -> None:
    with pytest.raises(TypeCheckError):
        check_value(List[DataType(broken, name="Rows")], ["abc"], None)


def test_wrong_answer_is_the_definitions_fault() -> None:
    with pytest.raises(InvariantViolationError):
        check_value(DataType(lambda _, value: None, name="Rows"), 3, None)  # type: ignore[arg-type,return-value]


def test_bad_verdict_raises_with_all_it_knows() -> None:
    own = DataType(lambda _, value: TypeCheck(False, "too few", {"rows": 3}), name="Rows")
    verdict = check_value(own, 3, None)
    with pytest.raises(TypeCheckDidNotPass) as caught:
        require_passed(verdict, own, 3, "input 'n' of op 'double'")
    assert caught.value.message == "input 'n' of op 'double' is not of the type 'Rows': too few"
    assert (caught.value.description, caught.value.metadata["rows"].value) == ("too few", 3)  # type: ignore[attr-defined]
    require_passed(TypeCheck(True), own, 3, "input 'n'")


def test_verdict_without_a_word_says_what_is_there() -> None:
    own = DataType(lambda _, value: False, name="Rows")
    with pytest.raises(TypeCheckDidNotPass, match=r"'Rows': expected Rows, got int: 3"):
        require_passed(check_value(own, 3, None), own, 3, "output 'result' of op 'double'")


def test_trying_a_type() -> None:
    def check(context: Any, value: Any) -> bool:
        return isinstance(context, TypeCheckContext) and isinstance(context.log, logging.Logger)

    assert check_data_type(DataType(check, name="Own"), 3) == TypeCheck(True)
    assert check_data_type(dict[str, Any], {"a": 1}).success
    assert not check_data_type(int, "a").success


def test_failure_in_a_check_does_not_pass() -> None:
    def check(context: Any, value: Any) -> bool:
        raise Failure("no way", metadata={"rows": 3})

    verdict = check_data_type(DataType(check, name="Own"), 3)
    assert verdict == TypeCheck(False, "no way", {"rows": 3})


class Loud:
    def __repr__(self) -> str:
        raise RuntimeError


class Namesake:
    pass


Namesake.__name__ = "dict"


@pytest.mark.parametrize(
    "make",
    [
        Namesake,
        Loud,
        lambda: "x" * 10_000_000,
        lambda: b"x" * 10_000_000,
        lambda: list(range(1_000_000)),
        lambda: {number: {"a": [number]} for number in range(1000)},
        lambda: 10**5000,
        lambda: [[[[[[]]]]]],
    ],
)
def test_values_are_described_shortly(make: Callable[[], object]) -> None:
    assert 0 < len(describe(make())) < 300


def test_long_containers_tell_their_length() -> None:
    assert describe([0] * 1_000_000) == "list of 1,000,000: [0, 0, 0, 0, 0, 0, ...]"
