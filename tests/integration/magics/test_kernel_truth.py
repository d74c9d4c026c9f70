"""What is recorded of a cell that was run by hand is what the kernel really held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from live_kernel import LiveKernel

from daglab.orchestration.location_specs import notebook_spec
from daglab.orchestration.locations import load_workspace
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import judge, prepare

CELLS = (
    ("one", "K = 1"),
    ("two", "B = K + 1"),
    ("three", "L = []"),
    ("four", "L.append(K)"),
    ("five", "%%asset\ntotal = [K, B, *L]"),
)
FRESH = ("fresh", "")


class Desk:
    """A notebook in a kernel: runs cells by name, saves the notebook, and asks how its assets stand."""

    def __init__(self, kernel: LiveKernel) -> None:
        self.kernel = kernel
        self.cells: dict[str, str] = {}

    def write(self, *cells: tuple[str, str]) -> None:
        self.cells |= dict(cells)
        self.kernel.save(*self.cells.items())

    def run(self, *names: str) -> None:
        for name in names:
            done = self.kernel.run(self.cells[name], name)
            assert done.status == "ok", done.traceback

    def scratch(self, source: str) -> None:
        self.kernel.run(source, "scratch")

    def due(self) -> list[str]:
        """The steps that a run would take now."""
        with self.kernel.instance() as instance:
            spec = notebook_spec(self.kernel.path, instance.home.root)
            return list(prepare(instance, MaterializeRequest(locations=(spec,))).plan.steps)

    def stands(self, key: str) -> tuple[str, str]:
        with self.kernel.instance() as instance:
            workspace = load_workspace([notebook_spec(self.kernel.path, instance.home.root)])
            verdict = judge(instance, workspace)[key]
            return verdict.freshness.value, verdict.reason


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKernel]:
    kernel = LiveKernel(tmp_path_factory.mktemp("truth")).start().load()
    yield kernel
    kernel.stop()


@pytest.fixture
def desk(live: LiveKernel) -> Desk:
    for path in live.folder.glob("*.py"):
        path.unlink()
    assert live.run("%reset -f").status == "ok"
    assert live.run("import sys; [sys.modules.pop(n, None) for n in ('helpers', 'lower')]").status == "ok"
    live.run(
        "from daglab.magics.session import session_of\n"
        "_s = session_of(get_ipython()); _s.log.__init__(); _s.settled.clear(); _s._saved_ids.clear()\n"
        "_s.held.__init__()"
    )
    return Desk(live)


def test_in_order_is_fresh_also_twice(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("one", "two", "three", "four", "five")
    assert desk.stands("total") == FRESH
    desk.run("five")
    assert desk.stands("total") == FRESH
    desk.run("one", "two", "three", "four", "five")
    assert desk.stands("total") == FRESH


def test_alone_after_a_restart_is_fresh(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("five")
    assert desk.stands("total") == FRESH
    desk.run("five")
    assert desk.stands("total") == FRESH


def test_order_that_does_not_matter_is_fresh(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("three", "one", "two", "four", "five")
    assert desk.stands("total") == FRESH


def test_edit_above_without_running_what_follows_is_stale(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("one", "two", "three", "four", "five")
    desk.write(("one", "K = 5"))
    desk.run("one", "five")
    status, reason = desk.stands("total")
    assert status == "stale"
    assert reason == (
        "'K', which it uses, was not as the notebook makes it when it was made by hand: "
        "run its cells again, in their order."
    )
    desk.run("two", "three", "four", "five")
    assert desk.stands("total") == FRESH


def test_change_in_place_that_was_run_twice_is_stale(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("one", "two", "three", "four", "four", "five")
    assert desk.stands("total") == (
        "stale", "'L', which it uses, was changed by a cell that was run more than once when it was made by hand.",
    )  # fmt: skip


def test_what_happens_perhaps_may_be_run_twice(desk: Desk) -> None:
    desk.write(("one", "K = 3"), ("two", "if K > 2:\n    many = True"), ("five", "%%asset\ntotal = many"))
    desk.run("one", "two", "two", "five")
    assert desk.stands("total") == FRESH
    desk.run("one", "two", "five")
    assert desk.stands("total") == FRESH


def test_definitions_run_in_the_wrong_order_are_stale(desk: Desk) -> None:
    desk.write(("one", "K = 1"), ("two", "K = 2"), ("five", "%%asset\ntotal = K"))
    desk.run("two", "one", "five")
    assert desk.stands("total")[0] == "stale"
    desk.run("two", "five")
    assert desk.stands("total") == FRESH


def test_scratch_cell_that_is_not_in_the_notebook_is_stale(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("one", "two", "three", "four")
    desk.scratch("K = 99")
    desk.write(*CELLS)
    desk.run("five")
    assert desk.stands("total")[0] == "stale"


def test_scratch_cell_that_only_looks_is_fresh(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("one", "two", "three", "four")
    desk.scratch("print(K, len(L)); L")
    desk.scratch("import logging; logging.getLogger('x').info('hello')")
    desk.write(*CELLS)
    desk.run("five")
    assert desk.stands("total") == FRESH


def test_name_that_another_asset_cell_binds_for_itself_is_stale(desk: Desk) -> None:
    desk.write(("one", "K = 1"), ("two", "%%asset first\nK = 7\nfirst = K"), ("five", "%%asset\ntotal = K"))
    desk.run("one", "two", "five")
    assert desk.stands("total")[0] == "stale"
    desk.run("one", "five")
    assert desk.stands("total") == FRESH


def test_cell_that_failed_in_the_middle_counts_as_far_as_it_came(desk: Desk) -> None:
    desk.write(("one", "K = 1"), ("five", "%%asset\ntotal = K"))
    desk.run("one")
    desk.write(("one", "J = 2\nK = 1 // 0"))
    assert desk.kernel.run(desk.cells["one"], "one").status == "error"
    desk.run("five")
    assert desk.stands("total")[0] == "stale"


def test_code_that_nobody_can_read_is_stale_if_it_changed_something(desk: Desk) -> None:
    desk.write(*CELLS)
    desk.run("one", "two", "three", "four")
    desk.scratch("exec('K = 99')")
    desk.write(*CELLS)
    desk.run("five")
    assert desk.stands("total")[0] == "stale"


def test_helper_that_was_edited_is_stale_until_it_is_run(desk: Desk) -> None:
    desk.write(("one", "def f(x):\n    return x"), ("two", "V = f(1)"), ("five", "%%asset\ntotal = V"))
    desk.run("one", "two", "five")
    desk.write(("one", "def f(x):\n    return -x"))
    desk.run("one", "five")
    assert desk.stands("total")[0] == "stale"
    desk.run("two", "five")
    assert desk.stands("total") == FRESH


def test_plain_cell_with_an_older_asset_is_stale(desk: Desk) -> None:
    desk.write(("one", "%%asset\nbase = 1"), ("two", "double = base * 2"), ("five", "%%asset\ntotal = double + base"))
    desk.run("one", "two", "five")
    assert desk.stands("total") == FRESH
    desk.write(("one", "%%asset\nbase = 5"))
    desk.run("one", "five")
    assert desk.stands("total") == (
        "stale", "A plain cell that it uses was run with an older 'base' when it was made by hand.",
    )  # fmt: skip
    desk.run("two", "five")
    assert desk.stands("total") == FRESH


def test_check_with_another_helper_is_due_again(desk: Desk) -> None:
    desk.write(("one", "K = 1"), ("five", "%%asset\ntotal = K"), ("six", "%%check total\ntotal == K"))
    desk.run("one", "five", "six")
    assert desk.due() == []
    desk.scratch("K = 99")
    desk.write()
    desk.run("six")
    assert desk.due() == ["total_check"]
    desk.run("one", "six")
    assert desk.due() == []


def module(desk: Desk, name: str, text: str) -> None:
    (Path(desk.kernel.folder) / f"{name}.py").write_text(text)


IMPORTING = (("one", "from helpers import clean"), ("five", "%%asset\ntotal = clean(1)"))


def test_module_edited_on_disk_after_it_was_imported_is_stale(desk: Desk) -> None:
    module(desk, "helpers", "def clean(x):\n    return x\n")
    desk.write(*IMPORTING)
    desk.run("one", "five")
    assert desk.stands("total") == FRESH
    module(desk, "helpers", "def clean(x):\n    return -x\n")
    expected = ("stale", "'clean' of the module 'helpers', which it uses, changed since it was last materialized.")
    assert desk.stands("total") == expected
    desk.run("one", "five")
    assert desk.stands("total") == expected


def test_reload_alone_leaves_the_old_name_and_is_stale(desk: Desk) -> None:
    module(desk, "helpers", "def clean(x):\n    return x\n")
    desk.write(*IMPORTING)
    desk.run("one", "five")
    module(desk, "helpers", "def clean(x):\n    return -x\n")
    assert desk.kernel.run("import importlib, helpers; importlib.reload(helpers)").status == "ok"
    desk.run("five")
    assert desk.stands("total") == (
        "stale", "'clean' was of an older version of the module 'helpers' when it was made by hand: import it again.",
    )  # fmt: skip
    desk.run("one", "five")
    assert desk.stands("total") == FRESH


def test_reload_below_another_module_is_stale_until_that_is_loaded_again(desk: Desk) -> None:
    module(desk, "lower", "def low(x):\n    return x\n")
    module(desk, "helpers", "from lower import low\ndef clean(x):\n    return low(x)\n")
    desk.write(*IMPORTING)
    desk.run("one", "five")
    assert desk.stands("total") == FRESH
    module(desk, "lower", "def low(x):\n    return -x\n")
    assert desk.kernel.run("import importlib, lower, helpers; importlib.reload(lower)").status == "ok"
    desk.run("one", "five")
    assert desk.stands("total")[0] == "stale"
    assert desk.kernel.run("importlib.reload(helpers)").status == "ok"
    desk.run("one", "five")
    assert desk.stands("total") == FRESH


def test_autoreload_makes_it_fresh_again(desk: Desk) -> None:
    module(desk, "helpers", "def clean(x):\n    return x\n")
    desk.write(*IMPORTING)
    assert desk.kernel.run("%load_ext autoreload\n%autoreload 2").status == "ok"
    desk.run("one", "five")
    module(desk, "helpers", "def clean(x):\n    return -x - 100\n")
    desk.run("five")
    assert desk.stands("total") == FRESH
    with desk.kernel.instance() as instance:
        assert instance.load("total") == -101
    assert desk.kernel.run("%autoreload 0").status == "ok"


def test_functions_are_judged_by_what_is_on_disk_while_the_kernel_keeps_its_modules(desk: Desk) -> None:
    module(desk, "helpers", "def clean(x):\n    return x\n")
    desk.write(
        ("one", "import daglab\nfrom helpers import clean"), ("two", "@daglab.asset\ndef made():\n    return clean(1)")
    )
    desk.run("one", "two")
    assert "Everything is fresh." not in desk.kernel.run("%materialize").printed
    assert "Everything is fresh." in desk.kernel.run("%materialize").printed
    module(desk, "helpers", "def clean(x):\n    return -x\n")
    assert desk.kernel.run("%materialize").status == "ok"
    with desk.kernel.instance() as instance:
        assert instance.load("made") == -1
    assert desk.kernel.run("clean(1)").result == "1"
    assert desk.kernel.run("import sys; clean is sys.modules['helpers'].clean").result == "True"
    assert "Everything is fresh." in desk.kernel.run("%materialize").printed


def test_module_imported_before_daglab_and_written_by_then_is_unsure(tmp_path: Path) -> None:
    kernel = LiveKernel(tmp_path).start()
    try:
        desk = Desk(kernel)
        module(desk, "helpers", "def clean(x):\n    return x\n")
        desk.write(*IMPORTING)
        desk.run("one")
        kernel.load()
        desk.run("five")
        assert desk.stands("total") == (
            "stale",
            "helpers.py may have been edited after this kernel had imported it: "
            "load daglab before it, or import it again with importlib.reload.",
        )
        assert kernel.run("import importlib, helpers; importlib.reload(helpers)").status == "ok"
        desk.run("one", "five")
        assert desk.stands("total") == FRESH
    finally:
        kernel.stop()


def test_needed_code_that_failed_half_way_is_made_up_for(desk: Desk) -> None:
    desk.write(
        ("one", "K = 1"), ("two", "B = K + missing"), ("three", "missing = 1"), ("five", "%%asset\ntotal = [K, B]")
    )
    assert desk.kernel.run(desk.cells["five"], "five").status == "error"
    desk.write(("two", "B = K + 1"))
    desk.run("five")
    assert desk.stands("total") == FRESH


def test_interrupted_cell_counts_as_far_as_it_came(desk: Desk) -> None:
    desk.write(("one", "K = 1"), ("five", "%%asset\ntotal = K"))
    desk.run("one")
    desk.write(("one", "K = 2\nimport time\nprint('here', flush=True)\ntime.sleep(60)\nK = 1"))
    request = desk.kernel.send(desk.cells["one"], "one")
    while desk.kernel.message(30)["msg_type"] != "stream":
        pass
    desk.kernel.interrupt()
    desk.kernel.wait(request)
    desk.run("five")
    assert desk.stands("total")[0] == "stale"


def test_cell_whose_end_nobody_heard_of_counts_as_failed_somewhere(desk: Desk) -> None:
    deaf = "calls = get_ipython().events.callbacks['post_run_cell']\nkept = calls[:]\ncalls.clear()\nK = 1"
    desk.write(("one", "K = 1"), ("two", deaf), ("three", "calls += kept"), ("five", "%%asset\ntotal = K"))
    desk.run("one")
    desk.run("five")
    assert desk.stands("total") == FRESH
    desk.run("two")
    desk.run("three")
    desk.run("five")
    assert desk.stands("total")[0] == "stale"
    desk.run("two")
    desk.run("three")
    desk.write(("two", "K = 1"))
    desk.run("two")
    desk.run("five")
    assert desk.stands("total") == FRESH
