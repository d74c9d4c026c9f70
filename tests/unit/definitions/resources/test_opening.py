"""Resources are opened in order and closed in reverse, whatever happens."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Any

import pytest

from daglab.definitions.resources import opening
from daglab.definitions.resources.opening import Surroundings
from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.errors import InvariantViolationError, ResourceFunctionError, UnknownResourceError


def open_resources(definitions: Any, keys: Any, *, needed_by: Any = None, **told: Any) -> Any:
    return opening.open_resources(definitions, keys, None, Surroundings(**told), needed_by=needed_by)


def scoped(log: list[str], name: str, *needs: str, fail: BaseException | None = None) -> ResourceDefinition:
    def function(context: Any) -> Any:
        log.append(f"open {name} {[getattr(context.resources, one) for one in needs]}")
        yield name.upper()
        log.append(f"close {name}")
        if fail is not None:
            raise fail

    return ResourceDefinition(function, required_resource_keys=set(needs))


def test_order_follows_needs_and_each_is_opened_once() -> None:
    log: list[str] = []
    definitions = {"a": scoped(log, "a", "b", "c"), "b": scoped(log, "b", "c"), "c": scoped(log, "c"), "d": 1 / 1}
    with open_resources(definitions, ["a", "b"]) as resources:
        assert (resources.a, resources.c) == ("A", "C")
        assert "d" not in resources
    assert log == ["open c []", "open b ['C']", "open a ['B', 'C']", "close a", "close b", "close c"]


@pytest.mark.parametrize("raised", [ValueError("x"), KeyboardInterrupt(), SystemExit(3)])
def test_all_are_closed_whatever_the_block_raises(raised: BaseException) -> None:
    log: list[str] = []
    with pytest.raises(type(raised)), open_resources({"a": scoped(log, "a")}, ["a"]):
        raise raised
    assert log[-1] == "close a"


@pytest.mark.parametrize("raised", [ValueError("boom"), KeyboardInterrupt()])
def test_what_is_open_is_closed_when_another_fails_to_open(raised: BaseException) -> None:
    log: list[str] = []

    def failing(_context: Any) -> None:
        raise raised

    expected = ResourceFunctionError if isinstance(raised, Exception) else KeyboardInterrupt
    definitions = {"a": scoped(log, "a"), "b": ResourceDefinition(failing, required_resource_keys={"a"})}
    with pytest.raises(expected), open_resources(definitions, ["b"]):
        pass
    assert log[-1] == "close a"


def test_errors_while_closing_are_logged_and_hide_nothing(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []
    events: list[tuple[str, str]] = []
    definitions = {"a": scoped(log, "a"), "b": scoped(log, "b", "a", fail=OSError("lost"))}
    opening = open_resources(definitions, ["b"], on_event=lambda what, key, _: events.append((what, key)))
    with caplog.at_level(logging.ERROR), pytest.raises(KeyError), opening:
        raise KeyError("first")
    assert log[-2:] == ["close b", "close a"]
    assert "lost" in caplog.text
    assert events == [
        ("started", "a"),
        ("succeeded", "a"),
        ("started", "b"),
        ("succeeded", "b"),
        ("teardown_failed", "b"),
    ]


def test_an_interrupt_while_closing_arrives_after_all_are_closed() -> None:
    log: list[str] = []
    definitions = {"a": scoped(log, "a"), "b": scoped(log, "b", "a", fail=KeyboardInterrupt())}
    with pytest.raises(KeyboardInterrupt), open_resources(definitions, ["b"]):
        pass
    assert log[-1] == "close a"


def test_circles_are_refused_with_their_path() -> None:
    log: list[str] = []
    opening = open_resources({"a": scoped(log, "a", "b"), "b": scoped(log, "b", "a")}, ["a"])
    with pytest.raises(InvariantViolationError, match="a → b → a"), opening:
        pass
    assert log == []


def test_missing_resources_name_who_needs_them_and_what_is_near() -> None:
    opening = open_resources({"database": 1}, ["databse"], needed_by={"databse": "op 'load'"})
    with pytest.raises(UnknownResourceError, match=r"op 'load' needs the resource 'databse'.*\n.*'database'"), opening:
        pass
    opening = open_resources({"a": scoped([], "a", "b")}, ["a"])
    with pytest.raises(UnknownResourceError, match="the resource 'a' needs the resource 'b'"), opening:
        pass


def test_context_managers_are_entered_and_left() -> None:
    log: list[str] = []

    @contextmanager
    def function(_context: Any) -> Any:
        yield 1
        log.append("left")

    with open_resources({"a": ResourceDefinition(function)}, ["a"]) as resources:
        assert resources.a == 1
    assert log == ["left"]


def test_generators_that_yield_nothing_are_refused() -> None:
    def empty(_context: Any) -> Any:
        yield from ()

    opening = open_resources({"a": ResourceDefinition(empty)}, ["a"])
    with pytest.raises(ResourceFunctionError, match="yielded nothing"), opening:
        pass


def test_values_are_handed_on_as_they_are() -> None:
    value = object()
    with open_resources({"a": value, "b": len, "c": None}, ["a", "b", "c"]) as resources:
        assert (resources.a, resources.b, resources.c) == (value, len, None)
