"""The parts of a selection that look at assets one by one: their keys, and what is said of them."""

# ruff: noqa: D102 -- the methods are those of `Operand`, which says what they do.

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.operand import Operand
from daglab.definitions.asset_selection.scope import Scope, hint_for, matcher
from daglab.definitions.specs import AssetSpec
from daglab.errors import InvalidSubsetError

_PARTITION_CLASSES = {
    "static": "StaticPartitionsDefinition",
    "dynamic": "DynamicPartitionsDefinition",
    "time": "TimeWindowPartitionsDefinition",
    "multipartitions": "MultiPartitionsDefinition",
}
PARTITION_WORDS = ("none", *_PARTITION_CLASSES)
IS_WORDS = ("external", "materializable")


@dataclass(frozen=True, kw_only=True)
class All(Operand):
    """Every asset; those that no run can make only where `include_sources` says so."""

    include_sources: bool = False

    def keys(self, scope: Scope) -> Set[str]:
        return scope.among(self.include_sources)

    def text(self) -> str:
        return "*"


@dataclass(frozen=True, kw_only=True)
class Keys(Operand):
    """Assets by their keys, all of which must be there."""

    selected_keys: tuple[AssetKey, ...]
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        wanted = list(dict.fromkeys(map(str, self.selected_keys)))
        missing = [key for key in wanted if key not in scope.keys]
        if missing and not scope.allow_missing:
            quoted = ", ".join(map(repr, [self.word] if self.word else missing))
            names = "names no asset" if self.word or len(missing) == 1 else "name no assets"
            raise InvalidSubsetError(f"{quoted} {names} here", hint=hint_for(missing, scope.keys))
        return frozenset(wanted).difference(missing)

    @property
    def is_compound(self) -> bool:
        return len(self.selected_keys) > 1

    def text(self) -> str:
        return " or ".join(f'key:"{key}"' for key in self.selected_keys)


@dataclass(frozen=True, kw_only=True)
class KeyPattern(Operand):
    """Assets whose written key fits a pattern; a key that is the pattern to the letter is meant alone."""

    pattern: str
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        if self.pattern in scope.keys:
            return {self.pattern}
        fits = matcher(self.pattern)
        found = {key for key in scope.keys if fits(key)}
        scope.refuse_empty(found, self.word or self.text(), self.pattern, scope.keys)
        return found

    def text(self) -> str:
        return f'key:"{self.pattern}"'


@dataclass(frozen=True, kw_only=True)
class KeyPrefixes(Operand):
    """Assets whose keys begin with some parts."""

    prefixes: tuple[tuple[str, ...], ...]
    include_sources: bool = False

    def keys(self, scope: Scope) -> Set[str]:
        starts = tuple("/".join(parts) + "/" for parts in self.prefixes)
        return {key for key in scope.among(self.include_sources) if f"{key}/".startswith(starts)}


@dataclass(frozen=True, kw_only=True)
class KeySubstring(Operand):
    """Assets whose written key holds some text."""

    substring: str
    include_sources: bool = False
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        among = scope.among(self.include_sources)
        found = {key for key in among if self.substring in key}
        scope.refuse_empty(found, self.word or self.text(), self.substring, among)
        return found

    def text(self) -> str:
        return f'key_substring:"{self.substring}"'


@dataclass(frozen=True, kw_only=True)
class Groups(Operand):
    """Assets of groups."""

    groups: tuple[str, ...]
    include_sources: bool = False
    is_pattern: bool = field(default=False, compare=False, repr=False)
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        among = scope.among(self.include_sources)
        fits = matcher(self.groups[0]) if self.is_pattern else frozenset(self.groups).__contains__
        found = {key for key in among if fits(scope.group(key))}
        if self.groups:
            scope.refuse_empty(found, self.word or self.text(), self.groups[0], map(scope.group, among))
        return found

    @property
    def is_compound(self) -> bool:
        return len(self.groups) > 1

    def text(self) -> str:
        return " or ".join(f'group:"{group}"' for group in self.groups) or "group:<null>"


