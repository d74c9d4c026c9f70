"""The few ways from a definition up to what runs it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

# Definitions offer `job.execute_in_process()`, `context.load_asset_value()` and the like, but must stay importable
# without anything that opens, reads or runs. So what they call is named here, all in one place, and loaded when called.
_FUNCTIONS = {
    "execute_in_process": "daglab.orchestration.in_process:execute_in_process",
    "load_asset_value": "daglab.orchestration.values:load_asset_value",
    "invoke_op": "daglab.definitions.invocation.direct:invoke_op",
    "invoke_asset": "daglab.definitions.invocation.direct_asset:invoke_asset",
    "invoke_hook": "daglab.definitions.invocation.direct_hook:invoke_hook",
    "make_job": "daglab.definitions.job_definition:JobDefinition",
    "ephemeral_instance": "daglab.orchestration.instance:ephemeral",
}


def door(name: str) -> Callable[..., Any]:
    """The function behind a door.

    Args:
        name: one of the few that there are.

    Raises:
        LookupError: there is no such door.

    Example:
        >>> door("open_sesame")
        Traceback (most recent call last):
        LookupError: no door 'open_sesame'
    """
    if name not in _FUNCTIONS:
        raise LookupError(f"no door {name!r}")
    module, _, function = _FUNCTIONS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
