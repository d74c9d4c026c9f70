import re

import pytest

from daglab.definitions.retries import Backoff, Jitter, RetryPolicy
from daglab.errors import InvalidDefinitionError
from daglab.notebooks.directive import (
    ASSET_USAGE,
    CHECK_USAGE,
    AssetDirective,
    CheckDirective,
    parse_asset_directive,
    parse_check_directive,
    split_directive,
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%asset\nx = 1", ("asset", "", "\nx = 1")),
        ("%%asset x y --group a\nx = 1", ("asset", "x y --group a", "\nx = 1")),
        ("%%asset", ("asset", "", "")),
        ("\n  \n%%asset x\nx = 1", ("asset", "x", "\n  \n\nx = 1")),
        ("%%check x\nTrue", ("check", "x", "\nTrue")),
        ("%%asset\r\nx = 1\r\n", ("asset", "", "\nx = 1\n")),
        ("%%assets\nx = 1", (None, "", "%%assets\nx = 1")),
        ("%%time\nx = 1", (None, "", "%%time\nx = 1")),
        ("x = 1\n%%asset", (None, "", "x = 1\n%%asset")),
        (" %%asset", (None, "", " %%asset")),
        ("", (None, "", "")),
    ],
)
def test_split(source, expected):
    assert split_directive(source) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", AssetDirective()),
        ("orders", AssetDirective(names=("orders",))),
        ("train test", AssetDirective(names=("train", "test"))),
        ("größe", AssetDirective(names=("größe",))),
        ("x --group raw", AssetDirective(names=("x",), group="raw")),
        ("--group=raw x", AssetDirective(names=("x",), group="raw")),
        ("--deps a,b/c", AssetDirective(deps=("a", "b/c"))),
        ("--deps a, b x", AssetDirective(deps=("a", "b"), names=("x",))),
        ("--deps a --deps b", AssetDirective(deps=("a", "b"))),
        ("--ins df=raw/a,b=c", AssetDirective(ins={"df": "raw/a", "b": "c"})),
        ("--kinds pandas,table", AssetDirective(kinds=("pandas", "table"))),
        ("--owners a@b.co,team:x", AssetDirective(owners=("a@b.co", "team:x"))),
        ("--tags a=b,c=", AssetDirective(tags={"a": "b", "c": ""})),
        ("--tags 'a=b_c'", AssetDirective(tags={"a": "b_c"})),
        ("--code-version 1.2", AssetDirective(code_version="1.2")),
        ("--key-prefix raw/eu/", AssetDirective(key_prefix="raw/eu")),
        ("--io-manager disk", AssetDirective(io_manager_key="disk")),
        ("x # the name", AssetDirective(names=("x",))),
    ],
)
def test_asset_line(line, expected):
    assert parse_asset_directive(line) == expected


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("--gruop a", "there is no option '--gruop'", "did you mean '--group'?"),
        ("--zzz", "there is no option '--zzz'", "the options are --group"),
        ("--group", "--group needs a value", ""),
        ("--group --deps a", "--group needs a value", ""),
        ("--group a --group b", "--group is given twice", ""),
        ("--group 'a b'", "'a b' is no name of a group", "use letters, digits and '_'"),
        ("--owners nobody", "the cell has the owner 'nobody'", "give an e-mail address, or a team"),
        ("--tags a!=1", "the cell has tags that cannot be: the tag key 'a!'", "use letters, digits"),
        ("--kinds a,b,c,d,e,f,g,h,i,j,k", "11 kinds are given", "give at most 10"),
        ("2x", "'2x' cannot be the name of a variable", ""),
        ("class", "'class' cannot be the name of a variable", ""),
        ("a/b", "'a/b' cannot be the name of a variable", ""),
        ("a a", "a name is given twice", ""),
        ("--deps a//b", "'a//b' cannot be an asset key", ""),
        ("--ins a", "--ins takes NAME=KEY, not 'a'", ""),
        ("--ins a=b,a=c", "--ins names 'a' twice", ""),
        ("--tags a", "--tags takes NAME=VALUE, not 'a'", ""),
        ("--group 'a", "cannot be read: no closing quotation", ""),
        ("--key-prefix 'a b'", "'a b' cannot be part of an asset key", ""),
        ("2x --deps a//b", "'2x' cannot be the name of a variable; 'a//b' cannot be an asset key", ""),
        ("--help", "--key-prefix PATH", ""),
    ],
)
def test_wrong_asset_line(line, message, hint):
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_asset_directive(line)
    assert message in caught.value.message
    assert caught.value.message.startswith("%%asset: ")
    assert hint in caught.value.hint
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("orders", CheckDirective(asset="orders")),
        ("raw/orders not_empty", CheckDirective(asset="raw/orders", name="not_empty")),
        ("orders --blocking", CheckDirective(asset="orders", blocking=True)),
        ("orders --severity warn", CheckDirective(asset="orders", severity="WARN")),
        ("--severity=ERROR --blocking a b", CheckDirective(asset="a", name="b", blocking=True)),
    ],
)
def test_check_line(line, expected):
    assert parse_check_directive(line) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "it does not say which asset it checks"),
        ("a b c", "['c'] is one word too many"),
        ("a 2b", "'2b' cannot be the name of a check"),
        ("a//b", "'a//b' cannot be an asset key"),
        ("a --severity high", "--severity is WARN or ERROR, not 'HIGH'"),
        ("a --blocking=yes", "there is no option '--blocking'"),
    ],
)
def test_wrong_check_line(line, message):
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_check_directive(line)
    assert message in caught.value.message


