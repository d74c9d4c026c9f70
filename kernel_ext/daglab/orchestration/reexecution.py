"""Runs that repeat others: what succeeded is reused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from daglab.errors import ExecutionStepNotFoundError, InvariantViolationError
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_requests import JobRequest
from daglab.orchestration.observed import read_states
from daglab.orchestration.outputs_of_runs import all_events, outputs_of_run
from daglab.planning.job_plan import subset_plan
from daglab.planning.steps import MAPPED, ExecutionPlan, resolved_key
from daglab.records.events import EventType, RunPlanned, SkipCause, StepSkipped
from daglab.records.outputs import StepOutput
from daglab.records.runs import RunStatus, StepStatus

_LEFT_OUT = (SkipCause.NO_INPUT, SkipCause.UNCHANGED)


@dataclass(frozen=True)
class ReexecutionOptions:
    """Which run is repeated, and which steps of it.

    Args:
        parent_run_id: the run.
        step_selection: keys of steps, `+` and `*` as in op selections; all by default.
        keep_mapped: whether steps that are mapped over values, and succeeded, are not run again.

    Example:
        >>> ReexecutionOptions("a1b2", step_selection=["clean+"]).step_selection
        ['clean+']
    """

    parent_run_id: str
    step_selection: Sequence[str] = ()
    keep_mapped: bool = False

    @staticmethod
    def from_failure(run_id: str, instance: Instance) -> ReexecutionOptions:
        """What is left to do of a run that failed: the steps that did not succeed.

        Raises:
            InvariantViolationError: the run did not fail.
        """
        run = instance.store.run(run_id)
        if run.status not in (RunStatus.FAILURE, RunStatus.CANCELED):
            raise InvariantViolationError(
                f"run {run.run_id} is {run.status}, so there is no failure to begin from",
                hint="repeat all of it: ReexecutionOptions(parent_run_id=...)",
            )
        return ReexecutionOptions(run.run_id, step_selection=_left(instance, run.run_id), keep_mapped=True)


def repeated(request: JobRequest, instance: Instance, options: ReexecutionOptions) -> JobRequest:
    """The same request as a child of an earlier run, whose other steps are not run again.

    Raises:
        ExecutionStepNotFoundError: a step is chosen that the job does not have.
    """
    parent = instance.store.run(options.parent_run_id)
    root_run_id = parent.root_run_id or parent.run_id
    plan = request.plan
    earlier: dict[str, tuple[StepOutput, ...]] = {}
    if options.step_selection:
        plan, earlier = _part(request.plan, instance, options)
        made = set(plan.asset_keys)
        read = {key for step in plan.steps.values() for key in step.parents if key not in made}
        plan = replace(plan, states=read_states(instance, read))
    return replace(
        request,
        plan=plan,
        earlier=earlier,
        parent_run_id=parent.run_id,
        root_run_id=root_run_id,
        tags={**request.tags, "dagster/parent_run_id": parent.run_id, "dagster/root_run_id": root_run_id},
    )


def _part(
    plan: ExecutionPlan, instance: Instance, options: ReexecutionOptions
) -> tuple[ExecutionPlan, dict[str, tuple[StepOutput, ...]]]:
    """The chosen steps, and what the others made."""
    chosen, single = _chosen(plan, options.step_selection)
    known = outputs_of_run(instance, options.parent_run_id)
    earlier = {key: outputs for key, outputs in known.items() if template_key(key) not in chosen}
    kept: set[str] = set()
    if options.keep_mapped:
        kept = _kept(plan, instance, options.parent_run_id, chosen)
    for template, keys in single.items():
        siblings = {resolved_key(template, one) for one in _mapping_keys(plan, template, known)}
        unknown = keys - siblings
        if unknown:
            raise ExecutionStepNotFoundError(
                f"run {options.parent_run_id} had no step {min(unknown)!r}", hint=f"there are {sorted(siblings)}"
            )
        kept |= siblings - keys
    earlier.update((key, known.get(key, ())) for key in sorted(kept))
    mapped = [key for key, step in plan.steps.items() if step.mapped_over is not None]
    in_order = [resolved_key(key, one) for key in mapped for one in _mapping_keys(plan, key, known)]
    rest = sorted(earlier.keys() - set(in_order))
    return subset_plan(plan, chosen), {key: earlier[key] for key in (*rest, *in_order) if key in earlier}


def _mapping_keys(plan: ExecutionPlan, template: str, known: dict[str, tuple[StepOutput, ...]]) -> list[str]:
    """The values of an earlier run that a step is mapped over, in the order in which they came."""
    over = plan.steps[template].mapped_over
    assert over is not None
    return [one.mapping_key for one in known.get(over.step_key, ()) if one.name == over.output]


def _kept(plan: ExecutionPlan, instance: Instance, run_id: str, chosen: Collection[str]) -> set[str]:
    """The mapped steps that need not be run again: they succeeded since the values are there that they are given."""
    owners = {key: step.mapped_over.step_key for key in chosen if (step := plan.steps[key]).mapped_over is not None}
    owners = {key: owner for key, owner in owners.items() if owner not in chosen}
    kept, seen = set[str](), set[str]()
    next_run: str | None = run_id
    while next_run and owners:
        done = _done(instance, next_run)
        for key, is_done in done.items():
            if template_key(key) in owners and key not in seen:
                seen.add(key)
                kept |= {key} if is_done else set()
        owners = {key: owner for key, owner in owners.items() if owner not in done}
        next_run = instance.store.run(next_run).parent_run_id
    return kept


def _left(instance: Instance, run_id: str) -> list[str]:
    """The steps of a run's plan that did not succeed and were not left out on purpose."""
    done = _done(instance, run_id)
    starts = [one.payload for one in all_events(instance, run_id, EventType.RUN_START)]
    planned = [step.step_key for one in starts if isinstance(one, RunPlanned) for step in one.steps]
    # Of mapped steps, which ones have not even begun is not known before the plan.
    return [key for key in planned if not done.get(key)]


