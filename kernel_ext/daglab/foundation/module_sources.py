"""The text of modules, read again only when a file is another."""

from __future__ import annotations

import os
import time
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO

_Stamp = tuple[int, int, int, int]
_UNSURE_NANOSECONDS = 2_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleSource:
    """What a file of code holds.

    Args:
        text: its code; None if it is no text, or is gone.
        digest: of its bytes; "" if it is gone.
    """

    text: str | None
    digest: str

    @staticmethod
    def of(content: bytes) -> ModuleSource:
        """What some bytes are as code."""
        return _source(content)


UNSURE = "written just now"
"""Stands for the stamp of a file that may change without another stamp."""

GONE = ModuleSource(text=None, digest="")


class ModuleSources:
    """Reads files of code. Two looks at a file that did not change cost one reading.

    Attributes:
        stamps: of each file, when it was last looked at.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Stamp, ModuleSource]] = {}
        self.stamps: dict[str, object] = {}

    def read(self, path: str) -> ModuleSource:
        """What a file holds now."""
        stamp = self.stamps[path] = stamp_of(path)
        if stamp is None:
            return GONE
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError:
            return GONE
        found = _source(content)
        if stamp_of(path) == stamp and not is_recent(path):
            self._known[path] = (stamp, found)
        else:
            self._known.pop(path, None)
            self.stamps[path] = UNSURE
        return found


def stamp_of(path: str) -> _Stamp | None:
    """What is another when a file was written or replaced: times, size and inode. None if it is gone."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def is_recent(path: str) -> bool:
    """Whether a file was written so short a time ago that it may be written again without another stamp."""
    try:
        return time.time_ns() - os.stat(path).st_mtime_ns < _UNSURE_NANOSECONDS
    except OSError:
        return True


@lru_cache(maxsize=1024)
def _source(content: bytes) -> ModuleSource:
    return ModuleSource(text=_decoded(content), digest=blake2b(content, digest_size=8).hexdigest())


def _decoded(content: bytes) -> str | None:
    """The text, as Python would read it: a file may say which encoding it is in."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None
