"""What the file of a table tells of the libraries that wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import OutputContext
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.io_managers.written_by import libraries_that_wrote


@pytest.fixture
def store(tmp_path: Path) -> FilesystemIOManager:
    return FilesystemIOManager(tmp_path)


def stored(store: FilesystemIOManager, value: object) -> Path:
    context = OutputContext(step_key="orders", output_name="result", run_id="r", asset_key=AssetKey("orders"))
    store.handle_output(context, value)
    found = store.file_of(context.stored) if context.stored else None
    assert found is not None
    return found


def test_table_of_pandas_tells_both_versions(store: FilesystemIOManager) -> None:
    told = libraries_that_wrote(stored(store, pd.DataFrame({"a": [1]})))
    assert told == {"pandas": pd.__version__, "pyarrow": pa.__version__}


def test_other_values_tell_nothing(store: FilesystemIOManager) -> None:
    for value in (1, "text", {1, 2}, pl.DataFrame({"a": [1]}), pa.table({"a": [1]})):
        assert libraries_that_wrote(stored(store, value)) == {}


def test_files_that_are_damaged_or_odd_tell_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert libraries_that_wrote(path) == {}
    path.write_bytes(b"PAR1")
    assert libraries_that_wrote(path) == {}
    for said in (b"no JSON", b"[]", json.dumps({"creator": None, "pandas_version": None}).encode()):
        pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({b"pandas": said}), path)
        assert libraries_that_wrote(path) == {}
