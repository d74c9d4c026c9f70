"""How many steps read each value, so that it is kept no longer than somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from daglab.planning.steps import MAPPED, ExecutionPlan, FromEvery, FromMany, FromStep, Source, step_sources

_ENDLESS = 1 << 62


def count_readers(plan: ExecutionPlan) -> dict[tuple[str, str], int]:
    """How many steps read each output, by step and name, and each asset, by "" and key.

    A value of a dynamic output, or of a mapped step, is read by one instance of each mapped reader. What all instances
    of a mapped step read is kept until the run ends.
    """
    counts: dict[tuple[str, str], int] = {}
    for step in plan.steps.values():
        own = {(one.step_key, one.output): one for source in step.sources.values() for one, _ in parts_of(source)}
        for place, one in own.items():
            is_shared = step.mapped_over is not None and not one.is_dynamic and not one.step_key.endswith(MAPPED)
            counts[place] = counts.get(place, 0) + (_ENDLESS if is_shared else 1)
        for asset in step.parents:
            shared = step.mapped_over is not None
            counts["", asset] = counts.get(("", asset), 0) + (_ENDLESS if shared else 1)
    return counts


def parts_of(source: Source) -> Iterator[tuple[FromStep, bool]]:
    """The outputs that a source is made of, and whether all values of them are meant."""
    if isinstance(source, FromMany):
        for one in source.sources:
            yield from parts_of(one)
    else:
        every = isinstance(source, FromEvery)
        yield from ((one, every) for one in step_sources(source))
