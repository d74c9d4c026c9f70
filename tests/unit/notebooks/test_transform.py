import ast
import subprocess
import sys

import pytest

from daglab.notebooks.transform import cell_magic, is_foreign, to_python


@pytest.mark.parametrize(
    "source",
    ["", "x = 1", "\n\nx = 1\n", "x = a \\\n% b", "x = (a\n% b)", "await f()",
     "s = '''\n!ls\n%time\n'''", "# %time\nx = 1"],
)  # fmt: skip
def test_python_stays_as_it_is(source):
    assert to_python(source) == source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = 1", "x = 1\n"),
        ("\n\n%matplotlib inline", "\n\nget_ipython().run_line_magic('matplotlib', 'inline')\n"),
        ("x = !ls", "x = get_ipython().getoutput('ls')\n"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%capture out\n%%time\nx = 1", "get_ipython().run_cell_magic('capture', 'out', 'pass')\n\nx = 1"),
        ("%%bash\nls", ""),
        ("\n%%html\n<b>", ""),
    ],
)
def test_ipython_becomes_python(source, expected):
    assert to_python(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "\n\n!ls\nx = 1",
        "!echo a \\\n  b \\\n  c\nx = 1",
        "x = !echo a \\\n  b\ny = 1",
        "%%time\n\n!ls\nx = 1",
        "%time f(a,\\\n b)\nx = 1",
        "  \n\t\n!ls\nx = 1",
    ],
)
def test_lines_keep_their_numbers(source):
    last = ast.parse(to_python(source)).body[-1]
    assert last.lineno == source.rstrip("\n").count("\n") + 1


@pytest.mark.parametrize("source", ["x = (", "!ls\nx = = 1", "%%time\ndef"])
def test_mistakes_stay_syntax_errors(source):
    with pytest.raises(SyntaxError):
        ast.parse(to_python(source))


def test_cell_magic_names():
    assert [cell_magic(each) for each in ("%%bash", "\n%%writefile a.py", "%time x", "x")] == [
        "bash", "writefile", None, None,
    ]  # fmt: skip
    assert is_foreign("%%time\n%%bash\nls")
    assert not is_foreign("%%time\nx = 1")


def test_python_cells_do_not_import_ipython():
    code = "import sys; from daglab.notebooks.slices import slice_notebook; from daglab.notebooks.transform import "
    code += "to_python; to_python('x = 1'); print('IPython' in sys.modules, 'nbformat' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
