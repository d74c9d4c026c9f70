from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from daglab.definitions.types.data_type import DataType, TypeKind
from daglab.definitions.types.type_check import TypeCheck
from daglab.errors import InvalidDefinitionError, InvariantViolationError


def always(context: Any, value: Any) -> bool:
    return True


def test_key_is_the_name_unless_given() -> None:
    assert DataType(always, name="A").key == "A"
    both = DataType(always, "k", "A")
    assert (both.key, both.unique_name, both.display_name, both.has_unique_name) == ("k", "A", "A", True)


def test_type_without_a_name_shows_its_key() -> None:
    nameless = DataType(always, key="k")
    assert (nameless.display_name, nameless.has_unique_name) == ("k", False)
    with pytest.raises(InvariantViolationError, match="no name of its own"):
        _ = nameless.unique_name


@pytest.mark.parametrize("fields", [{}, {"name": ""}, {"name": 3}, {"key": 3, "name": "A"}])
def test_name_or_key_must_be_text(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinitionError):
        DataType(always, **fields)


@pytest.mark.parametrize("function", [lambda value: True, lambda: True, lambda a, b, c: True, 3])
def test_check_function_takes_context_and_value(function: Any) -> None:
    with pytest.raises(InvalidDefinitionError, match="'A'"):
        DataType(function, name="A")


def test_check_function_may_be_a_method_or_have_defaults() -> None:
    class Checks:
        def is_right(self, context: Any, value: Any, least: int = 3) -> bool:
            return bool(value >= least)

    assert DataType(Checks().is_right, name="A").type_check(None, 3).success


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (True, TypeCheck(True)),
        (False, TypeCheck(False)),
        (np.bool_(False), TypeCheck(False)),
        (TypeCheck(False, "why", {"rows": 3}), TypeCheck(False, "why", {"rows": 3})),
    ],
)
def test_answer_becomes_a_verdict(answer: Any, verdict: TypeCheck) -> None:
    assert DataType(lambda _, value: answer, name="A").type_check(None, 0) == verdict


@pytest.mark.parametrize("answer", [None, 1, "yes", []])
def test_any_other_answer_is_refused(answer: Any) -> None:
    with pytest.raises(InvariantViolationError, match="'A' gave back"):
        DataType(lambda _, value: answer, name="A").type_check(None, 0)


def test_same_key_is_the_same_type() -> None:
    assert DataType(always, name="A") == DataType(always, key="A", description="other")
    assert len({DataType(always, name="A"), DataType(always, name="A")}) == 1
    assert DataType(always, name="A") != DataType(always, name="B")


def test_defaults() -> None:
    plain = DataType(always, name="A")
    assert plain.kind is TypeKind.REGULAR
    assert (plain.loader, plain.description, dict(plain.metadata), plain.required_resource_keys) == (
        None,
        None,
        {},
        frozenset(),
    )
    assert (plain.is_builtin, plain.is_nothing, plain.is_any, plain.typing_type) == (False, False, False, Any)
    assert (list(plain.inner_types), list(plain.type_param_keys), plain.supports_fan_in) == ([], [], False)


def test_resource_keys_are_no_text() -> None:
    with pytest.raises(InvalidDefinitionError, match="'db'"):
        DataType(always, name="A", required_resource_keys="db")


def test_context_reaches_the_check() -> None:
    def check(context: Any, value: Any) -> bool:
        return bool((context, value) == ("context", 3))

    assert DataType(check, name="A").type_check("context", 3).success


@pytest.mark.parametrize("fields", [{"success": "yes"}, {"success": 1}, {"success": True, "description": 3}])
def test_verdict_of_another_kind_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinitionError):
        TypeCheck(**fields)
