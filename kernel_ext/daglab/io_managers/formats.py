"""Which format a value is stored in: the first one that gives it back equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daglab.foundation.files import Content
from daglab.io_managers.arrays import NumpyArray
from daglab.io_managers.arrow_tables import ArrowTable, PolarsFrame
from daglab.io_managers.pandas_tables import PandasFrame, PandasSeries
from daglab.io_managers.plain import JsonTree, RawBytes, Utf8Text
from daglab.io_managers.value_format import ValueFormat

EXACT_FORMATS: tuple[ValueFormat, ...] = (
    RawBytes(),
    Utf8Text(),
    JsonTree(),
    PandasFrame(),
    PandasSeries(),
    NumpyArray(),
    PolarsFrame(),
    ArrowTable(),
)


def choose_format(value: Any, formats: Sequence[ValueFormat] = EXACT_FORMATS) -> tuple[ValueFormat, Content] | None:
    """The first format that gives a value back equal, with what it makes of the value; None if there is none.

    Args:
        value: what is to be stored.
        formats: the candidates in their order of preference.

    Example:
        >>> format, content = choose_format({"a": [1, 2]})
        >>> format.name, content
        ('json', b'{"a": [1, 2]}')
        >>> choose_format({"a": (1, 2)}) is None
        True
    """
    for candidate in formats:
        if candidate.accepts(value):
            content = candidate.dump(value)
            if content is not None:
                return candidate, content
    return None