def _done(instance: Instance, run_id: str) -> dict[str, bool]:
    """The steps that a run had, each with whether it succeeded or was left out on purpose."""
    left_out = {
        event.step_key
        for event in all_events(instance, run_id, EventType.STEP_SKIPPED)
        if isinstance(event.payload, StepSkipped) and event.payload.cause in _LEFT_OUT
    }
    return {
        one.step_key: one.status is StepStatus.SUCCESS or one.step_key in left_out
        for one in instance.store.steps(run_id)
        if one.status is not StepStatus.PLANNED
    }


def template_key(step_key: str) -> str:
    """The step of the plan of which a step is one: "clean[?]" for "clean[monday]"."""
    return f"{step_key[: step_key.index('[')]}{MAPPED}" if step_key.endswith("]") else step_key


def _chosen(plan: ExecutionPlan, selection: Collection[str]) -> tuple[set[str], dict[str, set[str]]]:
    """The steps that a selection means; of mapped ones, also which single ones, where not all of them."""
    followers: dict[str, list[str]] = {}
    for key, step in plan.steps.items():
        for need in step.needs:
            followers.setdefault(need, []).append(key)
    chosen: set[str] = set()
    whole: set[str] = set()
    single: dict[str, set[str]] = {}
    for text in selection:
        up, down = text.startswith(("*", "+")), text.endswith(("*", "+"))
        named = text.strip("*+")
        key = named if named in plan.steps else template_key(named)
        subset_plan(plan, [key])
        found = _reach(key, {one: list(step.needs) for one, step in plan.steps.items()}) if up else set()
        found |= _reach(key, followers) if down else set()
        if key == named:
            found.add(key)
        else:
            single.setdefault(key, set()).add(named)
        whole |= found
        chosen |= found | {key}
    return chosen, {key: keys for key, keys in single.items() if key not in whole}


def _reach(start: str, edges: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for one in edges.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found
