"""What can be asked of assets that are bound to their computation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_specs_of_node import input_name_of
from daglab.definitions.by_output import ByOutput
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.specs import IO_MANAGER_KEY, AssetCheckKey, AssetCheckSpec, AssetSpec
from daglab.errors import InvalidInvocationError, InvariantViolationError


class AssetsFacts:
    """Read-only questions about one or more assets, and checks of them; answered from what was declared."""

    node: Any
    specs_by_output: Mapping[str, AssetSpec]
    check_specs_by_output: Mapping[str, AssetCheckSpec]
    keys_by_input: Mapping[str, AssetKey]
    resource_defs: Mapping[str, object]
    can_subset: bool

    @property
    def specs(self) -> ByOutput[AssetSpec]:
        """What is said of each asset."""
        return ByOutput(self.specs_by_output)

    @property
    def check_specs(self) -> ByOutput[AssetCheckSpec]:
        """What is said of each check."""
        return ByOutput(self.check_specs_by_output)

    @property
    def keys(self) -> frozenset[AssetKey]:
        """The assets that it makes."""
        return frozenset(spec.key for spec in self.specs_by_output.values())

    @property
    def key(self) -> AssetKey:
        """The one asset that it makes.

        Raises:
            InvalidInvocationError: it makes none, or several.
        """
        if len(self.specs_by_output) != 1:
            raise InvalidInvocationError(
                f"{self.node.name!r} makes {len(self.specs_by_output)} assets", hint="use `.keys`"
            )
        return next(iter(self.specs_by_output.values())).key

    @property
    def check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that it evaluates."""
        return frozenset(spec.key for spec in self.check_specs_by_output.values())

    @property
    def check_key(self) -> AssetCheckKey:
        """The one check that it evaluates.

        Raises:
            InvalidInvocationError: it evaluates none, or several.
        """
        if len(self.check_specs_by_output) != 1:
            raise InvalidInvocationError(
                f"{self.node.name!r} evaluates {len(self.check_specs_by_output)} checks", hint="use `.check_keys`"
            )
        return next(iter(self.check_specs_by_output.values())).key

    @property
    def asset_and_check_keys(self) -> frozenset[AssetKey | AssetCheckKey]:
        """All that it makes and evaluates."""
        return frozenset({*self.keys, *self.check_keys})

    @property
    def has_keys(self) -> bool:
        """Whether it makes assets."""
        return bool(self.specs_by_output)

    @property
    def has_check_keys(self) -> bool:
        """Whether it evaluates checks."""
        return bool(self.check_specs_by_output)

    @property
    def check_specs_by_output_name(self) -> Mapping[str, AssetCheckSpec]:
        """What is said of each check, by output."""
        return self.check_specs_by_output

    @property
    def keys_by_output_name(self) -> Mapping[str, AssetKey]:
        """Which asset each output is."""
        return {name: spec.key for name, spec in self.specs_by_output.items()}

    @property
    def keys_by_input_name(self) -> Mapping[str, AssetKey]:
        """Which asset each input is; assets that are depended on and not received count as inputs, too."""
        deps = [dep for spec in self.specs_by_output.values() for dep in spec.deps]
        deps += [dep for spec in self.check_specs_by_output.values() for dep in spec.additional_deps]
        checked = [spec.asset_key for spec in self.check_specs_by_output.values()]
        known, own = set(self.keys_by_input.values()), self.keys
        silent = dict.fromkeys((*(dep.asset_key for dep in deps), *checked))
        return {**self.keys_by_input, **{input_name_of(key): key for key in silent if key not in known | own}}

    @property
    def input_names(self) -> list[str]:
        """The names of its inputs."""
        return list(self.keys_by_input_name)

    @property
    def needed_keys(self) -> tuple[AssetKey, ...]:
        """Every other asset that must be there first, in order of declaration, each once."""
        deps = (dep.asset_key for spec in self.specs_by_output.values() for dep in spec.deps)
        checks = self.check_specs_by_output.values()
        checked = (key for spec in checks for key in (spec.asset_key, *(dep.asset_key for dep in spec.additional_deps)))
        needed = dict.fromkeys((*self.keys_by_input.values(), *deps, *checked))
        return tuple(key for key in needed if key not in self.keys)

    @property
    def dependency_keys(self) -> frozenset[AssetKey]:
        """Every asset that one of its assets depends on."""
        return frozenset(dep.asset_key for spec in self.specs_by_output.values() for dep in spec.deps)

    @property
    def asset_deps(self) -> Mapping[AssetKey, set[AssetKey]]:
        """What each asset depends on."""
        return {spec.key: {dep.asset_key for dep in spec.deps} for spec in self.specs}

    @property
    def specs_by_key(self) -> Mapping[AssetKey, AssetSpec]:
        """What is said of each asset."""
        return {spec.key: spec for spec in self.specs}

    @property
    def group_names_by_key(self) -> Mapping[AssetKey, str]:
        """The group of each asset."""
        return {spec.key: spec.group for spec in self.specs}

    @property
    def descriptions_by_key(self) -> Mapping[AssetKey, str]:
        """The description of each asset that has one."""
        return {spec.key: spec.description for spec in self.specs if spec.description is not None}

    @property
    def metadata_by_key(self) -> Mapping[AssetKey, Mapping[str, Any]]:
        """The metadata of each asset."""
        return {spec.key: spec.metadata for spec in self.specs}

    @property
    def tags_by_key(self) -> Mapping[AssetKey, Mapping[str, str]]:
        """The tags of each asset."""
        return {spec.key: spec.tags for spec in self.specs}

    @property
    def code_versions_by_key(self) -> Mapping[AssetKey, str | None]:
        """The code version of each asset, where one was given."""
        return {spec.key: spec.code_version for spec in self.specs}

    @property
    def owners_by_key(self) -> Mapping[AssetKey, list[str]]:
        """The owners of each asset."""
        return {spec.key: list(spec.owners) for spec in self.specs}

    @property
    def automation_conditions_by_key(self) -> Mapping[AssetKey, Any]:
        """The automation condition of each asset that has one."""
        return {spec.key: spec.automation_condition for spec in self.specs if spec.automation_condition is not None}

    @property
    def freshness_policies_by_key(self) -> Mapping[AssetKey, Any]:
        """The freshness policy of each asset that has one."""
        return {spec.key: spec.freshness_policy for spec in self.specs if spec.freshness_policy is not None}

    @property
    def partitions_def(self) -> Any:
        """The partitions of all its assets; None where they have none, or different ones."""
        found = [one.partitions_def for one in self.specs_by_output.values()]
        for check in self.check_specs_by_output.values():
            # A check that says nothing of partitions comes with whichever its asset has.
            if check.partitions_def is not None or not self.specs_by_output:
                found.append(check.partitions_def)
        return found[0] if found and all(one == found[0] for one in found[1:]) else None

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """Every resource that it takes to run it: those of its code, its IO managers, and those they need."""
        keys = set(_needed_by(self.node))
        for name, out in self.node.outs.items():
            keys.add(self.io_manager_key_of(name) or getattr(out, "io_manager_key", None) or DEFAULT_IO_MANAGER_KEY)
        for one in self.node.ins.values():
            manager = getattr(one, "input_manager_key", None)
            keys |= {manager} if manager else set()
        for resource in self.resource_defs.values():
            keys |= set(getattr(resource, "required_resource_keys", ()))
        return frozenset(keys)

    def io_manager_key_of(self, output_name: str) -> str | None:
        """The IO manager that the spec of an output names, if it does."""
        spec = self.specs_by_output.get(output_name)
        key = spec.metadata.get(IO_MANAGER_KEY) if spec else None
        return str(key) if key is not None else None

    def get_asset_spec(self, key: AssetKey | None = None) -> AssetSpec:
        """What is said of an asset; of the only one by default.

        Raises:
            KeyError: it does not make that asset.
            InvalidInvocationError: no key was given, and there is not one asset.
        """
        return self.specs_by_key[key or self.key]

    def get_spec_for_check_key(self, asset_check_key: AssetCheckKey) -> AssetCheckSpec:
        """What is said of a check.

        Raises:
            KeyError: it does not evaluate that check.
        """
        return {spec.key: spec for spec in self.check_specs}[asset_check_key]

    def get_output_name_for_asset_key(self, key: AssetKey) -> str:
        """The output that is an asset.

        Raises:
            InvariantViolationError: none is.
        """
        for name, spec in self.specs_by_output.items():
            if spec.key == key:
                return name
        raise InvariantViolationError(
            f"{self.node.name!r} does not make {str(key)!r}", hint=f"it makes {sorted(map(str, self.keys))}"
        )

    def get_output_name_for_asset_check_key(self, key: AssetCheckKey) -> str:
        """The output that is a check.

        Raises:
            InvariantViolationError: none is.
        """
        for name, spec in self.check_specs_by_output.items():
            if spec.key == key:
                return name
        raise InvariantViolationError(
            f"{self.node.name!r} does not evaluate {str(key)!r}",
            hint=f"it evaluates {sorted(map(str, self.check_keys))}",
        )

    def has_output_for_asset_key(self, key: AssetKey) -> bool:
        """Whether it makes that asset."""
        return key in self.keys

    def get_io_manager_key_for_asset_key(self, key: AssetKey) -> str:
        """The IO manager that keeps an asset."""
        name = self.get_output_name_for_asset_key(key)
        out = self.node.outs.get(name)
        return self.io_manager_key_of(name) or getattr(out, "io_manager_key", None) or DEFAULT_IO_MANAGER_KEY

    def get_partition_mapping(self, in_asset_key: AssetKey) -> Any:
        """Which partitions of an asset upstream are needed, where that was said."""
        return self.get_partition_mapping_for_dep(in_asset_key)

    def get_partition_mapping_for_dep(self, dep_key: AssetKey) -> Any:
        """Which partitions of an asset upstream are needed, where that was said."""
        deps = [dep for spec in self.specs for dep in spec.deps]
        deps += [dep for spec in self.check_specs for dep in spec.additional_deps]
        mappings = [dep.partition_mapping for dep in deps if dep.asset_key == dep_key]
        return next((one for one in mappings if one is not None), None)


def _needed_by(node: Any) -> Iterator[str]:
    """The resources of an op, or of all ops of a graph."""
    yield from getattr(node, "required_resource_keys", ())
    inner = getattr(node, "nodes", None) or ()
    for one in inner.values() if isinstance(inner, Mapping) else inner:
        yield from _needed_by(one.definition)
