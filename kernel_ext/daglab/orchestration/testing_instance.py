"""Instances for tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from daglab.orchestration.instance import Instance

_HOME = "DAGLAB_HOME"


@contextmanager
def instance_for_test(
    overrides: Mapping[str, Any] | None = None,
    set_dagster_home: bool = True,
    temp_dir: str | None = None,
    synchronous_run_coordinator: bool = False,
    synchronous_run_launcher: bool = False,
) -> Iterator[Instance]:
    """An instance in a folder of its own, which is removed at the end of the block.

    Args:
        overrides: settings of a deployment; accepted and of no effect.
        set_dagster_home: whether `DAGLAB_HOME` names the folder in the block, so that `Instance.get()` finds it.
        temp_dir: the folder; one that is given is kept.
        synchronous_run_coordinator: accepted and of no effect.
        synchronous_run_launcher: accepted and of no effect.

    Example:
        >>> with instance_for_test() as instance:
        ...     instance.store.runs()
        []
    """
    with ExitStack() as stack:
        folder = temp_dir or stack.enter_context(tempfile.TemporaryDirectory(prefix="daglab-"))
        if set_dagster_home:
            stack.callback(_restore, os.environ.get(_HOME))
            os.environ[_HOME] = folder
        yield stack.enter_context(Instance.open(folder, start=folder))


def _restore(home: str | None) -> None:
    if home is None:
        os.environ.pop(_HOME, None)
    else:
        os.environ[_HOME] = home
