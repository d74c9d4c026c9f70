"""Paths made of keys: no key leads out of the folder that it belongs to."""

from __future__ import annotations

from typing import Any


def relative_parts(path: Any) -> tuple[str, ...]:
    """The parts of a path as they may be appended to a folder.

    Example:
        >>> from pathlib import PurePosixPath
        >>> relative_parts(PurePosixPath("/etc/../passwd"))
        ('%2Fetc', '%2E%2E', 'passwd')
    """
    parts = [_safe(part) for part in path.parts if part != "/"]
    if path.is_absolute() and parts:
        parts[0] = f"%2F{parts[0]}"
    return tuple(parts)


def partition_path(base: Any, partition: str) -> Any:
    """The path of a partition below that of its asset.

    Example:
        >>> from pathlib import PurePosixPath
        >>> str(partition_path(PurePosixPath("orders"), "/2013/.."))
        'orders/%2F2013/%2E%2E'
    """
    rooted = f"%2F{partition[1:]}" if partition.startswith("/") else partition
    return base / "/".join(map(_safe, rooted.split("/")))


def file_path(path: Any, extension: str | None) -> Any:
    """The path with an extension after what it ends with.

    Example:
        >>> from pathlib import PurePosixPath
        >>> str(file_path(PurePosixPath("v1.2"), ".csv"))
        'v1.2.csv'
    """
    return path.with_name(f"{path.name}{extension}") if extension else path


def _safe(part: str) -> str:
    return "%2E%2E" if part == ".." else part
