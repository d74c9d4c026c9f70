"""Python's garbage collector, held back where a great many objects are made and none of them is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_EASED: Final = 10_000  # objects made since; Python's own is 700


@contextmanager
def collection_paused() -> Iterator[None]:
    """Lets the collector rest during a block: it would walk all that lives again and again while more is made.

    Example:
        >>> with collection_paused():
        ...     gc.isenabled()
        False
        >>> gc.isenabled()
        True
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def collection_eased() -> Iterator[None]:
    """Lets the collector look at new objects less often during a block that keeps most of what it makes.

    Garbage that refers to itself waits until some thousand objects more have been made; nothing else changes.

    Example:
        >>> before = gc.get_threshold()
        >>> with collection_eased():
        ...     gc.get_threshold()[0] > before[0]
        True
        >>> gc.get_threshold() == before
        True
    """
    before = gc.get_threshold()
    if not 0 < before[0] < _EASED:  # switched off, or eased already
        yield
        return
    gc.set_threshold(_EASED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
