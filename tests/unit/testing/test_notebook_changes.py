from pathlib import Path

import pytest

from daglab.errors import InvalidInvocationError
from daglab.notebooks.document import Cell, Notebook
from daglab.testing.notebook_changes import with_values


def changed(*sources: str, **values: object) -> list[str]:
    cells = tuple(
        Cell(id=None, position=number, kind="markdown" if source.startswith("#!") else "code", source=source)
        for number, source in enumerate(sources, 1)
    )
    return [cell.source for cell in with_values(Notebook(path=Path("n.ipynb"), cells=cells), values)]


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("rows = 1_000", {"rows": 10}, "rows = 10"),
        ("rows: int = 1_000  # all", {"rows": 10}, "rows: int = 10  # all"),
        ("größe = 'ä'; b = 2", {"größe": "鰻", "b": -1}, "größe = '鰻'; b = -1"),
        ("b = 2; größe = 'ä'", {"größe": "", "b": None}, "b = None; größe = ''"),
        ("x = [\n  1,\n  2,\n]\ny = x[9]", {"x": []}, "x = ([]\n\n\n)\ny = x[9]"),
        ("x = (\n  1\n); y = 2", {"x": 5, "y": 6}, "x = (\n  5\n); y = 6"),
        ("%%asset\norders = read()", {"orders": [{"a": (1, 2.5)}]}, "%%asset\norders = [{'a': (1, 2.5)}]"),
        ("%%time\nrows = 1", {"rows": 2}, "%%time\nrows = 2"),
        ("rows = 1\r\nprint(rows)", {"rows": 2}, "rows = 2\nprint(rows)"),
        ("%matplotlib inline\nrows = 1", {"rows": 2}, "%matplotlib inline\nrows = 2"),
        ("def f():\n    rows = 2\nrows = 1", {"rows": 3}, "def f():\n    rows = 2\nrows = 3"),
        ("text = 'a'", {"text": 'it\'s\n"so"'}, "text = 'it\\'s\\n\"so\"'"),
        ("rows = 1", {}, "rows = 1"),
    ],
)
def test_the_value_of_an_assignment_is_replaced(source, values, expected):
    assert changed(source, **values) == [expected]


def test_other_cells_stay_as_they_are():
    assert changed("#! rows = 1", "x = (", "rows = 1", "y = rows", rows=2) == [
        "#! rows = 1",
        "x = (",
        "rows = 2",
        "y = rows",
    ]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (("rowz = 1",), "did you mean 'rowz'"),
        (("def f():\n    rows = 1",), "no cell of n.ipynb assigns 'rows'"),
        ((), "no assignments"),
        (("rows = 1", "", "rows = 2"), "cell 1, cell 3"),
        (("rows = 1\nrows += 1",), "by one statement of its own"),
        (("rows = other = 1",), "by one statement of its own"),
        (("rows: int",), "no cell of n.ipynb assigns 'rows'"),
        (("rows = %env ROWS",), "by a magic in cell 1"),
        (("rows, other = 1, 2",), "no cell of n.ipynb assigns 'rows'"),
    ],
)
def test_a_name_without_one_plain_assignment_is_refused(sources, message):
    with pytest.raises(InvalidInvocationError, match=message):
        changed(*sources, rows=3)


@pytest.mark.parametrize("value", [object(), float("nan"), print, [object()], type("Text", (str,), {})("a"), ...])
def test_a_value_that_is_no_literal_is_refused(value):
    with pytest.raises(InvalidInvocationError, match="cannot be written as a literal"):
        changed("rows = 1", rows=value)
