from __future__ import annotations

from collections.abc import Callable

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.results import AssetCheckResult
from daglab.definitions.specs import AssetCheckKey, AssetSpec
from daglab.errors import DaglabError, InvalidSubsetError


# ext -> alice -> bob -> fred
#            \-> candace -/
# with the same names again, and nothing in common, under "raw"
@asset(deps=["ext"], group_name="ladies", tags={"color": "blue"}, owners=["team:ops"], kinds={"sql"})
def alice() -> int:
    return 1


@asset(group_name="gentlemen", tags={"color": "red", "hot": ""}, kinds={"python", "sql"})
def bob(alice: int) -> int:
    return alice


@asset(group_name="ladies", owners=["ann@example.org"])
def candace(alice: int) -> int:
    return alice


@asset
def fred(bob: int, candace: int) -> int:
    return bob + candace


@asset(key_prefix=["raw", "de"])
def wörter() -> int:
    return 1


@asset(key_prefix="rawest")
def other() -> int:
    return 1


@asset_check(asset=alice)
def is_positive() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


@asset_check(asset=bob)
def is_small() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


ASSETS = [fred, alice, bob, candace, wörter, other, is_positive, is_small]
GRAPH = DeclaredGraph.from_assets(ASSETS)
MADE = {"alice", "bob", "candace", "fred", "raw/de/wörter", "rawest/other"}


def found(selection: AssetSelection) -> set[str]:
    return {key.to_user_string() for key in selection.resolve(ASSETS)}


