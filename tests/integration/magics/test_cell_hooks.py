"""Cells that are run by hand: they behave as cells do, and what they make is recorded."""

from __future__ import annotations

import re
import time

import pytest
from live_kernel import TIMEOUT, LiveKernel

from daglab.records.assets import AssetActivity
from daglab.records.events import EventType
from daglab.records.runs import RunStatus, StepStatus

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def test_a_cell_is_recorded_and_says_so_in_one_line(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset\nhotels = [1, 2, 3]")
    assert (ran.status, ran.results, ran.printed) == ("ok", [], "")
    assert len(ran.lines) == 1
    assert re.fullmatch(r"hotels · (<1|\d+) ms · 9 B", ran.lines[0])
    assert "--jp-" in ran.displayed[0]["text/html"]
    with kernel.instance() as instance:
        run = instance.store.runs(limit=1)[0]
        assert (run.status, run.launched_by, run.target, run.location) == (
            RunStatus.SUCCESS,
            "notebook",
            "hotels",
            "notebook",
        )
        assert run.request == {}
        assert instance.load("hotels") == [1, 2, 3]
        kinds = [event.type for event in instance.store.events(run_id=run.run_id)]
    assert kinds == [
        EventType.RUN_START,
        EventType.STEP_START,
        EventType.STEP_OUTPUT,
        EventType.ASSET_MATERIALIZATION,
        EventType.STEP_SUCCESS,
        EventType.RUN_SUCCESS,
    ]


def test_the_last_expression_is_displayed_as_ever(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset\nbeds = 7\nbeds + 1")
    assert ran.result == "8"
    assert kernel.run("_").result == "8"


def test_a_semicolon_hides_the_last_expression(kernel: LiveKernel) -> None:
    assert kernel.run("%%asset\npillows = 7\npillows + 1;").results == []


def test_top_level_await_works(kernel: LiveKernel) -> None:
    ran = kernel.run(
        "%%asset\nimport asyncio\nslow = await asyncio.sleep(0.01, result=5)\nawait asyncio.sleep(0, slow)"
    )
    assert (ran.status, ran.result) == ("ok", "5")
    with kernel.instance() as instance:
        assert instance.load("slow") == 5


def test_a_traceback_points_at_the_line_of_the_cell(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset\nzero = 0\nratio = (\n    1 /\n    zero\n)")
    text = _COLORS.sub("", ran.traceback)
    assert ran.error == "ZeroDivisionError: division by zero"
    assert re.search(r"Cell In\[\d+\], line 4\n", text)
    assert "# %%asset" in text
    assert "__daglab__" not in text
    assert "daglab/" not in text


def test_a_cell_that_fails_fails_its_asset(kernel: LiveKernel) -> None:
    kernel.run("def burst():\n    raise ValueError('burst')")
    ran = kernel.run("%%asset\nwater = 1\nwater = burst()")
    assert ran.status == "error"
    with kernel.instance() as instance:
        run = instance.store.runs(limit=1)[0]
        step = instance.store.steps(run.run_id)[0]
        assert (run.status, step.status) == (RunStatus.FAILURE, StepStatus.FAILURE)
        assert instance.asset_states(["water"])["water"].activity is AssetActivity.FAILED
        assert step.failure is not None
        text = "\n".join(step.failure.frames)
    assert re.search(r'File "notebook cell \d+", line 3, in <module>\n +water = burst\(\)', text)
    assert re.search(r'File "Cell In\[\d+\]", line 2, in burst', text)
    assert "IPython" not in text


def test_a_syntax_error_shows_the_line_of_the_cell(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset\nfine = 1\nbad = = 2")
    assert ran.error.startswith("SyntaxError")
    assert "line 3" in _COLORS.sub("", ran.traceback)


def test_code_that_cannot_be_compiled_fails_its_asset(kernel: LiveKernel) -> None:
    assert kernel.run("%%asset\nodd = 1\nreturn odd").error.startswith("SyntaxError")


def test_two_names_are_two_assets(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset odd_days even_days\nodd_days = [1, 3]\neven_days = [2, 4]")
    assert [line.split(" · ")[0] for line in ran.lines] == ["odd_days", "even_days"]
    with kernel.instance() as instance:
        assert (instance.load("odd_days"), instance.load("even_days")) == ([1, 3], [2, 4])


def test_names_may_be_in_any_script(kernel: LiveKernel) -> None:
    assert kernel.run('%%asset\ngäste = {"名前": "🏨"}').status == "ok"
    assert kernel.run("%%asset\nanzahl = len(gäste)").status == "ok"
    with kernel.instance() as instance:
        assert instance.load("gäste") == {"名前": "🏨"}


def test_several_candidates_are_an_error_without_frames(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset\none_way = 1\nother_way = 2")
    assert ran.error.startswith("CellError: ")
    assert "it may mean any of one_way, other_way; write %%asset NAME" in ran.traceback
    assert "File" not in ran.traceback


def test_an_option_that_does_not_exist_is_named(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset lamps --gruop x\nlamps = 1")
    assert "there is no option '--gruop'" in ran.traceback
    assert "'--group'" in ran.traceback


def test_a_name_that_is_not_bound_in_the_end_is_an_error(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset ghost\nif False:\n    ghost = 1")
    assert "no variable 'ghost' at its end" in ran.traceback
    with kernel.instance() as instance:
        assert instance.store.runs(limit=1)[0].status is RunStatus.FAILURE


def test_an_upstream_asset_that_was_never_made_is_named(kernel: LiveKernel) -> None:
    kernel.run("%%asset\nnever_made = 1 / 0")
    ran = kernel.run("%%asset\nafter_never = never_made + 1")
    assert "it reads the asset 'never_made', which was never materialized" in ran.traceback
    assert "%materialize +after_never" in ran.traceback


def test_a_value_that_another_object_hides_is_loaded_again(kernel: LiveKernel) -> None:
    kernel.run("%%asset\nkeys = [1, 2]")
    kernel.run("globals()['keys'] = [9]")
    ran = kernel.run("%%asset\nkey_count = len(keys)")
    assert ran.printed.startswith("keys: this was not the asset 'keys' as it is stored; loaded that, made ")
    assert kernel.run("keys, key_count").result == "([1, 2], 2)"


def test_a_check_shows_its_verdict(kernel: LiveKernel) -> None:
    kernel.run("%%asset\nrooms = [1, 2, 3]")
    passed = kernel.run("%%check rooms\nlen(rooms) == 3")
    failed = kernel.run("%%check rooms few --severity WARN\nassert len(rooms) < 3, 'too many'\nassert True")
    assert (passed.status, failed.status) == ("ok", "ok")
    assert passed.results == []
    assert passed.lines[0].startswith("rooms: check · ✓ passed · ")
    assert failed.lines[0].startswith("rooms: few · ✗ failed (warning) · too many · ")
    with kernel.instance() as instance:
        state = instance.asset_states(["rooms"])["rooms"]
        assert {name: one.passed for name, one in state.checks.items()} == {"check": True, "few": False}
        assert state.latest is not None
        assert {one.data_version for one in state.checks.values()} == {state.latest.data_version}


def test_a_check_whose_value_is_no_verdict_fails(kernel: LiveKernel) -> None:
    kernel.run("%%asset\nfloors = [1, 2, 3]")
    assert "which is no verdict" in kernel.run("%%check floors\nlen(floors)").traceback


def test_other_cell_magics_go_on_the_second_line(kernel: LiveKernel) -> None:
    ran = kernel.run("%%asset\n%%time\ntowels = 4")
    assert (ran.status, kernel.run("towels").result) == ("ok", "4")
    assert "Wall time" in ran.printed
    refused = kernel.run("%%time\n%%asset\nsoap = 4")
    assert "put the other cell magic on the second line" in refused.traceback


def test_captured_output_does_not_end_the_recording(kernel: LiveKernel) -> None:
    assert kernel.run("%%asset\n%%capture\nprint('x')\ncaptured_one = 4").status == "ok"
    with kernel.instance() as instance:
        assert instance.load("captured_one") == 4


@pytest.mark.parametrize(
    "code",
    ["import time\ntime.sleep(300)", "import asyncio\nfor _ in range(3000):\n    await asyncio.sleep(0.1)"],
)
def test_an_interrupted_cell_is_canceled(kernel: LiveKernel, code: str) -> None:
    request = kernel.send(f"%%asset\nlong_stay = 1\n{code}")
    time.sleep(1)
    kernel.interrupt()
    kernel.wait(request)
    with kernel.instance() as instance:
        run = instance.store.runs(limit=1)[0]
        assert run.status is RunStatus.CANCELED
        assert instance.store.steps(run.run_id)[0].status is StepStatus.CANCELED


def test_a_running_cell_is_seen_by_others(kernel: LiveKernel) -> None:
    waiting = "%%asset\nimport os\nimport time\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\nlong_nap = 1"
    request = kernel.send(waiting)
    with kernel.instance() as instance:
        deadline = time.monotonic() + TIMEOUT
        seen = None
        while time.monotonic() < deadline and seen is not AssetActivity.RUNNING:
            state = instance.asset_states(["long_nap"]).get("long_nap")
            seen = state.activity if state else None
            time.sleep(0.01)
    (kernel.folder / "go").touch()
    kernel.wait(request)
    assert seen is AssetActivity.RUNNING


def test_a_plain_cell_that_took_long_is_told_of(kernel: LiveKernel) -> None:
    kernel.run("import time\ntime.sleep(2.1)\nweights = [1, 2]\ndef weigh(x):\n    return x", "slow_plain")
    kernel.run("light = 3", "quick_plain")
    told = kernel.run("%%asset\nweighed = sum(weights) + light", "weighed_cell").printed
    assert re.fullmatch(
        r"cell \d+ took 2\.\d+ s when it was last run, and it runs again for every asset that needs it; "
        r"make it an asset: %%asset\n",
        told,
    )
    assert kernel.run("%%asset\nweighed_not = weigh(4)", "weighed_not_cell").printed == ""
    kernel.run("weights = [1, 2]", "slow_plain")
    assert kernel.run("%%asset\nweighed = sum(weights) + light", "weighed_cell").printed == ""
