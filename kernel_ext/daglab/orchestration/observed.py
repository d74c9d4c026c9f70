"""What is known of assets that are made elsewhere: the data versions that were last observed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from daglab.orchestration.instance import Instance
from daglab.planning.graph import AssetGraph
from daglab.records.assets import AssetState, Observation
from daglab.records.event_query import EventQuery
from daglab.records.events import EventType


def states_of(instance: Instance, graph: AssetGraph) -> dict[str, AssetState]:
    """What is known of all assets of a graph and of those that it reads."""
    states = instance.asset_states([*graph.nodes, *graph.external_keys])
    return with_observations(instance, states, graph.external_keys)


def read_states(instance: Instance, keys: Iterable[str]) -> dict[str, AssetState]:
    """What is known of assets that are read and not made."""
    keys = sorted(keys)
    return with_observations(instance, instance.asset_states(keys), keys) if keys else {}


def with_observations(instance: Instance, states: dict[str, AssetState], keys: Iterable[str]) -> dict[str, AssetState]:
    """Adds the last observed data version of those assets that were never materialized here."""
    found = dict(states)
    for key in keys:
        known = found.get(key) or AssetState(asset_key=key)
        version = "" if known.latest else _observed(instance, key)
        if version:
            found[key] = replace(known, observed=version)
    return found


def _observed(instance: Instance, key: str) -> str:
    """The data version that was observed last; "" if none was."""
    if instance.is_blank:
        return ""
    wanted = EventQuery(types=[EventType.ASSET_OBSERVATION], asset_key=key, limit=1)
    for event in instance.store.search_events(wanted):
        if isinstance(event.payload, Observation):
            return event.payload.data_version
    return ""
