"""Which versions of libraries wrote a stored value, as far as its file tells."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from daglab.io_managers.parquet import EXTENSION, can_write_parquet


def libraries_that_wrote(path: Path) -> dict[str, str]:
    """The versions of the libraries that wrote a file, by name; Parquet tells, other formats do not.

    Example:
        >>> libraries_that_wrote(Path("orders.json"))
        {}
    """
    if path.suffix != f".{EXTENSION}" or not can_write_parquet():
        return {}
    try:
        metadata = import_module("pyarrow.parquet").read_schema(path).metadata or {}
        told = json.loads(metadata.get(b"pandas", b"{}"))
        creator = told.get("creator") or {}
        found = {"pandas": told.get("pandas_version"), creator.get("library", "pyarrow"): creator.get("version")}
    except Exception:  # whatever a damaged file makes it raise: it is a hint, and loading says what is wrong
        return {}
    return {name: str(version) for name, version in found.items() if version}
