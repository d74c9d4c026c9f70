"""Files named by their content: written whole or not at all, and once."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from io import BufferedWriter
from pathlib import Path
from typing import Any, BinaryIO, cast

_DIGEST_SIZE = 12
_CHUNK = 1 << 20
_ASIDE = ".removed"


def content_version(content: bytes) -> str:
    """The name that content gives a file: 24 hexadecimal digits of BLAKE2b."""
    return blake2b(content, digest_size=_DIGEST_SIZE).hexdigest()


class PlacedFile:
    """A file that is now in its place.

    Args:
        version: the hash of its bytes.
        size: their number.
    """

    __slots__ = ("size", "version")

    def __init__(self, version: str, size: int) -> None:
        self.version = version
        self.size = size


def place_bytes(folder: str, content: bytes, extension: str, *, durable: bool) -> PlacedFile:
    """Puts bytes into a folder under the name that their hash gives, unless they are there already."""
    version, size = content_version(content), len(content)
    path = f"{folder}/{version}.{extension}"
    if _is_renewed(path, version, size):
        return PlacedFile(version, size)
    with _Draft(folder) as draft:
        handle = draft.create()
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
            if durable:
                os.fsync(handle)
        finally:
            os.close(handle)
        draft.move_to(path, durable=durable)
    return PlacedFile(version, size)


def place_written(folder: str, write: Callable[[BinaryIO], object], extension: str, *, durable: bool) -> PlacedFile:
    """The same for content that is written piece by piece, and hashed on its way to the disk."""
    with _Draft(folder) as draft:
        with os.fdopen(draft.create(), "wb") as file:
            hashing = _HashingWriter(file)
            write(cast(BinaryIO, hashing))
            file.flush()
            if durable:
                os.fsync(file.fileno())
        version, size = hashing.digest.hexdigest(), hashing.size
        path = f"{folder}/{version}.{extension}"
        if not _is_renewed(path, version, size):
            draft.move_to(path, durable=durable)
    return PlacedFile(version, size)


def make_folder(folder: str, *, durable: bool) -> None:
    """Makes a folder and those above it; if durable, each one is on the disk before anything is put into it."""
    parent = os.path.dirname(folder)
    try:
        os.mkdir(folder)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
        return
    except FileNotFoundError:
        make_folder(parent, durable=durable)
        with suppress(FileExistsError):
            os.mkdir(folder)
    if durable:
        _sync_folder(parent)


def sweep_drafts(folder: Path, *, older_than: float) -> int:
    """Removes what processes that were killed left half-written below a folder.

    Args:
        folder: of all stored values.
        older_than: seconds since 1970; somebody may still write to younger ones.

    Returns:
        How many there were.
    """
    swept = 0
    for path in folder.rglob(".*.tmp"):
        with suppress(OSError):
            if path.stat().st_mtime < older_than:
                path.unlink()
                swept += 1
    return swept


def remove_placed(path: str, *, older_than: float) -> bool:
    """Removes a file, unless somebody has put the same bytes there since, be it at this very moment.

    Args:
        path: the file.
        older_than: seconds since 1970; what was put there later stays.

    Returns:
        Whether it was removed.
    """
    folder, name = os.path.split(path)
    aside = f"{folder}/.{name}{_ASIDE}"
    try:
        if os.stat(path).st_mtime >= older_than:
            return False
        os.replace(path, aside)
    except FileNotFoundError:
        return False
    # Whoever looked at the file before it moved has renewed it first; whoever looks now writes it anew.
    if os.stat(aside).st_mtime >= older_than:
        os.replace(aside, path)
        return False
    os.unlink(aside)
    return True


def finish_removals(folder: Path, *, keeps: Callable[[Path], bool], older_than: float) -> None:
    """Ends what a process that was killed in `remove_placed` has begun.

    Args:
        folder: of all stored values.
        keeps: whether a file is needed.
        older_than: seconds since 1970; what was begun later may be about to end by itself.
    """
    for aside in folder.rglob(f".*{_ASIDE}"):
        path = aside.with_name(aside.name[1 : -len(_ASIDE)])
        with suppress(FileNotFoundError):
            if aside.stat().st_ctime >= older_than:
                continue
            if keeps(path) and not path.exists():
                aside.rename(path)
            else:
                aside.unlink()


def _sync_folder(folder: str) -> None:
    if os.name == "nt":  # a folder cannot be opened there, and need not be
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Draft:
    """A file under a temporary name, gone at the end unless it was moved to its place."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = f"{folder}/.{os.urandom(8).hex()}.tmp"
        self._exists = False

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        if self._exists:
            with suppress(FileNotFoundError):
                os.unlink(self._path)

    def create(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        handle = os.open(self._path, flags, 0o666)
        self._exists = True
        return handle

    def move_to(self, path: str, *, durable: bool) -> None:
        os.replace(self._path, path)
        self._exists = False
        if durable:
            _sync_folder(self._folder)


class _HashingWriter:
    """What a library takes for an open file; it never seeks back, so the hash is of the bytes in their order."""

    closed = False

    def __init__(self, file: BufferedWriter) -> None:
        self._file = file
        self.digest = blake2b(digest_size=_DIGEST_SIZE)
        self.size = 0

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        for start in range(0, view.nbytes, _CHUNK):
            self.digest.update(view[start : start + _CHUNK])
        self._file.write(view)
        self.size += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Left open: whoever opened the file closes it."""

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


def _is_renewed(path: str, version: str, size: int) -> bool:
    """Whether a file is there whole; if so, it counts as put there now, and nobody removes it as an old one."""
    try:
        os.utime(path)
    except OSError:  # not there, or of another user: then it is written anew
        return False
    return _is_whole(path, version, size)


def _is_whole(path: str, version: str, size: int) -> bool:
    """Whether a file is there and still is what was written."""
    if not os.path.exists(path):  # as a rule; looking is cheaper than trying to open it
        return False
    digest = blake2b(digest_size=_DIGEST_SIZE)
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size != size:
                return False
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == version
