"""A home for one trial: what a run needs is copied into it, and what it makes goes when the trial is over."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from daglab.errors import RunNotFoundError
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.io_managers.signing import KEY_FILE
from daglab.orchestration.home import find_home
from daglab.orchestration.instance import Instance
from daglab.orchestration.processes import this_process
from daglab.records.assets import Materialization
from daglab.records.events import Event, EventType
from daglab.records.runs import Run, RunStatus


@contextmanager
def clean_home(
    instance: Instance, given: Iterable[Materialization], observed: Iterable[Event] = ()
) -> Iterator[Instance]:
    """Opens a home in a temporary folder, for this process and those that it starts.

    Meanwhile the environment names it, so that neither a setting of the project nor code of a cell that asks for the
    project's instance leads to the real one.

    Args:
        instance: the real one, which is only read.
        given: what is known in the other one from the start, with the files of the values.
        observed: what was seen of assets that are made elsewhere.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="daglab-", ignore_cleanup_errors=True)))
        stack.enter_context(
            _environment(
                {
                    "DAGLAB_HOME": str(folder),
                    "DAGLAB_STORAGE": str(folder / "storage"),
                    "DAGLAB_RUN_STORE": f"sqlite:///{folder / 'store.db'}",
                }
            )
        )
        key = instance.home.path / KEY_FILE
        if key.exists():  # what is given may be signed
            shutil.copy2(key, folder / KEY_FILE)
        clean = stack.enter_context(Instance(find_home(instance.home.root, home=folder)))
        for made in given:
            _copy_value(made, instance, clean)
            _copy_record(made, instance, clean)
        for event in observed:
            _copy_event(event, instance, clean)
        yield clean


def _copy_value(made: Materialization, instance: Instance, clean: Instance) -> None:
    managers = (instance.default_io_manager, clean.default_io_manager)
    source, target = (
        one.file_of(made.stored) if isinstance(one, FilesystemIOManager) and made.stored else None for one in managers
    )
    if source is None or target is None or target.exists() or not source.is_file():
        return  # it is there, or in the hands of another IO manager
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _copy_record(made: Materialization, instance: Instance, clean: Instance) -> None:
    event = Event(
        run_id=made.run_id,
        type=EventType.ASSET_MATERIALIZATION,
        at=made.at,
        step_key=made.step_key,
        payload=made,
    )
    _copy_event(event, instance, clean)


def _copy_event(event: Event, instance: Instance, clean: Instance) -> None:
    run = _run_of(event, instance)
    try:
        clean.store.run(run.run_id)
    except RunNotFoundError:
        clean.store.create_run(run)
    clean.store.append([replace(event, run_id=run.run_id, event_id=0)])


def _run_of(event: Event, instance: Instance) -> Run:
    try:
        return instance.store.run(event.run_id)
    except RunNotFoundError:  # what is recorded by itself
        return Run(
            run_id=event.run_id or new_run_id(),
            job="assets",
            status=RunStatus.SUCCESS,
            location="",
            target=str(getattr(event.payload, "asset_key", "")),
            launched_by="python",
            created_at=SystemClock().now(),
            process=this_process(),
        )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