@dataclass(frozen=True, kw_only=True)
class Kind(Operand):
    """Assets of a kind, or of none."""

    kind: str | None
    include_sources: bool = False
    is_pattern: bool = field(default=False, compare=False, repr=False)
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        among = scope.among(self.include_sources)
        if self.kind is None:
            return {key for key in among if not scope.values(key, _kinds)}
        return _having(scope, among, _kinds, self.kind, self.is_pattern, self.word or self.text())

    def text(self) -> str:
        return "kind:<null>" if self.kind is None else f'kind:"{self.kind}"'


@dataclass(frozen=True, kw_only=True)
class Owner(Operand):
    """Assets of an owner."""

    owner: str | None
    is_pattern: bool = field(default=False, compare=False, repr=False)
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        if self.owner is None:
            return frozenset()
        return _having(scope, scope.keys, _owners, self.owner, self.is_pattern, self.word or self.text())

    def text(self) -> str:
        return "owner:<null>" if self.owner is None else f'owner:"{self.owner}"'


@dataclass(frozen=True, kw_only=True)
class Tag(Operand):
    """Assets with a tag; written without a value in a text, any value will do."""

    key: str
    value: str
    include_sources: bool = False
    any_value: bool = field(default=False, compare=False, repr=False)
    word: str | None = field(default=None, compare=False, repr=False)

    def keys(self, scope: Scope) -> Set[str]:
        among = scope.among(self.include_sources)
        wanted = f"{self.key}={self.value}" if not self.any_value else self.key
        values = _tag_names if self.any_value else _tags
        return _having(scope, among, values, wanted, "*" in wanted and self.word is not None, self.word or self.text())

    def text(self) -> str:
        return f'tag:"{self.key}"="{self.value}"' if self.value else f'tag:"{self.key}"'


@dataclass(frozen=True, kw_only=True)
class Is(Operand):
    """Assets that a run can make, or that none can."""

    attribute: str

    def keys(self, scope: Scope) -> Set[str]:
        return scope.external if self.attribute == "external" else scope.materializable

    def text(self) -> str:
        return f"is:{self.attribute}"


@dataclass(frozen=True, kw_only=True)
class Partitions(Operand):
    """Assets by how they are partitioned."""

    partitions: str | None

    def keys(self, scope: Scope) -> Set[str]:
        return {key for key in scope.keys if self._fits(self._definition(scope, key))}

    def _definition(self, scope: Scope, key: str) -> Any:
        node = scope.graph.nodes.get(key)
        given = getattr(node.spec, "partitions_def", None) if node is not None else None
        return given if given is not None or node is None else getattr(node.definition, "partitions_def", None)

    def _fits(self, definition: Any) -> bool:
        if self.partitions in (None, "none"):
            return definition is None
        wanted = _PARTITION_CLASSES.get(str(self.partitions))
        return any(base.__name__ == wanted for base in type(definition).__mro__)

    def text(self) -> str:
        return "partitions:<null>" if self.partitions is None else f'partitions:"{self.partitions}"'


def _having(
    scope: Scope,
    among: Iterable[str],
    values_of: Callable[[AssetSpec], Iterable[str]],
    wanted: str,
    is_pattern: bool,
    word: str,
) -> Set[str]:
    """The assets of which a value fits."""
    fits = matcher(wanted) if is_pattern else wanted.__eq__
    values = {key: tuple(scope.values(key, values_of)) for key in among}
    found = {key for key, several in values.items() if any(map(fits, several))}
    scope.refuse_empty(found, word, wanted, (value for several in values.values() for value in several))
    return found


def _kinds(spec: AssetSpec) -> Iterable[str]:
    return spec.kinds


def _owners(spec: AssetSpec) -> Iterable[str]:
    return spec.owners


def _tag_names(spec: AssetSpec) -> Iterable[str]:
    return spec.tags


def _tags(spec: AssetSpec) -> Iterable[str]:
    return [f"{name}={value}" for name, value in spec.tags.items()]
