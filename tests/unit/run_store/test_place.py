from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from daglab.errors import RunStoreError
from daglab.run_store.network_drive import file_system_of
from daglab.run_store.place import postgresql_address, sqlite_path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////home/user/store.db", "/home/user/store.db"),
        ("sqlite+pysqlite:////home/user/store.db", "/home/user/store.db"),
        ("sqlite:////home/%41 ?#/ü.db", "/home/%41 ?#/ü.db"),
        ("sqlite:///store.db", os.path.join(os.getcwd(), "store.db")),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql://me@host/store", None),
    ],
)
def test_what_follows_the_third_slash_is_the_path(url: str, path: str | None) -> None:
    assert sqlite_path(url) == (None if path is None else Path(path))


@pytest.mark.parametrize("url", ["postgresql://me:secret@host/db", "postgresql+psycopg2://me:secret@host/db"])
def test_postgresql_is_spoken_to_through_psycopg(url: str) -> None:
    assert postgresql_address(url).render_as_string() == "postgresql+psycopg://me:***@host/db"


def test_other_databases_are_refused() -> None:
    with pytest.raises(RunStoreError, match=r"'mysql://me:\*\*\*@host/db' is no address"):
        postgresql_address("mysql://me:secret@host/db")


def test_the_innermost_mount_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = {"/": "ext4", "/mnt": "NFS4", "/mnt/fast": "xfs", "/mnt/fas": "cifs"}
    found = [SimpleNamespace(mountpoint=point, fstype=kind) for point, kind in mounts.items()]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: found)
    kinds = [file_system_of(Path(path)) for path in ("/a/x", "/mnt/x", "/mnt/fast/x", "/mnt/faster")]
    assert kinds == ["ext4", "nfs4", "xfs", "nfs4"]
