"""The default IO manager: every version of a value is a file that is named by its content."""

from __future__ import annotations

import io
import os
import posixpath
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal

from daglab.definitions.io_manager import InputContext, IOManager, OutputContext, StoredValue
from daglab.errors import (
    InvariantViolationError,
    MissingExtraError,
    UnstorableValueError,
    UntrustedValueError,
    ValueMissingError,
    ValueStoreError,
    suggest,
)
from daglab.foundation.files import Content
from daglab.io_managers.describing import count_rows, describe
from daglab.io_managers.formats import EXACT_FORMATS, choose_format
from daglab.io_managers.pickles import SignedPickle
from daglab.io_managers.placing import PlacedFile, content_version, make_folder, place_bytes, place_written
from daglab.io_managers.safe_names import safe_name
from daglab.io_managers.signing import PickleSigner, read_or_create_key
from daglab.io_managers.storage_errors import explain_os_error
from daglab.io_managers.value_format import ValueFormat

_CHECKED_SIZE = 64 << 20
"""Smaller files are hashed when they are loaded, at 0.7 ms per MB; of larger ones only the size is compared."""

_NO_PATH = re.compile("[\0\ud800-\udfff]")


class FilesystemIOManager(IOManager):
    """Keeps values as files `<base_dir>/<asset key>/<partition>/<version>.<extension>`.

    The version is a hash of the file's bytes, so the same bytes are stored once, a version is never overwritten, and
    a damaged file is noticed when it is loaded. Tables become Parquet, arrays `.npy`, plain data JSON or text, each
    only where the value comes back equal; everything else is pickled and signed with the key in `<home>/secret.key`.

    Args:
        base_dir: where the files go; made when it is needed.
        home: the folder of the key that signs pickles; a folder in `base_dir` if left out.
        key: the key itself, instead of one in a file.
        durability: "process": a value survives the end of any process; "power": also a power cut.

    Example:
        >>> import tempfile
        >>> from daglab.definitions.asset_key import AssetKey
        >>> store = FilesystemIOManager(tempfile.mkdtemp())
        >>> output = OutputContext(step_key="answer", output_name="result", run_id="r", asset_key=AssetKey("answer"))
        >>> store.handle_output(output, 42)
        >>> output.stored.reference["format"]
        'json'
        >>> store.load_input(InputContext(upstream=output, stored=output.stored))
        42
    """

    hands_over = True

    def __init__(
        self,
        base_dir: str | os.PathLike[str],
        *,
        home: str | os.PathLike[str] | None = None,
        key: bytes | None = None,
        durability: Literal["process", "power"] = "process",
    ) -> None:
        self.base_dir = Path(base_dir).absolute()
        self._base = str(self.base_dir)
        key_folder = Path(home) if home is not None else self.base_dir / ".daglab"
        self._pickle = SignedPickle(PickleSigner(lambda: read_or_create_key(key_folder) if key is None else key))
        self._formats: Mapping[str, ValueFormat] = {form.name: form for form in (*EXACT_FORMATS, self._pickle)}
        self._durable = durability == "power"
        self._made: set[str] = set()

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Stores a value, and tells the context where it lies, how large it is, and what a table's columns are.

        Raises:
            UnstorableValueError: nothing can write it, as with generators and open files.
            ValueStoreError: the disk is full, or the folder cannot be written.
        """
        _refuse_several_partitions(context)
        chosen, content = choose_format(obj) or self._pickled(context, obj)
        place = "/".join(map(safe_name, context.value_path))
        placed = self._place(context, place, content, chosen.extension)
        context.record_stored(
            StoredValue(
                reference={"path": f"{place}/{placed.version}.{chosen.extension}", "format": chosen.name},
                # The same bytes are another value in another format: 1 in JSON is the text "1".
                data_version=f"{placed.version}-{chosen.name}",
                size=placed.size,
                rows=count_rows(obj),
            )
        )
        context.add_facts(describe(obj))

    def load_input(self, context: InputContext) -> Any:
        """Loads the version that `context.stored` refers to.

        Raises:
            ValueMissingError: nothing was stored, or the file is gone.
            UntrustedValueError: a pickle that this home did not sign.
            ValueStoreError: the file is damaged or lies outside of `base_dir`.
        """
        name, stored = context.upstream.label, context.stored
        if stored is None:
            raise ValueMissingError(f"{name} has no stored value", hint=f"materialize {name} first")
        path, chosen = self._locate(name, stored), self._format(name, stored)
        try:
            with open(path, "rb") as file:
                source = _checked(file, name, path, stored)
                return self._read(source, chosen, name, path)
        except FileNotFoundError:
            raise _gone(name, path) from None
        except OSError as error:
            raise explain_os_error(error, f"{name} cannot be read", path) from error

    def holds(self, context: InputContext) -> bool:
        """Whether the file is there, as long as it was; its bytes are looked at when it is loaded."""
        stored = context.stored
        if stored is None:
            return False
        try:
            status = os.stat(self._locate(context.upstream.label, stored))
        except (OSError, ValueStoreError):
            return False
        return stat.S_ISREG(status.st_mode) and stored.size in (None, status.st_size)

    def file_of(self, stored: StoredValue) -> Path | None:
        """The file of a value; None where another IO manager keeps it."""
        path, form = stored.reference.get("path"), stored.reference.get("format")
        if form not in self._formats or not isinstance(path, str):
            return None
        try:
            return Path(self._locate("a stored value", stored))
        except ValueStoreError:
            return None

    def _read(self, source: BinaryIO, chosen: ValueFormat, name: str, path: str) -> Any:
        """Loads a file; unpickling may raise anything, so all of it is put in terms of the value."""
        try:
            return chosen.load(source)
        except UntrustedValueError as error:
            raise UntrustedValueError(f"{name}: {path!r}: {error.message}", hint=error.hint) from None
        except MissingExtraError:
            raise
        except Exception as error:
            raise ValueStoreError(
                f"{name}: {path!r} cannot be read as {chosen.name}: {type(error).__name__}: {error}",
                hint=f"check that what it needs can be imported here; else materialize {name} again",
            ) from error

    def _pickled(self, context: OutputContext, obj: Any) -> tuple[ValueFormat, Content]:
        try:
            return self._pickle, self._pickle.dump(obj)
        except ValueStoreError:
            raise
        except Exception as error:
            kind = f"{type(obj).__module__}.{type(obj).__qualname__}".removeprefix("builtins.")
            raise UnstorableValueError(
                f"{context.label}: a value of type {kind} cannot be stored: {type(error).__name__}: {error}",
                hint="return a table, an array, text or anything else that can be pickled; "
                "or keep the value in a plain cell, which every asset that needs it executes",
            ) from error

    def _place(self, context: OutputContext, place: str, content: Content, extension: str) -> PlacedFile:
        folder = f"{self._base}/{place}"
        try:
            if folder not in self._made:
                make_folder(folder, durable=self._durable)
                self._made.add(folder)
            try:
                return self._write(folder, content, extension)
            except FileNotFoundError:  # somebody removed the folder since
                make_folder(folder, durable=self._durable)
                return self._write(folder, content, extension)
        except OSError as error:
            raise explain_os_error(error, f"{context.label} cannot be stored", folder) from error

    def _write(self, folder: str, content: Content, extension: str) -> PlacedFile:
        if isinstance(content, bytes):
            return place_bytes(folder, content, extension, durable=self._durable)
        return place_written(folder, content, extension, durable=self._durable)

    def _locate(self, name: str, stored: StoredValue) -> str:
        """The file's path; a reference that leads out of the store is refused."""
        relative = stored.reference.get("path")
        if not isinstance(relative, str) or not relative or _NO_PATH.search(relative):
            raise ValueStoreError(
                f"{name}: the reference {dict(stored.reference)!r} was not written by this IO manager",
                hint="configure the IO manager that stored the value, or materialize it again",
            )
        path = posixpath.join(self._base, relative)
        base = os.path.realpath(self._base)
        if os.path.commonpath((base, os.path.realpath(path))) != base:
            raise ValueStoreError(f"{name}: {relative!r} leads out of {self._base!r}", hint=f"materialize {name} again")
        return path

    def _format(self, name: str, stored: StoredValue) -> ValueFormat:
        asked = str(stored.reference.get("format"))
        try:
            return self._formats[asked]
        except KeyError:
            raise ValueStoreError(
                f"{name}: the format {asked!r} is unknown here",
                hint=suggest(asked, self._formats) or f"update daglab, or materialize {name} again",
            ) from None


def _checked(file: BinaryIO, name: str, path: str, stored: StoredValue) -> BinaryIO:
    """The file, after a look at whether it still is what was written."""
    size = os.fstat(file.fileno()).st_size
    damaged = stored.size is not None and size != stored.size
    if not damaged and size <= _CHECKED_SIZE:
        content = file.read()
        file = io.BytesIO(content)
        damaged = content_version(content) != posixpath.basename(path).partition(".")[0]
    if damaged:
        raise ValueStoreError(
            f"{name}: {path!r} is damaged: it is not what was stored ({size:,} bytes now)",
            hint=f"delete the file and materialize {name} again",
        )
    return file


def _refuse_several_partitions(context: OutputContext) -> None:
    if context.has_asset_partitions and len(context.asset_partition_keys) > 1:
        raise InvariantViolationError(
            f"{context.label}: one value cannot be stored for {len(context.asset_partition_keys)} partitions",
            hint="give an IO manager that divides it, return nothing and store each partition in the asset's own code, "
            "or run it for one partition at a time",
        )


def _gone(name: str, path: str) -> ValueMissingError:
    return ValueMissingError(
        f"the value of {name} is gone: there is no file {path!r}", hint=f"materialize {name} again"
    )
