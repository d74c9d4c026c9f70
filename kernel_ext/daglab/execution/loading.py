"""Stored values, loaded for those who need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, OutputContext
from daglab.definitions.nodes import DEFAULT_OUTPUT
from daglab.errors import UnknownResourceError, ValueMissingError, suggest
from daglab.records.assets import Materialization
from daglab.records.outputs import StepOutput


def load_with(manager: Any, context: InputContext, on_loaded: Callable[[InputContext], None] | None) -> Any:
    """Lets an IO manager load a value, and passes on the context, in which it may have said something of it."""
    value = manager.load_input(context)
    if on_loaded is not None:
        on_loaded(context)
    return value


def load_value(
    made: Materialization | StepOutput,
    io_managers: Mapping[str, Any],
    input_name: str = "",
    *,
    on_loaded: Callable[[InputContext], None] | None = None,
    **told: Any,
) -> Any:
    """Loads a value that a step made.

    Args:
        made: the value's record.
        io_managers: by resource key.
        input_name: the input that it is loaded for; "" outside a step.
        on_loaded: called with the context, in which the IO manager may have said something of the value.
        told: what else the IO manager is told of the input.

    Raises:
        ValueMissingError: daglab does not keep it, or its file is gone.
    """
    key = made.io_manager_key
    manager = io_managers.get(key)
    if not key or (made.stored is None and getattr(manager, "hands_over", manager is None)):
        raise ValueMissingError(
            f"the value of {_name_of(made)} is kept by the user's own code", hint="depend on it with deps="
        )
    found = io_manager_named(io_managers, key, _name_of(made))
    return load_with(found, input_context(made, input_name, **told), on_loaded)


def load_foreign(
    asset_key: str,
    io_manager_key: str,
    io_managers: Mapping[str, Any],
    input_name: str = "",
    *,
    producer: Mapping[str, Any] | None = None,
    on_loaded: Callable[[InputContext], None] | None = None,
    **told: Any,
) -> Any:
    """Loads an asset that no run ever made: its IO manager may know it.

    Raises:
        ValueMissingError: the default IO manager does not.
    """
    manager = io_manager_named(io_managers, io_manager_key, f"asset {asset_key!r}")
    if getattr(manager, "hands_over", False):
        raise ValueMissingError(f"asset {asset_key!r}, which this step needs, was never stored", hint="materialize it")
    key = AssetKey.from_user_string(asset_key)
    upstream = OutputContext(**producer) if producer else None
    context = InputContext(asset_key=key, name=input_name or None, upstream_output=upstream, **told)
    return load_with(manager, context, on_loaded)


def holds_value(made: Materialization, io_managers: Mapping[str, Any]) -> bool:
    """Whether the value of a materialization is still there; True for values that daglab does not keep."""
    if made.stored is None or made.io_manager_key not in io_managers:
        return True
    found: bool = io_managers[made.io_manager_key].holds(input_context(made))
    return found


def input_context(
    made: Materialization | StepOutput, input_name: str = "", *, producer: Mapping[str, Any] | None = None, **told: Any
) -> InputContext:
    """What an IO manager is told of a value that it is to load.

    Args:
        made: the value's record.
        input_name: the input that it is loaded for; "" outside a step.
        producer: what is known of the output besides its record.
        told: what else the IO manager is told of the input.
    """
    key = AssetKey.from_user_string(made.asset_key) if made.asset_key else None
    partition, stored = made.partition or None, made.stored
    if isinstance(made, StepOutput):
        name, mapping_key, metadata = made.name, made.mapping_key or None, None
    else:
        name, mapping_key, metadata = DEFAULT_OUTPUT, None, made.metadata
        if stored is not None and stored.data_version is None:
            stored = replace(stored, data_version=made.data_version)
    facts = {"name": name, "output_metadata": metadata, **(producer or {})}
    upstream = OutputContext(
        step_key=made.step_key,
        run_id=made.run_id,
        mapping_key=mapping_key,
        asset_key=key,
        partition_key=partition,
        stored=stored,
        **facts,
    )
    return InputContext(
        upstream_output=upstream,
        asset_key=key,
        partition_key=partition,
        stored=stored,
        name=input_name or None,
        **told,
    )


def io_manager_named(io_managers: Mapping[str, Any], key: str, what: str) -> Any:
    """The IO manager of that name.

    Raises:
        UnknownResourceError: there is none.
    """
    manager = io_managers.get(key)
    if manager is None:
        raise UnknownResourceError(
            f"{what} asks for the IO manager {key!r}, and there is none of that name",
            hint=suggest(key, io_managers)
            or f"give it in resources=; there are: {', '.join(sorted(io_managers)) or 'none'}",
        )
    return manager


def _name_of(made: Materialization | StepOutput) -> str:
    if isinstance(made, StepOutput):
        return f"output {made.name!r} of step {made.step_key!r}"
    return f"asset {made.asset_key!r}"
