"""The value of one materialization, the latest or an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daglab.definitions.resources.opening import Surroundings, open_resources
from daglab.errors import ValueMissingError
from daglab.execution.loading import load_value
from daglab.orchestration.instance_queries import InstanceQueries
from daglab.records.assets import Materialization

if TYPE_CHECKING:
    from daglab.run_store.store import RunStore


def load_version(made: Materialization, resources: Mapping[str, object], instance: InstanceQueries) -> Any:
    """Loads what a materialization has stored.

    Args:
        made: the materialization.
        resources: what may be the IO manager that keeps it, and what that needs, by key; daglab's own is among them.
        instance: the home.

    Raises:
        ValueMissingError: it is not kept any more, or daglab does not know where.
    """
    key = made.io_manager_key
    if key and key not in resources:
        raise ValueMissingError(
            f"the value of asset {made.asset_key!r} is kept by the IO manager {key!r}, which is not at hand",
            hint=f"give it in resources={{{key!r}: ...}}",
        )
    around = Surroundings(run_id="", instance=instance)
    with open_resources(resources, [key] if key else [], {}, around) as opened:
        managers = opened.original_resource_dict
        manager = managers.get(key)
        if made.stored is None and getattr(manager, "hands_over", False):
            raise ValueMissingError(
                f"the value of asset {made.asset_key!r} is not kept by daglab: its own code or another IO manager does",
                hint=f"give that in resources={{{key!r}: ...}}, or read the value from where the code keeps it",
            )
        if not keeps_versions(manager, made):
            _refuse_replaced(instance.store, made)
        try:
            return load_value(made, managers)
        except ValueMissingError as error:
            raise _why_gone(instance.store, made) or error from None


def keeps_versions(manager: object, made: Materialization) -> bool:
    """Whether an IO manager can load a materialization after the next one was stored."""
    said = getattr(manager, "keeps_versions", None)
    return made.stored is not None if said is None else bool(said)


def _why_gone(store: RunStore, made: Materialization) -> ValueMissingError | None:
    """What there is to say of a value that was removed on purpose."""
    removed = store.removal_of(made)
    if removed is None:
        return None
    return ValueMissingError(
        f"the value of asset {made.asset_key!r} of {made.at.isoformat(' ', 'seconds')} is gone: it was removed on"
        f" {removed.at.isoformat(' ', 'seconds')} {removed.reason}",
        hint=f"load a later one (daglab asset show {made.asset_key} --history), or keep more from now on",
    )


def _refuse_replaced(store: RunStore, made: Materialization) -> None:
    """An IO manager that keeps one value would give that for any other one."""
    [(_, latest)] = store.materializations(made.asset_key, limit=1, partition=made.partition)
    if latest.data_version != made.data_version:
        raise ValueMissingError(
            f"the value of asset {made.asset_key!r} of {made.at.isoformat(' ', 'seconds')} is gone: its IO manager"
            f" {made.io_manager_key!r} keeps only the latest one",
            hint="load it without version=, or let daglab's own IO manager keep the asset",
        )