def checks(selection: AssetSelection) -> set[str]:
    return {key.name for key in selection.resolve_checks(GRAPH)}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (AssetSelection.all(), MADE),
        (AssetSelection.all(include_sources=True), MADE | {"ext"}),
        (AssetSelection.assets(alice, "bob", ["raw", "de", "wörter"], AssetKey("ext")),
         {"alice", "bob", "raw/de/wörter", "ext"}),
        (AssetSelection.assets(), set()),
        (AssetSelection.keys("alice", AssetKey("bob")), {"alice", "bob"}),
        (AssetSelection.groups("ladies"), {"alice", "candace"}),
        (AssetSelection.groups("ladies", "gentlemen"), {"alice", "bob", "candace"}),
        (AssetSelection.groups(), set()),
        (AssetSelection.groups("nobody"), set()),
        (AssetSelection.groups("default"), {"fred", "raw/de/wörter", "rawest/other"}),
        (AssetSelection.groups("default", include_sources=True), {"fred", "raw/de/wörter", "rawest/other", "ext"}),
        (AssetSelection.key_prefixes("raw"), {"raw/de/wörter"}),
        (AssetSelection.key_prefixes(["raw", "de"], "rawest"), {"raw/de/wörter", "rawest/other"}),
        (AssetSelection.key_prefixes("ext"), set()),
        (AssetSelection.key_prefixes("ext", include_sources=True), {"ext"}),
        (AssetSelection.key_substring("w/de/w"), {"raw/de/wörter"}),
        (AssetSelection.key_substring("e"), {"alice", "candace", "fred", "raw/de/wörter", "rawest/other"}),
        (AssetSelection.key_substring("xt", include_sources=True), {"ext"}),
        (AssetSelection.tag("color", "blue"), {"alice"}),
        (AssetSelection.tag("color", ""), set()),
        (AssetSelection.tag("hot", ""), {"bob"}),
        (AssetSelection.tag_string("color=red"), {"bob"}),
        (AssetSelection.tag_string("hot"), {"bob"}),
        (AssetSelection.tag_string("color"), set()),
        (AssetSelection.kind("sql"), {"alice", "bob"}),
        (AssetSelection.kind(None), MADE - {"alice", "bob"}),
        (AssetSelection.owner("team:ops"), {"alice"}),
        (AssetSelection.owner(None), set()),
        (AssetSelection.assets("fred").upstream(), {"alice", "bob", "candace", "fred"}),
        (AssetSelection.assets("fred").upstream(1), {"bob", "candace", "fred"}),
        (AssetSelection.assets("fred").upstream(depth=0), {"fred"}),
        (AssetSelection.assets("fred").upstream(include_self=False), {"alice", "bob", "candace"}),
        (AssetSelection.assets("fred", "bob").upstream(1, include_self=False), {"alice", "candace"}),
        (AssetSelection.assets("ext").upstream(), set()),
        (AssetSelection.assets("ext").downstream(), {"ext", "alice", "bob", "candace", "fred"}),
        (AssetSelection.assets("alice").downstream(1), {"alice", "bob", "candace"}),
        (AssetSelection.assets("alice").downstream(1, include_self=False), {"bob", "candace"}),
        (AssetSelection.assets("bob").upstream_source_assets(), {"ext"}),
        (AssetSelection.all().sinks(), {"fred", "raw/de/wörter", "rawest/other"}),
        (AssetSelection.assets("alice", "fred").sinks(), {"fred"}),
        (AssetSelection.all().roots(), {"alice", "raw/de/wörter", "rawest/other"}),
        (AssetSelection.assets("alice", "fred").roots(), {"alice"}),
        (AssetSelection.assets("fred", "bob").sources(), {"bob"}),
        (AssetSelection.all(include_sources=True).roots(), {"ext", "raw/de/wörter", "rawest/other"}),
        (AssetSelection.all(include_sources=True).materializable(), MADE),
        (AssetSelection.assets("alice").required_multi_asset_neighbors(), {"alice"}),
        (AssetSelection.groups("ladies") | AssetSelection.assets("bob"), {"alice", "bob", "candace"}),
        (AssetSelection.groups("ladies") & AssetSelection.assets("alice").downstream(), {"alice", "candace"}),
        (AssetSelection.all() - AssetSelection.groups("ladies"), MADE - {"alice", "candace"}),
        (AssetSelection.checks_for_assets("alice"), set()),
        (AssetSelection.all().without_checks(), MADE),
    ],
)  # fmt: skip
def test_selection_means(selection: AssetSelection, expected: set[str]) -> None:
    assert found(selection) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (AssetSelection.all(), {"is_positive", "is_small"}),
        (AssetSelection.all_asset_checks(), {"is_positive", "is_small"}),
        (AssetSelection.assets("alice"), {"is_positive"}),
        (AssetSelection.assets("alice").downstream(1), {"is_positive", "is_small"}),
        (AssetSelection.assets("fred"), set()),
        (AssetSelection.checks_for_assets(alice), {"is_positive"}),
        (AssetSelection.checks(is_small), {"is_small"}),
        (AssetSelection.checks(AssetCheckKey(AssetKey("bob"), "is_small")), {"is_small"}),
        (AssetSelection.all().without_checks(), set()),
        (AssetSelection.all() - AssetSelection.checks_for_assets(alice), {"is_small"}),
        (AssetSelection.assets("alice") | AssetSelection.checks(is_small), {"is_positive", "is_small"}),
        (AssetSelection.all() & AssetSelection.checks(is_small), {"is_small"}),
    ],
)
def test_selection_means_checks(selection: AssetSelection, expected: set[str]) -> None:
    assert checks(selection) == expected


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        (AssetSelection.all(), "*"),
        (AssetSelection.assets("a", ["b", "c"]), 'key:"a" or key:"b/c"'),
        (AssetSelection.groups("g", "h"), 'group:"g" or group:"h"'),
        (AssetSelection.groups(), "group:<null>"),
        (AssetSelection.tag("k", "v"), 'tag:"k"="v"'),
        (AssetSelection.tag("k", ""), 'tag:"k"'),
        (AssetSelection.kind("sql"), 'kind:"sql"'),
        (AssetSelection.kind(None), "kind:<null>"),
        (AssetSelection.owner("team:x"), 'owner:"team:x"'),
        (AssetSelection.key_substring("x"), 'key_substring:"x"'),
        (AssetSelection.assets("a").upstream(), '+key:"a"'),
        (AssetSelection.assets("a").upstream(2), '2+key:"a"'),
        (AssetSelection.assets("a").upstream(0), 'key:"a"'),
        (AssetSelection.assets("a", "b").downstream(3), '(key:"a" or key:"b")+3'),
        (AssetSelection.groups("g").upstream(2, include_self=False), '2+group:"g" and not group:"g"'),
        (AssetSelection.assets("a", "b").sinks().roots(), 'roots(sinks(key:"a" or key:"b"))'),
        (AssetSelection.tag("a", "b") | AssetSelection.assets("a", "b") & AssetSelection.groups("g", "h"),
         'tag:"a"="b" or ((key:"a" or key:"b") and (group:"g" or group:"h"))'),
        (AssetSelection.all() - AssetSelection.assets("a"), 'not key:"a"'),
        (AssetSelection.groups("g") - AssetSelection.assets("a", "b"), 'group:"g" and not (key:"a" or key:"b")'),
    ],
)  # fmt: skip
def test_text_of_a_selection(selection: AssetSelection, text: str) -> None:
    assert (selection.to_selection_str(), str(selection)) == (text, text)


