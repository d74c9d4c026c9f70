"""What tells that a file is another one than before, without reading it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

Stamp: TypeAlias = tuple[int, int, int] | None
Signature: TypeAlias = tuple[tuple[str, Stamp], ...]


def stamp_of(path: str | os.PathLike[str]) -> Stamp:
    """Time of change, size and identity of a file; None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def signature_of(paths: Iterable[Path | str]) -> Signature:
    """The stamps of several files; equal to an earlier one as long as none of them was written or replaced."""
    return tuple((str(path), stamp_of(path)) for path in dict.fromkeys(paths))
