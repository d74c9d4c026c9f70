"""What is known of assets that are made elsewhere: the data versions that were last observed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from daglab.orchestration.instance import Instance
from daglab.planning.graph import AssetGraph
from daglab.records.assets import AssetState, Observation
from daglab.records.event_query import EventQuery
from daglab.records.events import Event, EventType


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
        event = None if known.latest else latest_observation(instance, key)
        if event is not None and isinstance(event.payload, Observation) and event.payload.data_version:
            found[key] = replace(known, observed=event.payload.data_version)
    return found


def latest_observation(instance: Instance, key: str) -> Event | None:
    """The last observation of an asset; None if there was none."""
    if instance.is_blank:
        return None
    wanted = EventQuery(types=[EventType.ASSET_OBSERVATION], asset_key=key, limit=1)
    return next((one for one in instance.store.search_events(wanted) if isinstance(one.payload, Observation)), None)
