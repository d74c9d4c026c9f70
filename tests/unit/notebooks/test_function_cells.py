import re

import pytest
from notebook_text import analyze

from daglab import DefaultSensorStatus, RetryPolicy, build_op_context, build_sensor_context
from daglab.errors import InvalidDefinitionError
from daglab.notebooks.cell_definitions import python_values
from daglab.notebooks.function_cells import as_function, function_cell
from daglab.orchestration.collecting import collect


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path)


def defined(*sources):
    """What the Python definitions of a notebook are, by name."""
    analysis = analyze(*sources)
    assert [each for each in analysis.findings if each.severity == "error"] == []
    found = {}
    for defining in analysis.python_definitions:
        for one in python_values(defining, "n.ipynb"):
            found[getattr(one, "name", None)] = one
    return found


def test_op_takes_its_inputs_and_hands_on_what_it_binds():
    clean = defined("LIMIT = 2", '%%op clean --ins raw\n"""Small ones."""\ncleaned = [x for x in raw if x < LIMIT]')[
        "clean"
    ]
    assert clean([1, 2, 3]) == [1]
    assert clean.description == "Small ones."


def test_op_without_a_name_is_called_as_what_it_binds():
    assert defined("%%op\ntotal = 1 + 1")["total"]() == 2


def test_op_with_several_outputs_tags_and_retries():
    split = defined("%%op split --ins x --outs low,high --tags team=a --retry 2\nlow, high = x - 1, x + 1")["split"]
    assert split(5) == (4, 6)
    assert (list(split.outs), split.tags, split.retry_policy) == (["low", "high"], {"team": "a"}, RetryPolicy(2))


def test_op_reads_its_context_and_returns():
    named = defined("%%op named --ins x\nif x:\n    return context.op_def.name\nreturn 'none'")["named"]
    assert named(build_op_context(), 1) == "named"


def test_last_expression_of_an_op_that_binds_nothing_is_its_output():
    assert defined("%%op pi\n# é\n'é'; 3.14")["pi"]() == 3.14


def test_jobs_of_python_cells_are_made_of_op_cells():
    job = defined(
        "%%op numbers\nmade = [1, 2]",
        "%%op total --ins made\ntotal = sum(made)",
        "from daglab import job",
        "@job\ndef add():\n    total(numbers())",
    )["add"]
    assert job.execute_in_process().output_for_node("total") == 3


def test_strings_of_several_lines_stay_what_they_are():
    source = '%%op text\nvalue = """a\nb\n  c"""\nother = f"""x\n{value}\ny"""\nresult = other'
    assert defined(source)["text"]() == "x\na\nb\n  c\ny"


def test_lines_keep_their_numbers():
    python = as_function("\n%%op f\nx = 1\n\nraise ValueError(x)")
    assert python.split("\n")[4].strip() == "raise ValueError(x)"


def test_op_that_waits():
    job = defined(
        "%%op waited\nimport asyncio\nawait asyncio.sleep(0)\nvalue = 7",
        "from daglab import job\n@job\ndef j():\n    waited()",
    )["j"]
    assert job.execute_in_process().output_for_node("waited") == 7


def test_sensor_yields_requests():
    body = "if context.cursor:\n    yield RunRequest(run_key=context.cursor)\nelse:\n    yield SkipReason('none')"
    source = f'%%sensor new_files --job load --interval 60 --running\n"""Files."""\n{body}'
    found = defined("from daglab import RunRequest, SkipReason", source)["new_files"]
    assert (found.minimum_interval_seconds, found.job_name) == (60, "load")
    assert (found.default_status, found.description) == (DefaultSensorStatus.RUNNING, "Files.")
    assert [one.run_key for one in found.evaluate_tick(build_sensor_context(cursor="a")).run_requests] == ["a"]
    assert found.evaluate_tick(build_sensor_context()).skip_message == "none"


def test_last_expression_of_a_sensor_is_what_it_asks_for():
    found = defined("from daglab import RunRequest", "%%sensor always --assets 'a or b'\nRunRequest(run_key='x')")[
        "always"
    ]
    assert [one.run_key for one in found.evaluate_tick(build_sensor_context()).run_requests] == ["x"]
    assert collect([found]).sensors == {"always": found}


def test_op_that_reads_an_asset_as_a_global_is_told():
    [told] = [
        each
        for each in analyze("%%asset\norders = [1]", "%%op f\ncount = len(orders)").findings
        if each.severity == "error"
    ]
    assert "let the function take a parameter 'orders' instead" in told.message


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("%%op\na = 1\nb = 2", "it may hand on any of a, b; write --outs"),
        ("%%op\nprint(1)", "it does not say what the op is called; write %%op NAME"),
        ("%%op f --outs z\na = 1", "the cell does not bind 'z', which --outs names"),
        ("%%op f\n# nothing", "the cell has no code"),
        ("%%op f g\na = 1", "['g'] is one word too many"),
        ("%%op class\na = 1", "'class' cannot be the name of a variable"),
        ("%%op f --ins context\na = 1", "`context` is no input"),
        ("%%op f --in x\na = 1", "there is no option '--in'"),
        ("%%op f\n%%bash\nls", "%%bash is not Python"),
        ("%%sensor\n1", "it has one NAME"),
        ("%%sensor s --job a --assets b\n1", "give --job or --assets, not both"),
        ("%%sensor s --interval soon\n1", "--interval takes whole seconds, from 1, not 'soon'"),
    ],
)
def test_cell_that_cannot_be(source, problem):
    [told] = analyze(source).findings
    assert (told.severity, told.cell) == ("error", 1)
    assert problem in told.message
    with pytest.raises(InvalidDefinitionError, match=re.escape(problem)):
        as_function(source)


def test_syntax_error_is_told_with_its_line():
    [told] = analyze("%%op f\nx = 1\ny = (").findings
    assert (told.line, told.message.startswith("invalid syntax")) == (3, True)


@pytest.mark.parametrize("source", ["%%op?", "%%op --help", "%%ops f", "%%sensors", "x = 1", "%%asset a"])
def test_other_cells_are_no_functions(source):
    assert function_cell(source) is None
