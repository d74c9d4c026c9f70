"""The upstream values of a cell that is run by hand: those that the kernel holds, and those that have to be loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from daglab.definitions.assets import AssetsDefinition
from daglab.errors import ValueMissingError
from daglab.foundation.clock import SystemClock
from daglab.foundation.text import format_age
from daglab.magics.session import KernelSession
from daglab.orchestration.observed import read_states
from daglab.planning.graph import needed_keys
from daglab.records.assets import AssetState, Materialization


@dataclass(frozen=True, kw_only=True)
class Input:
    """One value that a cell reads.

    Args:
        name: the variable.
        made: which version it is.
        how: "memory" where the kernel holds that version already.
        remark: what the user should be told.
    """

    name: str
    made: Materialization
    how: Literal["memory", "stored"]
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a cell is made from.

    Args:
        values: what it reads, by variable.
        versions: every asset that it needs, by key, the ones without a value included.
        observed: the data versions of those that are made elsewhere, by key.
    """

    values: dict[str, Input]
    versions: dict[str, Materialization]
    observed: dict[str, str]


def resolve_inputs(session: KernelSession, definition: AssetsDefinition, own: Iterable[str]) -> Inputs:
    """Says which version of each upstream asset a cell is made from.

    What the kernel holds counts if it is the latest version. A name that only plain cells read was read when they ran,
    so it is not loaded again.

    Args:
        session: the kernel's.
        definition: of the cell.
        own: the names that the cell itself reads.

    Raises:
        ValueMissingError: an asset was never materialized.
    """
    keys = list(map(str, needed_keys(definition)))
    states = read_states(session.instance, keys)
    own = frozenset(own)
    values: dict[str, Input] = {}
    for name, key in definition.keys_by_input.items():
        values[name] = _resolve(session, name, _latest(states, str(key), definition), is_own=name in own)
    versions = {key: state.latest for key, state in states.items() if state.latest}
    versions.update((one.made.asset_key, one.made) for one in values.values())
    observed = {key: state.observed for key, state in states.items() if state.observed}
    return Inputs(values=values, versions=versions, observed=observed)


def _latest(states: dict[str, AssetState], key: str, definition: AssetsDefinition) -> Materialization:
    latest = states[key].latest if key in states else None
    if latest is None:
        target = next(iter(map(str, definition.keys)), key)
        raise ValueMissingError(
            f"it reads the asset {key!r}, which was never materialized",
            hint=f"run the cell that makes {key!r}, or %materialize +{target}",
        )
    return latest


def _resolve(session: KernelSession, name: str, latest: Materialization, *, is_own: bool) -> Input:
    held = session.held.of(name, session.namespace)
    if held is not None and held.asset_key != latest.asset_key:
        held = None
    if held is not None and not is_own:
        return Input(name=name, made=held, how="memory")
    if held is not None and held.data_version == latest.data_version:
        return Input(name=name, made=held, how="memory" if session.held.keeps(name) else "stored")
    if not is_own and name in session.namespace:
        return Input(name=name, made=latest, how="memory")
    age = format_age(latest.at, SystemClock().now())
    remark = ""
    if held is not None:
        remark = f"{name}: made again {age}; that version is loaded now"
    elif name in session.namespace:
        remark = f"{name}: this was not the asset {latest.asset_key!r} as it is stored; loaded that, made {age}"
    return Input(name=name, made=latest, how="stored", remark=remark)
