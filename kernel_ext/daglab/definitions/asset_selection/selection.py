"""`AssetSelection`: a query for assets and checks, answered by whatever graph it meets."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.asset_selection import derived, leaves
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.asset_selection.operand import Operand
from daglab.definitions.asset_selection.scope import Scope, SelectableGraph, key_from_text
from daglab.definitions.asset_selection.text import both, either, parse
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import InvalidInvocationError, InvalidSubsetError

_CLAUSE = re.compile(r"(\*?\+*)([.\w\[\]?-](?:[./\w\[\]?-]*[.\w\[\]?-])?)(\+*\*?)")


@dataclass(frozen=True)
class AssetSelection:
    """A query for assets and for checks of them.

    Made by the class methods, and combined with `|`, `&` and `-`. Selecting an asset selects its checks, too.

    Args:
        operand: what it asks for.

    Example:
        >>> selection = AssetSelection.groups("raw") | AssetSelection.assets("orders").upstream(1)
        >>> str(selection)
        'group:"raw" or 1+key:"orders"'
        >>> selection == AssetSelection.from_string("group:raw or 1+orders")
        True
    """

    operand: Operand

    @staticmethod
    def all(include_sources: bool = False) -> AssetSelection:
        """Every asset, with its checks.

        Args:
            include_sources: whether assets count that no run can make.
        """
        return AssetSelection(leaves.All(include_sources=include_sources))

    @staticmethod
    def all_asset_checks() -> AssetSelection:
        """Every check, and no asset."""
        return AssetSelection(derived.AllChecks())

    @staticmethod
    def assets(*assets_defs: Any) -> AssetSelection:
        """Assets by their keys or definitions; all of them must be there."""
        return AssetSelection(leaves.Keys(selected_keys=_keys_of(assets_defs)))

    @staticmethod
    def keys(*asset_keys: CoercibleToAssetKey) -> AssetSelection:
        """Assets by their keys; all of them must be there."""
        return AssetSelection.assets(*asset_keys)

    @staticmethod
    def key_prefixes(*key_prefixes: str | Sequence[str], include_sources: bool = False) -> AssetSelection:
        """Assets whose keys begin with any of these parts."""
        prefixes = tuple((one,) if isinstance(one, str) else tuple(one) for one in key_prefixes)
        return AssetSelection(leaves.KeyPrefixes(prefixes=prefixes, include_sources=include_sources))

    @staticmethod
    def key_substring(key_substring: str, include_sources: bool = False) -> AssetSelection:
        """Assets whose keys, written with "/", hold some text."""
        return AssetSelection(leaves.KeySubstring(substring=key_substring, include_sources=include_sources))

    @staticmethod
    def groups(*group_strs: str, include_sources: bool = False) -> AssetSelection:
        """Assets of any of these groups.

        Raises:
            InvalidInvocationError: a group is no text.
        """
        for group in group_strs:
            if not isinstance(group, str):
                raise InvalidInvocationError(f"{group!r} is no group", hint="give the names of groups")
        return AssetSelection(leaves.Groups(groups=group_strs, include_sources=include_sources))

    @staticmethod
    def tag(key: str, value: str, include_sources: bool = False) -> AssetSelection:
        """Assets with a tag of just this value."""
        return AssetSelection(leaves.Tag(key=key, value=value, include_sources=include_sources))

    @staticmethod
    def tag_string(string: str, include_sources: bool = False) -> AssetSelection:
        """Assets with a tag written "key=value", or "key" where its value is empty.

        Raises:
            InvalidInvocationError: there is more than one "=".
        """
        key, _, value = string.partition("=")
        if "=" in value:
            raise InvalidInvocationError(f"{string!r} is no tag", hint='write "key=value", with one "="')
        return AssetSelection.tag(key, value, include_sources=include_sources)

    @staticmethod
    def kind(kind: str | None, include_sources: bool = False) -> AssetSelection:
        """Assets of a kind; None for those without any."""
        return AssetSelection(leaves.Kind(kind=kind, include_sources=include_sources))

    @staticmethod
    def owner(owner: str | None) -> AssetSelection:
        """Assets of an owner."""
        return AssetSelection(leaves.Owner(owner=owner))

    @staticmethod
    def checks_for_assets(*assets_defs: Any) -> AssetSelection:
        """The checks of assets, without the assets."""
        return AssetSelection(derived.ChecksOfAssets(selected_asset_keys=_keys_of(assets_defs)))

    @staticmethod
    def checks(*assets_defs_or_check_keys: Any) -> AssetSelection:
        """Checks by their keys or definitions; all of them must be there."""
        found: list[AssetCheckKey] = []
        for one in assets_defs_or_check_keys:
            found.extend([one] if isinstance(one, AssetCheckKey) else one.check_keys)
        return AssetSelection(derived.Checks(selected_check_keys=tuple(found)))

    def upstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:
        """With what these need, as far as a run can make it.

        Args:
            depth: no further than so many steps.
            include_self: whether these are among it.
        """
        return self._derived(derived.Upstream, depth=_checked_depth(depth), include_self=include_self)

    def downstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:
        """With what needs these; otherwise like `upstream`."""
        return self._derived(derived.Downstream, depth=_checked_depth(depth), include_self=include_self)

    def sinks(self) -> AssetSelection:
        """Those of these that no other of these needs, directly or not."""
        return self._derived(derived.Sinks)

    def roots(self) -> AssetSelection:
        """Those of these that need no other of these, directly or not."""
        return self._derived(derived.Roots)

    def sources(self) -> AssetSelection:
        """The same as `roots`."""
        return self.roots()

    def materializable(self) -> AssetSelection:
        """Those of these that a run can make."""
        return self._derived(derived.Materializable)

    def required_multi_asset_neighbors(self) -> AssetSelection:
        """With all that is only made together with them."""
        return self._derived(derived.Neighbors)

    def upstream_source_assets(self) -> AssetSelection:
        """What these need, directly or not, that no run can make."""
        return self._derived(derived.UpstreamSources)

    def without_checks(self) -> AssetSelection:
        """These without any check."""
        return self - AssetSelection.all_asset_checks()

    def _derived(self, kind: type[Operand], **values: Any) -> AssetSelection:
        return AssetSelection(cast(Any, kind)(child=self.operand, **values))

    def __or__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(either(self.operand, _operand_of(other, "|")))

    def __and__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(both(self.operand, _operand_of(other, "&")))

    def __sub__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(derived.Minus(left=self.operand, right=_operand_of(other, "-")))

    def resolve(self, all_assets: Iterable[Any] | SelectableGraph, allow_missing: bool = False) -> frozenset[AssetKey]:
        """Finds the assets that it means.

        Args:
            all_assets: definitions and specs, or a graph of assets.
            allow_missing: whether keys that were given one by one may be missing.

        Raises:
            InvalidSubsetError: one is missing.

        Example:
            >>> from daglab.definitions.asset_decorator import asset
            >>> @asset
            ... def orders(): ...
            >>> @asset
            ... def total(orders): ...
            >>> [str(key) for key in AssetSelection.all().sinks().resolve([orders, total])]
            ['total']
        """
        scope = Scope(_graph_of(all_assets), allow_missing=allow_missing)
        return frozenset(map(key_from_text, self.operand.keys(scope)))

    def resolve_checks(
        self, asset_graph: Iterable[Any] | SelectableGraph, allow_missing: bool = False
    ) -> frozenset[AssetCheckKey]:
        """Finds the checks that it means; otherwise like `resolve`."""
        scope = Scope(_graph_of(asset_graph), allow_missing=allow_missing)
        return frozenset(AssetCheckKey(key_from_text(key), name) for key, name in self.operand.checks(scope))

    @classmethod
    def from_string(cls, string: str, include_sources: bool = False) -> AssetSelection:
        """Reads a selection.

        A text that is nothing but a name with signs around it is read as `define_asset_job` always did: `*name` with
        all that it needs, `name*` with all that needs it, and `+name`, `++name`, `name+` so many steps away.

        Args:
            string: in the language of selections.
            include_sources: whether `*` and what is said of assets mean those, too, that no run can make.

        Raises:
            InvalidSubsetError: it cannot be read.
        """
        clause = _CLAUSE.fullmatch(string.strip())
        if clause is None:
            return cls(parse(string, include_sources=include_sources))
        above, name, below = clause.groups()
        key = leaves.Keys(selected_keys=(AssetKey.from_user_string(name),), word=name)
        reached: list[Operand] = []
        if above:
            reached.append(derived.Upstream(child=key, depth=_clause_depth(above)))
        if below:
            reached.append(derived.Downstream(child=key, depth=_clause_depth(below)))
        return cls(either(*reached) if reached else key)

    @classmethod
    def from_coercible(cls, selection: CoercibleToAssetSelection) -> AssetSelection:
        """Takes a selection, its text, or a list of texts, keys or definitions.

        Raises:
            InvalidSubsetError: it is none of these.
        """
        if isinstance(selection, str):
            return cls.from_string(selection)
        if isinstance(selection, AssetSelection):
            return selection
        if isinstance(selection, Sequence):
            if selection and all(isinstance(one, str) for one in selection):
                return cls(either(*(cls.from_string(str(one)).operand for one in selection)))
            if all(isinstance(one, AssetKey) or _defines_assets(one) for one in selection):
                return cls.assets(*selection)
        raise InvalidSubsetError(
            f"{selection!r} is no selection of assets",
            hint="give an AssetSelection, a text, or a list of texts, of asset keys or of assets",
        )

    def to_selection_str(self) -> str:
        """The text that means the same.

        Raises:
            NotImplementedError: there is none.
        """
        return self.operand.text()

    def __str__(self) -> str:
        try:
            return self.to_selection_str()
        except NotImplementedError:
            return repr(self)


CoercibleToAssetSelection: TypeAlias = str | Sequence[str] | Sequence[AssetKey] | Sequence[Any] | AssetSelection


def _graph_of(assets: Iterable[Any] | SelectableGraph) -> SelectableGraph:
    if hasattr(assets, "nodes") and hasattr(assets, "parents"):
        return cast(SelectableGraph, assets)
    return DeclaredGraph.from_assets(assets)


def _keys_of(assets: Iterable[Any]) -> tuple[AssetKey, ...]:
    found: dict[AssetKey, None] = {}
    for one in assets:
        keys = [one] if isinstance(one, AssetKey) else getattr(one, "keys", None)
        if keys is None:
            key = getattr(one, "key", one)
            keys = [key if isinstance(key, AssetKey) else AssetKey.from_coercible(key)]
        found |= dict.fromkeys(keys)
    return tuple(found)


def _defines_assets(one: object) -> bool:
    return isinstance(getattr(one, "keys", None), (frozenset, set)) or isinstance(getattr(one, "key", None), AssetKey)


def _operand_of(other: object, sign: str) -> Operand:
    if not isinstance(other, AssetSelection):
        raise InvalidInvocationError(f"{other!r} on the right of {sign} is no AssetSelection")
    return other.operand


def _checked_depth(depth: object) -> int | None:
    if depth is not None and not isinstance(depth, int):
        raise InvalidInvocationError(f"depth={depth!r} is no number of steps", hint="give an int, or None for no limit")
    return depth


def _clause_depth(signs: str) -> int:
    return sys.maxsize if "*" in signs else len(signs)
