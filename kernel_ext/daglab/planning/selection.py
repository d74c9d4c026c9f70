"""Selections: which assets are meant.

key            an asset; `*` stands for any characters
+key  key+     with all that it needs, with all that needs it
2+key  key+1   no further than so many steps
"a[1]*"        an asset whose key holds such characters, as it is
group:raw  tag:team=ops  kind:pandas  owner:data@example.org  key:raw/*
sinks(...)  roots(...)
a and b   a or b   not a   (a)   a, b   a b
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from daglab.errors import SelectionError, suggest
from daglab.foundation.graphs import ancestors, descendants
from daglab.planning.graph import AssetGraph, AssetNode

# A plus sign belongs to what it touches: "a +b" is "a" and "+b".
_TOKEN = re.compile(
    r"""\s+
    | (?P<down>(?<=[^\s(,+])\+\d*)
    | (?P<up>\d*\+(?=[^\s),+]))
    | (?P<mark>[(),])
    | (?P<quoted>"[^"]*")
    | (?P<word>[^\s(),+":]+:"[^"]*"|[^\s(),+"]+)""",
    re.VERBOSE,
)


class _Token(NamedTuple):
    kind: str
    text: str


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
        raise reader.refusal(f"{reader.token.text!r} is not expected here")
    return frozenset(found)


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SelectionError(f"selection {text!r}: {text[position:]!r} cannot be read", hint='quote keys: "a b"')
        if match.lastgroup:
            found.append(_Token(match.lastgroup, match.group()))
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
    def token(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def is_at(self, *texts: str) -> bool:
        return self.token is not None and self.token.kind in ("word", "mark") and self.token.text in texts

    def take(self) -> _Token:
        token = self.token
        if token is None:
            raise self.refusal("it ends too early")
        self.place += 1
        return token

    def refusal(self, problem: str) -> SelectionError:
        return SelectionError(f"selection {self.text!r}: {problem}", hint='try "key", "+key", "group:name", "a or b"')

    def any_of(self) -> set[str]:
        found = self.all_of()
        while self.token is not None and not self.is_at(")"):
            if self.is_at("or", ","):
                self.take()
            found |= self.all_of()
        return found

    def all_of(self) -> set[str]:
        found = self.negated()
        while self.is_at("and"):
            self.take()
            found &= self.negated()
        return found

    def negated(self) -> set[str]:
        if self.is_at("not"):
            self.take()
            return set(self.graph.nodes) - self.negated()
        return self.reaching()

    def reaching(self) -> set[str]:
        up = self.depth("up")
        found = self.one()
        down = self.depth("down")
        chosen = set(found)
        if up is not None:
            chosen |= ancestors(self.graph.parents, found, depth=up or None) & set(self.graph.nodes)
        if down is not None:
            chosen |= descendants(self.graph.parents, found, depth=down or None)
        return chosen

    def depth(self, kind: str) -> int | None:
        """The number at a plus sign, 0 for no limit, None where there is no plus sign."""
        if self.token is None or self.token.kind != kind:
            return None
        return int(self.take().text.strip("+") or 0)

    def one(self) -> set[str]:
        token = self.take()
        if token.kind == "quoted":
            return self.matching("key", token.text, token.text)
        if token.text == "(":
            found = self.any_of()
            self.close()
            return found
        if token.text in _FUNCTIONS and self.is_at("("):
            self.take()
            inner = self.any_of()
            self.close()
            return _FUNCTIONS[token.text](self.graph, inner)
        if token.kind != "word" or token.text in ("and", "or"):
            raise self.refusal(f"an asset is expected where {token.text!r} stands")
        attribute, colon, pattern = token.text.partition(":")
        return self.matching(attribute if colon else "key", pattern if colon else token.text, token.text)

    def close(self) -> None:
        if self.take().text != ")":
            raise self.refusal("a ')' is missing")

    def matching(self, attribute: str, pattern: str, word: str) -> set[str]:
        """Whatever has a value that the pattern fits; in quotes, it is the value itself."""
        if attribute not in _ATTRIBUTES:
            raise self.refusal(f"nothing can be chosen by {attribute!r}; " + ", ".join(_ATTRIBUTES))
        values = _ATTRIBUTES[attribute]
        wanted, is_quoted = pattern.strip('"'), pattern.startswith('"')
        found = {
            key
            for key, node in self.graph.nodes.items()
            if any(value == wanted if is_quoted else fnmatchcase(value, wanted) for value in values(node))
        }
        if not found and wanted != "*":
            known = {value for node in self.graph.nodes.values() for value in values(node)}
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
