"""The fixtures, as a project gets them: each test writes one, and runs pytest there in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

# The entry point may be installed or not; `no:daglab` leaves only the module that is named.
PLUGIN = ("-p", "no:daglab", "-p", "daglab.testing.plugin", "-p", "no:cacheprovider")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project, outside of any other one."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    return pytester


def passes(project: pytest.Pytester, *arguments: str, passed: int, **outcomes: int) -> pytest.RunResult:
    done = project.runpytest_subprocess(*PLUGIN, *arguments, timeout=90)
    done.assert_outcomes(passed=passed, **outcomes)
    return done


def notebook(folder: Path, *cells: str, name: str = "shop.ipynb") -> Path:
    content = [{"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": None, "outputs": [],
                "source": text} for number, text in enumerate(cells, 1)]  # fmt: skip
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": content}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


SHOP = (
    "rows = 1_000",
    "%%asset\norders = list(range(rows))\nprint('made', len(orders))",
    "%%asset\ntotal = sum(orders)",
    "%%check total\ntotal >= 0",
)


def test_the_plugin_imports_nothing_but_pytest():
    code = (
        "import sys, pytest, typing; before = set(sys.modules); import daglab.testing.plugin;"
        "print(sorted(set(sys.modules) - before))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    allowed = {"daglab", "daglab.foundation", "daglab.foundation.version", "daglab.public_names", "daglab.testing"}
    assert set(eval(printed)) <= allowed | {"daglab.testing.plugin"}


def test_an_installed_entry_point_is_enough(project, monkeypatch):
    meta = project.path / "site" / "shop-1.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1\n")
    (meta / "entry_points.txt").write_text("[pytest11]\ndaglab = daglab.testing.plugin\n")
    monkeypatch.setenv("PYTHONPATH", str(project.path / "site"))
    project.makepyfile("def test_it(clock):\n    assert clock.now().year == 2024\n")
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_an_instance_is_new_for_each_test_and_leaves_nothing_in_the_project(project):
    project.makepyfile(
        """
        import pytest
        from daglab.orchestration.instance import Instance

        @pytest.mark.parametrize("number", [1, 2])
        def test_is_empty_at_first(instance, number):
            assert instance.store.runs() == []
            assert instance.store.asset_keys() == []
            assert (instance.home.path / "store.db").is_file()
        """
    )
    passes(project, "--basetemp", "of-pytest", passed=2)
    left = {path.name for path in project.path.iterdir() if not path.name.startswith("test_")}
    assert left <= {"__pycache__", "of-pytest", "runpytest-0", "runpytest-current", "stderr", "stdout", "tox.ini"}


def test_an_instance_is_closed_and_its_variables_are_gone_after_the_test(project, monkeypatch):
    project.makepyfile(
        """
        import os
        seen = []

        def test_first(instance):
            assert os.environ["DAGLAB_HOME"] == str(instance.home.path)
            assert instance.store.runs() == []
            seen.append(instance)

        def test_second():
            assert os.environ["DAGLAB_HOME"] == "/nowhere"
            assert "store" not in vars(seen[0])
        """
    )
    monkeypatch.setenv("DAGLAB_HOME", "/nowhere")
    passes(project, passed=2)


def test_the_instance_is_what_code_under_test_opens(project):
    project.makepyfile(
        """
        from daglab.orchestration.instance import Instance

        def test_it(instance):
            with Instance.get() as again:
                assert again.home == instance.home
        """
    )
    passes(project, passed=1)


def test_a_project_that_keeps_its_runs_elsewhere_is_left_alone(project):
    project.makepyprojecttoml(
        """
        [tool.daglab]
        run_store = "postgresql+psycopg://nobody@nowhere.invalid/production"
        storage = "data"
        processes = 2
        """
    )
    notebook(project.path, *SHOP)
    project.makepyfile(
        """
        from daglab.orchestration.instance import Instance

        def test_it(instance, run_notebook):
            made = run_notebook("shop.ipynb")
            assert made.asset_value("total") == 499_500
            assert instance.home.settings.processes == 2
            with Instance.get() as again:
                assert [run.run_id for run in again.store.runs()] == [made.run_id]
            assert list((instance.home.path / "storage").iterdir())
        """
    )
    passes(project, passed=1)
    assert not (project.path / "data").exists()
    assert not (project.path / ".daglab").exists()


def test_two_instances_know_nothing_of_each_other(project):
    notebook(project.path, *SHOP)
    project.makepyfile(
        """
        from daglab.orchestration.instance import Instance

        def test_it(instance, run_notebook, tmp_path):
            run_notebook("shop.ipynb", in_process=True)
            with Instance.open(tmp_path / "other") as other:
                assert other.store.runs() == []
                assert other.home.storage != instance.home.storage
            assert len(instance.store.runs()) == 1
        """
    )
    passes(project, passed=1)


def test_a_fixture_of_the_project_called_instance_stays_and_run_notebook_does_not_mind(project):
    notebook(project.path, *SHOP)
    project.makeconftest("import pytest\n\n@pytest.fixture\ndef instance():\n    return 'a row of a table'\n")
    project.makepyfile(
        """
        def test_it(instance, run_notebook, daglab_instance):
            assert instance == "a row of a table"
            run_notebook("shop.ipynb", in_process=True)
            assert len(daglab_instance.store.runs()) == 1
        """
    )
    passes(project, passed=1)


def test_tests_side_by_side_do_not_share_a_home(project):
    notebook(project.path, *SHOP)
    project.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_it(instance, run_notebook, number):
            made = run_notebook("shop.ipynb", replace={"rows": number}, in_process=number % 3 > 0)
            assert made.asset_value("orders") == list(range(number))
            assert [run.run_id for run in instance.store.runs()] == [made.run_id]
        """
    )
    passes(project, "-n", "2", passed=6)


