"""What every context tells: the run, the job, the op, its config and resources."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daglab.definitions.config.config_schema import as_plain
from daglab.definitions.contexts.node_handle import NodeHandle, OpNode
from daglab.definitions.contexts.state import StepView
from daglab.errors import InvariantViolationError

if TYPE_CHECKING:
    from daglab.definitions.op_definition import OpDefinition


class RunningContext(StepView):
    """The run, the job, the op, its config and resources."""

    @property
    def log(self) -> logging.Logger:
        """Writes to the run's log."""
        return self._state.log

    @property
    def resources(self) -> Any:
        """The resources that are declared as needed, as attributes."""
        return self._state.resources

    @property
    def instance(self) -> Any:
        """The instance that the run belongs to; it knows what this run has told so far."""
        instance = self._state.instance
        settle = getattr(instance, "settle", None)
        if settle is not None:
            settle()
        return instance

    @property
    def op_config(self) -> Any:
        """The config of this step, validated, with defaults filled in; plain values, also where it has a class."""
        return as_plain(self._state.facts.op_config)

    @property
    def processed_config(self) -> Any:
        """The config of this step, validated, with defaults filled in; an instance where it has a class."""
        return self._state.facts.op_config

    @property
    def run_id(self) -> str:
        """The run; "EPHEMERAL" outside one."""
        return self._state.facts.run_id

    @property
    def run(self) -> Any:
        """The record of the run.

        Raises:
            InvariantViolationError: there is no run, because a function was called directly.
        """
        return self._required(self._state.facts.run(), "run")

    @property
    def dagster_run(self) -> Any:
        """The same as `run`."""
        return self.run

    @property
    def run_config(self) -> Mapping[str, Any]:
        """The config of the run, as it was given."""
        return self._state.bound.run_config

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The tags of the run."""
        return self._state.facts.run_tags

    def has_tag(self, key: str) -> bool:
        """Whether the run has a tag."""
        return key in self.run_tags

    def get_tag(self, key: str) -> str | None:
        """The value of a tag of the run; None if it has no such tag."""
        return self.run_tags.get(key)

    @property
    def job_def(self) -> Any:
        """The job.

        Raises:
            InvariantViolationError: there is none, because a function was called directly.
        """
        return self._required(self._state.facts.job, "job_def")

    @property
    def job_name(self) -> str:
        """The name of the job."""
        name: str = self._required(self._state.facts.job_name, "job_name")
        return name

    @property
    def location_name(self) -> str | None:
        """Where the definitions come from; None where they were not loaded."""
        return self._state.facts.location_name

    @property
    def repository_def(self) -> Any:
        """The definitions that the job is part of."""
        return self._required(self._state.facts.repository, "repository_def")

    @property
    def op_def(self) -> OpDefinition:
        """The op."""
        return self._state.bound.op

    @property
    def op(self) -> OpNode:
        """The op where it stands in the job."""
        facts = self._state.bound
        return OpNode(name=self.alias, definition=facts.op, tags=facts.op.tags)

    @property
    def alias(self) -> str:
        """What the op is called where it stands."""
        facts = self._state.bound
        return facts.path[-1] if facts.path else facts.op.name

    @property
    def op_handle(self) -> NodeHandle:
        """The way to the op in the job."""
        return NodeHandle.from_path(self._state.bound.path or (self.alias,))

    @property
    def node_handle(self) -> NodeHandle:
        """The same as `op_handle`."""
        return self.op_handle

    @property
    def retry_number(self) -> int:
        """How often the step has been tried before: 0 the first time."""
        return self._state.facts.retry_number

    def get_mapping_key(self) -> str | None:
        """Which of the values of a dynamic output this step works on; None where it is not one of many."""
        return self._state.facts.mapping_key

    def describe_op(self) -> str:
        """How messages call the op."""
        return f'op "{self.op_handle}"'

    @property
    def pdb(self) -> Any:
        """A debugger: `context.pdb.set_trace()`."""
        # pdb takes a good part of the time of `import daglab`, and hardly any run needs it.
        from daglab.definitions.contexts.debugger import StepDebugger

        return StepDebugger()

    def _required(self, value: Any, name: str) -> Any:
        if value is None:
            raise InvariantViolationError(
                f"context.{name} is not set",
                hint="it is there in a run, not when a function is called directly; see execute_in_process",
            )
        return value
