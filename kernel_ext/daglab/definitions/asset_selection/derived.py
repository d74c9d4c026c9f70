"""The parts of a selection that are worked out from other parts, and those that mean checks."""

# ruff: noqa: D102 -- the methods are those of `Operand`, which says what they do.

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import reduce

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.leaves import All
from daglab.definitions.asset_selection.operand import Operand
from daglab.definitions.asset_selection.scope import CheckName, Scope, hint_for
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import InvalidSubsetError
from daglab.foundation.graphs import ancestors


@dataclass(frozen=True, kw_only=True)
class Or(Operand):
    """What any of its parts means."""

    operands: tuple[Operand, ...]

    def keys(self, scope: Scope) -> Set[str]:
        return frozenset().union(*(one.keys(scope) for one in self.operands))

    def checks(self, scope: Scope) -> Set[CheckName]:
        return frozenset().union(*(one.checks(scope) for one in self.operands))

    @property
    def is_compound(self) -> bool:
        return True

    def text(self) -> str:
        return " or ".join(one.operand_text() for one in self.operands)


@dataclass(frozen=True, kw_only=True)
class And(Operand):
    """What all of its parts mean."""

    operands: tuple[Operand, ...]

    def keys(self, scope: Scope) -> Set[str]:
        return reduce(lambda one, other: one & other, (one.keys(scope) for one in self.operands))

    def checks(self, scope: Scope) -> Set[CheckName]:
        return reduce(lambda one, other: one & other, (one.checks(scope) for one in self.operands))

    @property
    def is_compound(self) -> bool:
        return True

    def text(self) -> str:
        return " and ".join(one.operand_text() for one in self.operands)


@dataclass(frozen=True, kw_only=True)
class Minus(Operand):
    """What one part means and another does not."""

    left: Operand
    right: Operand

    def keys(self, scope: Scope) -> Set[str]:
        return self.left.keys(scope) - self.right.keys(scope)

    def checks(self, scope: Scope) -> Set[CheckName]:
        return self.left.checks(scope) - self.right.checks(scope)

    @property
    def is_compound(self) -> bool:
        return True

    def text(self) -> str:
        if isinstance(self.left, All):
            return f"not {self.right.operand_text()}"
        return f"{self.left.operand_text()} and not {self.right.operand_text()}"


@dataclass(frozen=True, kw_only=True)
class Upstream(Operand):
    """What its part needs, as far as a run can make it."""

    child: Operand
    depth: int | None = None
    include_self: bool = True

    def keys(self, scope: Scope) -> Set[str]:
        found = self.child.keys(scope)
        needed = ancestors(scope.graph.parents, found, depth=self.depth)
        reached = needed | found if self.include_self else needed - found
        return reached & scope.materializable

    @property
    def is_compound(self) -> bool:
        return not self.include_self

    def text(self) -> str:
        sign = "+" if self.depth is None else f"{self.depth}+" if self.depth else ""
        child = self.child.operand_text()
        return f"{sign}{child}" if self.include_self else f"{sign}{child} and not {child}"


@dataclass(frozen=True, kw_only=True)
class Downstream(Operand):
    """What needs its part."""

    child: Operand
    depth: int | None = None
    include_self: bool = True

    def keys(self, scope: Scope) -> Set[str]:
        found = self.child.keys(scope)
        needing = ancestors(scope.graph.children, found, depth=self.depth)
        return needing | found if self.include_self else needing - found

    @property
    def is_compound(self) -> bool:
        return not self.include_self

    def text(self) -> str:
        sign = "+" if self.depth is None else f"+{self.depth}" if self.depth else ""
        child = self.child.operand_text()
        return f"{child}{sign}" if self.include_self else f"{child}{sign} and not {child}"


@dataclass(frozen=True, kw_only=True)
class Sinks(Operand):
    """Those of its part that nothing else of it needs, directly or not."""

    child: Operand

    def keys(self, scope: Scope) -> Set[str]:
        found = self.child.keys(scope)
        return found - _reached_from_others(scope.graph.parents, found)

    def text(self) -> str:
        return f"sinks({self.child.text()})"


@dataclass(frozen=True, kw_only=True)
class Roots(Operand):
    """Those of its part that need nothing else of it, directly or not."""

    child: Operand

    def keys(self, scope: Scope) -> Set[str]:
        found = self.child.keys(scope)
        return found - _reached_from_others(scope.graph.children, found)

    def text(self) -> str:
        return f"roots({self.child.text()})"


@dataclass(frozen=True, kw_only=True)
class Materializable(Operand):
    """Those of its part that a run can make."""

    child: Operand

    def keys(self, scope: Scope) -> Set[str]:
        return self.child.keys(scope) & scope.materializable


@dataclass(frozen=True, kw_only=True)
class Neighbors(Operand):
    """Its part with whatever is only made together with it."""

    child: Operand

    def keys(self, scope: Scope) -> Set[str]:
        return frozenset(other for key in self.child.keys(scope) for other in scope.neighbors(key))


@dataclass(frozen=True, kw_only=True)
class UpstreamSources(Operand):
    """What its part needs, directly or not, and no run can make."""

    child: Operand

    def keys(self, scope: Scope) -> Set[str]:
        found = self.child.keys(scope)
        return (found | ancestors(scope.graph.parents, found)) & scope.external


@dataclass(frozen=True, kw_only=True)
class AllChecks(Operand):
    """Every check, and no asset."""

    def keys(self, scope: Scope) -> Set[str]:
        return frozenset()

    def checks(self, scope: Scope) -> Set[CheckName]:
        return scope.check_names


@dataclass(frozen=True, kw_only=True)
class ChecksOfAssets(Operand):
    """The checks of assets, and none of the assets."""

    selected_asset_keys: tuple[AssetKey, ...]

    def keys(self, scope: Scope) -> Set[str]:
        return frozenset()

    def checks(self, scope: Scope) -> Set[CheckName]:
        wanted = set(map(str, self.selected_asset_keys))
        return {name for name in scope.check_names if name[0] in wanted}


@dataclass(frozen=True, kw_only=True)
class Checks(Operand):
    """Checks by their keys, all of which must be there."""

    selected_check_keys: tuple[AssetCheckKey, ...]

    def keys(self, scope: Scope) -> Set[str]:
        return frozenset()

    def checks(self, scope: Scope) -> Set[CheckName]:
        wanted = {(str(key.asset_key), key.name) for key in self.selected_check_keys}
        missing = sorted(":".join(name) for name in wanted - scope.check_names)
        if missing and not scope.allow_missing:
            names = "names no check" if len(missing) == 1 else "name no checks"
            hint = hint_for(missing, (":".join(name) for name in scope.check_names))
            raise InvalidSubsetError(f"{', '.join(map(repr, missing))} {names} here", hint=hint)
        return wanted & scope.check_names


def _reached_from_others(edges: Mapping[str, Sequence[str]], found: Set[str]) -> Set[str]:
    """All that edges reach from any of these; one that needs an earlier part of itself is not reached by that."""
    loops = {key for key in found if key in edges.get(key, ())}
    if loops:
        edges = {**edges, **{key: [other for other in edges[key] if other != key] for key in loops}}
    return ancestors(edges, found)
