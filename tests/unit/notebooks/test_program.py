"""Running what the analysis has cut out."""

import asyncio
import pickle
import sys
import traceback
from pathlib import Path

import cloudpickle
import pytest
from notebook_text import analyze

from daglab.notebooks.program import Program, ProgramPart


def _program(*sources):
    """The program of the last asset."""
    analysis = analyze(*sources)
    assert not [each.message for each in analysis.findings if each.severity == "error"]
    return analysis.assets[-1].program


def _value(*sources, **inputs):
    program = _program(*sources)
    (name,) = program.result_names
    return program.run(inputs).namespace[name]


def test_statements_run_in_document_order():
    assert _value("a = 1\nb = 10", "a = a + b", "%%asset\nx = a", "a = 99") == 11


def test_inputs_are_given():
    assert _value("%%asset\na = 1", "def twice():\n  return a * 2", "%%asset\nx = a + twice()", a=5) == 15


def test_plain_statement_gets_its_input():
    assert _value("%%asset\na = 1", "n = a + 1", "%%asset\nx = n", a=5) == 6


def test_input_wins_over_an_older_binding_of_the_same_name():
    sources = ("a = 1\nb = a", "%%asset\na = 2", "%%asset\nx = (a, b)")
    assert _value(*sources, a=5) == (5, 1)


def test_input_that_a_plain_cell_changes():
    assert _value("%%asset\na = []", "a.append(2)", "%%asset\nx = a + [3]", a=[1]) == [1, 2, 3]


def test_helper_below_runs_first():
    assert _value("%%asset\nx = f()", "def f():\n  return g\ng = 3") == 3


def test_missing_input_is_named():
    with pytest.raises(KeyError, match="a"):
        _program("%%asset\na = 1", "%%asset\nx = a").run({})


def test_each_run_has_a_namespace_of_its_own():
    program = _program("c = []\nc.append(1)", "%%asset\nx = c")
    first, second = program.run({}), program.run({})
    assert first.namespace["x"] == second.namespace["x"] == [1]
    assert first.namespace is not second.namespace


def test_namespace_looks_like_a_kernels():
    assert _value("%%asset\nx = (__name__, '__file__' in globals(), len('ab'))".replace("globals()", "()")) == (
        "__main__", False, 2,
    )  # fmt: skip


def test_last_value():
    program = analyze("%%asset\na = 1", "%%check a\nb = a\nb > 3").checks[0].program
    assert program.run({"a": 5}, capture_last=True).value is True
    assert program.run({"a": 5}).value is None
    assert program.run({"a": 1}, capture_last=True).value is False


def test_last_value_of_a_statement_is_none():
    program = analyze("%%asset\na = 1", "%%check a\nassert a").checks[0].program
    assert program.run({"a": 5}, capture_last=True).value is None


def test_traceback_shows_the_line_of_the_cell():
    program = _program("import math", "%%asset\n\n# comment\nx = 1\ny = math.floor(x) / 0".replace("y", "x"))
    with pytest.raises(ZeroDivisionError) as caught:
        program.run({})
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == ("n.ipynb cell 2", 5, "x = math.floor(x) / 0")


def test_traceback_in_a_helper_shows_its_cell():
    program = _program("a = 1\n\ndef f():\n    return 1 / 0", "%%asset\nx = f()")
    with pytest.raises(ZeroDivisionError) as caught:
        program.run({})
    frames = traceback.extract_tb(caught.value.__traceback__)[-2:]
    assert [(frame.filename, frame.lineno, frame.name) for frame in frames] == [
        ("n.ipynb cell 2", 2, "<module>"),
        ("n.ipynb cell 1", 4, "f"),
    ]


def test_top_level_await():
    assert _value("import asyncio\nawait asyncio.sleep(0)\nk = await asyncio.sleep(0, 3)", "%%asset\nx = k") == 3


def test_one_loop_serves_all_parts():
    plain = "import asyncio\nloop = asyncio.get_running_loop() if await asyncio.sleep(0, True) else None"
    assert _value(plain, "%%asset\nx = await asyncio.sleep(0, asyncio.get_running_loop() is loop)") is True


def test_await_works_where_a_loop_is_running():
    async def main():
        return _value("import asyncio", "%%asset\nx = await asyncio.sleep(0, 3)")

    assert asyncio.run(main()) == 3


def test_coroutine_as_a_value_is_not_awaited():
    program = analyze("%%asset\na = 1", "async def f():\n  return a", "%%check a\nf()").checks[0].program
    value = program.run({"a": 1}, capture_last=True).value
    value.close()
    assert type(value).__name__ == "coroutine"


def test_future_import_of_an_earlier_cell_applies():
    assert _value(
        "from __future__ import annotations", "def f(a: nothing_here):\n  return 1", "%%asset\nx = f(1)"
    ) == 1  # fmt: skip


def test_shell_lines_and_magics():
    assert list(_value("n = 3", "%%asset\nx = !echo {n} $n")) == ["3 3"]
    main = sys.modules["__main__"]
    assert _value("%%asset\n%env DAGLAB_TEST_ENV=1\nimport os\nx = os.environ.pop('DAGLAB_TEST_ENV')") == "1"
    assert sys.modules["__main__"] is main


def test_display_works_without_a_kernel(capsys):
    assert _value("%%asset\nx = 1\ndisplay(x)") == 1
    assert capsys.readouterr().out == "1\n"


def test_classes_of_the_notebook_are_pickled_by_value():
    made = _value("k = 2\nclass A:\n  def m(self):\n    return k", "%%asset\nx = A()")
    assert type(made).__module__ == "__main__"
    assert cloudpickle.loads(cloudpickle.dumps(made)).m() == 2


def test_program_is_a_plain_value():
    program = _program("k = 1", "%%asset\nx = k")
    assert pickle.loads(pickle.dumps(program)) == program
    assert hash(program) == hash(_program("k = 1", "%%asset\nx = k"))
    assert program.path == Path("work/n.ipynb")


def test_only_the_listed_statements_run():
    part = ProgramPart(
        cell_position=1,
        cell_id=None,
        source="a = 1; b = 1 / 0; c = 2",
        statements=(0, 2),
        lines=((1, 1), (1, 1)),
    )
    namespace = Program(path=Path("n.ipynb"), parts=(part,)).run({}).namespace
    assert (namespace["a"], namespace["c"], "b" in namespace) == (1, 2, False)


def test_dataclass_of_a_cell():
    plain = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n  a: int = 1"
    assert _value(plain, "%%asset\nx = P().a") == 1
