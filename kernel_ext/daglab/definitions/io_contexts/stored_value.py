"""Where a stored value lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredValue:
    """Where one version of a value lies, as the run store remembers it.

    Args:
        reference: whatever the IO manager needs to find the value again; JSON.
        data_version: changes when the value does; the hash of the stored bytes, unless the IO manager knows better.
        size: bytes.
        rows: rows, for tables.

    Example:
        >>> StoredValue(reference={"path": "orders.parquet"}, rows=3).reference["path"]
        'orders.parquet'
    """

    reference: Mapping[str, Any]
    data_version: str | None = None
    size: int | None = None
    rows: int | None = None
