"""An asset in the graph of what definitions declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.scope import is_materializable
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.specs import DEFAULT_GROUP, AssetCheckKey, AssetSpec
from daglab.errors import InvalidSubsetError


@dataclass(frozen=True, kw_only=True, eq=False)
class DeclaredAsset:
    """One asset, whether it is defined here or only needed.

    Args:
        spec: what is said of it.
        definition: what makes it, None where nothing here does.
        parent_keys: what it needs.
        child_keys: what needs it.
        check_keys: the checks of it.
        parent_names: the keys of what it needs as text, in order of declaration.
    """

    spec: AssetSpec
    definition: AssetsDefinition | None
    parent_keys: frozenset[AssetKey]
    child_keys: frozenset[AssetKey]
    check_keys: frozenset[AssetCheckKey]
    parent_names: tuple[str, ...]

    @property
    def key(self) -> AssetKey:
        """Its name."""
        return self.spec.key

    @property
    def assets_def(self) -> AssetsDefinition:
        """What makes it.

        Raises:
            InvalidSubsetError: nothing here does.
        """
        if self.definition is None:
            raise InvalidSubsetError(f"asset {str(self.key)!r} is defined nowhere here", hint="add its definition")
        return self.definition

    @property
    def is_materializable(self) -> bool:
        """Whether a run can make it."""
        return is_materializable(self.definition)

    @property
    def is_observable(self) -> bool:
        """Whether a run can look at it, but not make it."""
        return bool(getattr(self.definition, "is_observable", False))

    @property
    def is_external(self) -> bool:
        """Whether no run can make it."""
        return not self.is_materializable

    @property
    def is_executable(self) -> bool:
        """Whether a run can make it or look at it."""
        return self.is_materializable or self.is_observable

    @property
    def description(self) -> str | None:
        """Markdown."""
        return self.spec.description

    @property
    def group_name(self) -> str:
        """The group that it is shown in."""
        return self.spec.group_name or DEFAULT_GROUP

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Facts that hold for every materialization."""
        return self.spec.metadata

    @property
    def tags(self) -> Mapping[str, str]:
        """Labels."""
        return self.spec.tags

    @property
    def kinds(self) -> frozenset[str]:
        """What it is made of."""
        return frozenset(self.spec.kinds)

    @property
    def owners(self) -> Sequence[str]:
        """Who it belongs to."""
        return self.spec.owners

    @property
    def code_version(self) -> str | None:
        """The version of its code that the user gave."""
        return self.spec.code_version

    @property
    def partitions_def(self) -> Any:
        """Its partitions, None if it has none."""
        given = getattr(self.spec, "partitions_def", None)
        return given if given is not None else getattr(self.definition, "partitions_def", None)

    @property
    def is_partitioned(self) -> bool:
        """Whether it has partitions."""
        return self.partitions_def is not None

    @property
    def automation_condition(self) -> Any:
        """When it is made of itself, None for never."""
        return getattr(self.spec, "automation_condition", None)

    @property
    def backfill_policy(self) -> Any:
        """How its partitions are split into runs, None where nothing is said."""
        return getattr(self.definition, "backfill_policy", None)

    @property
    def execution_set_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that are only made together with it, itself among them."""
        if self.definition is None or getattr(self.definition, "can_subset", False):
            return frozenset({self.key})
        return frozenset(self.definition.keys)

    def to_asset_spec(self) -> AssetSpec:
        """What is said of it."""
        return self.spec
