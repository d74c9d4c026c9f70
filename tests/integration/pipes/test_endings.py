"""Processes that say too little, too much or nonsense, or end before their time, are told clearly."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from daglab import (
    AssetExecutionContext,
    Instance,
    OpExecutionContext,
    PipesError,
    PipesExecutionError,
    PipesSubprocessClient,
    PipesTempFileContextInjector,
    PipesTempFileMessageReader,
    asset,
    build_op_context,
    materialize,
    op,
    open_pipes_session,
)
from daglab.records.events import EventType, LogLine


class Ran:
    """A run of the asset `orders` that only starts a process."""

    def __init__(self, command, client=None, **more):
        @asset
        def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
            return pipes.run(context=context, command=command, **more).get_results()

        with Instance.ephemeral() as instance:
            resources = {"pipes": client or PipesSubprocessClient()}
            result = materialize([orders], instance=instance, resources=resources, raise_on_error=False)
            events = instance.store.events(run_id=result.run_id, limit=100_000)
        self.success = result.success
        self.made = result.asset_materializations_for_node("orders")
        lines = [(one.type, one.payload) for one in events if isinstance(one.payload, LogLine)]
        self.logs = [f"{line.level} {line.text}" for kind, line in lines if kind is EventType.LOG]
        self.out = "\n".join(line.text for kind, line in lines if kind is EventType.OUTPUT and line.stream == "stdout")
        self.err = "\n".join(line.text for kind, line in lines if kind is EventType.OUTPUT and line.stream == "stderr")
        failures = [one.event_specific_data.error for one in result.all_events if one.is_failure and one.step_key]
        self.error = failures[0].cause.message if failures and failures[0].cause else failures and failures[0].message

    def logged(self, text):
        """The one line of the log in which a text stands."""
        found = [line for line in self.logs if text in line]
        assert len(found) == 1, self.logs
        return found[0]


def test_process_that_never_opens_its_context(program):
    ran = Ran(program("print('hello')"))
    assert ran.success and len(ran.made) == 1
    assert ran.out == "hello"
    warning = ran.logged("told nothing")
    assert warning.startswith("WARNING [pipes] the external process told nothing: it has to call open_pipes()")
    assert "PipesTempFileContextInjector: the context was in a temporary file" in warning
    assert "PipesTempFileMessageReader: messages were expected in a temporary file" in warning


def test_process_that_does_not_close_its_context(script):
    ran = Ran(script("open_dagster_pipes().report_asset_materialization(metadata={'rows': 1})"))
    assert ran.made[0].metadata["rows"].value == 1
    assert "`with open_pipes() as context:`" in ran.logged("never closed its context")


def test_line_that_is_no_json_is_left_out_and_the_rest_is_read(by_hand):
    ran = Ran(by_hand("say('opened'); write('{oops\\n'); made('orders', data_version='v2'); say('closed')"))
    assert ran.success and ran.made[0].tags["dagster/data_version"] == "v2"
    line = ran.logged("message 2 is left out")
    assert line.startswith("ERROR [pipes]") and "'{oops' is no JSON" in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "say('report_asset_materialisation')",
            "there is no message 'report_asset_materialisation'\n  → did you mean 'report_asset_materialization'",
        ),
        ("say('report_asset_materialization')", "lacks 'asset_key'"),
        ("made(7)", "'asset_key' is 7"),
        ("made('')", "'' is no asset key"),
        ("made('orders', metadata={'rows': 3})", "'rows': 3 has not 'raw_value' and 'type'"),
        ("made('orders', metadata={'a': {'raw_value': 'x', 'type': 'int'}})", "'a': MetadataValue.int was given 'x'"),
        ("made('orders', metadata={'a': {'raw_value': 'x', 'type': 'itn'}})", "there is no type 'itn'"),
        ("made('orders', metadata={'a': {'raw_value': {}, 'type': 'table'}})", "'a': {} is no table"),
        ("say('log', message='hm', level='LOUD')", "there is no level 'LOUD'"),
        ("say('report_asset_check', asset_key='orders', check_name='c', passed='yes')", "'passed' is 'yes'"),
        (
            "say('report_asset_check', asset_key='orders', check_name='c', passed=True, severity='BAD')",
            "'BAD' is no severity",
        ),
        ("say('log_external_stream', stream='stdin', text='x')", "there is no stream 'stdin'"),
        ("write('[1, 2]\\n')", "[1, 2] is no message of dagster-pipes"),
        ("write('\\xff\\n')", "is no JSON"),
        ("write('\\n')", "is no JSON"),
    ],
)
def test_message_that_nobody_understands_is_left_out(by_hand, text, expected):
    ran = Ran(by_hand(f"say('opened'); {text}; say('log', message='after', level='debug'); say('closed')"))
    assert ran.success
    assert expected in ran.logged("message 2 is left out")
    assert "DEBUG after" in ran.logs
    assert ran.made[0].metadata == {}


def test_message_after_the_last_one_is_taken_with_a_warning(by_hand):
    ran = Ran(by_hand("say('opened'); say('closed'); made('orders', data_version='v3')"))
    assert ran.made[0].tags["dagster/data_version"] == "v3"
    assert ran.logged("a message came after the last one").startswith("WARNING")


def test_asset_that_is_reported_twice_fails_the_step(by_hand):
    ran = Ran(by_hand("say('opened'); made('orders'); made('orders'); say('closed')"))
    assert "step 'orders' gave back its output 'result' twice" in ran.error


def test_asset_that_the_step_does_not_make_fails_it(by_hand):
    ran = Ran(by_hand("say('opened'); made('odrers'); say('closed')"))
    assert "step 'orders' does not make 'odrers'\n  → it makes ['orders']" in ran.error


def test_process_that_is_killed_while_it_writes(by_hand):
    ran = Ran(by_hand("say('opened'); made('orders'); write('{\"__dagster'); os.kill(os.getpid(), 9)"))
    assert not ran.success and not ran.made
    assert "the external process ended with code -9, by SIGKILL" in ran.error
    assert "it is cut off: the process may have been killed while it wrote" in ran.logged("message 3")
    assert ran.logged("never closed its context")


def test_exception_is_told_with_its_cause_and_its_lines(script):
    ran = Ran(
        script("""
        def divide(): return 1 / 0
        with open_dagster_pipes() as context:
            try: divide()
            except ZeroDivisionError as error: raise ValueError("größe") from error
    """)
    )
    line = ran.logged("ended with an exception")
    assert line.index("def divide(): return 1 / 0") < line.index("ZeroDivisionError: division by zero")
    assert line.index("ZeroDivisionError") < line.index("ValueError: größe")
    assert "ValueError: größe" in ran.err and "Traceback" in ran.err


def test_exit_code_alone_fails_the_step(program):
    ran = Ran(program("import sys; print('no rows', file=sys.stderr); sys.exit(3)"))
    assert 'op "orders": the external process ended with code 3' in ran.error
    assert "the log of the step has what it printed" in ran.error
    assert ran.err == "no rows"


def test_exit_without_an_error_is_no_exception(program):
    opening = "from daglab.pipes import open_pipes\nimport sys\nwith open_pipes() as context: sys.exit(0)"
    ran = Ran(program(opening))
    assert ran.success and not [line for line in ran.logs if "exception" in line]


def test_log_keeps_levels_and_words(script):
    ran = Ran(
        script("""
        with open_dagster_pipes() as context:
            context.log.debug("größe %d%%", 3)
            context.log.warning("two\\nlines %s")
            context.log.log(15, "between")
            context.log.critical("x" * 1_000_000)
    """)
    )
    assert ran.logs[1:3] == ["DEBUG größe 3%", "WARNING two\nlines %s"]
    assert ran.logs[3] == "Level 15 between"
    assert ran.logs[4] == "CRITICAL " + "x" * 1_000_000


def test_daglabs_own_log_tells_exceptions(program):
    ran = Ran(
        program("""
        from daglab.pipes import open_pipes
        with open_pipes() as context:
            try: {}["missing"]
            except KeyError: context.log.exception("looked it up")
    """)
    )
    assert "KeyError: 'missing'" in ran.logged("looked it up")


def test_what_is_printed_is_in_the_log_of_the_step_whatever_it_is(program):
    ran = Ran(
        program("""
        import os, sys
        print("grün 🌱"); sys.stdout.flush()
        os.write(1, b"broken \\xff\\n")
        os.system("echo from a shell; echo an error >&2")
        print("half a line", end="")
    """)
    )
    assert ran.out.splitlines() == ["grün 🌱", "broken �", "from a shell", "half a line"]
    assert ran.err == "an error"


def test_much_output_does_not_hold_up_the_process(program):
    much = program("import sys\nfor _ in range(50_000): print('x' * 99); print('y' * 99, file=sys.stderr)")
    assert Ran(much).success
    silent = Ran(much, PipesSubprocessClient(forward_stdio=False))
    assert silent.success and (silent.out, silent.err) == ("", "")


@pytest.mark.slow
def test_program_that_is_left_running_is_not_waited_for(program, tmp_path):
    left = "import os, time; os.write(2, b'left'); time.sleep(600)"
    started = program(f"""
        import subprocess, sys
        left = subprocess.Popen([sys.executable, "-c", {left!r}], start_new_session=True)
        open({str(tmp_path / "pid")!r}, "w").write(str(left.pid))
    """)
    try:
        ran = Ran(started)
        assert ran.success
        assert ran.logged("left running").startswith("WARNING")
    finally:
        subprocess.run(["kill", "-9", (tmp_path / "pid").read_text()], check=True)


@pytest.mark.parametrize("package", ["dagster_pipes", "daglab.pipes"])
def test_what_is_printed_may_come_with_the_messages(program, package):
    command = program(f"""
        from {package} import open_dagster_pipes
        import os
        with open_dagster_pipes() as context:
            print("printed")
            os.system("echo from a shell >&2")
    """)
    client = PipesSubprocessClient(
        message_reader=PipesTempFileMessageReader(include_stdio_in_messages=True), forward_stdio=False
    )
    ran = Ran(command, client)
    assert ran.success and not [line for line in ran.logs if "[pipes]" in line and "opened" not in line]
    assert "printed" in ran.out and "from a shell" in ran.err


def test_huge_and_many_messages(script):
    ran = Ran(
        script("""
        with open_dagster_pipes() as context:
            context.report_custom_message("ü" * 3_000_000)
            for number in range(3_000): context.log.debug(str(number))
            context.report_asset_materialization(metadata={"text": "ü" * 100_000})
    """)
    )
    assert len(ran.made[0].metadata["text"].value) == 100_000
    assert [line for line in ran.logs if line.startswith("DEBUG")] == [f"DEBUG {number}" for number in range(3_000)]


def test_threads_of_the_process_may_all_report(script):
    ran = Ran(
        script("""
        from concurrent.futures import ThreadPoolExecutor
        with open_dagster_pipes() as context, ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: context.log.debug("x" * 9_000 + str(number)), range(200)))
    """)
    )
    told = sorted(int(line.removeprefix("DEBUG " + "x" * 9_000)) for line in ran.logs if line.startswith("DEBUG"))
    assert told == list(range(200))


def test_messages_are_read_while_they_are_written(script, tmp_path):
    go = tmp_path / "go"
    command = script(f"""
        import os, time
        with open_dagster_pipes() as context:
            context.report_custom_message("first")
            while not os.path.exists({str(go)!r}): time.sleep(0.01)
            context.report_custom_message("second")
    """)

    @op
    def start(context: OpExecutionContext):
        import os

        with open_pipes_session(context, PipesTempFileContextInjector(), PipesTempFileMessageReader()) as session:
            environment = {**os.environ, **session.get_bootstrap_env_vars()}
            process = subprocess.Popen(command, env=environment)
            while not session.get_custom_messages() and process.poll() is None:
                time.sleep(0.01)
            go.touch()
            assert process.wait(60) == 0
        return session.get_custom_messages()

    assert start(build_op_context()) == ("first", "second")


def test_extras_that_json_cannot_hold_are_refused_before_anything_starts(tmp_path):
    mark = tmp_path / "started"
    ran = Ran([sys.executable, "-c", f"open({str(mark)!r}, 'w')"], extras={"ok": 1, "rows": {1, 2}, "x": object()})
    assert "'rows': Object of type set is not JSON serializable; 'x':" in ran.error
    assert not mark.exists()


def test_several_results_where_one_is_expected(script):
    command = script("""
        with open_dagster_pipes() as context:
            for key in "ab": context.report_asset_materialization(asset_key=key)
            context.report_asset_check("c", True, asset_key="a")
    """)

    @op
    def start(context: OpExecutionContext):
        return PipesSubprocessClient().run(context=context, command=command)

    done = start(build_op_context())
    with pytest.raises(PipesError, match=r"made 2 assets, 'a', 'b'\n.*use get_results\(\)"):
        done.get_materialize_result()
    with pytest.raises(PipesError, match="gave 1 verdicts and made 2 assets"):
        done.get_asset_check_result()


def test_process_that_made_nothing_has_no_result(program):
    @op
    def start(context: OpExecutionContext):
        return PipesSubprocessClient().run(context=context, command=program("pass"))

    with pytest.raises(PipesError, match="made no asset"):
        start(build_op_context()).get_materialize_result()


def test_program_that_does_not_exist():
    assert "No such file or directory: 'no-such-program'" in Ran(["no-such-program"]).error


def test_environment_and_folder(program, tmp_path, monkeypatch):
    monkeypatch.setenv("OUTER", "outer")
    command = program("import os; print(os.environ['OUTER'], os.environ['A'], os.environ['B'], os.getcwd())")
    (tmp_path / "größe").mkdir()
    client = PipesSubprocessClient(env={"A": "client", "B": "client"}, cwd="/")
    ran = Ran(command, client, env={"B": "run"}, cwd=str(tmp_path / "größe"))
    assert ran.out == f"outer client run {tmp_path / 'größe'}"
    assert "environment variables are text: 'B' is of type int" in Ran(command, env={"B": 7}).error


def test_errors_are_those_that_moved_code_catches():
    import daglab.pipes

    assert daglab.DagsterPipesExecutionError is PipesExecutionError
    assert daglab.DagsterPipesError is daglab.pipes.DagsterPipesError is PipesError
