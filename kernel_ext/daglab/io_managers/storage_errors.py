"""What the operating system's refusals mean for somebody who wants to store a value."""

from __future__ import annotations

import errno
import os
import shutil

from daglab.errors import ValueStoreError
from daglab.foundation.text import format_bytes

_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def explain_os_error(error: OSError, what: str, path: str) -> ValueStoreError:
    """Turns an error of the file system into one that says what to do.

    Args:
        error: what the system said.
        what: what could not be done, as a clause.
        path: the file or folder it is about.
    """
    reason = f"{what}: {error.strerror or error}: {path!r}"
    if error.errno in _FULL:
        return ValueStoreError(
            f"{reason} ({_free(path)} free)", hint="free some space there, or set another folder as storage"
        )
    if error.errno in _FORBIDDEN:
        return ValueStoreError(
            reason, hint="give the user that daglab runs as access to it, or set another folder as storage"
        )
    if error.errno == errno.ENAMETOOLONG:
        return ValueStoreError(reason, hint="use a shorter asset key or partition key, or a storage folder less deep")
    return ValueStoreError(reason, hint="look at the folder, or set another one as storage")


def _free(path: str) -> str:
    """Free space where a path is or would be."""
    while not os.path.exists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    try:
        return format_bytes(shutil.disk_usage(path).free)
    except OSError:
        return "unknown"
