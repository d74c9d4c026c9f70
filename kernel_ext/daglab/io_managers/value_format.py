"""What a format is: one way to write values of some kind so that they come back equal."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO, Protocol

from daglab.foundation.files import Content


class ValueFormat(Protocol):
    """One way to write values of some kind to a file and to read them again."""

    @property
    def name(self) -> str:
        """How a stored value's reference names the format; never changes its meaning."""

    @property
    def extension(self) -> str:
        """What the file's name ends with, without the dot."""

    def accepts(self, value: object) -> bool:
        """Whether the value is of this format's kind, told by its exact type alone: cheap, imports nothing."""

    def dump(self, value: Any) -> Content | None:
        """The bytes, or a function that writes them; None where the value would not come back equal.

        Equal values written in one environment give equal bytes. Only called with a value that was accepted.
        """

    def load(self, file: BinaryIO) -> Any:
        """Reads what `dump` wrote, from a file open at its beginning; raises whatever a damaged file makes it raise."""


def has_type(value: object, module: str, name: str) -> bool:
    """Whether a value is exactly of a library's class, without importing the library.

    A value of a class can only exist where the class's module has been imported.

    Example:
        >>> from decimal import Decimal
        >>> has_type(Decimal(1), "decimal", "Decimal"), has_type(1, "no_such_module", "Decimal")
        (True, False)
    """
    loaded = sys.modules.get(module)
    return loaded is not None and type(value) is getattr(loaded, name, None)
