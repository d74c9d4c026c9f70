"""Selections: which assets are meant.

key            an asset; `*` stands for any characters
+key  key+     with all that it needs, with all that needs it
2+key  key+1   no further than so many steps
group:raw  tag:team=ops  kind:pandas  owner:ann@example.org  key:raw/*
sinks(...)  roots(...)
a and b   a or b   not a   (a)   a, b   a b
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from daglab.errors import SelectionError, suggest
from daglab.foundation.graphs import ancestors, descendants
from daglab.planning.graph import AssetGraph, AssetNode

_TOKEN = re.compile(r'\s*(?:(?P<quoted>"[^"]*")|(?P<mark>[(),])|(?P<depth>\d*\+\d*)|(?P<word>[^\s(),+"]+))')


def select(graph: AssetGraph, text: str) -> frozenset[str]:
    """Finds the assets that a selection means.

    Raises:
        SelectionError: it cannot be read, or a part of it means no asset.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders(): ...
        >>> @asset
        ... def total(orders): ...
        >>> sorted(select(AssetGraph.build([orders, total]), "+total"))
        ['orders', 'total']
    """
    reader = _Reader(graph, text)
    found = reader.any_of()
    if reader.token is not None:
        raise reader.refusal(f"{reader.token!r} is not expected here")
    return frozenset(found)


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SelectionError(
                f"selection {text!r}: {text[position:]!r} cannot be read", hint='quote keys: "a b"'
            )
        found.append(match.group().strip())
        position = match.end()
    return found


class _Reader:
    """A recursive-descent reader: `or` binds least, then `and`, `not`, and the plus signs."""

    def __init__(self, graph: AssetGraph, text: str) -> None:
        self.graph = graph
        self.text = text
        self.tokens = _tokens(text)
        self.place = 0

    @property
    def token(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self) -> str:
        token = self.token
        if token is None:
            raise self.refusal("it ends too early")
        self.place += 1
        return token

    def refusal(self, problem: str) -> SelectionError:
        return SelectionError(
            f"selection {self.text!r}: {problem}", hint='try "key", "+key", "group:name", "a or b"'
        )

    def any_of(self) -> set[str]:
        found = self.all_of()
        while self.token is not None and self.token != ")":
            if self.token in ("or", ","):
                self.take()
            found |= self.all_of()
        return found

    def all_of(self) -> set[str]:
        found = self.negated()
        while self.token == "and":
            self.take()
            found &= self.negated()
        return found

    def negated(self) -> set[str]:
        if self.token == "not":
            self.take()
            return set(self.graph.nodes) - self.negated()
        return self.reaching()

    def reaching(self) -> set[str]:
        up = self.depth()
        found = self.one()
        down = self.depth()
        chosen = set(found)
        if up is not None:
            chosen |= ancestors(self.graph.parents, found, depth=up or None) & set(self.graph.nodes)
        if down is not None:
            chosen |= descendants(self.graph.parents, found, depth=down or None)
        return chosen

    def depth(self) -> int | None:
        """The number at a plus sign, 0 for no limit, None where there is no plus sign."""
        if self.token is None or "+" not in self.token:
            return None
        return int(self.take().replace("+", "") or 0)

    def one(self) -> set[str]:
        word = self.take()
        if word == "(":
            found = self.any_of()
            self.close()
            return found
        if word in _FUNCTIONS and self.token == "(":
            self.take()
            inner = self.any_of()
            self.close()
            return _FUNCTIONS[word](self.graph, inner)
        if word in ("and", "or", ")", ","):
            raise self.refusal(f"an asset is expected where {word!r} stands")
        return self.matching(word)

    def close(self) -> None:
        if self.take() != ")":
            raise self.refusal("a ')' is missing")

    def matching(self, word: str) -> set[str]:
        attribute, colon, pattern = word.partition(":")
        if colon and not word.startswith('"'):
            if attribute not in _ATTRIBUTES:
                raise self.refusal(f"nothing can be chosen by {attribute!r}; " + ", ".join(_ATTRIBUTES))
            values = _ATTRIBUTES[attribute]
            wanted = pattern.strip('"')
            found = {
                key
                for key, node in self.graph.nodes.items()
                if any(fnmatchcase(value, wanted) for value in values(node))
            }
            known: Iterable[str] = {value for node in self.graph.nodes.values() for value in values(node)}
        else:
            wanted = word.strip('"')
            found = {key for key in self.graph.nodes if fnmatchcase(key, wanted)}
            known = self.graph.nodes
        if not found and wanted != "*":
            hint = suggest(wanted, known) or f"there are: {', '.join(sorted(known)[:8]) or 'none'}"
            raise SelectionError(f"{word!r} names no asset here", hint=hint)
        return found


_ATTRIBUTES: Mapping[str, Callable[[AssetNode], Iterable[str]]] = {
    "key": lambda node: (node.key,),
    "group": lambda node: (node.spec.group_name,),
    "kind": lambda node: node.spec.kinds,
    "owner": lambda node: node.spec.owners,
    "tag": lambda node: (*node.spec.tags, *(f"{name}={value}" for name, value in node.spec.tags.items())),
}


def _sinks(graph: AssetGraph, inner: set[str]) -> set[str]:
    return {key for key in inner if not inner & set(graph.children.get(key, ()))}


def _roots(graph: AssetGraph, inner: set[str]) -> set[str]:
    return {key for key in inner if not inner & set(graph.parents[key])}


_FUNCTIONS: Mapping[str, Callable[[AssetGraph, set[str]], set[str]]] = {"sinks": _sinks, "roots": _roots}
