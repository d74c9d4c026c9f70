"""Assets and their checks, bound to the computation that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from daglab.definitions.asset_changes import check_with, for_all, parts_of_node, said_by_output, spec_with
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix
from daglab.definitions.asset_specs_of_node import (
    checked_specs,
    completed_specs,
    refuse_self_dependency,
)
from daglab.definitions.assets_facts import AssetsFacts
from daglab.definitions.doors import door
from daglab.definitions.nodes import Origin
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec, AssetSpec
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvalidSubsetError, InvariantViolationError

if TYPE_CHECKING:
    from daglab.definitions.graph_definition import GraphDefinition

_NO_NODE = "elsewhere"


class AssetExecution(StrEnum):
    """What becomes of assets when their computation runs.

    Example:
        >>> AssetExecution.OBSERVATION.value
        'OBSERVATION'
    """

    MATERIALIZATION = "MATERIALIZATION"
    OBSERVATION = "OBSERVATION"
    UNEXECUTABLE = "UNEXECUTABLE"


@dataclass(frozen=True, init=False, eq=False, repr=False)
class AssetsDefinition(AssetsFacts):
    """One or more assets, and checks of them, with the computation that makes them.

    Made by `@asset`, `@multi_asset`, `@graph_asset` and their kin, and by the cells of a notebook.

    Args:
        node: the computation; None for assets that are made elsewhere.
        specs: what is said of each asset, by the node's output; a list for assets that are made elsewhere.
        check_specs: what is said of each check, by the node's output.
        keys_by_input: which asset each of the node's inputs is.
        origin: where it is defined.
        can_subset: whether some of the assets can be made without the others.
        partitions_def: the partitions of all of them.
        resource_defs: resources that come with it, by key.
        hooks: what is called when its step ends.
        backfill_policy: how many partitions one run makes.
        execution: whether running it makes its assets or looks at them.
        deps_are_complete: whether the specs name all that each asset depends on; by default the inputs come to that.
        is_subset: whether assets were left out.

    Raises:
        InvalidDefinitionError: specs, checks or partitions that contradict each other.

    Example:
        >>> AssetsDefinition(specs=[AssetSpec("flights")]).is_executable
        False
    """

    node: Any
    specs_by_output: Mapping[str, AssetSpec] = field(default_factory=dict)
    check_specs_by_output: Mapping[str, AssetCheckSpec] = field(default_factory=dict)
    keys_by_input: Mapping[str, AssetKey] = field(default_factory=dict)
    origin: Origin | None = None
    can_subset: bool = False
    resource_defs: Mapping[str, object] = field(default_factory=dict)
    hooks: frozenset[Any] = frozenset()
    backfill_policy: Any = None
    execution: AssetExecution = AssetExecution.MATERIALIZATION
    deps_are_complete: bool = False
    is_subset: bool = False

    def __init__(
        self,
        *,
        node: OpDefinition | GraphDefinition | None = None,
        specs: Mapping[str, AssetSpec] | Iterable[AssetSpec] | None = None,
        check_specs: Mapping[str, AssetCheckSpec] | None = None,
        keys_by_input: Mapping[str, AssetKey] | None = None,
        origin: Origin | None = None,
        can_subset: bool = False,
        partitions_def: Any = None,
        resource_defs: Mapping[str, object] | None = None,
        hooks: Iterable[Any] | None = None,
        backfill_policy: Any = None,
        execution: AssetExecution = AssetExecution.MATERIALIZATION,
        deps_are_complete: bool = False,
        is_subset: bool = False,
        node_def: OpDefinition | GraphDefinition | None = None,
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        keys_by_output_name: Mapping[str, AssetKey] | None = None,
        check_specs_by_output_name: Mapping[str, AssetCheckSpec] | None = None,
        hook_defs: Iterable[Any] | None = None,
    ) -> None:
        made_by = node or node_def
        inputs = dict(keys_by_input or keys_by_input_name or {})
        by_output = _by_output(made_by, specs, keys_by_output_name)
        checked_specs(by_output, can_subset=can_subset, partitions_def=partitions_def)
        values = {
            "node": made_by or _nobody(by_output),
            "specs_by_output": completed_specs(
                by_output,
                inputs=() if deps_are_complete else tuple(inputs.values()),
                outs=made_by.outs if made_by else {},
                partitions_def=partitions_def,
            ),
            "check_specs_by_output": dict(check_specs or check_specs_by_output_name or {}),
            "keys_by_input": inputs,
            "origin": origin,
            "can_subset": can_subset,
            "resource_defs": dict(resource_defs or {}),
            "hooks": frozenset(hooks or hook_defs or ()),
            "backfill_policy": backfill_policy,
            "execution": execution if made_by else AssetExecution.UNEXECUTABLE,
            "deps_are_complete": True,
            "is_subset": is_subset,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        for spec in self.specs_by_output.values():
            refuse_self_dependency(spec)

    @property
    def op(self) -> OpDefinition:
        """The op that makes it.

        Raises:
            InvariantViolationError: it is made by a graph, or elsewhere.
        """
        if isinstance(self.node, OpDefinition) and self.is_executable:
            return self.node
        raise InvariantViolationError(f"{self.node.name!r} is made by no op", hint="use `.node_def`")

    @property
    def node_def(self) -> Any:
        """The op or graph that makes it.

        Raises:
            InvariantViolationError: it is made elsewhere.
        """
        if not self.is_executable:
            raise InvariantViolationError(f"{self.node.name!r} is made elsewhere and has no computation")
        return self.node

    @property
    def hook_defs(self) -> frozenset[Any]:
        """What is called when its step ends."""
        return self.hooks

    @property
    def execution_type(self) -> AssetExecution:
        """Whether running it makes its assets or looks at them."""
        return self.execution

    @property
    def is_executable(self) -> bool:
        """Whether there is a computation to run."""
        return self.execution is not AssetExecution.UNEXECUTABLE

    @property
    def is_external(self) -> bool:
        """Whether its assets are made elsewhere."""
        return self.execution is not AssetExecution.MATERIALIZATION

    @property
    def is_materializable(self) -> bool:
        """Whether running it makes its assets."""
        return self.execution is AssetExecution.MATERIALIZATION

    @property
    def is_observable(self) -> bool:
        """Whether running it looks at its assets."""
        return self.execution is AssetExecution.OBSERVATION

    @property
    def description(self) -> str | None:
        """What it is, in Markdown."""
        found: str | None = self.node.description
        return found

    def with_origin(self, origin: Origin) -> AssetsDefinition:
        """The same, said to be defined somewhere."""
        return self.replaced(origin=origin)

    def replaced(self, **changes: Any) -> AssetsDefinition:
        """The same with some arguments of the constructor changed."""
        values = {
            "node": self.node,
            "specs": self.specs_by_output,
            "check_specs": self.check_specs_by_output,
            "keys_by_input": self.keys_by_input,
            "origin": self.origin,
            "can_subset": self.can_subset,
            "resource_defs": self.resource_defs,
            "hooks": self.hooks,
            "backfill_policy": self.backfill_policy,
            "execution": self.execution,
            "deps_are_complete": True,
            "is_subset": self.is_subset,
        }
        made: AssetsDefinition = type(self)(**{**values, **changes})
        return made

    def with_resources(self, resource_defs: Mapping[str, object]) -> AssetsDefinition:
        """The same with resources bound to it, those that it needs.

        Raises:
            InvariantViolationError: another resource is bound under the same key already.
        """
        needed = self.required_resource_keys
        for key, own in self.resource_defs.items():
            if key in resource_defs and resource_defs[key] is not own:
                raise InvariantViolationError(
                    f"{self.node.name!r} has a resource {key!r} of its own", hint="leave it out of one of the two"
                )
        bound = {key: one for key, one in resource_defs.items() if key in needed}
        return self.replaced(resource_defs={**bound, **self.resource_defs})

    def with_hooks(self, hook_defs: Iterable[Any]) -> AssetsDefinition:
        """The same with more hooks."""
        return self.replaced(hooks={*self.hooks, *hook_defs})

    def map_asset_specs(self, fn: Callable[[AssetSpec], AssetSpec]) -> AssetsDefinition:
        """The same with its specs changed by a function.

        Raises:
            InvalidDefinitionError: the function changes a key, or drops a dependency that is received as a value.
        """
        mapped = {name: fn(spec) for name, spec in self.specs_by_output.items()}
        for name, spec in self.specs_by_output.items():
            if mapped[name].key != spec.key:
                raise InvalidDefinitionError(
                    f"asset {str(spec.key)!r} was renamed to {str(mapped[name].key)!r}",
                    hint="the function must leave the key as it is",
                )
        received = self.dependency_keys & set(self.keys_by_input.values())
        lost = received - {dep.asset_key for spec in mapped.values() for dep in spec.deps}
        if lost:
            raise InvalidDefinitionError(
                f"{self.node.name!r} receives {sorted(map(str, lost))}, which its specs depend on no more",
                hint="keep these dependencies: use merge_attributes(deps=...)",
            )
        return self.replaced(specs=mapped)

    def with_attributes(
        self,
        *,
        asset_key_replacements: Mapping[AssetKey, AssetKey] | None = None,
        group_names_by_key: Mapping[AssetKey, str] | None = None,
        tags_by_key: Mapping[AssetKey, Mapping[str, str]] | None = None,
        automation_condition: Any = None,
        backfill_policy: Any = None,
        hook_defs: Iterable[Any] | None = None,
        metadata_by_key: Mapping[Any, Mapping[str, Any]] | None = None,
        freshness_policy: Any = None,
    ) -> AssetsDefinition:
        """The same with other keys, and with what has not been said yet.

        Raises:
            InvalidDefinitionError: a group or an automation condition is there already.
        """
        given = {
            "group_name": group_names_by_key or {},
            "automation_condition": for_all(automation_condition, self.keys),
            "freshness_policy": for_all(freshness_policy, self.keys),
            "tags": tags_by_key or {},
            "metadata": metadata_by_key or {},
        }
        new = asset_key_replacements or {}
        checks = self.check_specs_by_output.items()
        return self.replaced(
            specs={name: spec_with(spec, given, new) for name, spec in self.specs_by_output.items()},
            check_specs={name: check_with(spec, new, metadata_by_key or {}) for name, spec in checks},
            keys_by_input={name: new.get(key, key) for name, key in self.keys_by_input.items()},
            backfill_policy=backfill_policy or self.backfill_policy,
            hooks={*self.hooks, *(hook_defs or ())},
        )

    def subset_for(
        self,
        selected_asset_keys: AbstractSet[AssetKey],
        selected_asset_check_keys: AbstractSet[AssetCheckKey] | None = None,
    ) -> AssetsDefinition:
        """The same with some of its assets and checks left out.

        Args:
            selected_asset_keys: the assets to keep, of those that it makes.
            selected_asset_check_keys: the checks to keep; by default those of the assets that are kept.

        Raises:
            InvalidSubsetError: only all of it can be made.
        """
        wanted = selected_asset_check_keys
        specs = {name: one for name, one in self.specs_by_output.items() if one.key in selected_asset_keys}
        checks = {
            name: one
            for name, one in self.check_specs_by_output.items()
            if (one.asset_key in selected_asset_keys if wanted is None else one.key in wanted)
        }
        if len(specs) == len(self.specs_by_output) and len(checks) == len(self.check_specs_by_output):
            return self
        if not self.can_subset:
            raise InvalidSubsetError(
                f"{self.node.name!r} makes {sorted(map(str, self.asset_and_check_keys))} together",
                hint="select all of them, or define it with can_subset=True",
            )
        return self.replaced(specs=specs, check_specs=checks, is_subset=True)

    def to_source_asset(self, key: CoercibleToAssetKey | None = None) -> SourceAsset:
        """An asset of it as one that is made elsewhere; the only one by default."""
        return self._source_of(self.get_asset_spec(None if key is None else AssetKey.from_coercible(key)))

    def to_source_assets(self) -> Sequence[SourceAsset]:
        """Its assets as ones that are made elsewhere."""
        return [self._source_of(spec) for spec in self.specs]

    def _source_of(self, spec: AssetSpec) -> SourceAsset:
        return SourceAsset(
            spec.key,
            metadata=spec.metadata,
            io_manager_key=self.get_io_manager_key_for_asset_key(spec.key),
            description=spec.description,
            resource_defs=self.resource_defs,
            partitions_def=spec.partitions_def,
            group_name=spec.group_name,
            tags=spec.tags,
        )

    @staticmethod
    def from_op(
        op_def: OpDefinition,
        *,
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        keys_by_output_name: Mapping[str, AssetKey] | None = None,
        key_prefix: CoercibleToAssetKeyPrefix | None = None,
        internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
        partitions_def: Any = None,
        partition_mappings: Mapping[str, Any] | None = None,
        group_name: str | None = None,
        group_names_by_output_name: Mapping[str, str | None] | None = None,
        descriptions_by_output_name: Mapping[str, str] | None = None,
        metadata_by_output_name: Mapping[str, Mapping[str, Any] | None] | None = None,
        tags_by_output_name: Mapping[str, Mapping[str, str] | None] | None = None,
        automation_conditions_by_output_name: Mapping[str, Any] | None = None,
        backfill_policy: Any = None,
        can_subset: bool = False,
        hook_defs: Iterable[Any] | None = None,
    ) -> AssetsDefinition:
        """Assets made by an op: each of its outputs is one."""
        parts = parts_of_node(
            op_def,
            keys_by_input_name=keys_by_input_name,
            keys_by_output_name=keys_by_output_name,
            key_prefix=key_prefix,
            internal_asset_deps=internal_asset_deps,
            partition_mappings=partition_mappings,
            said={
                "group_name": said_by_output(op_def, group_name, group_names_by_output_name),
                "description": descriptions_by_output_name or {},
                "metadata": metadata_by_output_name or {},
                "tags": tags_by_output_name or {},
                "automation_condition": automation_conditions_by_output_name or {},
                "code_version": {name: out.code_version for name, out in op_def.outs.items()},
            },
        )
        return AssetsDefinition(
            node=op_def,
            **parts,
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            can_subset=can_subset,
            hooks=hook_defs,
        )

    @staticmethod
    def from_graph(
        graph_def: GraphDefinition,
        *,
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        keys_by_output_name: Mapping[str, AssetKey] | None = None,
        key_prefix: CoercibleToAssetKeyPrefix | None = None,
        internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
        partitions_def: Any = None,
        partition_mappings: Mapping[str, Any] | None = None,
        resource_defs: Mapping[str, object] | None = None,
        group_name: str | None = None,
        group_names_by_output_name: Mapping[str, str | None] | None = None,
        descriptions_by_output_name: Mapping[str, str] | None = None,
        metadata_by_output_name: Mapping[str, Mapping[str, Any] | None] | None = None,
        tags_by_output_name: Mapping[str, Mapping[str, str] | None] | None = None,
        automation_conditions_by_output_name: Mapping[str, Any] | None = None,
        backfill_policy: Any = None,
        can_subset: bool = False,
        check_specs: Sequence[AssetCheckSpec] | None = None,
        owners_by_output_name: Mapping[str, Sequence[str]] | None = None,
        code_versions_by_output_name: Mapping[str, str | None] | None = None,
        hook_defs: Iterable[Any] | None = None,
    ) -> AssetsDefinition:
        """Assets made by a graph: each of its outputs is one, but for those that are checks."""
        parts = parts_of_node(
            graph_def,
            keys_by_input_name=keys_by_input_name,
            keys_by_output_name=keys_by_output_name,
            key_prefix=key_prefix,
            internal_asset_deps=internal_asset_deps,
            partition_mappings=partition_mappings,
            said={
                "group_name": said_by_output(graph_def, group_name, group_names_by_output_name),
                "description": descriptions_by_output_name or {},
                "metadata": metadata_by_output_name or {},
                "tags": tags_by_output_name or {},
                "automation_condition": automation_conditions_by_output_name or {},
                "owners": owners_by_output_name or {},
                "code_version": code_versions_by_output_name or {},
            },
            check_specs=check_specs,
        )
        return AssetsDefinition(
            node=graph_def,
            **parts,
            partitions_def=partitions_def,
            resource_defs=resource_defs,
            backfill_policy=backfill_policy,
            can_subset=can_subset,
            hooks=hook_defs,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls what was decorated, with a context where it takes one; nothing is stored or recorded."""
        if not self.is_executable:
            raise InvalidInvocationError(f"{self.node.name!r} is made elsewhere and cannot be called")
        if not isinstance(self.node, OpDefinition):
            raise InvariantViolationError(
                f"{self.node.name!r} is made by a graph and cannot be called", hint="materialize it"
            )
        if not hasattr(self.node.compute, "function"):
            raise InvalidInvocationError(f"{self.node.name!r} is a cell and cannot be called", hint="run the cell")
        return door("invoke_asset")(self, args, kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(sorted(map(str, self.asset_and_check_keys)))})"


