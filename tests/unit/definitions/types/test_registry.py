from __future__ import annotations

import pytest

from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.python_object_type import PythonObjectType
from daglab.definitions.types.registry import make_python_type_usable_as_data_type, usable_as_data_type
from daglab.definitions.types.resolution import resolve_type
from daglab.definitions.types.type_loader import type_loader
from daglab.errors import InvalidDefinitionError


def test_decorated_class_has_its_own_type() -> None:
    @usable_as_data_type
    class Order:
        pass

    found = resolve_type(Order)
    assert (found.unique_name, found.description) == ("Order", None)
    assert found.type_check(None, Order()).success
    assert not found.type_check(None, 3).success
    assert resolve_type(list[Order]).inner_types == [found]


def test_decorator_takes_name_description_and_loader() -> None:
    @type_loader(int)
    def load(context: object, config: int) -> object:
        return Order()

    @usable_as_data_type("Bestellung", "Wer was will.", load)
    class Order:
        pass

    found = resolve_type(Order)
    assert (found.unique_name, found.description, found.loader) == ("Bestellung", "Wer was will.", load)

    @usable_as_data_type()
    class Plain:
        pass

    assert resolve_type(Plain).unique_name == "Plain"


def test_class_is_given_one_type_only() -> None:
    class Order:
        pass

    first, second = PythonObjectType(Order, name="First"), PythonObjectType(Order, name="Second")
    make_python_type_usable_as_data_type(Order, first)
    make_python_type_usable_as_data_type(Order, first)
    with pytest.raises(InvalidDefinitionError, match="has the type 'First'"):
        make_python_type_usable_as_data_type(Order, second)
    assert resolve_type(Order) is first


def test_cell_that_registers_can_be_run_again() -> None:
    class Order:
        pass

    make_python_type_usable_as_data_type(Order, DataType(lambda _, value: False, name="Order"))
    assert not resolve_type(list[Order]).type_check(None, [Order()]).success
    make_python_type_usable_as_data_type(Order, DataType(lambda _, value: True, name="Order"))
    assert resolve_type(list[Order]).type_check(None, [Order()]).success


def test_class_that_was_used_before_is_refused() -> None:
    class Order:
        pass

    resolve_type(list[Order])
    with pytest.raises(InvalidDefinitionError, match="before it was given"):
        make_python_type_usable_as_data_type(Order, PythonObjectType(Order))


def test_arguments_of_other_kinds_are_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="no class"):
        make_python_type_usable_as_data_type(3, PythonObjectType(int))  # type: ignore[arg-type]
    with pytest.raises(InvalidDefinitionError, match="DagsterType"):
        make_python_type_usable_as_data_type(int, int)  # type: ignore[arg-type]


def test_object_types() -> None:
    one = PythonObjectType(int)
    assert (one.unique_name, one.key, one.typing_type, one.python_type) == ("int", "int", int, int)
    several = PythonObjectType((int, float), description="numbers")
    assert (several.unique_name, several.typing_type, several.description) == (
        "Union[int, float]",
        int | float,
        "numbers",
    )
    assert several.type_check(None, 1.5).success
    assert several.type_check(None, "a").description == "expected int or float, got str: 'a'"
    named = PythonObjectType(int, "k", "Zahl")
    assert (named.key, named.unique_name) == ("k", "Zahl")


@pytest.mark.parametrize("wrong", ["int", 3, (), (int, "str"), list[int]])
def test_object_type_takes_classes(wrong: object) -> None:
    with pytest.raises(InvalidDefinitionError, match="no class"):
        PythonObjectType(wrong)  # type: ignore[arg-type]
