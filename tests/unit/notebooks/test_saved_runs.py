"""What a saved notebook says of how it was run."""

import json

import pytest

from daglab.errors import NotebookError
from daglab.notebooks.saved_runs import SavedRun, SavedRuns, read_saved_runs


def write(folder, content):
    path = folder / "n.ipynb"
    path.write_text(json.dumps(content))
    return path


def test_counts_and_errors(tmp_path):
    failed = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": []}
    cells = [
        {"cell_type": "markdown", "source": "# A"},
        {"cell_type": "code", "source": "x", "execution_count": 3, "outputs": [{"output_type": "stream"}, failed]},
        {"cell_type": "code", "source": "y", "execution_count": None, "outputs": []},
        {"cell_type": "code", "source": "z", "execution_count": "odd", "outputs": "odd"},
        "no cell",
    ]
    assert read_saved_runs(write(tmp_path, {"cells": cells, "nbformat": 4, "nbformat_minor": 5})) == SavedRuns(
        nbformat=4,
        runs={2: SavedRun(count=3, error="KeyError: 'x'"), 3: SavedRun(count=None), 4: SavedRun(count=None)},
    )


def test_version_3(tmp_path):
    sheet = {"cells": [{"cell_type": "code", "input": "x", "prompt_number": 2, "outputs": []}]}
    content = {"worksheets": [sheet], "nbformat": 3}
    assert read_saved_runs(write(tmp_path, content)) == SavedRuns(nbformat=3, runs={1: SavedRun(count=2)})


def test_a_python_file_has_no_runs(tmp_path):
    assert read_saved_runs(tmp_path / "n.py") == SavedRuns(nbformat=None, runs={})


def test_what_is_no_notebook(tmp_path):
    with pytest.raises(NotebookError, match="no list of cells"):
        read_saved_runs(write(tmp_path, {}))