def _never(context: object, inputs: object) -> object:
    raise InvalidInvocationError("this asset is made elsewhere and has no computation", hint="materialize it there")


def _nobody(specs: Mapping[str, AssetSpec]) -> OpDefinition:
    """Stands where the computation of assets that are made elsewhere would be."""
    identifier = "__".join(spec.key.to_python_identifier() for spec in specs.values())
    return OpDefinition(name=f"external_{identifier}", compute=_never, outs={})


def _by_output(node: Any, specs: object, keys_by_output_name: Mapping[str, AssetKey] | None) -> Mapping[str, AssetSpec]:
    if isinstance(specs, Mapping):
        return dict(specs)
    listed: list[AssetSpec] = list(specs or ())  # type: ignore[call-overload]
    keys = [spec.key for spec in listed]
    twice = {str(key) for key in keys if keys.count(key) > 1}
    if twice:
        raise InvalidDefinitionError(f"assets are specified twice: {sorted(twice)}", hint="keep one spec of each")
    if keys_by_output_name is not None:
        by_key = {spec.key: spec for spec in listed}
        return {name: by_key.get(key) or AssetSpec(key) for name, key in keys_by_output_name.items()}
    if node is not None and listed:
        return dict(zip(list(node.outs), listed, strict=False))
    return {spec.key.to_python_identifier(): spec for spec in listed}
