"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias

Content: TypeAlias = bytes | Callable[[BinaryIO], object]


def write_atomically(path: Path, content: Content, *, durable: bool = False) -> None:
    """Writes a file under a temporary name beside its place, then renames it there.

    Readers see the old file or the new one, never a part; what was there before stays if anything goes
    wrong. Folders that are missing are made. Errors of the system (a full disk, a read-only folder) pass
    through as they are.

    Args:
        path: where the file goes.
        content: the bytes, or a function that writes them into an open binary file.
        durable: also wait until the disk has it, so that it survives a power cut.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "deep" / "greeting.txt"
        >>> write_atomically(place, b"hello")
        >>> place.read_bytes(), [file.name for file in place.parent.iterdir()]
        (b'hello', ['greeting.txt'])
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{os.urandom(8).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is only on disk once its folder is; Windows cannot open one and does not need to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
