"""What tells that a file is another one than before, without reading it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

# Clocks of file systems tick, some only every two seconds: a file may be written twice within one tick.
_TICK_NANOSECONDS = 2_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FileStamp:
    """A file as the file system describes it.

    Args:
        modified: when its content changed, in nanoseconds since 1970.
        changed: when anything about it changed; no program can set that back.
        size: in bytes.
        inode: which file it is; another one after it was replaced.
        looked_at: when this was found out.
    """

    modified: int
    changed: int
    size: int
    inode: int
    looked_at: int

    def proves_same(self, later: FileStamp | None) -> bool:
        """Whether what was read after this stamp was taken is still what the file holds at a later one.

        Example:
            >>> old = FileStamp(modified=0, changed=0, size=5, inode=1, looked_at=10_000_000_000)
            >>> new = FileStamp(modified=0, changed=0, size=5, inode=1, looked_at=20_000_000_000)
            >>> old.proves_same(new)
            True

            A file that was read within the tick in which it was written may have been written again in it:

            >>> fresh = FileStamp(modified=0, changed=0, size=5, inode=1, looked_at=1_000_000_000)
            >>> fresh.proves_same(new)
            False
        """
        if later is None or self._facts != later._facts:
            return False
        return self.looked_at - max(self.modified, self.changed) > _TICK_NANOSECONDS

    @property
    def _facts(self) -> tuple[int, int, int, int]:
        return self.modified, self.changed, self.size, self.inode


def file_stamp(path: str | os.PathLike[str]) -> FileStamp | None:
    """The stamp of a file as it is now; None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return FileStamp(
        modified=found.st_mtime_ns,
        changed=found.st_ctime_ns,
        size=found.st_size,
        inode=found.st_ino,
        looked_at=time.time_ns(),
    )
