"""`%%op` and `%%sensor` in a real kernel."""

from __future__ import annotations

from live_kernel import LiveKernel


def test_op_cell_can_be_called_and_goes_into_a_job(kernel: LiveKernel) -> None:
    assert kernel.run("%%op numbers\nmade = [1, 2, 3]", "numbers").status == "ok"
    assert kernel.run("%%op total --ins made\nresult = sum(made)", "total").status == "ok"
    assert kernel.run("total([4, 5])", "call").result == "9"
    kernel.run("from daglab import job\n@job\ndef add():\n    total(numbers())", "job")
    assert kernel.run("add.execute_in_process().output_for_node('total')", "execute").result == "6"


def test_edited_op_cell_replaces_the_op(kernel: LiveKernel) -> None:
    kernel.run("%%op number\nmade = 1", "number")
    kernel.run("%%op number\nmade = 2", "number")
    assert kernel.run("number()", "call").result == "2"


def test_traceback_points_at_the_line_of_the_cell(kernel: LiveKernel) -> None:
    kernel.run("%%op bad\n\nvalue = 1 / 0", "bad")
    ran = kernel.run("bad()", "call")
    assert ran.error.startswith("ZeroDivisionError")
    assert "line 3" in ran.traceback.replace("\x1b[0m", "") or ":3" in ran.traceback or "----> 3" in ran.traceback


def test_sensor_cell_can_be_evaluated(kernel: LiveKernel) -> None:
    kernel.run("from daglab import RunRequest, build_sensor_context", "imports")
    ran = kernel.run("%%sensor files --job load\nif context.cursor:\n    yield RunRequest(context.cursor)", "files")
    assert ran.status == "ok", ran.traceback
    code = "[one.run_key for one in files.evaluate_tick(build_sensor_context(cursor='a')).run_requests]"
    assert kernel.run(code, "evaluate").result == "['a']"


def test_cell_that_cannot_be_says_why(kernel: LiveKernel) -> None:
    ran = kernel.run("%%op f --inz x\na = 1", "f")
    assert ran.status == "error"
    assert "there is no option '--inz'" in ran.error + ran.traceback
    assert "did you mean '--ins'" in ran.error + ran.traceback


def test_help_is_there(kernel: LiveKernel) -> None:
    assert kernel.run("%%op?").status == "ok"
    assert kernel.run("%%sensor?").status == "ok"
