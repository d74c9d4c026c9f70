"""The resources of a step, a run or a test: opened in order, closed in reverse, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from daglab.definitions.resources import opening
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.building import build_resources
from daglab.definitions.resources.opening import OnEvent, Surroundings, ignore_event


@contextmanager
def open_resources(
    definitions: Mapping[str, object],
    keys: Iterable[str],
    configs: Mapping[str, object] | None = None,
    *,
    run_id: str | None = None,
    run: Any = None,
    instance: Any = None,
    log: logging.Logger | None = None,
    event_loop: Any = None,
    on_event: OnEvent = ignore_event,
    needed_by: Mapping[str, str] | None = None,
) -> Iterator[Resources]:
    """Opens resources, and those that they need, for as long as the `with` block runs.

    Each key is opened once, after what it needs. What is no definition is handed on as it is. All are closed in
    reverse order, also if the block or another resource raised, or the user interrupts; what goes wrong while one is
    closed is logged, and hides nothing.

    Args:
        definitions: anything that `resources=` takes, by key.
        keys: which to open.
        configs: processed config by key; a resource without an entry gets its defaults.
        run_id: the run.
        run: its record.
        instance: the instance.
        log: where resources log.
        event_loop: runs what is asynchronous in them.
        on_event: is told "started", "succeeded", "failed" or "teardown_failed", the key, and the seconds it took.
        needed_by: who needs a key, for messages: "op 'load'".

    Raises:
        UnknownResourceError: a key is needed, and nobody defined it.
        InvariantViolationError: resources need each other in a circle.
        InvalidConfigError: a resource without an entry in `configs` cannot do without config.
        ResourceFunctionError: a resource's code raised.

    Example:
        >>> with open_resources({"limit": 3}, ["limit"]) as resources:
        ...     resources.limit
        3
    """
    around = Surroundings(instance=instance, run=run, run_id=run_id, log=log, event_loop=event_loop, on_event=on_event)
    with opening.open_resources(definitions, keys, configs, around, needed_by=needed_by) as opened:
        yield opened


def build_resources_from(resources: Mapping[str, Any], **kwargs: Any) -> AbstractContextManager[Resources]:
    """The same as `build_resources`, for definitions that reach it by a door.

    Args:
        resources: definitions and plain objects by key.
        kwargs: what else `build_resources` takes.
    """
    return build_resources(resources, **kwargs)
