"""A notebook file and the kernel that runs it: what is saved, what was run, and what the pipeline makes of both."""

from __future__ import annotations

import os
import time

import pytest
from live_kernel import LiveKernel

from daglab.orchestration.location_specs import notebook_spec
from daglab.orchestration.locations import load_workspace
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import execute, judge, prepare
from daglab.records.runs import RunStatus

IMPORTS = ("imports", "import math\nFACTOR = 3\ndef scaled(value):\n    return value * FACTOR")
NIGHTS = ("nights", '%%asset\n"""Nights."""\nnights = [1, 2, 3]')
TOTAL = ("total", "%%asset\ntotal = scaled(sum(nights))\ntotal")
SHARE = ("share", "%%asset\nshare = math.sqrt(total)")


def run_all(kernel: LiveKernel, *cells: tuple[str, str]) -> None:
    for name, source in cells:
        ran = kernel.run(source, name)
        assert ran.status == "ok", ran.traceback


def verdicts(kernel: LiveKernel) -> dict[str, str]:
    """What the pipeline says of the file."""
    with kernel.instance() as instance:
        workspace = load_workspace([notebook_spec(kernel.path, instance.home.root)])
        return {key: str(one.freshness) for key, one in judge(instance, workspace).items()}


def live_statuses(kernel: LiveKernel) -> dict[str, str]:
    """What the kernel says of the notebook as it knows it."""
    code = (
        "from daglab.magics.session import session_of as _s; from daglab.views.graphs import graph_view as _v\n"
        "_g = _v(_s(get_ipython()).instance, _s(get_ipython()).workspace(), title='')\n"
        "str({one.key: (one.status, one.cell) for one in _g.assets})"
    )
    request = kernel.client.execute(code, store_history=False, silent=False)
    result = kernel.wait(request).result
    assert result is not None
    return dict(eval(eval(result)))


def test_what_was_run_by_hand_is_fresh_for_the_pipeline(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL, SHARE)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS, TOTAL, SHARE)
    assert verdicts(own_kernel) == {"nights": "fresh", "total": "fresh", "share": "fresh"}
    with own_kernel.instance() as instance:
        by_hand = {key: state.latest for key, state in instance.asset_states().items()}
        request = MaterializeRequest(locations=(notebook_spec(own_kernel.path, instance.home.root),), force=True)
        folder = os.getcwd()
        try:
            made = execute(instance, prepare(instance, request)).materializations
        finally:
            os.chdir(folder)
    for key, one in by_hand.items():
        assert one is not None
        again = made[key]
        assert (again.code_version, again.data_version) == (one.code_version, one.data_version)
        assert (again.input_versions, again.step_key) == (one.input_versions, one.step_key)


def test_after_a_restart_a_single_cell_has_all_it_needs(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL, SHARE)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS, TOTAL, SHARE)
    own_kernel.restart()
    ran = own_kernel.run(TOTAL[1], TOTAL[0])
    assert (ran.status, ran.result) == ("ok", "18")
    assert ran.printed == "ran first what it needs of cell 1\n"
    assert own_kernel.run("nights").result == "[1, 2, 3]"
    assert own_kernel.run("'math' in globals()").result == "False"
    assert verdicts(own_kernel)["total"] == "fresh"


def test_a_plain_cell_that_fails_when_it_is_needed_is_shown_without_frames_of_ours(own_kernel: LiveKernel) -> None:
    total = ("total", "%%asset\ntotal = BASE + 1")
    own_kernel.save(("base", "import math\nBASE = 1 / 0"), total)
    own_kernel.start().load()
    ran = own_kernel.run(total[1], total[0])
    assert ran.error == "ZeroDivisionError: division by zero"
    assert "nights.ipynb cell 1" in ran.traceback
    assert "daglab/" not in ran.traceback
    with own_kernel.instance() as instance:
        assert instance.store.runs()[0].status is RunStatus.FAILURE


def test_an_edit_that_was_saved_and_not_run_makes_stale(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS, TOTAL)
    time.sleep(0.05)
    own_kernel.save((IMPORTS[0], IMPORTS[1].replace("3", "4")), NIGHTS, TOTAL)
    assert live_statuses(own_kernel) == {"nights": ("fresh", 2), "total": ("stale", 3)}
    # What this kernel makes is still made with what it has run, and the file says otherwise.
    run_all(own_kernel, TOTAL)
    assert own_kernel.run("total").result == "18"
    assert verdicts(own_kernel)["total"] == "stale"


def test_an_edit_that_was_run_and_not_saved_counts(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS, TOTAL, (NIGHTS[0], "%%asset\nnights = [1]"))
    assert live_statuses(own_kernel) == {"nights": ("fresh", 2), "total": ("stale", 3)}
    assert verdicts(own_kernel) == {"nights": "stale", "total": "stale"}


def test_a_renamed_asset_leaves_no_ghost(own_kernel: LiveKernel) -> None:
    own_kernel.save(NIGHTS)
    own_kernel.start().load()
    run_all(own_kernel, NIGHTS, (NIGHTS[0], "%%asset\nevenings = [1]"))
    assert live_statuses(own_kernel) == {"evenings": ("fresh", 1)}


