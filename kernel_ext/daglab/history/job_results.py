"""How a run in this process ended: its events, and the values that it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.nodes import DEFAULT_OUTPUT
from daglab.definitions.specs import key_of
from daglab.errors import InvariantViolationError, suggest
from daglab.execution.loading import load_value
from daglab.execution.progress import RunOutcome
from daglab.history.job_nodes import JobNodes
from daglab.history.run_results import RunResult
from daglab.history.telling import node_path
from daglab.planning.steps import ExecutionPlan
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event
from daglab.records.outputs import StepOutput
from daglab.records.runs import Run


class ExecuteInProcessResult(RunResult):
    """How a run in this process ended.

    Args:
        job: the job's definition.
        run: the run's record, as it ended.
        outcome: of the run, step by step.
        events: all that was recorded, in order.
        captured: the values that steps gave back, by their records.
        plan: the steps.
        instance: where the run is recorded.
        io_managers: by key, to load values that were not captured.

    Example:
        >>> from daglab.definitions.op_decorator import op
        >>> from daglab.definitions.job_decorator import job
        >>> @op
        ... def two():
        ...     return 2
        >>> @job
        ... def count():
        ...     two()
        >>> count.execute_in_process().output_for_node("two")
        2
    """

    def __init__(
        self,
        *,
        job: Any,
        run: Run,
        outcome: RunOutcome,
        events: Sequence[Event],
        captured: Mapping[StepOutput, Any],
        plan: ExecutionPlan | None = None,
        instance: Any = None,
        io_managers: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(job=job, run=run, events=events, plan=plan)
        self._outcome = outcome
        self._captured = captured
        self._instance = instance
        self._io_managers = io_managers or {}

    @property
    def materializations(self) -> Mapping[str, Materialization]:
        """What was made, by asset key, as it was recorded."""
        return self._outcome.materializations

    @property
    def checks(self) -> Sequence[CheckEvaluation]:
        """All verdicts, as they were recorded."""
        return self._outcome.checks

    @cached_property
    def _values(self) -> Mapping[tuple[str, str], list[StepOutput]]:
        """What steps gave back, by the path of their node and the output's name."""
        found: dict[tuple[str, str], dict[StepOutput, None]] = {}
        made = [output for outputs in self._outcome.outputs.values() for output in outputs]
        for output in (*made, *self._captured):
            path = self._path_of(output.step_key)
            found.setdefault((path, output.name), {})[output] = None
        return {place: list(outputs) for place, outputs in found.items()}

    def _path_of(self, step_key: str) -> str:
        step = self._plan.steps.get(step_key) if self._plan else None
        return ".".join(step.path) if step and step.path else node_path(step_key)

    @cached_property
    def _nodes(self) -> JobNodes:
        return JobNodes(self._job)

    def output_for_node(self, node_str: str, output_name: str = DEFAULT_OUTPUT) -> Any:
        """What a node gave back; a dictionary by mapping key where there are any number of values.

        Args:
            node_str: the node; an inner one is named like "graph.op".
            output_name: which output.

        Raises:
            InvariantViolationError: there is no such node or output, or the node did not give it back.
        """
        return self._output(node_str, *self._nodes.origin(node_str, output_name), output_name)

    def output_value(self, output_name: str = DEFAULT_OUTPUT) -> Any:
        """An output of the job as a whole.

        Raises:
            InvariantViolationError: the job has no such output, or it was not given back.
        """
        path, name = self._nodes.job_output(output_name)
        return self._output(path, path, name, output_name)

    def asset_value(self, asset_key: Any) -> Any:
        """The value of an asset that this run made.

        Raises:
            InvariantViolationError: the run did not make it.
        """
        key = str(
            AssetKey.from_coercible(asset_key) if isinstance(asset_key, (str, list, tuple)) else key_of(asset_key)
        )
        found = [output for outputs in self._values.values() for output in outputs if output.asset_key == key]
        if found:
            return self._value_of(found[-1])
        if key in self.materializations:
            return load_value(self.materializations[key], self._io_managers)
        raise InvariantViolationError(
            f"the run of {self._run.job!r} did not make the asset {key!r}",
            hint=suggest(key, self.materializations) or f"it made {list(self.materializations)}",
        )

    def _output(self, node: str, path: str, name: str, asked_for: str) -> Any:
        outputs = self._values.get((path, name))
        if not outputs:
            raise InvariantViolationError(
                f"the node {node!r} gave back no output {asked_for!r}", hint="see whether it was run: result.all_events"
            )
        first = outputs[0]
        mapping_key = self._mapping_key(first)
        if first.mapping_key or mapping_key:
            return {self._mapping_key(one) or one.mapping_key: self._value_of(one) for one in outputs}
        return self._value_of(outputs[-1])

    def _mapping_key(self, output: StepOutput) -> str:
        """The value of a dynamic output for which a step ran, as its key tells."""
        plain = node_path(output.step_key)
        return output.step_key[len(plain) + 1 : -1] if plain != output.step_key else ""

    def _value_of(self, output: StepOutput) -> Any:
        if output in self._captured:
            return self._captured[output]
        return load_value(output, self._io_managers) if output.io_manager_key else None