def test_key_has_the_prefix():
    assert AssetDirective(key_prefix="raw/eu").key_of("x") == "raw/eu/x"
    assert AssetDirective().key_of("x") == "x"


def test_usage_names_every_option():
    assert all(option in ASSET_USAGE for option in ("--group", "--deps", "--ins", "--io-manager", "--key-prefix"))
    assert all(option in CHECK_USAGE for option in ("--blocking", "--severity"))


def test_retry_no_cache_and_io():
    line = parse_asset_directive("a --retry 3:10s:exponential --no-cache --io warehouse")
    assert line.retry == RetryPolicy(max_retries=3, delay=10, backoff=Backoff.EXPONENTIAL)
    assert (line.no_cache, line.io_manager_key) == (True, "warehouse")
    assert (AssetDirective().retry, AssetDirective().no_cache) == (None, False)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("1", RetryPolicy(max_retries=1)),
        ("2:500ms", RetryPolicy(max_retries=2, delay=0.5)),
        ("2:1.5", RetryPolicy(max_retries=2, delay=1.5)),
        ("2:2m:LINEAR:plus-minus", RetryPolicy(2, 120, Backoff.LINEAR, Jitter.PLUS_MINUS)),
        ("2:1h::full", RetryPolicy(2, 3600, None, Jitter.FULL)),
    ],
)
def test_retry_in_one_word(text, policy):
    assert parse_asset_directive(f"--retry {text}").retry == policy


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0", "--retry takes how many times, from 1, not '0'"),
        ("some", "--retry takes how many times, from 1, not 'some'"),
        ("3:soon", "--retry takes a delay such as 10s, 500ms or 2m, not 'soon'"),
        ("3::linear", "--retry needs a delay before 'linear': 3:10s:linear"),
        ("3:1s:cubic", "--retry takes linear or exponential, not 'cubic'"),
        ("3:1s:linear:some", "--retry takes full or plus_minus, not 'some'"),
        ("3:1s:linear:full:5", "--retry takes COUNT:DELAY:BACKOFF:JITTER, not '3:1s:linear:full:5'"),
        ("3 --retry 4", "--retry is given twice"),
    ],
)
def test_retry_that_cannot_be(text, problem):
    with pytest.raises(InvalidDefinitionError, match=re.escape(problem)):
        parse_asset_directive(f"--retry {text}")


def test_io_manager_by_both_names_is_given_twice():
    with pytest.raises(InvalidDefinitionError, match="--io-manager is given twice"):
        parse_asset_directive("--io a --io-manager b")
