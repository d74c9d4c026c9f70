"""What pytest finds: the fixtures `instance`, `clock` and `run_notebook`.

Each is there under a longer name, too: `daglab_instance`, `daglab_clock`, `daglab_run_notebook`. A project that has a
fixture of its own called `instance` keeps it; the long names mean these, whatever the short ones mean.

pytest imports this module in every project, used or not, so it imports nothing but pytest itself; each fixture brings
in what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from daglab.orchestration.instance import Instance
    from daglab.testing.clock import FakeClock
    from daglab.testing.notebook_run import NotebookRun

RunNotebook = Callable[..., "NotebookRun"]


@pytest.fixture
def daglab_instance(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Instance]:
    """A new daglab home in a folder of the test's own, with its run store in SQLite; closed after the test.

    Meanwhile `DAGLAB_HOME` names it, so that `Instance.get()`, `daglab.load(...)` and `daglab` commands that the test
    starts use it, too. The project's own settings hold, except those that say where runs and values are kept.
    """
    from daglab.orchestration.home import find_home  # heavy, and every project with pytest would pay for it
    from daglab.orchestration.instance import Instance

    home = tmp_path_factory.mktemp("daglab-home")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DAGLAB_HOME", str(home))
        environment.delenv("DAGLAB_RUN_STORE", raising=False)
        environment.delenv("DAGLAB_STORAGE", raising=False)
        settings = find_home(pytestconfig.rootpath, home=home).settings
        if settings.run_store is not None:
            environment.setenv("DAGLAB_RUN_STORE", f"sqlite:///{home / 'store.db'}")
        if settings.storage is not None:
            environment.setenv("DAGLAB_STORAGE", str(home / "storage"))
        with Instance.open(home, start=pytestconfig.rootpath) as instance:
            yield instance


@pytest.fixture
def daglab_clock() -> FakeClock:
    """A clock that stands at the first moment of 2024, in UTC, until the test calls `set` or `advance`."""
    from daglab.testing.clock import FakeClock  # as above: only for those who use it

    return FakeClock()


@pytest.fixture
def daglab_run_notebook(daglab_instance: Instance, pytestconfig: pytest.Config) -> RunNotebook:
    """Runs a notebook as a pipeline in the home of `daglab_instance`.

    `run_notebook(path, selection="*", replace={"rows": 10}, force=False, in_process=False, raise_on_error=True)` gives
    a result with `success`, `asset_value(key)`, `materializations`, `failures`, `checks` and `printed`. A relative
    path is looked up in the working directory, then in pytest's root directory.
    """
    from daglab.testing import notebook_run  # as above: only for those who use it

    def run_notebook(
        path: str | Path,
        selection: str = "*",
        *,
        replace: Mapping[str, object] | None = None,
        force: bool = False,
        in_process: bool = False,
        raise_on_error: bool = True,
    ) -> NotebookRun:
        there = pytestconfig.rootpath / path
        return notebook_run.run_notebook(
            there if there.exists() and not Path(path).exists() else path,
            instance=daglab_instance,
            selection=selection,
            replace_values=replace,
            force=force,
            in_process=in_process,
            raise_on_error=raise_on_error,
        )

    return run_notebook


@pytest.fixture
def instance(daglab_instance: Instance) -> Instance:
    """A new daglab home of the test's own; the same as `daglab_instance`."""
    return daglab_instance


@pytest.fixture
def clock(daglab_clock: FakeClock) -> FakeClock:
    """A clock that the test moves; the same as `daglab_clock`."""
    return daglab_clock


@pytest.fixture
def run_notebook(daglab_run_notebook: RunNotebook) -> RunNotebook:
    """Runs a notebook as a pipeline; the same as `daglab_run_notebook`."""
    return daglab_run_notebook
