"""Where a store is: reading its address, and looking at the place before a database is opened there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import sqlalchemy as sa

from daglab.errors import RunStoreError, StoreUnavailableError

_SQLITE = re.compile(r"sqlite(?:\+pysqlite)?:///(?!:memory:)(.+)", re.DOTALL)
_SMALLEST = 512  # bytes: one page of the smallest size


def sqlite_path(url: str) -> Path | None:
    """The file that an address of SQLite names, None for another kind of address.

    What follows the third slash is taken literally: versions of SQLAlchemy differ in whether "%41" is an "A".
    """
    found = _SQLITE.fullmatch(url)
    return Path(os.path.abspath(found[1])) if found else None


def postgresql_address(url: str) -> sa.URL:
    """Reads an address of PostgreSQL.

    Raises:
        RunStoreError: it is none.
    """
    hint = 'write "sqlite:////folder/store.db" or "postgresql://user:password@host/database"'
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise RunStoreError(f"{url!r} is no address of a run store", hint=hint) from None
    if address.get_backend_name() != "postgresql":
        shown = address.render_as_string(hide_password=True)
        raise RunStoreError(f"{shown!r} is no address of a run store", hint=hint)
    return address.set(drivername="postgresql+psycopg")


def prepare_place(path: Path) -> bool:
    """Makes the folder where it is missing; says whether the store can be written.

    Raises:
        RunStoreError: something else is there.
        StoreUnavailableError: it is not there and cannot be made, or cannot be read.
    """
    hint = "give it a place that you may write to, with DAGLAB_HOME or `run_store` in [tool.daglab]"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder {path.parent} of the run store cannot be made: {error.strerror}"
        raise StoreUnavailableError(message, hint=hint) from error
    if path.is_dir():
        raise RunStoreError(f"{path} is a folder, not a run store", hint="name a file in it")
    writable = _may(path.parent, os.W_OK) and (not path.exists() or _may(path, os.W_OK))
    if not writable and not path.exists():
        raise StoreUnavailableError(f"the run store {path} does not exist and cannot be made", hint=hint)
    if path.exists() and not _may(path, os.R_OK):
        raise StoreUnavailableError(f"the run store {path} cannot be read: permission denied", hint=hint)
    # SQLite takes a very short file for an empty one. Never look into it by other means than SQLite's: to close a file
    # takes away the locks that this process has on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    if path.exists() and 0 < path.stat().st_size < _SMALLEST:
        raise damaged(str(path), "file is not a database")
    return writable


def damaged(name: str, what: str) -> RunStoreError:
    """The error for a file that is there and cannot be read as a database."""
    hint = "move it away (a new one is made) or bring it back from a backup"
    return RunStoreError(f"{name} is no run store, or a damaged one: {what}", hint=hint)


def _may(path: Path, what: int) -> bool:
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)
