"""The graph of assets: who needs whom, by key as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.function_compute import FunctionCompute
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.specs import AssetSpec
from daglab.errors import CycleError, DuplicateAssetError
from daglab.foundation.graphs import find_cycle, reversed_edges, topological_order
from daglab.planning.config_facts import config_facts
from daglab.planning.function_version import function_code


@dataclass(frozen=True, kw_only=True)
class AssetNode:
    """An asset in the graph.

    Args:
        key: its key as text.
        spec: what is said of it.
        output_name: the output of the computation that it is.
        definition: the computation.
        parents: the keys of what it needs.
    """

    key: str
    spec: AssetSpec
    output_name: str
    definition: AssetsDefinition
    parents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CheckNode:
    """A check in the graph; `asset_key` is the asset that it looks at."""

    asset_key: str
    name: str
    output_name: str
    definition: AssetsDefinition
    blocking: bool
    description: str


@dataclass(frozen=True)
class AssetGraph:
    """All assets and checks of a notebook, a module or a workspace, and who needs whom.

    Args:
        nodes: by key, in order of definition.
        checks: by asset key, in order of definition.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders(): ...
        >>> @asset
        ... def total(orders): ...
        >>> AssetGraph.build([total, orders]).order
        ('orders', 'total')
    """

    nodes: Mapping[str, AssetNode]
    checks: Mapping[str, Sequence[CheckNode]]

    @classmethod
    def build(cls, definitions: Iterable[AssetsDefinition]) -> AssetGraph:
        """Puts definitions together.

        Raises:
            DuplicateAssetError: an asset is defined twice.
            CycleError: assets need each other.
        """
        nodes: dict[str, AssetNode] = {}
        checks: dict[str, list[CheckNode]] = {}
        for definition in definitions:
            for node in _asset_nodes(definition):
                if node.key in nodes:
                    raise _twice(nodes[node.key], node)
                nodes[node.key] = node
            for check in _check_nodes(definition):
                checks.setdefault(check.asset_key, []).append(check)
        cycle = find_cycle({key: node.parents for key, node in nodes.items()})
        if cycle:
            raise CycleError(cycle)
        return cls(nodes, checks)

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """What each asset needs."""
        return {key: node.parents for key, node in self.nodes.items()}

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """What needs each asset."""
        return reversed_edges(self.parents)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All keys defined here, each after what it needs."""
        return tuple(key for key in topological_order(self.parents) if key in self.nodes)

    @cached_property
    def external_keys(self) -> tuple[str, ...]:
        """Keys that are needed but defined nowhere here."""
        needed = (parent for node in self.nodes.values() for parent in node.parents)
        return tuple(dict.fromkeys(key for key in needed if key not in self.nodes))

    @cached_property
    def code_versions(self) -> dict[str, str]:
        """The version of the code of each asset."""
        return {key: code_version(node.definition, node.spec) for key, node in self.nodes.items()}

    def code_parts(self, key: str) -> Mapping[str, str]:
        """The fingerprints of the parts of the code of an asset, by label."""
        return code_of(self.nodes[key].definition, self.nodes[key].spec).parts


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeOf:
    """What is known of the code of a definition.

    Args:
        version: as the user gave it, else the hash of the code.
        parts: fingerprints of its parts, by label; empty where nobody looked at the code.
    """

    version: str
    parts: Mapping[str, str]

    @property
    def of_step(self) -> dict[str, Any]:
        """The same as fields of a step."""
        return {"code_version": self.version, "code_parts": self.parts}


def code_version(definition: AssetsDefinition, spec: AssetSpec | None = None) -> str:
    """The version that the user gave, else the hash of the code."""
    return code_of(definition, spec).version


def code_of(definition: AssetsDefinition, spec: AssetSpec | None = None) -> CodeOf:
    """The version of the code of a definition, and its parts."""
    given = spec.code_version if spec else None
    # What a parameter stands for is part of the code: two of them may have changed places.
    keys = {name: str(key) for name, key in definition.keys_by_input.items() if name != str(key)}
    if not isinstance(definition.node, GraphDefinition):
        # Where code is not at hand, what was found out about it elsewhere is given, too.
        is_told = given and definition.node.code_version != given
        return CodeOf(version=given or "", parts={}) if is_told else _op_code(definition.node, keys)
    if given:
        return CodeOf(version=given, parts={})
    ops = {".".join(path): op_version(node.definition) for path, node in definition.node.walk() if not node.is_graph}
    told = "\n".join([*(path + version for path, version in ops.items()), repr(sorted(keys.items()))])
    version = blake2b(told.encode(), digest_size=8).hexdigest()
    return CodeOf(version=version, parts={f"op:{path}": version for path, version in ops.items()})


def made_otherwise(version: str, parts: Mapping[str, str], reason: str) -> CodeOf:
    """The code of something that was made by other code than its definition says; `reason` is a sentence on why."""
    digest = blake2b(f"{version}\n{reason}".encode(), digest_size=8).hexdigest()
    return CodeOf(version=digest, parts={**parts, f"run:{reason}": digest})


def needed_keys(definition: AssetsDefinition) -> tuple[AssetKey, ...]:
    """Every asset that must be there before a definition's computation runs, each once."""
    deps = (dep.asset_key for spec in definition.specs_by_output.values() for dep in spec.deps)
    checked = (
        key
        for spec in definition.check_specs_by_output.values()
        for key in (spec.key.asset_key, *(dep.asset_key for dep in spec.additional_deps))
    )
    own = {spec.key for spec in definition.specs_by_output.values()}
    return tuple(key for key in dict.fromkeys((*definition.keys_by_input.values(), *deps, *checked)) if key not in own)


def op_version(op: OpDefinition, keys: Mapping[str, str] | None = None) -> str:
    """The version of the code of an op: as the user gave it, else the hash of its function."""
    return _op_code(op, keys or {}).version


def _op_code(op: OpDefinition, keys: Mapping[str, str]) -> CodeOf:
    if op.code_version or not isinstance(op.compute, FunctionCompute):
        return CodeOf(version=op.code_version or "", parts=getattr(op.compute, "code_parts", {}))
    config = config_facts(op.compute.config_class)
    found = function_code(op.compute.function, given={**keys, **config})
    return CodeOf(version=found.version, parts=found.parts)


def _asset_nodes(definition: AssetsDefinition) -> Iterable[AssetNode]:
    if not definition.is_materializable:
        return
    for name, spec in definition.specs_by_output.items():
        parents = tuple(dict.fromkeys(str(dep.asset_key) for dep in spec.deps if dep.asset_key != spec.key))
        yield AssetNode(key=str(spec.key), spec=spec, output_name=name, definition=definition, parents=parents)


def _check_nodes(definition: AssetsDefinition) -> Iterable[CheckNode]:
    for name, spec in definition.check_specs_by_output.items():
        yield CheckNode(
            asset_key=str(spec.key.asset_key),
            name=spec.name,
            output_name=name,
            definition=definition,
            blocking=spec.blocking,
            description=spec.description or "",
        )


def _twice(first: AssetNode, second: AssetNode) -> DuplicateAssetError:
    places = " and in ".join(str(node.definition.origin or "Python") for node in (first, second))
    return DuplicateAssetError(f"asset {first.key!r} is defined in {places}", hint="rename one of them")