@pytest.mark.parametrize("in_process", [False, True])
def test_a_notebook_is_run_as_the_pipeline_that_it_is(project, in_process):
    file = notebook(project.path, *SHOP)
    before = file.read_bytes()
    project.makepyfile(
        f"""
        import os

        def test_it(instance, run_notebook):
            made = run_notebook("shop.ipynb", replace={{"rows": 10}}, in_process={in_process})
            assert made.success
            assert (made.asset_value("orders"), made.asset_value("total")) == (list(range(10)), 45)
            assert list(made.materializations) == ["orders", "total"]
            assert made.printed == made.printed_by("orders") == "made 10\\n"
            assert made.printed_by("total") == ""
            assert [(one.check_name, one.passed) for one in made.checks] == [("check", True)]
            assert made.failures == made.skipped == {{}}
            run = instance.store.run(made.run_id)
            assert (run.location, run.status) == ("shop.ipynb", "SUCCESS")
        """
    )
    passes(project, passed=1)
    assert file.read_bytes() == before


def test_what_a_test_patches_is_seen_by_cells_in_this_process_only(project):
    notebook(project.path, "import os", "%%asset\nplace = (os.cpu_count(), os.environ.get('SHOP'))")
    project.makepyfile(
        """
        import os

        def test_it(run_notebook, monkeypatch):
            monkeypatch.setattr(os, "cpu_count", lambda: -1)
            monkeypatch.setenv("SHOP", "open")
            assert run_notebook("shop.ipynb", in_process=True).asset_value("place") == (-1, "open")
            count, shop = run_notebook("shop.ipynb", force=True).asset_value("place")
            assert count > 0 and shop == "open"
        """
    )
    passes(project, passed=1)


def test_a_home_used_twice_makes_only_what_is_not_fresh(project):
    notebook(project.path, *SHOP)
    project.makepyfile(
        """
        def test_it(run_notebook, instance):
            run_notebook("shop.ipynb", in_process=True)
            again = run_notebook("shop.ipynb", in_process=True)
            assert again.success and again.run_id == "" and again.materializations == {}
            assert again.asset_value("total") == 499_500
            less = run_notebook("shop.ipynb", replace={"rows": 3}, in_process=True)
            assert list(less.materializations) == ["orders", "total"] and less.asset_value("total") == 3
            forced = run_notebook("shop.ipynb", "total", replace={"rows": 3}, force=True, in_process=True)
            assert list(forced.materializations) == ["total"]
            assert len(instance.store.runs()) == 3
        """
    )
    passes(project, passed=1)


@pytest.mark.parametrize("in_process", [False, True])
def test_a_failing_cell_fails_the_test_with_its_own_line(project, in_process):
    notebook(project.path, "%%asset\norders = [1]\nprint('so far')\norders[7]", "%%asset\ntotal = sum(orders)")
    project.makepyfile(
        f"""
        import pytest
        import daglab.errors

        def test_raises(run_notebook):
            run_notebook("shop.ipynb", in_process={in_process})

        def test_kind(run_notebook):
            with pytest.raises({"IndexError" if in_process else "daglab.errors.StepError"}, match="out of range"):
                run_notebook("shop.ipynb", in_process={in_process})

        def test_looked_at(run_notebook):
            made = run_notebook("shop.ipynb", in_process={in_process}, raise_on_error=False)
            assert not made.success
            assert made.failures["orders"].kind == "IndexError"
            assert list(made.skipped) == ["total"]
            assert made.printed == "so far\\n"
            assert "orders failed: IndexError: list index out of range" in repr(made)
            with pytest.raises(daglab.errors.ValueMissingError, match="IndexError"):
                made.asset_value("orders")
            with pytest.raises(daglab.errors.ValueMissingError, match="'orders' failed"):
                made.asset_value("total")
        """
    )
    done = passes(project, passed=2, failed=1)
    done.stdout.fnmatch_lines(["*IndexError: list index out of range*"])
    done.stdout.fnmatch_lines(["*shop.ipynb cell 1*line 4*", "*orders?7?*"])


