"""The steps of a run, and where each of their inputs comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.records.assets import AssetState, CheckEvaluation
from daglab.records.events import PlannedStep

MAPPED = "[?]"


@dataclass(frozen=True, slots=True)
class FromStep:
    """An output of another step of the plan.

    Args:
        step_key: the step; ends with "[?]" where it runs once for each value of a dynamic output.
        output: the output.
        is_dynamic: whether the output has any number of values, of which one is meant.
    """

    step_key: str
    output: str
    is_dynamic: bool = False


@dataclass(frozen=True, slots=True)
class FromEvery:
    """All values of a dynamic output, or what was made of each, as a list in the order of the values."""

    source: FromStep


@dataclass(frozen=True, slots=True)
class FromMany:
    """Several sources, as a list; what is not there is left out."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FromAsset:
    """An asset: made by a step of the plan, else stored before, else known to an IO manager.

    Args:
        key: the asset.
        io_manager_key: the IO manager that is asked for an asset that no run ever made.
        metadata: what its definition says of it.
    """

    key: str
    io_manager_key: str = DEFAULT_IO_MANAGER_KEY
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class FromValue:
    """A value that is known beforehand."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class FromConfig:
    """What the loader of the input's type makes of this config."""

    config: Any


@dataclass(frozen=True, slots=True, eq=False)
class FromManager:
    """Whatever the input's own manager loads, told this config."""

    config: Any = None


Source: TypeAlias = FromStep | FromEvery | FromMany | FromAsset | FromValue | FromConfig | FromManager


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One call of a computation.

    Args:
        key: unique in the plan; ends with "[?]" where it runs once for each value of a dynamic output.
        op: the computation.
        path: the names of the nodes that lead to it, outermost first.
        sources: where its inputs come from.
        definition: the assets or checks that it is part of; None for the op of a job.
        specs: the outputs that are assets.
        check_specs: the outputs that are checks.
        parents: the assets that count as what its assets are made from, whether or not it is passed their values.
        code_version: of its code, as it is recorded.
        code_parts: fingerprints of the parts of its code, by label.
        needs: the steps that come first.
        blocked_by: of these, the checks that stop it when they fail.
        made_from: the data versions of its inputs when it was last run; where this is given, it is run only if one of
            them has become another.
        mapped_over: the dynamic output for each of whose values it runs.
        selected_outputs: the outputs that are wanted; None for all.
        config: of its op, processed.
        output_configs: of its outputs, for their IO managers.
        hooks: called after it.
        retry_policy: what happens when it raises.
        tags: labels of its op.
    """

    key: str
    op: OpDefinition
    path: tuple[str, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    definition: AssetsDefinition | None = None
    specs: Mapping[str, AssetSpec] = field(default_factory=dict)
    check_specs: Mapping[str, AssetCheckSpec] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    code_version: str = ""
    code_parts: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    made_from: Mapping[str, str] | None = None
    mapped_over: FromStep | None = None
    selected_outputs: frozenset[str] | None = None
    config: Any = None
    output_configs: Mapping[str, Any] = field(default_factory=dict)
    hooks: tuple[Any, ...] = ()
    retry_policy: Any = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def asset_keys(self) -> tuple[str, ...]:
        """The assets that it makes."""
        return tuple(str(spec.key) for spec in self.specs.values())

    @property
    def keys_by_input(self) -> Mapping[str, AssetKey]:
        """Which asset each of its inputs is."""
        assets = ((name, one.key) for name, one in self.sources.items() if isinstance(one, FromAsset))
        return {name: AssetKey.from_user_string(key) for name, key in assets}

    @property
    def planned(self) -> PlannedStep:
        """What the run store is told of it beforehand."""
        names = tuple(spec.name for spec in self.check_specs.values())
        return PlannedStep(step_key=self.key, asset_keys=self.asset_keys, check_names=names)

    def mapped_to(self, mapping_key: str, family: Collection[str]) -> Step:
        """The step for one value of the dynamic output over which it is mapped.

        Args:
            mapping_key: names the value.
            family: the keys of all steps that are mapped over the same output.
        """

        def own(key: str) -> str:
            return resolved_key(key, mapping_key) if key in family else key

        return replace(
            self,
            key=resolved_key(self.key, mapping_key),
            sources={name: _mapped(one, own) for name, one in self.sources.items()},
            needs=tuple(map(own, self.needs)),
            mapped_over=None,
        )


@dataclass(frozen=True, kw_only=True)
class ExecutionPlan:
    """The steps of a run, each after what it needs.

    Args:
        steps: by key, in an order in which they could run one by one.
        states: what was known of the assets when it was made: where inputs that no step makes are found.
        fresh: the selected assets that are left as they are.
        failing: verdicts on those that still hold: checks that did not pass, and would not pass if they ran again.
        keeps_order: whether, one by one, the steps go as they stand here; else what is ready first goes first.
    """

    steps: Mapping[str, Step]
    states: Mapping[str, AssetState] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()
    failing: tuple[CheckEvaluation, ...] = ()
    keeps_order: bool = False

    @property
    def asset_keys(self) -> tuple[str, ...]:
        """The assets that it may make."""
        return tuple(key for step in self.steps.values() for key in step.asset_keys)


def resolved_key(key: str, mapping_key: str) -> str:
    """The key of a mapped step for one value."""
    return f"{key.removesuffix(MAPPED)}[{mapping_key}]"


def step_sources(source: Source) -> tuple[FromStep, ...]:
    """The outputs of other steps that a source is made of."""
    if isinstance(source, FromStep):
        return (source,)
    if isinstance(source, FromEvery):
        return (source.source,)
    if isinstance(source, FromMany):
        return tuple(one for each in source.sources for one in step_sources(each))
    return ()


def asset_sources(source: Source) -> tuple[str, ...]:
    """The assets that a source is made of."""
    if isinstance(source, FromAsset):
        return (source.key,)
    if isinstance(source, FromMany):
        return tuple(one for each in source.sources for one in asset_sources(each))
    return ()


def _mapped(source: Source, own: Callable[[str], str]) -> Source:
    if isinstance(source, FromStep):
        return replace(source, step_key=own(source.step_key))
    if isinstance(source, FromMany):
        return FromMany(tuple(_mapped(one, own) for one in source.sources))
    return source
