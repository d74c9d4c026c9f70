"""The format for NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

from daglab.foundation.files import Content
from daglab.io_managers.value_format import has_type

_KINDS = frozenset("biufcmMSUV")
_LONGEST_DESCRIPTION = 8_000  # NumPy refuses to read headers of more than 10,000 characters


class NumpyArray:
    """Arrays as `.npy`, with dtype, shape, and C or Fortran order; never with Python objects inside."""

    name = "numpy"
    extension = "npy"

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return has_type(value, "numpy", "ndarray")

    def dump(self, value: Any) -> Content | None:
        """See `ValueFormat`."""
        if not _is_exact(value.dtype):
            return None

        def write(file: BinaryIO) -> None:
            import_module("numpy.lib.format").write_array(file, value, allow_pickle=False)

        return write

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`."""
        return import_module("numpy.lib.format").read_array(file, allow_pickle=False)


def _is_exact(dtype: Any) -> bool:
    """Whether the file's header can say all there is to say about a dtype."""
    if not all(part.kind in _KINDS and part.itemsize > 0 and part.metadata is None for part in _parts(dtype)):
        return False
    if dtype.kind != "V":
        return True
    header = import_module("numpy.lib.format")
    description = header.dtype_to_descr(dtype)
    text = repr(description)
    if len(text) > _LONGEST_DESCRIPTION or not text.isascii():
        return False
    back = header.descr_to_dtype(description)
    return bool(back == dtype and back.isalignedstruct == dtype.isalignedstruct)


def _parts(dtype: Any) -> Iterator[Any]:
    """A dtype and those it is made of, all the way down."""
    yield dtype
    if dtype.subdtype is not None:
        yield from _parts(dtype.subdtype[0])
    for field in (dtype.fields or {}).values():
        yield from _parts(field[0])
