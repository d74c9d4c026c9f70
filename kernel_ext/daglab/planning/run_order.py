"""The order in which steps go one by one: first ready, first run."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from daglab.foundation.graphs import reversed_edges
from daglab.planning.steps import Step


def in_run_order(steps: Mapping[str, Step]) -> dict[str, Step]:
    """The same steps, each after what it needs, and otherwise in the order in which they become ready.

    Args:
        steps: by key, in an order that decides between those that become ready together.
    """
    place = {key: number for number, key in enumerate(steps)}
    needs = {key: tuple(need for need in dict.fromkeys(step.needs) if need in place) for key, step in steps.items()}
    waiting_for = {key: len(those) for key, those in needs.items()}
    followers = reversed_edges(needs)
    ready = deque(key for key, count in waiting_for.items() if count == 0)
    ordered: dict[str, Step] = {}
    while ready:
        key = ready.popleft()
        ordered[key] = steps[key]
        freed = []
        for follower in followers[key]:
            waiting_for[follower] -= 1
            if waiting_for[follower] == 0:
                freed.append(follower)
        ready.extend(sorted(freed, key=place.__getitem__))
    return ordered
