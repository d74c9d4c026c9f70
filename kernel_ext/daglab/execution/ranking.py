"""Which of the steps that are ready goes first."""

from __future__ import annotations

from collections.abc import Mapping

from daglab.planning.steps import ExecutionPlan, Step

PRIORITY_TAGS = ("daglab/priority", "dagster/priority")


def priority_of(step: Step) -> int:
    """How important a step is, as its tags say; 0 where they do not."""
    try:
        return int(next((step.tags[one] for one in PRIORITY_TAGS if one in step.tags), 0))
    except ValueError:
        return 0


def chain_lengths(plan: ExecutionPlan, followers: Mapping[str, list[str]]) -> dict[str, float]:
    """How long the longest chain of steps behind each one took last time: the longer, the sooner it starts."""
    ranks: dict[str, float] = {}
    for key in reversed(list(plan.steps)):
        states = [plan.states[one] for one in plan.steps[key].asset_keys if one in plan.states]
        own = max((state.latest.seconds or 0.0 for state in states if state.latest), default=0.0)
        ranks[key] = own + max((ranks[one] for one in followers[key]), default=0.0)
    return ranks
