"""`HookContext`: what the code of a hook is handed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daglab.definitions.config.config_schema import as_plain
from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.node_handle import OpNode
from daglab.definitions.contexts.state import StepState
from daglab.errors import InvariantViolationError

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition


class HookContext:
    """What a hook may ask of the step that has ended.

    Args:
        facts: what is known about the step; `resources` are those that the hook needs.
        hook_def: the hook.
        op_exception: what the step's code raised, where it failed.
        op_output_values: what it made, by output; for dynamic outputs, by output and mapping key.
        op_output_metadata: what it said of that, in the same shape.

    Example:
        >>> facts = StepFacts(run_id="r1", step_key="load", op=None, job_name="nightly")
        >>> HookContext(facts, op_exception=OSError("full")).op_exception
        OSError('full')
    """

    def __init__(
        self,
        facts: StepFacts,
        hook_def: HookDefinition | None = None,
        *,
        op_exception: BaseException | None = None,
        op_output_values: Mapping[str, Any] | None = None,
        op_output_metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self._facts = facts
        self._state = StepState(facts)
        self._hook_def = hook_def
        self._exception = op_exception
        self._values = op_output_values
        self._metadata = op_output_metadata

    @property
    def job_name(self) -> str:
        """The job that the step is part of."""
        name: str = _given(self._facts.job_name, "job_name")
        return name

    @property
    def run_id(self) -> str:
        """The run."""
        run_id: str = _given(self._facts.run_id or None, "run_id")
        return run_id

    @property
    def hook_def(self) -> HookDefinition:
        """The hook."""
        hook: HookDefinition = _given(self._hook_def, "hook_def")
        return hook

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that the hook needs."""
        return frozenset(self.hook_def.required_resource_keys)

    @property
    def op(self) -> OpNode:
        """The op where it stands in the job."""
        definition, path = _given(self._facts.op, "op"), self._facts.path
        name = path[-1] if path else definition.name
        return OpNode(name=name, definition=definition, tags=dict(definition.tags))

    @property
    def step_key(self) -> str:
        """The step."""
        key: str = _given(self._facts.step_key or None, "step_key")
        return key

    @property
    def resources(self) -> Any:
        """The resources that the hook needs, as attributes."""
        return self._state.resources

    @property
    def op_config(self) -> Any:
        """The config of the step, as plain values."""
        return as_plain(self._facts.op_config)

    @property
    def log(self) -> logging.Logger:
        """Writes to the run's log."""
        return self._state.log

    @property
    def instance(self) -> Any:
        """The instance that the run belongs to."""
        return self._state.instance

    @property
    def op_exception(self) -> BaseException | None:
        """What the step's code raised; None where it succeeded."""
        return self._exception

    @property
    def op_output_values(self) -> Mapping[str, Any]:
        """What the step made, by output; for dynamic outputs, by output and mapping key."""
        values: Mapping[str, Any] = _given(self._values, "op_output_values")
        return values

    @property
    def op_output_metadata(self) -> Mapping[str, Any]:
        """What the step said of its outputs, by output; for dynamic outputs, by output and mapping key."""
        metadata: Mapping[str, Any] = _given(self._metadata, "op_output_metadata")
        return metadata

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._facts.step_key or 'no step'!r}>"


def _given(value: Any, name: str) -> Any:
    if value is None:
        raise InvariantViolationError(
            f"HookContext.{name} is not set",
            hint=f"a run sets it; in a test, build_hook_context({name}=...) does, where it has that parameter",
        )
    return value
