"""What a selection is evaluated over: any graph of assets by key as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import DEFAULT_GROUP, AssetSpec
from daglab.errors import InvalidSubsetError, suggest

CheckName: TypeAlias = tuple[str, str]
"""The key of the asset that a check looks at, and the check's own name."""

_MOST_SUGGESTIONS = 8


class SelectableNode(Protocol):
    """An asset in a graph."""

    @property
    def spec(self) -> AssetSpec:
        """What is said of it."""
        ...

    @property
    def definition(self) -> Any:
        """The `AssetsDefinition` that makes it, None where nothing here does."""
        ...


class SelectableCheck(Protocol):
    """A check in a graph."""

    @property
    def name(self) -> str:
        """Its own name."""
        ...


class SelectableGraph(Protocol):
    """Assets by key as text, who needs whom, and their checks by the key of the asset."""

    @property
    def nodes(self) -> Mapping[str, SelectableNode]:
        """In order of definition."""
        ...

    @property
    def parents(self) -> Mapping[str, Sequence[str]]:
        """What each asset needs; keys that are no nodes may be among it."""
        ...

    @property
    def children(self) -> Mapping[str, Sequence[str]]:
        """What needs each asset."""
        ...

    @property
    def checks(self) -> Mapping[str, Sequence[SelectableCheck]]:
        """In order of definition."""
        ...


class Scope:
    """A graph with what selections ask of it, each worked out at most once.

    Args:
        graph: the assets.
        is_strict: whether a word that means no asset is an error; else it means nothing.
        with_external: whether keys count that are needed but defined nowhere in the graph.
        allow_missing: whether keys that were given one by one may be missing.
    """

    def __init__(
        self,
        graph: SelectableGraph,
        *,
        is_strict: bool = False,
        with_external: bool = True,
        allow_missing: bool = False,
    ) -> None:
        self.graph = graph
        self.is_strict = is_strict
        self.with_external = with_external
        self.allow_missing = allow_missing

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every asset."""
        if not self.with_external:
            return frozenset(self.graph.nodes)
        return frozenset(self.graph.nodes).union(*self.graph.parents.values())

    @cached_property
    def materializable(self) -> frozenset[str]:
        """The assets that a run can make."""
        return frozenset(key for key, node in self.graph.nodes.items() if is_materializable(node.definition))

    @cached_property
    def external(self) -> frozenset[str]:
        """The assets that no run can make."""
        return self.keys - self.materializable

    @cached_property
    def check_names(self) -> frozenset[CheckName]:
        """Every check."""
        return frozenset((key, check.name) for key, checks in self.graph.checks.items() for check in checks)

    def among(self, include_sources: bool) -> frozenset[str]:
        """Every asset, or only those that a run can make."""
        return self.keys if include_sources else self.materializable

    def values(self, key: str, values_of: Callable[[AssetSpec], Iterable[str]]) -> Iterable[str]:
        """What is said of an asset; of one that is defined nowhere nothing is."""
        node = self.graph.nodes.get(key)
        return values_of(node.spec) if node is not None else ()

    def group(self, key: str) -> str:
        """The group of an asset."""
        node = self.graph.nodes.get(key)
        return (node.spec.group_name or DEFAULT_GROUP) if node is not None else DEFAULT_GROUP

    def neighbors(self, key: str) -> Iterable[str]:
        """The assets that are only made together with this one, itself among them."""
        node = self.graph.nodes.get(key)
        definition = node.definition if node is not None else None
        if definition is None or getattr(definition, "can_subset", False):
            return (key,)
        return (key, *map(str, definition.keys))

    def refuse_empty(self, found: Collection[str], word: str, wanted: str, known: Iterable[str]) -> None:
        """Makes sure, where that is asked for, that a word means an asset.

        Raises:
            InvalidSubsetError: it means none.
        """
        if self.is_strict and not found:
            raise InvalidSubsetError(f"{word!r} names no asset here", hint=hint_for([wanted], known))


def hint_for(wrong: Sequence[str], known: Iterable[str]) -> str:
    """Says which names come nearest to wrong ones, or which there are."""
    names = sorted(set(known))
    nearest = [suggest(one, names) for one in wrong[:4]]
    return "; ".join(filter(None, nearest)) or f"there are: {', '.join(names[:_MOST_SUGGESTIONS]) or 'none'}"


def is_materializable(definition: Any) -> bool:
    """Whether a run can make what a definition defines; a definition that does not say so is made by its code."""
    return definition is not None and bool(getattr(definition, "is_materializable", True))


def matcher(pattern: str) -> Callable[[str], bool]:
    """Tells which texts fit a pattern; `*` stands for any characters, all others for themselves."""
    if "*" not in pattern:
        return lambda text: text == pattern
    parts = ".*".join(map(re.escape, pattern.split("*")))
    compiled = re.compile(parts, re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def key_from_text(text: str) -> AssetKey:
    """The key of which this is the written form."""
    return AssetKey.from_user_string(text)
