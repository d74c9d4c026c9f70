"""Which context the code that runs right now belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_CURRENT: ContextVar[Any] = ContextVar("daglab_current_context", default=None)


@contextmanager
def running_in(context: Any) -> Iterator[None]:
    """Makes a context the current one of this thread or task while the block runs."""
    token = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_context() -> Any:
    """The context of the step whose code runs; None outside."""
    return _CURRENT.get()
