"""Resources whose life is an `async with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from daglab.definitions.resources.init_context import InitResourceContext
from daglab.errors import InvalidInvocationError


def is_async_scope(scope: object) -> bool:
    """Whether it can be entered with `async with` only."""
    return hasattr(scope, "__aenter__") and not hasattr(scope, "__enter__")


@contextmanager
def run_scope(scope: Any, context: InitResourceContext) -> Iterator[Any]:
    """Enters an `async with` block on the context's event loop, and leaves it there.

    Raises:
        InvalidInvocationError: there is no event loop.
    """
    loop = context.event_loop
    if loop is None:
        raise InvalidInvocationError(
            "an asynchronous resource was opened without an event loop",
            hint="pass event_loop= to build_resources, and run the asynchronous code on the same loop",
        )
    value = loop.run_until_complete(scope.__aenter__())
    try:
        yield value
    finally:
        loop.run_until_complete(scope.__aexit__(None, None, None))
