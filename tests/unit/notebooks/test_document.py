import json

import pytest

from daglab.errors import NotebookError
from daglab.notebooks.document import Cell, read_notebook


def _write(tmp_path, content, name="n.ipynb"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def _code(source, **more):
    return {"cell_type": "code", "source": source, **more}


def test_version_4(tmp_path):
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
        "cells": [
            {"cell_type": "markdown", "id": "m", "source": ["# Title\n", "text"]},
            _code(["x = 1\n", "y = 2"], id="c", metadata={"tags": ["parameters"]}, outputs=[], execution_count=1),
            {"cell_type": "raw", "source": "raw"},
            _code("z = 3"),
            {"cell_type": "code"},
        ],
    }
    notebook = read_notebook(_write(tmp_path, content))
    assert notebook.cells == (
        Cell(id="m", position=1, kind="markdown", source="# Title\ntext"),
        Cell(id="c", position=2, kind="code", source="x = 1\ny = 2", tags=("parameters",)),
        Cell(id=None, position=3, kind="raw", source="raw"),
        Cell(id=None, position=4, kind="code", source="z = 3"),
        Cell(id=None, position=5, kind="code", source=""),
    )
    assert [cell.position for cell in notebook.code_cells] == [2, 4, 5]


def test_version_3_with_worksheets(tmp_path):
    sheet = {"cells": [{"cell_type": "heading", "source": "T"}, {"cell_type": "code", "input": ["x = 1"]}]}
    notebook = read_notebook(_write(tmp_path, {"nbformat": 3, "worksheets": [sheet]}))
    assert [(cell.kind, cell.source) for cell in notebook.cells] == [("markdown", "T"), ("code", "x = 1")]


def test_byte_order_mark_is_no_matter(tmp_path):
    text = json.dumps({"cells": [_code("x = 1")]}).encode()
    assert read_notebook(_write(tmp_path, b"\xef\xbb\xbf" + text)).cells[0].source == "x = 1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b'{"cells": [\n<<<<', "not valid JSON: Expecting value at line 2, column 1"),
        (b"\xff\xfe\x00", "not UTF-8 text (byte 0)"),
        ([1], "JSON, but no notebook"),
        ({"a": 1}, "JSON, but no notebook"),
        ({"cells": 3}, "JSON, but no notebook"),
        ({"cells": [1]}, "cell 1 is no JSON object but 1"),
        ({"cells": [], "metadata": {"kernelspec": {"language": "R"}}}, "its language is 'R'"),
        ({"cells": [], "metadata": {"language_info": {"name": "julia"}}}, "its language is 'julia'"),
    ],
)
def test_what_is_no_notebook(tmp_path, content, message):
    path = _write(tmp_path, content)
    with pytest.raises(NotebookError) as caught:
        read_notebook(path)
    assert message in caught.value.message
    assert caught.value.path == str(path)


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(NotebookError, match="no such file"):
        read_notebook(tmp_path / "none.ipynb")
    with pytest.raises(NotebookError, match="is a directory"):
        read_notebook(tmp_path)


PERCENT = """\
#!/usr/bin/env python
# ---
# jupyter:
#   kernelspec: python3
# ---

import os

# %% [markdown]
# # Title
# text

# %% load tags=["a", "b"]
# %%asset orders
orders = 1

# %%
%%check orders
# a comment
orders > 0

# %%
# %matplotlib inline
# !ls
# %d is no magic, %s neither
#%%
x = 1
# %%%% no marker
"""


def test_percent_format(tmp_path):
    notebook = read_notebook(_write(tmp_path, PERCENT.encode(), "n.py"))
    assert [(cell.kind, cell.source) for cell in notebook.cells] == [
        ("code", "\nimport os"),
        ("markdown", "# Title\ntext"),
        ("code", "%%asset orders\norders = 1"),
        ("code", "%%check orders\n# a comment\norders > 0"),
        ("code", "%matplotlib inline\n!ls\n# %d is no magic, %s neither"),
        ("code", "x = 1\n# %%%% no marker"),
    ]
    assert notebook.cells[2].tags == ("a", "b")


def test_python_file_without_markers_is_one_cell(tmp_path):
    notebook = read_notebook(_write(tmp_path, b"x = 1\ny = 2\n", "n.py"))
    assert [cell.source for cell in notebook.cells] == ["x = 1\ny = 2"]