@pytest.mark.parametrize(
    "selection",
    [
        AssetSelection.groups("ladies") - AssetSelection.assets("alice", "fred"),
        AssetSelection.all() - AssetSelection.assets("alice", "bob"),
        AssetSelection.assets("alice", "bob").downstream(1) & AssetSelection.kind("sql").upstream(),
        AssetSelection.assets("fred").upstream(1, include_self=False) | AssetSelection.tag("color", "red"),
        AssetSelection.all().roots().downstream(1).sinks(),
    ],
)
def test_text_of_a_selection_means_the_same(selection: AssetSelection) -> None:
    assert found(AssetSelection.from_string(str(selection))) == found(selection)


@pytest.mark.parametrize(
    "selection",
    [
        AssetSelection.key_prefixes("a"),
        AssetSelection.all().materializable(),
        AssetSelection.all_asset_checks(),
        AssetSelection.assets("a").required_multi_asset_neighbors(),
    ],
)
def test_selection_without_text(selection: AssetSelection) -> None:
    with pytest.raises(NotImplementedError):
        selection.to_selection_str()
    assert str(selection) == repr(selection)


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("alice", AssetSelection.assets("alice")),
        ("group:ladies", AssetSelection.groups("ladies")),
        ('group:"ladies"', AssetSelection.groups("ladies")),
        ("group:<null>", AssetSelection.groups()),
        ("tag:k=v", AssetSelection.tag("k", "v")),
        ('tag:"k"="v"', AssetSelection.tag("k", "v")),
        ('tag:k="v w"', AssetSelection.tag("k", "v w")),
        ("tag:k", AssetSelection.tag("k", "")),
        ("kind:sql", AssetSelection.kind("sql")),
        ("kind:<null>", AssetSelection.kind(None)),
        ('owner:"team:ops"', AssetSelection.owner("team:ops")),
        ("*", AssetSelection.all()),
        ("not group:g", AssetSelection.all() - AssetSelection.groups("g")),
        ("group:a and group:b and group:c",
         AssetSelection.groups("a") & AssetSelection.groups("b") & AssetSelection.groups("c")),
        ("group:a AND group:b OR group:c",
         AssetSelection.groups("a") & AssetSelection.groups("b") | AssetSelection.groups("c")),
        ("+group:a+2", AssetSelection.groups("a").upstream() | AssetSelection.groups("a").downstream(2)),
        ("sinks(roots(*))", AssetSelection.all().roots().sinks()),
        ("+alice", AssetSelection.assets("alice").upstream(1)),
        ("++alice", AssetSelection.assets("alice").upstream(2)),
        ("alice+", AssetSelection.assets("alice").downstream(1)),
    ],
)  # fmt: skip
def test_text_is_read_as(text: str, selection: AssetSelection) -> None:
    assert AssetSelection.from_string(text) == selection


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*fred", {"alice", "bob", "candace", "fred"}),
        ("alice*", {"alice", "bob", "candace", "fred"}),
        ("*bob*", {"alice", "bob", "fred"}),
        ("bob+", {"bob", "fred"}),
        ('+key:"bob"+', {"alice", "bob", "fred"}),
        ('key:"raw*"', {"raw/de/wörter", "rawest/other"}),
        ("key:raw/*", {"raw/de/wörter"}),
        ("raw/*", {"raw/de/wörter"}),
        ("key:nobody*", set()),
        ("group:nobody", set()),
        ("group:*men", {"bob"}),
        ("is:external", {"ext"}),
        ("is:materializable and group:ladies", {"alice", "candace"}),
        ("key_substring:ob", {"bob"}),
        ("owner:*@example.org", {"candace"}),
        ("partitions:none and key:bob", {"bob"}),
        ("partitions:static", set()),
        ("alice or bob, candace fred", {"alice", "bob", "candace", "fred"}),
    ],
)
def test_text_means(text: str, expected: set[str]) -> None:
    assert found(AssetSelection.from_string(text)) == expected


