"""`AssetCheckExecutionContext`: what the code of an asset check is handed."""

from __future__ import annotations

from daglab.definitions.contexts.current import current_context
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.contexts.partitioned import PartitionedContext
from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec
from daglab.errors import InvariantViolationError


class AssetCheckExecutionContext(PartitionedContext):
    """What a check's code may ask of the run that it is part of.

    Take it as a first parameter named `context`, or annotate any first parameter with this class.

    Args:
        op_execution_context: the context of the same step as an op.

    Example:
        >>> from daglab.definitions.contexts.facts import StepFacts
        >>> checks = {"result": AssetCheckSpec("no_gaps", asset="flights")}
        >>> facts = StepFacts(run_id="r1", step_key="flights_no_gaps", op=None, check_specs=checks)
        >>> [spec.name for spec in AssetCheckExecutionContext(OpExecutionContext(facts)).check_specs]
        ['no_gaps']
    """

    def __init__(self, op_execution_context: OpExecutionContext) -> None:
        super().__init__(op_execution_context._state)
        self._of_op = op_execution_context

    @property
    def op_execution_context(self) -> OpExecutionContext:
        """The context of the same step as an op."""
        return self._of_op

    @property
    def selected_asset_check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that this run wants from the step."""
        return self._of_op.selected_asset_check_keys

    @property
    def check_specs(self) -> list[AssetCheckSpec]:
        """What is said of the checks of this step."""
        return list(self._state.bound.check_specs.values())

    @property
    def is_subset(self) -> bool:
        """Whether this run wants fewer checks than the step makes."""
        return self._of_op.is_subset

    @staticmethod
    def get() -> AssetCheckExecutionContext:
        """The context of the check whose code runs right now.

        Raises:
            InvariantViolationError: no check runs here.
        """
        context = current_context()
        if not isinstance(context, AssetCheckExecutionContext):
            raise InvariantViolationError("no asset check runs here, so there is no AssetCheckExecutionContext")
        return context
