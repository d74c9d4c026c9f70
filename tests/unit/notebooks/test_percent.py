import pytest

from daglab.notebooks.document import read_notebook
from daglab.notebooks.percent import has_cells
from daglab.notebooks.slices import slice_notebook

JUPYTEXT = '''\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
#   kernelspec:
#     name: python3
# ---

# %% [markdown]
# # A title
#
# With prose.

# %% imports tags=["setup"] slideshow={"slide_type": "skip"}
import math

# %% [md] closed="yes"
"""
Prose in quotes.
"""

# %%
# %%asset orders --group raw
"""What was sold."""
orders = [8, 12]

# %% {"name": "helper"}
# !ls
# %matplotlib inline
# files = !ls
def root(x):
    return math.sqrt(x)


# %% total | of all
# %%asset
# %%time
total = root(sum(orders))

# + not a cell of this format
# %%
# %%check total
total > 0

# %% [raw]
# raw text
'''


def read(folder, text, name="n.py"):
    path = folder / name
    path.write_bytes(text.encode())
    return read_notebook(path)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_file_of_jupytext_declares_what_its_notebook_does(tmp_path, newline):
    notebook = read(tmp_path, JUPYTEXT.replace("\n", newline))
    assert [cell.kind for cell in notebook.cells] == [
        *("markdown", "code", "markdown", "code", "code", "code", "code", "raw"),
    ]
    analysis = slice_notebook(notebook)
    assert [one.keys for one in analysis.assets] == [("orders",), ("total",)]
    assert analysis.assets[0].description == "What was sold."
    assert notebook.cells[1].tags == ("setup",)
    assert notebook.cells[4].source.splitlines()[:3] == ["!ls", "%matplotlib inline", "files = !ls"]


def test_title_tags_and_metadata_do_not_reach_the_cell(tmp_path):
    text = '# %% title tags=["a"] key="v"\n# %%asset\nx = 1\n\n# %% {"tags": ["b"]}\ny = x\n'
    notebook = read(tmp_path, text)
    assert [(cell.source, cell.tags) for cell in notebook.cells] == [("%%asset\nx = 1", ("a",)), ("y = x", ())]


@pytest.mark.parametrize("marker", ["# %%", "#%%", "# %% name", "# %%\t", "#  %% [markdown]"])
def test_markers(marker):
    assert has_cells(f"{marker}\nx = 1")


@pytest.mark.parametrize("line", ["# %%asset x", "# %%%% deeper", "x = '# %%'", "#%%time", " # text %%"])
def test_lines_that_are_no_markers(line):
    assert not has_cells(line)


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("# %%asset a --group b", "%%asset a --group b"),
        ("# !pip list", "!pip list"),
        ("# %load_ext daglab", "%load_ext daglab"),
        ("# x = %pwd", "x = %pwd"),
        ("# files = !ls *.csv", "files = !ls *.csv"),
        ("# ?math.sqrt", "# ?math.sqrt"),
        ("# 100 % 7 is 2", "# 100 % 7 is 2"),
        ("# % of sales", "# % of sales"),
        ("# x = 5 % y", "# x = 5 % y"),
        ("# a != b", "# a != b"),
    ],
)
def test_magics_are_commented_out_in_the_file(tmp_path, written, source):
    [cell] = read(tmp_path, f"# %%\n{written}\nx = 1\n").cells
    assert cell.source == f"{source}\nx = 1"


def test_empty_and_headed_files(tmp_path):
    assert read(tmp_path, "").cells == ()
    assert [cell.source for cell in read(tmp_path, "# ---\n# a: b\n# ---\n\n# %%\nx = 1").cells] == ["x = 1"]
