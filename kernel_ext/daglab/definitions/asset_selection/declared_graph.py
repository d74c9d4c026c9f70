"""`DeclaredGraph`: assets and who needs whom, as far as their definitions tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.asset_selection.declared_assets import check_specs_of, definition_of, distinct, specs_of
from daglab.definitions.asset_selection.declared_node import DeclaredAsset
from daglab.definitions.asset_selection.named_dependencies import with_named_dependencies
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec, AssetSpec
from daglab.errors import CycleError, DuplicateAssetError, InvalidSubsetError, suggest
from daglab.foundation.graphs import ancestors, find_cycle, reversed_edges, topological_order


@dataclass(frozen=True, eq=False)
class DeclaredGraph:
    """All assets and checks that definitions declare, with those that are only needed.

    Args:
        nodes: by key as text, in order of definition; what is defined nowhere comes last.
        checks: by the key of the asset, in order of definition.
        all_definitions: what defines assets or checks.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def total(orders): ...
        >>> graph = DeclaredGraph.from_assets([total])
        >>> [str(key) for key in graph.toposorted_asset_keys], [str(key) for key in graph.materializable_asset_keys]
        (['orders', 'total'], ['total'])
    """

    nodes: Mapping[str, DeclaredAsset]
    checks: Mapping[str, Sequence[AssetCheckSpec]]
    all_definitions: tuple[AssetsDefinition, ...] = ()
    made_elsewhere: tuple[Any, ...] = ()

    @classmethod
    def from_assets(cls, assets: Iterable[object]) -> DeclaredGraph:
        """Puts definitions, and specs of assets that are made elsewhere, together.

        Raises:
            DuplicateAssetError: an asset is defined twice.
            CycleError: assets need each other.
        """
        found: dict[str, tuple[AssetSpec, AssetsDefinition | None, tuple[AssetKey, ...]]] = {}
        checks: dict[str, list[AssetCheckSpec]] = {}
        given = distinct(assets)
        made = [definition for one in given if (definition := definition_of(one)) is not None]
        others = [one for one in given if definition_of(one) is None]
        definitions = with_named_dependencies(made, (spec for one in others for spec in specs_of(one)))
        for one, definition in (*zip(definitions, definitions, strict=True), *((one, None) for one in others)):
            for spec in specs_of(one):
                if str(spec.key) in found:
                    raise DuplicateAssetError(f"asset {str(spec.key)!r} is defined twice", hint="rename one of them")
                found[str(spec.key)] = (spec, definition, tuple(dep.asset_key for dep in spec.deps))
            for check in check_specs_of(one):
                checks.setdefault(str(check.key.asset_key), []).append(check)
        needed = dict.fromkeys(key for _, _, parents in found.values() for key in parents if str(key) not in found)
        found |= {str(key): (AssetSpec(key), None, ()) for key in needed}
        return cls._connected(found, checks, tuple(definitions), tuple(others))

    @classmethod
    def _connected(
        cls,
        found: Mapping[str, tuple[AssetSpec, AssetsDefinition | None, tuple[AssetKey, ...]]],
        checks: Mapping[str, Sequence[AssetCheckSpec]],
        definitions: tuple[AssetsDefinition, ...],
        made_elsewhere: tuple[Any, ...] = (),
    ) -> DeclaredGraph:
        # An asset may need earlier partitions of itself: that is no cycle.
        edges = {
            name: [str(key) for key in parents if key != spec.key or not _is_partitioned(spec, definition)]
            for name, (spec, definition, parents) in found.items()
        }
        cycle = find_cycle(edges)
        if cycle:
            raise CycleError(cycle)
        children = reversed_edges({name: list(map(str, parents)) for name, (_, _, parents) in found.items()})
        keys = {name: spec.key for name, (spec, _, _) in found.items()}
        nodes = {
            name: DeclaredAsset(
                spec=spec,
                definition=definition,
                parent_keys=frozenset(parents),
                child_keys=frozenset(keys[child] for child in children[name]),
                check_keys=frozenset(check.key for check in checks.get(name, ())),
                parent_names=tuple(map(str, parents)),
            )
            for name, (spec, definition, parents) in found.items()
        }
        return cls(nodes, checks, definitions, made_elsewhere)

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """What each asset needs."""
        return {name: node.parent_names for name, node in self.nodes.items()}

    @cached_property
    def children(self) -> Mapping[str, Sequence[str]]:
        """What needs each asset."""
        return reversed_edges(self.parents)

    @property
    def asset_nodes(self) -> Iterable[DeclaredAsset]:
        """Every asset, each after what it needs."""
        return [self.nodes[str(key)] for key in self.toposorted_asset_keys]

    @property
    def assets_defs(self) -> Sequence[AssetsDefinition]:
        """All definitions of assets."""
        return distinct(node.definition for node in self.nodes.values() if node.definition is not None)

    def has(self, key: CoercibleToAssetKey) -> bool:
        """Whether there is such an asset."""
        return str(AssetKey.from_coercible(key)) in self.nodes

    def get(self, key: CoercibleToAssetKey) -> DeclaredAsset:
        """One asset.

        Raises:
            InvalidSubsetError: there is none of this key.
        """
        name = str(AssetKey.from_coercible(key))
        if name not in self.nodes:
            raise InvalidSubsetError(f"there is no asset {name!r}", hint=suggest(name, self.nodes))
        return self.nodes[name]

    def get_all_asset_keys(self) -> frozenset[AssetKey]:
        """Every asset, those that are defined nowhere here among them."""
        return frozenset(node.key for node in self.nodes.values())

    @cached_property
    def toposorted_asset_keys(self) -> Sequence[AssetKey]:
        """Every asset, each after what it needs; among equals by key."""
        return [key for level in self.toposorted_asset_keys_by_level for key in sorted(level)]

    @cached_property
    def toposorted_asset_keys_by_level(self) -> Sequence[frozenset[AssetKey]]:
        """Every asset, by the longest way to it from one that needs nothing."""
        edges = {name: [one for one in parents if one != name] for name, parents in self.parents.items()}
        level: dict[str, int] = {}
        for name in topological_order(edges):
            level[name] = 1 + max((level[parent] for parent in edges[name]), default=-1)
        levels: list[set[AssetKey]] = [set() for _ in range(1 + max(level.values(), default=-1))]
        for name, number in level.items():
            levels[number].add(self.nodes[name].key)
        return list(map(frozenset, levels))

    @cached_property
    def materializable_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that a run can make."""
        return frozenset(node.key for node in self.nodes.values() if node.is_materializable)

    @cached_property
    def observable_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that a run can only look at."""
        return frozenset(node.key for node in self.nodes.values() if node.is_observable)

    @cached_property
    def external_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that no run can make."""
        return frozenset(node.key for node in self.nodes.values() if node.is_external)

    @cached_property
    def executable_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that a run can make or look at."""
        return frozenset(node.key for node in self.nodes.values() if node.is_executable)

    @cached_property
    def unexecutable_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that no run can make or look at."""
        return self.get_all_asset_keys() - self.executable_asset_keys

    @cached_property
    def unpartitioned_asset_keys(self) -> frozenset[AssetKey]:
        """The assets without partitions."""
        return frozenset(node.key for node in self.nodes.values() if not node.is_partitioned)

    @cached_property
    def root_materializable_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that a run can make and that need no other such asset."""
        return self._roots_among(self.materializable_asset_keys)

    @cached_property
    def root_executable_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that a run can make or look at and that need no other such asset."""
        return self._roots_among(self.executable_asset_keys)

    def _roots_among(self, keys: frozenset[AssetKey]) -> frozenset[AssetKey]:
        return frozenset(key for key in keys if not self.get_ancestor_asset_keys(key) & keys)

    @cached_property
    def asset_check_keys(self) -> frozenset[AssetCheckKey]:
        """Every check."""
        return frozenset(check.key for checks in self.checks.values() for check in checks)

    @property
    def all_group_names(self) -> frozenset[str]:
        """The groups of all assets."""
        return frozenset(node.group_name for node in self.nodes.values())

    def asset_keys_for_group(self, group_name: str, require_materializable: bool = False) -> frozenset[AssetKey]:
        """The assets of a group."""
        found = (node for node in self.nodes.values() if node.group_name == group_name)
        return frozenset(node.key for node in found if node.is_materializable or not require_materializable)

    def get_check_keys_for_assets(self, asset_keys: Iterable[AssetKey]) -> frozenset[AssetCheckKey]:
        """The checks of assets."""
        return frozenset().union(*(self.get(key).check_keys for key in asset_keys))

    def get_check_spec(self, key: AssetCheckKey) -> AssetCheckSpec:
        """What is said of a check.

        Raises:
            InvalidSubsetError: there is none of this key.
        """
        for check in self.checks.get(str(key.asset_key), ()):
            if check.name == key.name:
                return check
        raise InvalidSubsetError(f"there is no check {str(key)!r}")

    def get_parents(self, node: DeclaredAsset) -> frozenset[DeclaredAsset]:
        """What an asset needs."""
        return frozenset(map(self.get, node.parent_keys))

    def get_children(self, node: DeclaredAsset) -> frozenset[DeclaredAsset]:
        """What needs an asset."""
        return frozenset(map(self.get, node.child_keys))

    def get_ancestor_asset_keys(self, key: AssetKey, include_self: bool = False) -> frozenset[AssetKey]:
        """What an asset needs, directly or not."""
        found = ancestors(self.parents, [str(key)]) - {str(key)} | ({str(key)} if include_self else set())
        return frozenset(self.nodes[name].key for name in found)

    def assets_def_for_key(self, key: AssetKey) -> AssetsDefinition:
        """The definition of an asset.

        Raises:
            InvalidSubsetError: it is defined nowhere here.
        """
        return self.get(key).assets_def

    def assets_defs_for_keys(self, keys: Iterable[AssetKey]) -> Sequence[AssetsDefinition]:
        """The definitions of assets and of checks, each once."""
        return distinct(self.get(key).assets_def for key in keys)


def _is_partitioned(spec: AssetSpec, definition: AssetsDefinition | None) -> bool:
    return (getattr(spec, "partitions_def", None) or getattr(definition, "partitions_def", None)) is not None
