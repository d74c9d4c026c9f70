"""Values that pass from step to step within one process, so that no step ever sees what another one does to them.

A value that cannot change is passed as it is. A table of pandas 3 and later, or of polars, is passed as a shallow copy,
which the library turns into a real one when somebody writes to it; numpy arrays are copied. All others are loaded from
where they are stored, which makes new objects.
"""

from __future__ import annotations

import sys
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

_UNCHANGING = (bool, int, float, complex, str, bytes, type(None), date, time, timedelta, Decimal, range)


def can_be_handed_over(value: object) -> bool:
    """Whether `handed_over` can give this value out more cheaply than a load from storage."""
    if type(value) in _UNCHANGING:
        return True
    if type(value) in (tuple, frozenset):
        return all(type(one) in _UNCHANGING for one in value)  # type: ignore[attr-defined]
    return _copier_of(value) is not None


def handed_over(value: Any) -> Any:
    """The same value for one more reader."""
    copier = _copier_of(value)
    return value if copier is None else copier(value)


def _copier_of(value: Any) -> Any:
    family = type(value).__module__.partition(".")[0]
    if family == "pandas" and _copies_on_write() and _holds_no_objects(value):
        return _shallow
    if family == "polars" and type(value).__name__ in ("DataFrame", "Series"):
        return _clone if _holds_no_python(value) else None
    if family == "pyarrow" and hasattr(value, "column_names"):
        return _same
    if family == "numpy" and type(value).__name__ == "ndarray" and not value.dtype.hasobject:
        return _real_copy
    return None


def _copies_on_write() -> bool:
    pandas: Any = sys.modules["pandas"]
    return int(pandas.__version__.partition(".")[0]) >= 3


def _holds_no_objects(value: Any) -> bool:
    if type(value).__name__ == "DataFrame":
        return not any(str(dtype) == "object" for dtype in value.dtypes)
    return type(value).__name__ == "Series" and str(value.dtype) != "object"


def _holds_no_python(value: Any) -> bool:
    dtypes = value.dtypes if type(value).__name__ == "DataFrame" else [value.dtype]
    return not any("Object" in str(dtype) for dtype in dtypes)


def _clone(value: Any) -> Any:
    return value.clone()


def _same(value: Any) -> Any:
    return value


def _shallow(value: Any) -> Any:
    return value.copy(deep=False)


def _real_copy(value: Any) -> Any:
    return value.copy()
