"""Telling when the store lies on a network drive."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import psutil

_NETWORK = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
    }
    | {"fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "smb2", "smb3", "smbfs", "webdav"}
)


def warn_of_network_drive(path: Path) -> None:
    """Warns if an SQLite file lies where SQLite cannot lock it reliably.

    See https://www.sqlite.org/wal.html, "All processes using a database must be on the same host computer".
    """
    kind = file_system_of(path)
    if kind in _NETWORK:
        warnings.warn(
            f"the run store {path} lies on a network drive ({kind}): used from two machines at once it may be damaged; "
            "set DAGLAB_HOME to a local folder, or `run_store` to a PostgreSQL database",
            RuntimeWarning,
            stacklevel=3,
        )


def file_system_of(path: Path) -> str:
    """The kind of file system on which a file lies, as the system names it; "" where that cannot be told."""
    place = os.path.realpath(path)
    best = ("", "")
    for part in psutil.disk_partitions(all=True):
        point = part.mountpoint
        inside = place == point or place.startswith(point.rstrip(os.sep) + os.sep)
        if inside and len(point) >= len(best[0]):
            best = (point, part.fstype)
    return best[1].lower()
