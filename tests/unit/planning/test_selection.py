from __future__ import annotations

import contextlib

import pytest
from history import an_asset
from hypothesis import given
from hypothesis import strategies as st

from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.specs import AssetSpec
from daglab.errors import DaglabError, InvalidSubsetError
from daglab.planning.graph import AssetGraph
from daglab.planning.selection import select

# raw/a   raw/b
#     \   /
#      mid
#     /   \
#  left   right
#     \   /
#      end
GRAPH = AssetGraph.build(
    [
        an_asset("a", key_prefix="raw", group_name="raw", kinds={"csv"}, owners=["ann@example.org"]),
        an_asset("b", key_prefix="raw", group_name="raw", kinds={"csv", "big"}, tags={"team": "ops"}),
        an_asset("mid", "raw/a", "raw/b", "elsewhere"),
        an_asset("left", "mid", owners=["team:ops"]),
        an_asset("right", "mid", tags={"team": "data", "hot": ""}),
        an_asset("end", "left", "right"),
    ]
)
ALL = ["end", "left", "mid", "raw/a", "raw/b", "right"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mid", ["mid"]),
        ('"mid"', ["mid"]),
        ("raw/a", ["raw/a"]),
        ("*", ALL),
        ("raw/*", ["raw/a", "raw/b"]),
        ("*i*", ["mid", "right"]),
        ("+mid", ["mid", "raw/a", "raw/b"]),
        ("mid+", ["end", "left", "mid", "right"]),
        ("+mid+", ALL),
        ("1+end", ["end", "left", "right"]),
        ("2+end", ["end", "left", "mid", "right"]),
        ("mid+1", ["left", "mid", "right"]),
        ("1+left+1", ["end", "left", "mid"]),
        ("+(left or right)", ["left", "mid", "raw/a", "raw/b", "right"]),
        ("group:raw", ["raw/a", "raw/b"]),
        ("group:default and not end", ["left", "mid", "right"]),
        ("kind:big", ["raw/b"]),
        ("tag:team", ["raw/b", "right"]),
        ("tag:team=ops", ["raw/b"]),
        ("owner:*@example.org", ["raw/a"]),
        ('owner:"team:ops"', ["left"]),
        ("key:raw/*", ["raw/a", "raw/b"]),
        ("left or right", ["left", "right"]),
        ("left, right", ["left", "right"]),
        ("left right", ["left", "right"]),
        ("* and not (left or right)", ["end", "mid", "raw/a", "raw/b"]),
        ("not *", []),
        ("left or right and end", ["left"]),
        ("(left or right) and not left", ["right"]),
        ("not left and right", ["right"]),
        ("sinks(*)", ["end"]),
        ("sinks(+mid)", ["mid"]),
        ("roots(*)", ["raw/a", "raw/b"]),
        ("roots(mid+)", ["mid"]),
        ("  mid  ", ["mid"]),
        ("mid and mid+ and +end", ["mid"]),
        ("end +mid", ["end", "mid", "raw/a", "raw/b"]),
        ("left+ raw/a", ["end", "left", "raw/a"]),
    ],
)
def test_selection_means(text: str, expected: list[str]) -> None:
    assert sorted(select(GRAPH, text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rigth", "'rigth' names no asset here\n  → did you mean 'right'?"),
        ("group:rwa", "'group:rwa' names no asset here\n  → did you mean 'raw'?"),
        ("zzz*", "'zzz*' names no asset here\n  → there are: end, left, mid, raw/a, raw/b, right"),
        ("", "selection '': it ends too early\n  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("mid and", "selection 'mid and': it ends too early\n  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("(mid", "selection '(mid': it ends too early\n  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("and mid", "selection 'and mid': an asset is expected where 'and' stands\n"
                    "  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("mid)", "selection 'mid)': ')' is not expected here\n  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("()", "selection '()': an asset is expected where ')' stands\n"
               "  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("color:red", "selection 'color:red': nothing can be chosen by 'color'; key, key_substring, group, kind, "
                      "owner, tag, is, partitions\n"
                      "  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ("mid + left", "selection 'mid + left': '+ left' cannot be read\n  → quote keys: \"a b\""),
        ("+2+mid", "selection '+2+mid': an asset is expected where '2+' stands\n"
                    "  → try \"key\", \"+key\", \"group:name\", \"a or b\""),
        ('mid "left', "selection 'mid \"left': '\"left' cannot be read\n  → quote keys: \"a b\""),
    ],
)  # fmt: skip
def test_selection_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidSubsetError) as caught:
        select(GRAPH, text)
    assert str(caught.value) == message


def test_everything_of_an_empty_graph_is_nothing() -> None:
    assert select(AssetGraph.build([]), "*") == frozenset()


def test_quotes_take_special_characters_as_they_are() -> None:
    graph = DeclaredGraph.from_assets([AssetSpec(name) for name in ("a[1]", "a1", "not", "b c", "x+y", "a*", "2013")])
    assert sorted(select(graph, '"a[1]"')) == ["a[1]"]
    assert sorted(select(graph, '"not" or "b c"')) == ["b c", "not"]
    assert sorted(select(graph, '+"x+y"+ or "a*"')) == ["a*", "x+y"]
    assert sorted(select(graph, 'key:"a*" or 2013+ or 1+2013')) == ["2013", "a*"]


@given(st.text(alphabet='midleft raw/*+()",:12not&and\n', max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DaglabError):
        assert select(GRAPH, text) <= set(ALL)
