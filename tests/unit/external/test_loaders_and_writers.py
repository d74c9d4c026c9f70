from __future__ import annotations

import io
import json
import subprocess
import sys

import dagster_pipes
import pytest

from daglab.errors import PipesError
from daglab.pipes import (
    PipesBufferedStreamMessageWriterChannel,
    PipesCliArgsParamsLoader,
    PipesDefaultContextLoader,
    PipesDefaultMessageWriter,
    PipesEnvVarParamsLoader,
    PipesMappingParamsLoader,
    PipesMessage,
    PipesStreamMessageWriterChannel,
    decode_param,
    encode_param,
)

HELLO: PipesMessage = {"__dagster_pipes_version": "0.1", "method": "log", "params": {"message": "hé", "level": "INFO"}}


@pytest.mark.parametrize("value", [None, {}, {"größe": [1, 0.5, "🌱"]}, "x" * 1_000_000])
def test_parameter_comes_back_as_it_was(value):
    assert decode_param(encode_param(value)) == value
    assert dagster_pipes.decode_param(encode_param(value)) == value
    assert decode_param(dagster_pipes.encode_param(value)) == value


@pytest.mark.parametrize("text", ["", "not base64!", "bm90IHBhY2tlZA==", "é"])
def test_text_that_is_no_parameter(text):
    with pytest.raises(PipesError, match="is no parameter of dagster-pipes"):
        decode_param(text)


def test_parameter_that_json_cannot_hold():
    with pytest.raises(PipesError, match="has no JSON form"):
        encode_param({"a": object()})


def test_parameters_of_the_environment(monkeypatch):
    assert not PipesEnvVarParamsLoader().is_dagster_pipes_process()
    monkeypatch.setenv("DAGSTER_PIPES_CONTEXT", encode_param({"path": "c"}))
    assert PipesEnvVarParamsLoader().is_dagster_pipes_process()
    assert PipesEnvVarParamsLoader().load_context_params() == {"path": "c"}
    with pytest.raises(PipesError, match="DAGSTER_PIPES_MESSAGES is not set"):
        PipesEnvVarParamsLoader().load_messages_params()


def test_parameters_that_are_no_object():
    with pytest.raises(PipesError, match=r"holds \[1\] where a JSON object is expected"):
        PipesMappingParamsLoader({"DAGSTER_PIPES_CONTEXT": encode_param([1])}).load_context_params()


@pytest.mark.parametrize("form", ["two words", "one word"])
def test_parameters_of_the_command_line_stand_between_others(form):
    context, messages = encode_param({"path": "c"}), encode_param({"path": "m"})
    options = (
        ["--dagster-pipes-context", context, "--dagster-pipes-messages", messages]
        if form == "two words"
        else [f"--dagster-pipes-context={context}", f"--dagster-pipes-messages={messages}"]
    )
    loader = PipesCliArgsParamsLoader(["program.py", "--help", *options, "--rows", "3"])
    assert loader.is_dagster_pipes_process()
    assert (loader.load_context_params(), loader.load_messages_params()) == ({"path": "c"}, {"path": "m"})


def test_command_line_without_parameters():
    loader = PipesCliArgsParamsLoader(["program.py", "--dagster-pipes-context"])
    assert not loader.is_dagster_pipes_process()
    with pytest.raises(PipesError, match="the command line has no --dagster-pipes-context"):
        loader.load_context_params()


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "names neither 'path' nor 'data'"),
        ({"path": 3}, "3, which is no path"),
        ({"path": "/nowhere/context"}, "the context cannot be read: .*'/nowhere/context'"),
        ({"data": [1]}, "the context lacks asset_keys"),
    ],
)
def test_context_that_cannot_be_loaded(params, expected):
    with pytest.raises(PipesError, match=expected), PipesDefaultContextLoader().load_context(params):
        pass


def test_context_that_is_no_json(tmp_path):
    (tmp_path / "context").write_text("{oops")
    loading = PipesDefaultContextLoader().load_context({"path": str(tmp_path / "context")})
    with pytest.raises(PipesError, match="is no JSON"), loading:
        pass


def test_messages_to_a_file(tmp_path):
    path = tmp_path / "größe"
    with PipesDefaultMessageWriter().open({"path": str(path)}) as channel:
        channel.write_message(HELLO)
        assert [json.loads(line) for line in path.read_text().splitlines()] == [HELLO]
        channel.write_message(HELLO)
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_messages_to_a_stream_are_there_at_once_or_in_the_end(stream, capsys):
    for key, at_once in (("stdio", 1), ("buffered_stdio", 0)):
        with PipesDefaultMessageWriter().open({key: stream}) as channel:
            channel.write_message(HELLO)
            assert len(getattr(capsys.readouterr(), stream[3:]).splitlines()) == at_once
        assert len(getattr(capsys.readouterr(), stream[3:]).splitlines()) == 1 - at_once


def test_channels_of_streams():
    direct, buffered = io.StringIO(), io.StringIO()
    PipesStreamMessageWriterChannel(direct).write_message(HELLO)
    channel = PipesBufferedStreamMessageWriterChannel(buffered)
    channel.write_message(HELLO)
    assert buffered.getvalue() == ""
    channel.flush()
    channel.flush()
    assert buffered.getvalue() == direct.getvalue() == json.dumps(HELLO) + "\n"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "names neither a path nor a stream"),
        ({"path": 3}, "3, given as 'path'"),
        ({"stdio": "stdin"}, "to 'stdin'"),
        ({"buffered_stdio": None}, "None, given as 'buffered_stdio'"),
    ],
)
def test_messages_that_have_no_way_out(params, expected):
    with pytest.raises(PipesError, match=expected), PipesDefaultMessageWriter().open(params):
        pass


SCRIPT = """
import sys, warnings
from PACKAGE import PipesContext, open_dagster_pipes
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    context = open_dagster_pipes()
with context:
    context.log.info("nobody hears")
    context.report_asset_materialization(metadata={"rows": context.get_extra("rows")})
kinds = [type(one.message).__mro__[1].__name__ for one in found]
print(kinds[:1], context is open_dagster_pipes() is PipesContext.get())
"""


@pytest.mark.parametrize("package", ["dagster_pipes", "daglab.pipes"])
def test_program_that_no_step_started_runs_all_the_same(package):
    code = SCRIPT.replace("PACKAGE", package)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "['Warning'] True\n"


def test_process_needs_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import daglab.pipes\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'daglab'}))\n"
        "print(sorted(name for name in sys.modules if name.startswith('daglab.') and name.count('.') == 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    ours = ["daglab.errors", "daglab.external", "daglab.foundation", "daglab.pipes", "daglab.public_names"]
    assert done.stdout == f"[]\n{ours}\n"