def test_the_value_of_an_earlier_run_is_not_taken_for_one_of_a_run_that_failed(project):
    notebook(project.path, "bad = False", "%%asset\norders = [1]\nassert not bad")
    project.makepyfile(
        """
        import pytest
        from daglab.errors import ValueMissingError

        def test_it(run_notebook):
            assert run_notebook("shop.ipynb", in_process=True).asset_value("orders") == [1]
            made = run_notebook("shop.ipynb", replace={"bad": True}, in_process=True, raise_on_error=False)
            with pytest.raises(ValueMissingError, match="did not make 'orders'"):
                made.asset_value("orders")
        """
    )
    passes(project, passed=1)


def test_a_cell_that_cannot_be_used_is_no_success(project):
    notebook(project.path, "%%asset\norders = [1]", "%%asset\ntotal = (")
    notebook(project.path, "x = 1", name="scratch.ipynb")
    (project.path / "broken.ipynb").write_text("{")
    project.makepyfile(
        """
        import pytest
        from daglab.errors import DaglabError, InvalidInvocationError, NotebookError, PlanError

        def test_broken_cell(run_notebook):
            with pytest.raises(PlanError, match="cell 2"):
                run_notebook("shop.ipynb", in_process=True)

        def test_no_asset(run_notebook):
            with pytest.raises(InvalidInvocationError, match="scratch.ipynb declares no asset"):
                run_notebook("scratch.ipynb")

        def test_no_json(run_notebook):
            with pytest.raises(DaglabError, match="not valid JSON"):
                run_notebook("broken.ipynb")

        def test_no_file(run_notebook):
            with pytest.raises(NotebookError, match="no such file"):
                run_notebook("nowhere.ipynb", replace={"rows": 1})
            with pytest.raises(DaglabError, match="no such file"):
                run_notebook("nowhere.ipynb")
        """
    )
    passes(project, passed=4)


def test_names_in_other_scripts(project):
    notebook(project.path, "größe = 1", "%%asset\nбуква = '鰻' * größe\nprint(буква)", name="unter läge/鰻 ü.ipynb")
    project.makepyfile(
        """
        def test_größe(run_notebook):
            made = run_notebook("unter läge/鰻 ü.ipynb", replace={"größe": 2})
            assert made.asset_value("буква") == "鰻鰻"
            assert made.printed == "鰻鰻\\n"
        """
    )
    passes(project, passed=1)


def test_cells_import_modules_of_the_project_whatever_the_working_directory(project):
    project.makefile(".py", prices="PRICE = 3")
    notebook(project.path / "notebooks", "from prices import PRICE", "%%asset\ntotal = PRICE * 2")
    project.makepyfile(
        """
        import sys
        import pytest

        @pytest.mark.parametrize("in_process", [False, True])
        def test_it(run_notebook, monkeypatch, tmp_path, in_process):
            monkeypatch.chdir(tmp_path)
            path = list(sys.path)
            assert run_notebook("notebooks/shop.ipynb", in_process=in_process).asset_value("total") == 6
            assert sys.path == path
        """
    )
    passes(project, "--import-mode=importlib", passed=2)


def test_a_step_that_ends_its_process_costs_only_its_test(project):
    notebook(project.path, "import os", "%%asset\norders = [os._exit(3)]")
    project.makepyfile(
        """
        import pytest
        from daglab.errors import SubprocessError

        def test_it(run_notebook):
            with pytest.raises(SubprocessError, match="exit code 3"):
                run_notebook("shop.ipynb")
        """
    )
    passes(project, passed=1)


def test_ctrl_c_in_a_notebook_stops_the_session(project):
    notebook(project.path, "%%asset\norders = [1]\nraise KeyboardInterrupt")
    project.makepyfile(
        """
        def test_it(run_notebook):
            run_notebook("shop.ipynb", in_process=True, raise_on_error=False)

        def test_never_reached():
            raise AssertionError
        """
    )
    assert project.runpytest_subprocess(*PLUGIN).ret == pytest.ExitCode.INTERRUPTED


def test_a_python_file_runs_too_and_its_names_cannot_be_replaced(project):
    project.makefile(".py", shop="import daglab\n\nROWS = 2\n\n@daglab.asset\ndef orders():\n    return ROWS\n")
    project.makepyfile(
        """
        import pytest
        from daglab.errors import InvalidInvocationError

        def test_it(run_notebook):
            assert run_notebook("shop.py").asset_value("orders") == 2
            with pytest.raises(InvalidInvocationError, match="shop.py is a Python file"):
                run_notebook("shop.py", replace={"ROWS": 3})
        """
    )
    passes(project, passed=1)


def test_the_fixtures_are_listed_with_what_they_are_for(project):
    printed = project.runpytest_subprocess(*PLUGIN, "--fixtures")
    printed.stdout.fnmatch_lines(["daglab_instance -- *", "daglab_clock -- *", "instance -- *", "clock -- *"])
