"""Which assets are as their code and their inputs would make them now, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from daglab.planning.changed_code import describe_change
from daglab.planning.graph import AssetGraph, AssetNode
from daglab.records.assets import AssetState, Materialization


class Freshness(StrEnum):
    """Whether an asset is up to date."""

    NEVER = "never"
    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether one asset is up to date.

    Args:
        freshness: whether it is.
        reason: why not, as one sentence.
        only_upstream: it would be fresh if what it needs were made again and came out equal.
    """

    freshness: Freshness
    reason: str = ""
    only_upstream: bool = False

    @property
    def is_fresh(self) -> bool:
        """Whether nothing needs to be done."""
        return self.freshness is Freshness.FRESH


NO_CACHE_TAG: Final = "daglab/no_cache"
"""An asset with this tag, set to "true", is never fresh: it comes out otherwise each time it is made."""

FRESH = Verdict(freshness=Freshness.FRESH)
NEVER = Verdict(freshness=Freshness.NEVER, reason="It was never materialized.")


def assess(
    graph: AssetGraph,
    states: Mapping[str, AssetState],
    holds: Callable[[Materialization], bool],
) -> dict[str, Verdict]:
    """Judges every asset of a graph, those that it only reads included.

    Args:
        graph: the assets as they are defined now.
        states: what is known of them.
        holds: whether the value of a materialization is still there.
    """
    verdicts: dict[str, Verdict] = {}
    for key in (*graph.external_keys, *graph.order):
        latest = _latest(states, key)
        if latest is None:
            verdicts[key] = FRESH if _version(states, key) and key not in graph.nodes else NEVER
        elif not holds(latest):
            verdicts[key] = Verdict(freshness=Freshness.MISSING, reason="Its stored value is gone.")
        elif key in graph.nodes:
            verdicts[key] = _compare(graph, graph.nodes[key], graph.code_versions[key], latest, states, verdicts)
        else:
            verdicts[key] = FRESH
    return verdicts


def _compare(
    graph: AssetGraph,
    node: AssetNode,
    code: str,
    latest: Materialization,
    states: Mapping[str, AssetState],
    verdicts: Mapping[str, Verdict],
) -> Verdict:
    if node.spec.plain_tags.get(NO_CACHE_TAG) == "true":
        return _stale("It is made anew whenever it is asked for, as it is marked --no-cache.")
    if code != latest.code_version:
        return _stale(describe_change(graph.code_parts(node.key), latest.code_parts))
    gone = [key for key in latest.input_versions if key not in node.parents]
    if gone:
        return _stale(f"It no longer depends on {gone[0]!r}.")
    # An asset that lives elsewhere and never was recorded here has no version to compare.
    known = [key for key in node.parents if key in graph.nodes or _version(states, key)]
    for parent in known:
        made_from = latest.input_versions.get(parent)
        now = _version(states, parent)
        if made_from is None and parent not in graph.nodes and _latest(states, parent) is None:
            return _stale(f"{parent!r} was observed since, and was not known when it was made.")
        if made_from is None:
            return _stale(f"It now depends on {parent!r}.")
        if now and now != made_from:
            return _stale(f"{parent!r} has changed since.")
    for parent in known:
        verdict = verdicts.get(parent, NEVER)
        if not verdict.is_fresh:
            reason = f"{parent!r}, which it needs, is {_WORDS[verdict.freshness]}."
            return Verdict(freshness=Freshness.STALE, reason=reason, only_upstream=True)
    return FRESH


def _latest(states: Mapping[str, AssetState], key: str) -> Materialization | None:
    return states[key].latest if key in states else None


def _version(states: Mapping[str, AssetState], key: str) -> str:
    """The data version of an asset as it is now: of its last materialization, or observed; "" if nobody knows."""
    latest = _latest(states, key)
    if latest is not None:
        return latest.data_version
    return states[key].observed if key in states else ""


_WORDS = {Freshness.NEVER: "not there", Freshness.STALE: "stale", Freshness.MISSING: "gone"}


def _stale(reason: str) -> Verdict:
    return Verdict(freshness=Freshness.STALE, reason=reason)
