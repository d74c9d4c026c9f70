from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import key_of
from daglab.errors import InvalidDefinitionError

PART = st.text(min_size=1, max_size=8).filter(lambda part: part.isprintable() and "/" not in part)


@given(st.lists(PART, min_size=1, max_size=4))
def test_written_form_comes_back(parts: list[str]) -> None:
    key = AssetKey(parts)
    assert AssetKey.from_user_string(str(key)) == key
    assert AssetKey.from_coercible(key) is key


@pytest.mark.parametrize("path", ["", [], ["a", ""], "a//b", ["a\n"], ["a\x1b[2J"], [3]])
def test_path_that_is_no_key(path: object) -> None:
    with pytest.raises(InvalidDefinitionError, match="is no asset key"):
        AssetKey(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", [3, None, object()])
def test_thing_that_names_no_asset(thing: object) -> None:
    with pytest.raises(InvalidDefinitionError, match="names no asset"):
        key_of(thing)


def test_prefix_comes_first() -> None:
    assert AssetKey("c").with_prefix(["a", "b"]) == AssetKey(["a", "b", "c"])
    assert AssetKey("c").with_prefix("a") == AssetKey(["a", "c"])
