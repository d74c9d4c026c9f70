"""Assets and their checks, bound to the computation that makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.nodes import NodeDefinition, Origin
from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec, AssetSpec
from daglab.errors import InvocationError


@dataclass(frozen=True, kw_only=True)
class AssetsDefinition:
    """One or more assets, and checks of them, with the computation that makes them.

    Made by `@asset`, by `@asset_check`, and by the cells of a notebook.

    Args:
        node: the computation.
        specs: what is said of each asset, by the node's output.
        check_specs: what is said of each check, by the node's output.
        keys_by_input: which asset each of the node's inputs is.
        origin: where it is defined.
    """

    node: NodeDefinition
    specs: Mapping[str, AssetSpec] = field(default_factory=dict)
    check_specs: Mapping[str, AssetCheckSpec] = field(default_factory=dict)
    keys_by_input: Mapping[str, AssetKey] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def keys(self) -> frozenset[AssetKey]:
        """The assets that it makes."""
        return frozenset(spec.key for spec in self.specs.values())

    @property
    def key(self) -> AssetKey:
        """The one asset that it makes.

        Raises:
            InvocationError: it makes none, or several.
        """
        if len(self.specs) != 1:
            raise InvocationError(f"{self.node.name!r} makes {len(self.specs)} assets", hint="use `.keys`")
        return next(iter(self.specs.values())).key

    @property
    def check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that it evaluates."""
        return frozenset(spec.key for spec in self.check_specs.values())

    @property
    def dependency_keys(self) -> tuple[AssetKey, ...]:
        """Every asset that must be there first, in order of declaration, each once."""
        deps = (dep.asset_key for spec in self.specs.values() for dep in spec.deps)
        checked = (spec.key.asset_key for spec in self.check_specs.values())
        needed = dict.fromkeys((*self.keys_by_input.values(), *deps, *checked))
        return tuple(key for key in needed if key not in self.keys)

    @property
    def description(self) -> str | None:
        """What it is, in Markdown."""
        return self.node.description

    def with_origin(self, origin: Origin) -> AssetsDefinition:
        """The same, said to be defined somewhere."""
        return replace(self, origin=origin)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function that was decorated, as it is; nothing is stored or recorded."""
        function = getattr(self.node.compute, "function", None)
        if function is None:
            raise InvocationError(f"{self.node.name!r} is a cell and cannot be called", hint="run the cell")
        return function(*args, **kwargs)
