"""Stored values, loaded for those who need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, IOManager, OutputContext
from daglab.errors import InvocationError, ValueMissingError
from daglab.records.assets import Materialization


def load_value(made: Materialization, io_managers: Mapping[str, IOManager], input_name: str = "") -> Any:
    """Loads the value of a materialization.

    Raises:
        ValueMissingError: daglab does not keep it, or its file is gone.
    """
    if made.stored is None:
        raise ValueMissingError(
            f"the value of asset {made.asset_key!r} is kept by the user's own code",
            hint="depend on it with deps=",
        )
    return find_io_manager(io_managers, made).load_input(input_context(made, input_name))


def holds_value(made: Materialization, io_managers: Mapping[str, IOManager]) -> bool:
    """Whether the value of a materialization is still there; True for values that daglab does not keep."""
    if made.stored is None or made.io_manager_key not in io_managers:
        return True
    return io_managers[made.io_manager_key].holds(input_context(made))


def input_context(made: Materialization, input_name: str = "") -> InputContext:
    """What an IO manager is told of a materialization that it is to load."""
    stored = made.stored
    if stored is not None and stored.data_version is None:
        stored = replace(stored, data_version=made.data_version)
    upstream = OutputContext(
        step_key=made.step_key,
        output_name="",
        run_id=made.run_id,
        asset_key=AssetKey.from_user_string(made.asset_key),
        partition_key=made.partition or None,
        stored=stored,
        metadata=dict(made.metadata),
    )
    return InputContext(upstream=upstream, stored=stored, input_name=input_name)


def find_io_manager(io_managers: Mapping[str, IOManager], made: Materialization) -> IOManager:
    """The IO manager that stored a value."""
    return io_manager_named(io_managers, made.io_manager_key, made.asset_key)


def io_manager_named(io_managers: Mapping[str, IOManager], key: str, asset: str) -> IOManager:
    """The IO manager of that name.

    Raises:
        InvocationError: there is none.
    """
    manager = io_managers.get(key)
    if manager is None:
        raise InvocationError(
            f"asset {asset!r} asks for the IO manager {key!r}, and there is none of that name",
            hint=f"give it in resources=; there are {sorted(io_managers)}",
        )
    return manager
