from __future__ import annotations

import collections
import collections.abc
import dataclasses
import enum
import pathlib
import typing
from collections.abc import Callable
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NewType,
    NotRequired,
    Protocol,
    Required,
    TypedDict,
    TypeVar,
    runtime_checkable,
)

import numpy as np
import numpy.typing
import pandas as pd
import pytest
import typing_extensions
from pydantic import BaseModel

from daglab.definitions.results import MaterializeResult, ObserveResult, Output
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.data_type import DataType, TypeKind
from daglab.definitions.types.nothing import Nothing
from daglab.definitions.types.resolution import resolve_type
from daglab.errors import InvalidDefinitionError

T = TypeVar("T")


class Colour(enum.Enum):
    RED = "red"


class Box(Generic[T]):
    pass


class Model(BaseModel):
    rows: int


@dataclasses.dataclass
class Row:
    rows: int


class Tree(TypedDict):
    name: str
    kids: NotRequired[list[Tree]]


@runtime_checkable
class HasRows(Protocol):
    rows: int


class Silent(Protocol):
    def speak(self) -> None: ...


UserId = NewType("UserId", int)
Json = typing_extensions.TypeAliasType("Json", "dict[str, Json] | list[Json] | int | str | None")
EVEN = DataType(name="Even", type_check_fn=lambda _, value: value % 2 == 0)


def describe(annotation: object, value: object) -> str | None:
    """None if the value passes."""
    verdict = resolve_type(annotation).type_check(None, value)
    assert verdict.success == (verdict.description is None)
    return verdict.description


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, True),
        (float, 1.5),
        (float, np.float64(1.5)),
        (str, "ü"),
        (Any, object()),
        (object, 3),
        (None, 3),
        (NO_VALUE, 3),
        (Nothing, None),
        (type(None), None),
        (list, [1, "a"]),
        (typing.List, []),  # noqa: UP006
        (list[int], []),
        (dict[str, list[int]], {"a": [1]}),
        (dict[str, None], {"a": None}),
        (tuple[int, str], (1, "a")),
        (tuple[int, ...], (1, 2, 3)),
        (tuple[()], ()),
        (set[int], {1}),
        (frozenset[str], frozenset("a")),
        (int | None, None),
        (None | int, 3),
        (typing.Union[int, str], "a"),  # noqa: UP007
        (int | str | None, None),
        (Literal["a", 1], 1),
        (Annotated[int, "metres"], 3),
        (Annotated[int, EVEN], 2),
        (UserId, 3),
        (TypeVar("B", bound=int), 3),
        (T, object()),
        (collections.abc.Callable[[int], int], len),
        (collections.abc.Sequence[int], (1, 2)),
        (collections.abc.Mapping[str, int], collections.ChainMap({"a": 1})),
        (collections.abc.Iterable[int], (number for number in range(3))),
        (collections.Counter[str], collections.Counter("aab")),
        (collections.defaultdict[str, int], collections.defaultdict(int, a=1)),
        (type[int], bool),
        (Box[int], Box()),
        (Model, Model(rows=1)),
        (list[Model], [Model(rows=1)]),
        (Row, Row(1)),
        (HasRows, Row(1)),
        (list[HasRows], [Row(1)]),
        (Silent, 3),
        (Colour, Colour.RED),
        (pathlib.Path, pathlib.Path("a")),
        (pd.DataFrame, pd.DataFrame()),
        (numpy.typing.NDArray[np.float64], np.zeros(3)),
        (typing.IO[str], object()),
        (Tree, {"name": "a", "kids": [{"name": "b"}]}),
        (Json, {"a": [1, {"b": None}]}),
        ("list[int]", [1]),
        ("Nowhere", 3),
        (list["Nowhere"], [3]),  # type: ignore[name-defined]  # noqa: F821
        (Output[int], 3),
        (Output, "a"),
        (MaterializeResult[list[int]], [3]),
        (MaterializeResult, object()),
        (ObserveResult, None),
        (collections.abc.Iterator[Output[int]], 3),
    ],
)
def test_value_fits_annotation(annotation: object, value: object) -> None:
    assert describe(annotation, value) is None


