"""`SourceAsset`: an asset that is made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.function_compute import read_signature
from daglab.definitions.labels import DEFAULT_GROUP, checked_group, checked_tags
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, Out
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.specs import AssetSpec
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, InvariantViolationError


@dataclass(frozen=True, init=False, repr=False)
class SourceAsset:
    """An asset that is made elsewhere and read here.

    Args:
        key: its name.
        metadata: facts about it.
        io_manager_key: the resource that loads its value.
        io_manager_def: the IO manager itself.
        description: Markdown.
        partitions_def: its partitions.
        group_name: the group it is shown in.
        resource_defs: resources that come with it, by key.
        observe_fn: looks at it and tells which version it has.
        op_tags: labels of the step that looks at it.
        automation_condition: when it is looked at without being asked for.
        tags: labels.
        required_resource_keys: resources that looking at it uses through the context.

    Example:
        >>> SourceAsset("flights", io_manager_key="warehouse").get_io_manager_key()
        'warehouse'
    """

    key: AssetKey
    metadata: Mapping[str, MetadataValue]
    raw_metadata: Mapping[str, Any]
    io_manager_key: str | None
    io_manager_def: Any
    description: str | None
    partitions_def: Any
    group_name: str
    resource_defs: Mapping[str, object]
    observe_fn: Callable[..., Any] | None
    op_tags: Mapping[str, Any] | None
    automation_condition: Any
    tags: Mapping[str, str]
    own_resource_keys: frozenset[str]

    def __init__(
        self,
        key: CoercibleToAssetKey,
        metadata: RawMetadata | None = None,
        io_manager_key: str | None = None,
        io_manager_def: Any = None,
        description: str | None = None,
        partitions_def: Any = None,
        group_name: str | None = None,
        resource_defs: Mapping[str, object] | None = None,
        observe_fn: Callable[..., Any] | None = None,
        op_tags: Mapping[str, Any] | None = None,
        *,
        automation_condition: Any = None,
        tags: Mapping[str, str] | None = None,
        required_resource_keys: Iterable[str] | None = None,
    ) -> None:
        own_key = AssetKey.from_coercible(key)
        resources = dict(resource_defs or {})
        if io_manager_def is not None:
            io_manager_key = io_manager_key or own_key.to_python_identifier("io_manager")
            if resources.get(io_manager_key, io_manager_def) is not io_manager_def:
                raise InvalidDefinitionError(
                    f"source asset {str(own_key)!r} has two IO managers under {io_manager_key!r}",
                    hint="give io_manager_def or the entry in resource_defs",
                )
            resources[io_manager_key] = io_manager_def
        values = {
            "key": own_key,
            "metadata": normalize_metadata(metadata, allow_invalid=True),
            "raw_metadata": dict(metadata or {}),
            "io_manager_key": io_manager_key,
            "io_manager_def": io_manager_def,
            "description": description,
            "partitions_def": partitions_def,
            "group_name": checked_group(group_name) or DEFAULT_GROUP,
            "resource_defs": resources,
            "observe_fn": observe_fn,
            "op_tags": op_tags,
            "automation_condition": automation_condition,
            "tags": checked_tags(tags, f"source asset {str(own_key)!r}"),
            "own_resource_keys": frozenset(required_resource_keys or ()),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def is_observable(self) -> bool:
        """Whether there is a function that looks at it."""
        return self.observe_fn is not None

    @property
    def is_executable(self) -> bool:
        """Whether there is something to run: the function that looks at it."""
        return self.is_observable

    @property
    def op(self) -> OpDefinition:
        """The op that looks at it.

        Raises:
            InvariantViolationError: nothing looks at it.
        """
        if self.observe_fn is None:
            raise InvariantViolationError(
                f"source asset {str(self.key)!r} has no function that looks at it", hint="use @observable_source_asset"
            )
        signature = read_signature(self.observe_fn, decorator="@observable_source_asset")
        return OpDefinition(
            name=self.key.to_python_identifier(),
            compute=signature.to_compute(self.observe_fn),
            outs={"result": Out(Nothing)},
            description=self.description,
            required_resource_keys={*self.own_resource_keys, *signature.resource_parameters.values()},
            tags=self.op_tags,
        )

    @property
    def node_def(self) -> OpDefinition | None:
        """The op that looks at it, if one does."""
        return self.op if self.is_observable else None

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """Every resource that it takes to look at it and to load its value."""
        own = self.op.required_resource_keys if self.is_observable else frozenset[str]()
        return own | {self.get_io_manager_key()}

    def get_io_manager_key(self) -> str:
        """The resource that loads its value."""
        return self.io_manager_key or DEFAULT_IO_MANAGER_KEY

    def to_spec(self) -> AssetSpec:
        """What is said of it, as a spec."""
        spec = AssetSpec(
            self.key,
            description=self.description,
            metadata=self.raw_metadata,
            group_name=self.group_name,
            automation_condition=self.automation_condition,
            tags=self.tags,
            partitions_def=self.partitions_def,
        )
        return spec.with_io_manager_key(self.io_manager_key) if self.io_manager_key else spec

    def with_attributes(self, group_name: str | None = None, key: AssetKey | None = None) -> SourceAsset:
        """The same under another key or in another group.

        Raises:
            InvalidDefinitionError: it is in a group already.
        """
        if group_name is not None and self.group_name != DEFAULT_GROUP:
            raise InvalidDefinitionError(
                f"source asset {str(self.key)!r} is in the group {self.group_name!r} already",
                hint="say its group in one place",
            )
        return self._replaced(key=key or self.key, group_name=group_name or self.group_name)

    def with_resources(self, resource_defs: Mapping[str, object]) -> SourceAsset:
        """The same with resources bound to it, those that it needs."""
        bound = {key: one for key, one in resource_defs.items() if key in self.required_resource_keys}
        return self._replaced(resource_defs={**bound, **self.resource_defs})

    def _replaced(self, **changes: Any) -> SourceAsset:
        values = {
            "key": self.key,
            "metadata": self.raw_metadata,
            "io_manager_key": self.io_manager_key,
            "io_manager_def": self.io_manager_def,
            "description": self.description,
            "partitions_def": self.partitions_def,
            "group_name": self.group_name,
            "resource_defs": self.resource_defs,
            "observe_fn": self.observe_fn,
            "op_tags": self.op_tags,
            "automation_condition": self.automation_condition,
            "tags": self.tags,
            "required_resource_keys": self.own_resource_keys,
        }
        return SourceAsset(**{**values, **changes})

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"SourceAsset({self.key.path!r})"
