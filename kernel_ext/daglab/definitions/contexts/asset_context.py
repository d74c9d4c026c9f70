"""`AssetExecutionContext`: what the code of an asset is handed."""

from __future__ import annotations

from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.current import current_context
from daglab.definitions.contexts.op_context import MakingContext, OpExecutionContext
from daglab.errors import InvariantViolationError


class AssetExecutionContext(MakingContext):
    """What an asset's code may ask of the run that it is part of, and what it may tell it.

    Take it as a first parameter named `context`, or annotate any first parameter with this class.

    Args:
        op_execution_context: the context of the same step as an op; both share what code says.

    Example:
        >>> from daglab.definitions.contexts.facts import StepFacts
        >>> from daglab.definitions.specs import AssetSpec
        >>> facts = StepFacts(run_id="r1", step_key="flights", op=None, specs={"result": AssetSpec("flights")})
        >>> AssetExecutionContext(OpExecutionContext(facts)).asset_key.to_user_string()
        'flights'
    """

    def __init__(self, op_execution_context: OpExecutionContext) -> None:
        super().__init__(op_execution_context._state)
        self._of_op = op_execution_context

    @property
    def op_execution_context(self) -> OpExecutionContext:
        """The context of the same step as an op."""
        return self._of_op

    def get_op_execution_context(self) -> OpExecutionContext:
        """The context of the same step as an op."""
        return self._of_op

    @staticmethod
    def get() -> AssetExecutionContext:
        """The context of the step whose code runs right now.

        Raises:
            InvariantViolationError: no step runs here, or one that only checks assets.
        """
        context = current_context()
        if context is None:
            raise InvariantViolationError("no asset is made here, so there is no AssetExecutionContext")
        if isinstance(context, AssetCheckExecutionContext):
            raise InvariantViolationError(
                "what runs here only checks assets", hint="use AssetCheckExecutionContext.get()"
            )
        if isinstance(context, AssetExecutionContext):
            return context
        return AssetExecutionContext(context.op_execution_context)
