from __future__ import annotations

import subprocess
import sys
import typing

import pytest

from daglab.definitions.types.names import Any, Bool, Dict, Float, Int, List, Optional, Set, String, Tuple
from daglab.definitions.types.nothing import Nothing, means_nothing
from daglab.definitions.types.resolution import resolve_type
from daglab.errors import InvalidDefinitionError


@pytest.mark.parametrize(
    ("name", "display_name"),
    [
        (Any, "Any"),
        (Bool, "Bool"),
        (Float, "Float"),
        (Int, "Int"),
        (String, "String"),
        (Nothing, "Nothing"),
        (List, "[Any]"),
        (Dict, "dict"),
        (Set, "set"),
        (Tuple, "tuple"),
        (List[Int], "[Int]"),
        (List[List[Dict[String, Any]]], "[[Dict[String,Any]]]"),
        (Optional[List[Int]], "[Int]?"),
        (Set[String], "Set[String]"),
        (Tuple[Int, Float], "Tuple[Int,Float]"),
        (Tuple[Int], "Tuple[Int]"),
        (List[typing.Optional[int]], "[Int?]"),  # noqa: UP045
    ],
)
def test_names_stand_for_types(name: object, display_name: str) -> None:
    assert resolve_type(name).display_name == display_name


@pytest.mark.parametrize("make", [lambda: List[None], lambda: Optional[Nothing], lambda: Dict[Int], lambda: List[3]])
def test_brackets_hold_types(make: typing.Callable[[], object]) -> None:
    with pytest.raises(InvalidDefinitionError):
        make()


def test_what_passes_no_value() -> None:
    assert [means_nothing(raw) for raw in (Nothing, type(None), resolve_type(Nothing))] == [True] * 3
    assert [means_nothing(raw) for raw in (None, int, Optional)] == [False] * 3


def test_heavy_libraries_are_left_alone() -> None:
    code = (
        "import sys; from daglab.definitions.types import names, checking, boundary; "
        "assert not {'pydantic', 'pandas', 'pandera', 'numpy', 'polars'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