def test_a_deleted_cell_leaves_no_ghost(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS, ("new", "%%asset\nextra = [1]"))
    assert live_statuses(own_kernel) == {"nights": ("fresh", 2), "extra": ("fresh", 3)}
    time.sleep(0.05)
    own_kernel.save(IMPORTS, ("new", "%%asset\nextra = [1]"))
    assert live_statuses(own_kernel) == {"extra": ("fresh", 2)}


def test_a_new_cell_comes_after_the_one_that_was_run_before_it(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS, ("new", "%%asset\nextra = len(nights)"))
    assert live_statuses(own_kernel) == {"nights": ("fresh", 2), "extra": ("fresh", 3), "total": ("never", 4)}


def test_cells_without_ids_are_known_by_their_text_and_by_what_they_make(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL)
    own_kernel.start().load()
    for _, source in (IMPORTS, NIGHTS, TOTAL):
        assert own_kernel.run(source).status == "ok"
    assert live_statuses(own_kernel) == {"nights": ("fresh", 2), "total": ("fresh", 3)}
    assert own_kernel.run("%%asset\nnights = [5]").status == "ok"
    assert live_statuses(own_kernel) == {"nights": ("fresh", 2), "total": ("stale", 3)}


def test_cells_that_were_run_before_daglab_was_loaded_are_known(own_kernel: LiveKernel) -> None:
    own_kernel.has_file = False
    own_kernel.start()
    own_kernel.run(IMPORTS[1])
    own_kernel.load()
    assert own_kernel.run("%%asset\nroot = scaled(math.sqrt(4))").status == "ok"
    with own_kernel.instance() as instance:
        assert instance.load("root") == 6.0


def test_a_value_made_elsewhere_in_the_meantime_is_loaded(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, IMPORTS, NIGHTS)
    own_kernel.save(IMPORTS, (NIGHTS[0], "%%asset\nnights = [10]"), TOTAL)
    folder = os.getcwd()
    with own_kernel.instance() as instance:
        request = MaterializeRequest(
            locations=(notebook_spec(own_kernel.path, instance.home.root),), selection="nights"
        )
        execute(instance, prepare(instance, request))
    os.chdir(folder)
    ran = own_kernel.run(TOTAL[1], TOTAL[0])
    assert ran.printed.startswith("nights: made again ")
    assert ran.result == "30"


def test_a_copy_of_the_notebook_in_the_project_is_no_rival(own_kernel: LiveKernel) -> None:
    own_kernel.save(NIGHTS)
    (own_kernel.folder / "nights-Copy1.ipynb").write_text(own_kernel.path.read_text())
    own_kernel.start().load()
    run_all(own_kernel, NIGHTS)
    assert live_statuses(own_kernel) == {"nights": ("fresh", 1)}


def test_an_asset_of_another_notebook_can_be_read(own_kernel: LiveKernel) -> None:
    own_kernel.save(NIGHTS)
    other = own_kernel.folder / "other.ipynb"
    own_kernel.path.rename(other)
    with own_kernel.instance() as instance:
        folder = os.getcwd()
        execute(instance, prepare(instance, MaterializeRequest(locations=(notebook_spec(other, instance.home.root),))))
        os.chdir(folder)
    own_kernel.save(("count", "%%asset\ncount = len(nights)"))
    own_kernel.start().load()
    run_all(own_kernel, ("count", "%%asset\ncount = len(nights)"))
    assert own_kernel.run("count").result == "3"


@pytest.mark.parametrize(
    "plain",
    ["acc = []\nacc.append(1)", "acc = [0]\nacc += [1]\nacc.pop()", "acc = []\nfor one in [1]:\n    acc.append(one)"],
)
def test_what_a_cell_needs_is_not_done_twice(own_kernel: LiveKernel, plain: str) -> None:
    cells = [("p", plain), ("a", "%%asset\nlength = len(acc)")]
    own_kernel.save(*cells)
    own_kernel.start().load()
    first = own_kernel.run(cells[1][1], "a")
    again = own_kernel.run(cells[1][1], "a")
    assert (first.printed, again.printed) == ("ran first what it needs of cell 1\n", "")
    assert own_kernel.run("length", "look").result == "1"


@pytest.mark.parametrize(
    ("value", "change"),
    [
        ("[1, 2]", "base.append(3)"),
        ("{'a': [1]}", "base['a'].append(3)"),
        ("pd.DataFrame({'v': [1]})", "base['w'] = 2"),
        ("pl.DataFrame({'v': [1]})", "base[0, 'v'] = 7"),
        ("np.array([1, 2])", "base[0] = 7"),
    ],
)
def test_a_cell_is_given_what_its_input_was_when_it_was_made(own_kernel: LiveKernel, value: str, change: str) -> None:
    """Whatever a scratch cell, or a helper that another asset calls, did to the object since."""
    plain = ("p", "import numpy as np, pandas as pd, polars as pl\ndef seen(thing):\n    return str(thing)")
    base = ("b", f"%%asset\nbase = {value}")
    shown = ("s", "%%asset\nshown = seen(base)")
    own_kernel.save(plain, base, shown)
    own_kernel.start().load()
    run_all(own_kernel, plain, base, shown)
    before = own_kernel.run("shown").result
    run_all(own_kernel, ("scratch", change), shown)
    assert own_kernel.run("shown").result == before
    assert verdicts(own_kernel) == {"base": "fresh", "shown": "fresh"}