def test_sources_count_where_the_text_is_read_so() -> None:
    assert found(AssetSelection.from_string("not group:ladies", include_sources=True)) == {
        "ext", "bob", "fred", "raw/de/wörter", "rawest/other"
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "(", "alice and", "color:red", "is:blue", "a//b", "(" * 200 + "a", "not " * 999 + "a"]
)
def test_text_that_cannot_be_read(text: str) -> None:
    with pytest.raises(DaglabError):
        AssetSelection.from_string(text)


def test_missing_asset_is_named_with_the_nearest_one() -> None:
    with pytest.raises(InvalidSubsetError) as caught:
        AssetSelection.assets("alcie", "bob").resolve(ASSETS)
    assert str(caught.value) == "'alcie' names no asset here\n  → did you mean 'alice'?"


def test_missing_assets_are_left_out_on_demand() -> None:
    assert AssetSelection.assets("alcie", "bob").resolve(ASSETS, allow_missing=True) == {AssetKey("bob")}


def test_missing_check_is_named_with_the_nearest_one() -> None:
    with pytest.raises(InvalidSubsetError) as caught:
        AssetSelection.checks(AssetCheckKey(AssetKey("alice"), "is_positiv")).resolve_checks(GRAPH)
    assert str(caught.value) == "'alice:is_positiv' names no check here\n  → did you mean 'alice:is_positive'?"


@pytest.mark.parametrize(
    ("given", "selection"),
    [
        ("alice", AssetSelection.assets("alice")),
        (["alice", "group:g"], AssetSelection.assets("alice") | AssetSelection.groups("g")),
        ([alice, bob], AssetSelection.assets("alice", "bob")),
        ([AssetKey("alice"), AssetKey(["x", "y"])], AssetSelection.assets("alice", "x/y")),
        ((alice,), AssetSelection.assets("alice")),
        (AssetSelection.groups("g"), AssetSelection.groups("g")),
    ],
)
def test_coercible(given: object, selection: AssetSelection) -> None:
    assert AssetSelection.from_coercible(given) == selection  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [5, None, [5], {"alice": 1}, ["alice", alice]])
def test_not_coercible(given: object) -> None:
    with pytest.raises(DaglabError):
        AssetSelection.from_coercible(given)  # type: ignore[arg-type]


def test_equality_minds_the_order() -> None:
    assert AssetSelection.assets("a", "b") == AssetSelection.assets("a", "b")
    assert AssetSelection.assets("a", "b") != AssetSelection.assets("b", "a")
    assert AssetSelection.groups("a") != AssetSelection.groups("a", include_sources=True)
    assert AssetSelection.groups("a") != AssetSelection.assets("a")
    assert len({AssetSelection.groups("a"), AssetSelection.groups("a")}) == 1


@pytest.mark.parametrize("wrong", [3, None, "alice"])
def test_only_selections_are_combined(wrong: object) -> None:
    with pytest.raises(DaglabError):
        AssetSelection.all() | wrong  # type: ignore[operator]


def test_wrong_arguments() -> None:
    with pytest.raises(DaglabError):
        AssetSelection.tag_string("a=b=c")
    with pytest.raises(DaglabError):
        AssetSelection.groups(3)  # type: ignore[arg-type]
    with pytest.raises(DaglabError):
        AssetSelection.all().downstream(depth="a")  # type: ignore[arg-type]


def test_text_of_a_long_chain_takes_linear_work(calls_of: Callable[[Callable[[], object]], int]) -> None:
    def work(size: int) -> int:
        specs = [AssetSpec(f"a{n}", deps=[f"a{n - 1}"] if n else []) for n in range(size)]
        graph = DeclaredGraph.from_assets(specs)
        found: set[AssetKey] = set()
        calls = calls_of(lambda: found.update(AssetSelection.from_string("a0 or key:a0+").resolve(graph)))
        assert len(found) == size
        return calls

    assert work(10_000) < 11 * work(1_000)
