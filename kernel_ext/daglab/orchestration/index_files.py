"""The folder in which what was found out about notebooks outlives the process."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

from daglab.errors import ValueStoreError
from daglab.foundation import syntax_text
from daglab.foundation.file_stamps import file_stamp
from daglab.foundation.files import write_atomically
from daglab.foundation.version import __version__
from daglab.io_managers.signing import KEY_FILE, PickleSigner, read_or_create_key
from daglab.notebooks import document

_FOLDER = "index"
_SUFFIX = ".entry"
_MOST_LEFT_OVER = 200


class IndexFiles:
    """Entries by name, one file each; shared by all processes of a home.

    An entry is signed, as it is a pickle. One that cannot be read, was cut off, or was written by another version
    counts as absent: everything in it can be found out again, so nothing that is wrong with it is an error.

    Args:
        home: the folder of the home; nothing is written as long as there is none.
        is_read_only: whether nothing is ever written.
    """

    def __init__(self, home: Path, *, is_read_only: bool = False) -> None:
        self._home = home
        self._folder = home / _FOLDER
        self._is_read_only = is_read_only
        self._signer = PickleSigner(self._key)

    def read(self, name: str) -> object:
        """The entry of that name, None if there is none that can be used."""
        try:
            sealed = self._path(name).read_bytes()
            version, known_as, entry = pickle.loads(self._signer.unseal(sealed))
        except Exception:
            return None
        return entry if (version, known_as) == (_version(), name) else None

    def write(self, name: str, entry: object) -> None:
        """Keeps an entry, if the home can be written to."""
        if self._is_read_only or not self._home.is_dir():
            return
        with suppress(OSError, ValueStoreError):
            payload = pickle.dumps((_version(), name, entry), pickle.HIGHEST_PROTOCOL)
            write_atomically(self._path(name), self._signer.seal(payload))

    def sweep(self, names: Collection[str]) -> None:
        """Drops what is left of notebooks that are gone, once there is much of it."""
        if self._is_read_only:
            return
        with suppress(OSError):
            found = [path for path in self._folder.iterdir() if path.suffix == _SUFFIX]
            if len(found) <= len(names) + _MOST_LEFT_OVER:
                return
            kept = {self._path(name) for name in names}
            for path in found:
                if path not in kept:
                    path.unlink(missing_ok=True)

    def _key(self) -> bytes:
        if self._is_read_only and not (self._home / KEY_FILE).exists():
            raise ValueStoreError(f"there is no {KEY_FILE} in {str(self._home)!r}")
        return read_or_create_key(self._home)

    def _path(self, name: str) -> Path:
        return self._folder / (blake2b(name.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest() + _SUFFIX)


@cache
def _version() -> str:
    """What else an entry depends on: the code that reads notebooks, and the Python that parses them."""
    folders = (Path(document.__file__).parent, Path(syntax_text.__file__).parent)
    sources = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    stamps = [(path.name, found.modified, found.size) for path in sources if (found := file_stamp(path))]
    return f"{__version__} {sys.version} {blake2b(repr(stamps).encode(), digest_size=16).hexdigest()}"
