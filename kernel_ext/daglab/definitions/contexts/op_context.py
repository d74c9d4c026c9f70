"""`OpExecutionContext`: what the code of an op is handed."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.current import current_context
from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.partitioned import PartitionedContext
from daglab.definitions.contexts.recording import RecordingContext
from daglab.definitions.contexts.state import StepState
from daglab.definitions.doors import door
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import InvariantViolationError, suggest

if TYPE_CHECKING:
    from daglab.definitions.assets import AssetsDefinition


class MakingContext(RecordingContext, PartitionedContext):
    """The assets and outputs that a step makes, and the values that it may read."""

    @property
    def has_assets_def(self) -> bool:
        """Whether the step makes assets or checks."""
        return self._state.bound.assets_def is not None

    @property
    def assets_def(self) -> AssetsDefinition:
        """The assets that the step is there for.

        Raises:
            InvariantViolationError: it is there for none.
        """
        found = self._state.bound.assets_def
        if found is None:
            raise InvariantViolationError(f"{self.describe_op()} makes no assets")
        return found

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the step makes.

        Raises:
            InvariantViolationError: it makes none, or several.
        """
        keys = [spec.key for spec in self._state.bound.specs.values()]
        if len(keys) == 1:
            return keys[0]
        made = f"several assets, {', '.join(map(str, keys))}" if keys else "no assets"
        raise InvariantViolationError(
            f"{self.describe_op()} makes {made}", hint="use asset_key_for_output(...)" if keys else ""
        )

    @property
    def selected_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that this run wants from the step."""
        facts = self._state.bound
        return frozenset(spec.key for name, spec in facts.specs.items() if self._is_selected(name))

    @property
    def selected_asset_check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that this run wants from the step."""
        facts = self._state.bound
        return frozenset(spec.key for name, spec in facts.check_specs.items() if self._is_selected(name))

    @property
    def selected_output_names(self) -> Set[str]:
        """The outputs that this run wants from the step, in the order in which they are declared."""
        chosen = self._state.bound.selected_outputs
        return {name: None for name in self._state.bound.op.outs if chosen is None or name in chosen}.keys()

    @property
    def is_subset(self) -> bool:
        """Whether this run wants less than the step can make."""
        facts = self._state.bound
        if facts.assets_def is None:
            return False
        made = getattr(facts.assets_def, "specs_by_output", None) or facts.specs
        judged = getattr(facts.assets_def, "check_specs_by_output", None) or facts.check_specs
        partial = facts.selected_outputs is not None and not facts.selected_outputs.issuperset({*made, *judged})
        return partial or bool(getattr(facts.assets_def, "is_subset", False))

    def asset_key_for_output(self, output_name: str = "result") -> AssetKey:
        """The asset that an output is."""
        specs = self._state.bound.specs
        if output_name not in specs:
            raise InvariantViolationError(
                f"output {output_name!r} of {self.describe_op()} is no asset", hint=suggest(output_name, specs)
            )
        return specs[output_name].key

    def output_for_asset_key(self, asset_key: AssetKey) -> str:
        """The output that an asset is."""
        for name, spec in self._state.bound.specs.items():
            if spec.key == asset_key:
                return name
        known = [str(spec.key) for spec in self._state.bound.specs.values()]
        raise InvariantViolationError(
            f"{self.describe_op()} does not make the asset {str(asset_key)!r}", hint=suggest(str(asset_key), known)
        )

    def asset_key_for_input(self, input_name: str) -> AssetKey:
        """The asset that an input is."""
        keys = self._state.bound.keys_by_input
        if input_name not in keys:
            raise InvariantViolationError(
                f"input {input_name!r} of {self.describe_op()} is no asset", hint=suggest(input_name, keys)
            )
        return keys[input_name]

    def add_asset_metadata(
        self, metadata: Mapping[str, Any], asset_key: Any = None, partition_key: str | None = None
    ) -> None:
        """Adds facts to the materialization of an asset.

        Args:
            metadata: name to value.
            asset_key: which asset, where the step makes several.
            partition_key: which partition; all that the run makes by default.

        Raises:
            InvariantViolationError: the step does not make the asset or the partition, or it is not clear which.
        """
        key = self._made_asset(asset_key)
        if partition_key is not None and partition_key not in self._made_partitions():
            raise InvariantViolationError(
                f"{self.describe_op()} does not make the partition {partition_key!r} in this run",
                hint="leave partition_key out to say something of all that it makes",
            )
        self._check_metadata(metadata)
        self._state.asset_metadata.setdefault((key, partition_key), {}).update(metadata)

    def get_asset_provenance(self, asset_key: AssetKey) -> Any:
        """What the latest materialization of an asset was made from; None if there is none."""
        return self.instance.get_asset_provenance(asset_key)

    def load_asset_value(
        self, asset_key: Any, *, python_type: type | None = None, partition_key: str | None = None
    ) -> Any:
        """Loads the latest value of an asset.

        Args:
            asset_key: the asset.
            python_type: the type that the IO manager is asked for.
            partition_key: which partition of it.
        """
        return door("load_asset_value")(
            AssetKey.from_coercible(asset_key),
            job=self.job_def,
            instance=self.instance,
            resources=self.resources,
            python_type=python_type,
            partition_key=partition_key,
        )

    def _made_asset(self, asset_key: Any) -> AssetKey:
        keys = [spec.key for spec in self._state.bound.specs.values()]
        if asset_key is None and len(keys) == 1:
            return keys[0]
        if asset_key is None:
            raise InvariantViolationError(
                f"{self.describe_op()} makes {len(keys)} assets, and the metadata names none of them",
                hint="say which: asset_key=..." if keys else "use add_output_metadata in an op",
            )
        key = AssetKey.from_coercible(asset_key)
        if key not in keys:
            raise InvariantViolationError(
                f"{self.describe_op()} does not make the asset {str(key)!r}", hint=suggest(str(key), map(str, keys))
            )
        return key

    def _made_partitions(self) -> list[str]:
        return list(self.partition_keys) if self.has_partitions else []

    def _is_selected(self, output: str) -> bool:
        chosen = self._state.bound.selected_outputs
        return chosen is None or output in chosen


class OpExecutionContext(MakingContext):
    """What the code of an op may ask of the run that it is part of, and what it may tell it.

    Take it as a first parameter named `context`, or annotate any first parameter with this class.

    Args:
        facts: what is known about the step; `build_op_context` makes a context for tests.

    Example:
        >>> from types import SimpleNamespace
        >>> op = SimpleNamespace(name="count", outs={"result": None})
        >>> context = OpExecutionContext(StepFacts(run_id="r1", step_key="count", op=op, run_tags={"team": "fares"}))
        >>> context.add_output_metadata({"rows": 12})
        >>> context.get_output_metadata("result"), context.get_tag("team")
        ({'rows': 12}, 'fares')
    """

    def __init__(self, facts: StepFacts) -> None:
        super().__init__(StepState(facts))

    @property
    def op_execution_context(self) -> OpExecutionContext:
        """This context."""
        return self

    @staticmethod
    def get() -> OpExecutionContext:
        """The context of the step whose code runs right now.

        Raises:
            InvariantViolationError: no step runs here.
        """
        context = current_context()
        if context is None:
            raise InvariantViolationError("no op runs here, so there is no OpExecutionContext")
        found: OpExecutionContext = context.op_execution_context
        return found
