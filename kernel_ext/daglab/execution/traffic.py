"""Which steps may go, what they are given, and which values nobody will ask for any more."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.ranking import chain_lengths, priority_of
from daglab.execution.readers import count_readers, parts_of
from daglab.foundation.graphs import reversed_edges
from daglab.planning.steps import (
    MAPPED,
    ExecutionPlan,
    FromEvery,
    FromMany,
    FromStep,
    Source,
    Step,
    asset_sources,
    resolved_key,
)
from daglab.records.assets import Materialization
from daglab.records.outputs import StepOutput


@dataclass(kw_only=True)
class _Family:
    """The steps that run once for each value of one dynamic output; `keys` are known when its step is over."""

    owner: str
    output: str
    templates: set[str] = field(default_factory=set)
    keys: tuple[str, ...] | None = None


class Traffic:
    """The state of a plan while it is carried out. Mapped steps become real ones as soon as their values are known.

    Args:
        plan: the steps.
        by_length: whether the step with the longest chain behind it goes first; else the one that was ready first.
        earlier: outputs of steps that are not part of the plan, and of mapped ones that are not run again.
    """

    def __init__(self, plan: ExecutionPlan, *, by_length: bool, earlier: Mapping[str, tuple[StepOutput, ...]]) -> None:
        self.steps = {key: step for key, step in plan.steps.items() if step.mapped_over is None}
        self._templates = {key: step for key, step in plan.steps.items() if step.mapped_over is not None}
        self._families = _families(self._templates)
        self._families_of: dict[str, list[_Family]] = {}
        for family in self._families.values():
            self._families_of.setdefault(family.owner, []).append(family)
        self._template_of: dict[str, str] = {}
        self._mapping_keys: dict[str, str] = {}
        self._followers = reversed_edges({key: step.needs for key, step in plan.steps.items()})
        self._open = {key: len(set(step.needs)) for key, step in plan.steps.items()}
        self._finished: set[str] = set()
        self._order = {key: float(place) for place, key in enumerate(plan.steps)}
        self._keeps_order = plan.keeps_order
        self._rank = chain_lengths(plan, self._followers) if by_length else {}
        self._queued = itertools.count()
        self._makers = {asset: step.key for step in plan.steps.values() for asset in step.asset_keys}
        self._current = {key: state.latest for key, state in plan.states.items() if state.latest}
        self._observed = {key: state.observed for key, state in plan.states.items() if state.observed}
        self._partitions: dict[str, dict[str, Materialization]] = {}
        self._made: set[str] = set()
        self._outputs: dict[str, dict[str, dict[str, StepOutput]]] = {}  # by step, output and mapping key
        self._readers = count_readers(plan)
        self._readers_left: dict[str, int] = {}
        self._forget: list[str] = []
        self._ready: list[tuple[int, float, float, str]] = []
        self._freed: list[str] = []
        self._taken = 0
        for key, count in self._open.items():
            if count == 0 and key in self.steps:
                self._freed.append(key)
        for step_key, outputs in earlier.items():
            self._finished.add(step_key)
            self._remember(step_key, outputs)
        for step_key in earlier:
            self._expand(step_key)

    # ---- which one is next

    @property
    def has_ready(self) -> bool:
        """Whether a step may go."""
        return bool(self._ready)

    def push(self, key: str) -> None:
        """Makes a step ready."""
        place = self._order[key] if self._rank or self._keeps_order else next(self._queued)
        heapq.heappush(self._ready, (-priority_of(self.steps[key]), -self._rank.get(key, 0.0), place, key))

    def next_ready(self, allowed: Callable[[Step], bool] | None = None) -> str | None:
        """Takes the ready step that goes first, of those that are allowed; None where there is none."""
        passed: list[tuple[int, float, float, str]] = []
        found: str | None = None
        while self._ready and found is None:
            entry = heapq.heappop(self._ready)
            if allowed is None or allowed(self.steps[entry[3]]):
                found = entry[3]
            else:
                passed.append(entry)
        for entry in passed:
            heapq.heappush(self._ready, entry)
        return found

    def ready_steps(self) -> list[Step]:
        """The steps that may go, the first one first."""
        return [self.steps[entry[3]] for entry in sorted(self._ready)]

    def take_ready(self, key: str) -> None:
        """Takes one of the ready steps."""
        self._ready = [entry for entry in self._ready if entry[3] != key]
        heapq.heapify(self._ready)

    def unfinished_keys(self) -> list[str]:
        """The steps that are not over; mapped ones whose values are not known yet go by the key of the plan."""
        waiting = [key for key in self._templates if self._family(key).keys is None]
        return [key for key in (*self.steps, *waiting) if key not in self._finished]

    def next_freed(self) -> str | None:
        """Takes the next step that waits for nothing any more; it becomes ready when it is pushed."""
        if self._taken == len(self._freed):
            self._freed.clear()
            self._taken = 0
            return None
        self._taken += 1
        return self._freed[self._taken - 1]

    def needs(self, step: Step) -> Iterator[str]:
        """The steps that come before one; of mapped ones, each by itself, and the step that they are mapped over."""
        for need in step.needs:
            if need in self._templates:
                yield self._family(need).owner
                yield from self._instances(need)
            else:
                yield need

    # ---- what it is given

    def task(self, step: Step, *, attempt: int) -> StepTask:
        """The request to run a step, with all that it is given."""
        outputs: dict[tuple[str, str], tuple[StepOutput, ...]] = {}
        mapping_key = self._mapping_keys.get(step.key, "")
        for source in step.sources.values():
            for one, every in parts_of(source):
                outputs[one.step_key, one.output] = self._found(one, mapping_key, every=every)
        forget, self._forget = tuple(self._forget), []
        return StepTask(
            step_key=step.key,
            template=self._template_of.get(step.key, step.key),
            mapping_key=mapping_key,
            assets={one: self._current[one] for one in step.parents if one in self._current},
            observed={one: self._observed[one] for one in step.parents if one in self._observed},
            partitions={one: dict(self._partitions[one]) for one in step.parents if one in self._partitions},
            outputs=outputs,
            forget=forget,
            attempt=attempt,
        )

    def missing_input(self, step: Step, stopped: Collection[str]) -> str | None:
        """Says which input was left out on purpose, so that the step cannot run.

        Args:
            step: the step.
            stopped: the steps before it that failed or could not run; what they did not make was not left out.
        """
        mapping_key = self._mapping_keys.get(step.key, "")
        # What a step makes itself, it may read of an earlier run: the partition before.
        stopped = {*stopped, step.key}
        for name, source in step.sources.items():
            parts = source.sources if isinstance(source, FromMany) else (source,)
            if parts and all(self._is_missing(one, mapping_key, stopped) for one in parts):
                return f"Its input {name!r} was left out."
        for key in step.parents:
            if self._was_left_out(key, stopped):
                return f"{key!r} was left out."
        return None

    def has_all_inputs(self, step: Step, stopped: Collection[str]) -> bool:
        """Whether all that a step reads is there, although some steps before it failed or could not run."""
        mapping_key = self._mapping_keys.get(step.key, "")
        parts = [one for source in step.sources.values() for one, _ in parts_of(source)]
        read = {one.step_key for one in parts}
        assets = {key: self._makers.get(key, "") for key in step.parents}
        if not set(stopped) <= {*read, *assets.values()}:
            return False
        there = all(self._found(one, mapping_key, every=False) for one in parts if one.step_key in stopped)
        return there and all(key in self._made for key, maker in assets.items() if maker in stopped)

    def is_as_before(self, made_from: Mapping[str, str]) -> bool:
        """Whether all these assets still have the data versions given."""
        return all(self._version_of(key) == version for key, version in made_from.items())

    def _version_of(self, key: str) -> str | None:
        made = self._current.get(key)
        return made.data_version if made is not None else self._observed.get(key)

    # ---- what has happened

    def take(self, taken: StepOutcome) -> None:
        """Notes what a step has made."""
        for made in taken.materializations:
            self._current[made.asset_key] = made
            if made.partition:
                self._partitions.setdefault(made.asset_key, {})[made.partition] = made
            self._made.add(made.asset_key)
        self._remember(taken.step_key, taken.outputs)
        template = self._template_of.get(taken.step_key, taken.step_key)
        for output in taken.outputs:
            readers = self._readers.get((template, output.name), 0) + self._readers.get(("", output.asset_key), 0)
            if readers:
                self._readers_left[output.token] = readers
            else:
                self._forget.append(output.token)

    def leave_unchanged(self, step: Step) -> None:
        """Notes that what a step makes is there already."""
        self._made.update(step.asset_keys)

    def finish(self, key: str) -> None:
        """Notes that a step is over, however it ended."""
        step = self.steps[key]
        self._finished.add(key)
        freed = len(self._freed)
        for follower in self._followers.get(key, ()):
            self._settle(follower, 1)
        self._expand(key)
        if len(self._freed) > freed + 1:
            self._freed[freed:] = sorted(self._freed[freed:], key=self._place)
        for token in self._tokens_read(step):
            left = self._readers_left.get(token)
            if left is not None:
                self._readers_left[token] = left - 1
                if left == 1:
                    del self._readers_left[token]
                    self._forget.append(token)

    def _place(self, key: str) -> tuple[bool, float]:
        """Of steps that become ready together, those that wait for the values of a dynamic output come last."""
        step = self.steps[key]
        collects = any(isinstance(source, FromEvery) for source in step.sources.values())
        return (collects or key in self._template_of, self._order[key])

    def _settle(self, key: str, count: int) -> None:
        self._open[key] -= count
        if self._open[key] == 0 and key in self.steps:
            self._freed.append(key)

    def _remember(self, step_key: str, outputs: Iterable[StepOutput]) -> None:
        found = self._outputs.setdefault(step_key, {})
        for one in outputs:
            found.setdefault(one.name, {})[one.mapping_key] = one

    # ---- mapped steps

    def _expand(self, step_key: str) -> None:
        """Makes the steps that are mapped over a step real, now that it is over and its values are known."""
        for family in self._families_of.get(step_key, ()):
            if family.keys is not None:
                continue
            family.keys = tuple(self._outputs.get(step_key, {}).get(family.output, ()))
            outside = {key: self._followers_outside(key, family) for key in family.templates}
            templates = sorted(family.templates, key=self._order.__getitem__)
            for place, mapping_key in enumerate(family.keys):
                for key in templates:
                    if resolved_key(key, mapping_key) not in self._finished:
                        self._add_instance(self._templates[key], mapping_key, family, place / len(family.keys))
            for key, followers in outside.items():
                for follower in followers:
                    keys = (resolved_key(key, one) for one in family.keys)
                    instances = [one for one in keys if one not in self._finished]
                    for instance in instances:
                        self._followers[instance].append(follower)
                    self._settle(follower, 1 - len(instances))

    def _followers_outside(self, key: str, family: _Family) -> list[str]:
        return [one for one in self._followers.get(key, ()) if self._template_of.get(one, one) not in family.templates]

    def _add_instance(self, template: Step, mapping_key: str, family: _Family, place: float) -> None:
        step = template.mapped_to(mapping_key, family.templates)
        self.steps[step.key] = step
        self._template_of[step.key], self._mapping_keys[step.key] = template.key, mapping_key
        self._order[step.key] = self._order[template.key] + place
        if self._rank:
            self._rank[step.key] = self._rank[template.key]
        self._followers.setdefault(step.key, [])
        self._open[step.key] = sum(self._await(step.key, need) for need in dict.fromkeys(step.needs))
        if self._open[step.key] == 0:
            self._freed.append(step.key)

    def _await(self, key: str, need: str) -> int:
        """Lets a new step wait for another one; gives how many ends of steps that are."""
        if need in self._finished:
            return 0
        if need in self._templates and self._family(need).keys is not None:
            return sum(self._await(key, one) for one in self._instances(need))
        self._followers.setdefault(need, []).append(key)
        return 1

    def _family(self, template: str) -> _Family:
        mapped_over = self._templates[template].mapped_over
        assert mapped_over is not None
        return self._families[mapped_over.step_key, mapped_over.output]

    def _instances(self, template: str) -> list[str]:
        return [resolved_key(template, one) for one in self._family(template).keys or ()]

    # ---- values

    def _found(self, source: FromStep, mapping_key: str, *, every: bool) -> tuple[StepOutput, ...]:
        if source.step_key in self._templates:
            several = (self._outputs.get(key, {}).get(source.output, {}) for key in self._instances(source.step_key))
            return tuple(one for found in several for one in found.values())
        if source.step_key.endswith(MAPPED):
            # Of an earlier run, whose outputs are all that there is.
            start = source.step_key.removesuffix(MAPPED) + "["
            several = (made.get(source.output, {}) for key, made in self._outputs.items() if key.startswith(start))
            return tuple(one for found in several for one in found.values())
        found = self._outputs.get(source.step_key, {}).get(source.output, {})
        if source.is_dynamic and not every:
            return (found[mapping_key],) if mapping_key in found else ()
        return tuple(found.values())

    def _is_missing(self, source: Source, mapping_key: str, stopped: Collection[str]) -> bool:
        if isinstance(source, FromStep):
            return source.step_key not in stopped and not self._found(source, mapping_key, every=False)
        if isinstance(source, FromEvery):
            return self._are_all_missing(source.source, stopped)
        return any(self._was_left_out(key, stopped) for key in asset_sources(source))

    def _are_all_missing(self, source: FromStep, stopped: Collection[str]) -> bool:
        """Whether a list of values cannot be made: what it is made of was skipped; a list of no values is one."""
        if source.step_key not in self._templates:
            is_mapped = source.step_key.endswith(MAPPED)
            return not is_mapped and source.step_key not in stopped and source.step_key not in self._outputs
        owner = self._family(source.step_key).owner
        if owner not in self._outputs:
            return owner not in stopped
        instances = self._instances(source.step_key)
        made = (key in stopped or source.output in self._outputs.get(key, {}) for key in instances)
        return bool(instances) and not any(made)

    def _was_left_out(self, asset: str, stopped: Collection[str]) -> bool:
        return asset not in self._made and self._makers.get(asset, "") not in ("", *stopped)

    def _tokens_read(self, step: Step) -> frozenset[str]:
        mapping_key = self._mapping_keys.get(step.key, "")
        tokens = list(step.parents)
        for source in step.sources.values():
            for one, every in parts_of(source):
                tokens.extend(found.token for found in self._found(one, mapping_key, every=every))
        return frozenset(tokens)


def _families(templates: Mapping[str, Step]) -> dict[tuple[str, str], _Family]:
    families: dict[tuple[str, str], _Family] = {}
    for key, step in templates.items():
        assert step.mapped_over is not None
        place = (step.mapped_over.step_key, step.mapped_over.output)
        families.setdefault(place, _Family(owner=place[0], output=place[1])).templates.add(key)
    return families
