"""Which kind of context the code of a step is handed."""

from __future__ import annotations

from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.op_context import OpExecutionContext

StepContext = OpExecutionContext | AssetExecutionContext | AssetCheckExecutionContext


def context_for(facts: StepFacts) -> StepContext:
    """The context for a step that makes assets, one that only checks them, or one that does neither.

    All of them give the others' common ground as `op_execution_context`, where what code says is recorded.

    Example:
        >>> context_for(StepFacts(run_id="r1", step_key="count", op=None))
        <OpExecutionContext of 'count'>
    """
    context = OpExecutionContext(facts)
    if facts.specs or getattr(facts.assets_def, "specs_by_output", None):
        return AssetExecutionContext(context)
    return AssetCheckExecutionContext(context) if facts.check_specs else context
