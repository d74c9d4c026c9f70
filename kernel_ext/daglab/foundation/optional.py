"""Packages that daglab can use and does not demand."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from daglab.errors import MissingExtraError


def require(package: str, extra: str) -> ModuleType:
    """Imports an optional package, or says which extra of daglab brings it.

    Args:
        package: the dotted name of the module.
        extra: the extra that lists it.

    Raises:
        MissingExtraError: it is not installed. A package that is there and misses one of its own needs raises
            what it raises, because installing the extra again would not help.

    Example:
        >>> require("json", "example").dumps([1])
        '[1]'
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name is not None and (package == error.name or package.startswith(f"{error.name}.")):
            raise MissingExtraError(package, extra=extra) from None
        raise
