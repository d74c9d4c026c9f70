import math
from collections import OrderedDict
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from round_trips import round_trip, same

_any_text = st.text(st.characters(exclude_categories=()))  # with lone surrogates
_leaves = st.none() | st.booleans() | st.integers() | st.floats() | _any_text | st.binary()
_trees = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_any_text | st.integers() | st.booleans(), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


class Color(IntEnum):
    RED = 1


class Text(str):
    pass


@given(_trees)
def test_what_a_plain_format_takes_comes_back_the_same(value: object) -> None:
    assert same(round_trip(value)[1], value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"", "bytes"),
        (b"\x00\xff", "bytes"),
        ("", "text"),
        ("a\r\nb\n\ufeff\x00 𝄞", "text"),
        (None, "json"),
        (True, "json"),
        (-0.0, "json"),
        (2**4095, "json"),
        ([1, 1.0, True, None, "x", {"a": []}], "json"),
        ({"b": 1, "a": 2}, "json"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_values_have_plain_files(value: object, name: str) -> None:
    found, back = round_trip(value)
    assert found == name
    assert same(back, value)


_twice = [1]


@pytest.mark.parametrize(
    "value",
    [
        "\ud800",
        ["\ud800\udc00"],
        {"\udfff": 1},
        (1, 2),
        [(1,)],
        {1: 2},
        {True: 2},
        {None: 2},
        {Text("a"): 1},
        math.nan,
        [math.inf],
        2**20_000,
        {1, 2},
        bytearray(b"a"),
        Color.RED,
        Text("a"),
        [Text("a")],
        OrderedDict(a=1),
        [b"a"],
        1j,
        [_twice, _twice],
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_would_change_is_left_to_pickle(value: object) -> None:
    assert round_trip(value)[0] == "pickle"


def test_a_list_that_holds_itself_is_left_to_pickle() -> None:
    circle: list[object] = []
    circle.append(circle)
    assert round_trip(circle)[0] == "pickle"


def test_a_very_deep_list_is_left_to_pickle() -> None:
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    assert round_trip(deep)[0] == "pickle"


def test_lists_that_share_lists_do_not_explode() -> None:
    value: list[object] = []
    for _ in range(60):
        value = [value, value]
    assert round_trip(value)[0] == "pickle"
