"""`%materialize`, `%runs` and `%daglab` in a live kernel."""

from __future__ import annotations

import time

from live_kernel import LiveKernel

from daglab.records.runs import RunStatus

NIGHTS = ("nights", "%%asset\nnights = [1, 2, 3]")
TOTAL = ("total", "%%asset\ntotal = sum(nights)")


def test_what_is_not_fresh_is_made_in_a_clean_process(own_kernel: LiveKernel) -> None:
    own_kernel.save(NIGHTS, TOTAL)
    own_kernel.start().load()
    ran = own_kernel.run("%materialize")
    assert ran.status == "ok", ran.traceback
    progress, table = ran.lines
    assert progress.startswith("2/2 · success · ")
    assert table.splitlines()[0].split() == ["asset", "rows", "time", "size", "version"]
    assert [line.split()[0] for line in table.splitlines()[1:]] == ["nights", "total"]
    assert own_kernel.run("'nights' in globals()").result == "False"
    assert own_kernel.run("%materialize").printed == "Everything is fresh.\n"
    runs = own_kernel.run("%runs").lines[0].splitlines()
    assert len(runs) == 2
    assert "notebook" in runs[1]
    assert "2 assets (2 fresh)" in own_kernel.run("%daglab").printed


def test_edits_that_were_run_and_not_saved_are_made(own_kernel: LiveKernel) -> None:
    own_kernel.save(NIGHTS, TOTAL)
    own_kernel.start().load()
    own_kernel.run("%%asset\nnights = [7]", "nights")
    assert own_kernel.run("%materialize total").status == "ok"
    with own_kernel.instance() as instance:
        assert instance.load("total") == 7


def test_variables_that_were_made_again_are_loaded_by_the_next_cell(own_kernel: LiveKernel) -> None:
    own_kernel.save(("nights", "%%asset\nimport time\nnights = [time.time_ns()]"), TOTAL)
    own_kernel.start().load()
    own_kernel.run("%%asset\nimport time\nnights = [time.time_ns()]", "nights")
    own_kernel.run("%materialize nights --all")
    ran = own_kernel.run("%%asset\ntotal = sum(nights)", "total")
    assert "nights: " in ran.printed
    with own_kernel.instance() as instance:
        assert instance.load("total") == instance.load("nights")[0]


def test_a_failure_shows_the_users_traceback(own_kernel: LiveKernel) -> None:
    own_kernel.save(("nights", "%%asset\nnights = 1\nnights = nights / 0"), TOTAL)
    own_kernel.start().load()
    ran = own_kernel.run("%materialize")
    assert ran.status == "error"
    assert 'File "nights.ipynb cell 1", line 3' in ran.lines[0]
    assert "ZeroDivisionError: division by zero" in ran.displayed[0]["text/html"]
    assert ran.error.startswith("StepError: ")
    assert "daglab/" not in ran.traceback


def test_an_interrupt_cancels_the_run(own_kernel: LiveKernel) -> None:
    own_kernel.save(("nights", "%%asset\nimport time\ntime.sleep(60)\nnights = 1"))
    own_kernel.start().load()
    request = own_kernel.send("%materialize")
    with own_kernel.instance() as instance:
        deadline = time.monotonic() + 30
        while not any(run.status is RunStatus.STARTED for run in instance.store.runs()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        own_kernel.interrupt()
        ran = own_kernel.wait(request)
        assert instance.store.runs()[0].status is RunStatus.CANCELED
    assert "was canceled" in ran.traceback


def test_a_selection_that_names_nothing_is_one_clear_line(own_kernel: LiveKernel) -> None:
    own_kernel.save(NIGHTS, TOTAL)
    own_kernel.start().load()
    ran = own_kernel.run("%materialize nihgts")
    assert "'nihgts' names no asset here\n  → did you mean 'nights'?" in ran.traceback
    assert "File" not in ran.traceback