@pytest.mark.parametrize(
    ("annotation", "value", "description"),
    [
        (int, "x", "expected int, got str: 'x'"),
        (int, np.int64(1), "expected int, got numpy.int64: np.int64(1)"),
        (float, 1, "expected float, got int: 1"),
        (str, None, "expected str, got None"),
        (Nothing, 3, "expected no value, got int: 3"),
        (list[int], (1,), "expected list, got tuple: (1,)"),
        (list[int], [1, "ü"], "at [1]: expected int, got str: 'ü'"),
        (dict[str, int], {1: 1}, "at key 1: expected str, got int: 1"),
        (dict[str, int], {'a"b': "x"}, "at ['a\"b']: expected int, got str: 'x'"),
        (
            list[dict[str, tuple[int, list[str]]]],
            [{}, {"a": (1, ["b", None])}],
            'at [1]["a"][1][1]: expected str, got None',
        ),
        (dict[str, None], {"a": 1}, 'at ["a"]: expected None, got int: 1'),
        (tuple[int, str], (1,), "expected tuple of 2, not of 1, got tuple: (1,)"),
        (tuple[int, str], ("a", "b"), "at [0]: expected int, got str: 'a'"),
        (tuple[int, ...], (1, None), "at [1]: expected int, got None"),
        (set[int], {"a"}, "at {…}: expected int, got str: 'a'"),
        (int | None, "a", "expected int, got str: 'a'"),
        (int | str, 1.5, "expected Int or String, got float: 1.5"),
        (list[int] | dict[str, int], ["a"], "at [0]: expected int, got str: 'a'"),
        (Literal["red", "blue"], "bleu", "expected one of 'red', 'blue', got str: 'bleu'; did you mean 'blue'?"),
        (Literal[1], True, "expected one of 1, got bool: True"),
        (Annotated[int, EVEN], 3, None),
        (collections.abc.Sequence[str], "abc", "expected Sequence, got str: 'abc'"),
        (collections.abc.Mapping[str, int], {"a": None}, 'at ["a"]: expected int, got None'),
        (collections.abc.Callable[..., int], 3, "expected something that can be called, got int: 3"),
        (type[int], str, "expected the class int or one derived from it, got type: <class 'str'>"),
        (Tree, {"name": "a", "kids": [{"name": 3}]}, 'at ["kids"][0]["name"]: expected str, got int: 3'),
        (Tree, {"kids": []}, "Tree misses 'name'"),
        (Tree, {"name": "a", "kid": []}, "Tree has no key 'kid'; did you mean 'kids'?"),
        (pd.DataFrame, pd.Series([1]), "expected pandas.DataFrame, got pandas.Series of shape (1,)"),
        (Output[int], "x", "expected int, got str: 'x'"),
    ],
)
def test_mismatch_tells_what_was_expected_what_is_there_and_where(
    annotation: object, value: object, description: str | None
) -> None:
    verdict = resolve_type(annotation).type_check(None, value)
    assert (verdict.success, verdict.description) == (False, description)


@pytest.mark.parametrize("raw", [3, {}, [int], (int, str), len, ...])
def test_what_is_no_type_is_refused(raw: object) -> None:
    with pytest.raises(InvalidDefinitionError, match="is no type"):
        resolve_type(raw)


@pytest.mark.parametrize("annotation", [list[Nothing], Nothing | None, tuple[int, Nothing], dict[str, Nothing]])
def test_nothing_cannot_be_held(annotation: object) -> None:
    with pytest.raises(InvalidDefinitionError, match="nothing can be in it"):
        resolve_type(annotation)


@pytest.mark.parametrize(
    ("annotation", "display_name", "key"),
    [
        (list[int], "[Int]", "List.Int"),
        (int | None, "Int?", "Optional.Int"),
        (dict[str, float], "Dict[String,Float]", "TypedPythonDict.String.Float"),
        (set[bool], "Set[Bool]", "TypedPythonSet.Bool"),
        (tuple[int, str], "Tuple[Int,String]", "TypedPythonTupleInt.String"),
        (list, "[Any]", "List.Any"),
        (dict, "dict", "PythonDict"),
        (pathlib.PurePath, "PurePath", "_TypeHintInferred[pathlib.PurePath]"),
    ],
)
def test_names_and_keys(annotation: object, display_name: str, key: str) -> None:
    found = resolve_type(annotation)
    assert (found.display_name, found.key) == (display_name, key)
    assert resolve_type(annotation) is found
    assert resolve_type(found) is found


def test_typing_types_are_those_of_typing() -> None:
    assert resolve_type(dict[str, list[int]]).typing_type == typing.Dict[str, typing.List[int]]  # noqa: UP006
    assert resolve_type(int | None).typing_type == int | None


def test_inner_types_and_fan_in() -> None:
    nested = resolve_type(dict[str, list[int]])
    assert [inner.display_name for inner in nested.inner_types] == ["String", "[Int]", "Int"]
    assert nested.type_param_keys == ["String", "List.Int"]
    assert resolve_type(list[int]).supports_fan_in
    assert resolve_type(list[int]).get_inner_type_for_fan_in() is resolve_type(int)
    assert not nested.supports_fan_in


def test_resources_of_inner_types_are_needed() -> None:
    own = DataType(name="Own", type_check_fn=lambda context, value: True, required_resource_keys={"db"})
    assert resolve_type(Annotated[int, own]).required_resource_keys == {"db"}
    assert resolve_type(list[Annotated[int, own]] | None).required_resource_keys == {"db"}


def test_long_list_costs_no_more_than_looking_at_each_item(calls_of: Callable[[Callable[[], object]], int]) -> None:
    checked = resolve_type(list[int])
    short, long = (calls_of(lambda n=n: checked.type_check(None, list(range(n)))) for n in (1_000, 100_000))
    assert long - short < 1.1 * 99_000


def test_proxy_with_another_class_counts_as_what_it_says() -> None:
    class Proxy:
        __class__ = int  # type: ignore[assignment]

    assert describe(list[int], [1, Proxy()]) is None


def test_keys_of_typed_dicts_that_may_be_left_out() -> None:
    class Loose(TypedDict, total=False):
        a: Required[int]
        b: int

    assert describe(Loose, {"a": 1}) is None
    assert describe(Loose, {"b": 1}) == "Loose misses 'a'"
    assert describe(Loose, [1]) == "expected dict with the keys of Loose, got list: [1]"


def test_none_in_brackets_is_the_value_none() -> None:
    assert describe(list[None], [None]) is None
    assert describe(list[None], [0]) == "at [0]: expected None, got int: 0"


def test_any_in_a_container_is_not_looked_at() -> None:
    class Untouchable(list[Any]):
        def __iter__(self) -> Any:
            raise AssertionError

    assert describe(list[Any], Untouchable([1])) is None


def test_own_type_that_calls_itself_any_is_still_checked() -> None:
    own = DataType(name="Own", type_check_fn=lambda _, value: False, kind=TypeKind.ANY)
    assert describe(list[Annotated[Any, own]], [3]) == "at [0]: expected Own, got int: 3"
