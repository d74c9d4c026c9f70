"""A notebook, run as the pipeline that it is, for a test to look at."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from daglab.definitions.specs import key_of
from daglab.errors import InvalidInvocationError, PlanError, ValueMissingError
from daglab.execution.loading import load_value
from daglab.execution.progress import RunOutcome
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_requests import raise_failure
from daglab.orchestration.location_specs import LocationSpec, notebook_spec
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.runs import Prepared, execute, new_run, prepare
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event
from daglab.records.failure import Failure
from daglab.records.runs import RunStatus
from daglab.testing.events import printed_text
from daglab.testing.notebook_changes import with_values


@dataclass(frozen=True, kw_only=True, repr=False)
class NotebookRun:
    """How the run of a notebook went.

    Args:
        name: the notebook, relative to the project.
        instance: the home that keeps the run and its values.
        prepared: what was planned.
        outcome: how it ended, step by step.
        events: all that happened, in order; empty where everything was fresh.
    """

    name: str
    instance: Instance
    prepared: Prepared
    outcome: RunOutcome
    events: tuple[Event, ...] = ()

    @property
    def success(self) -> bool:
        """Whether every step did what it should, and every cell could be used."""
        return self.outcome.success and not self.problems

    @property
    def run_id(self) -> str:
        """The run; "" where everything was fresh and nothing was to be done."""
        return self.outcome.run_id

    @property
    def problems(self) -> tuple[str, ...]:
        """Cells that cannot be used, and why."""
        return tuple(str(one) for one in self.prepared.remarks if one.severity == "error")

    @property
    def materializations(self) -> Mapping[str, Materialization]:
        """What was made, by asset key, in the order of making; without what was fresh already."""
        return self.outcome.materializations

    @property
    def failures(self) -> Mapping[str, Failure]:
        """Why steps failed, by step; the step of an asset has its key."""
        return self.outcome.failures

    @property
    def skipped(self) -> Mapping[str, str]:
        """Steps that could not run because of others, and why."""
        return self.outcome.skipped

    @property
    def checks(self) -> tuple[CheckEvaluation, ...]:
        """The verdicts of all checks that ran; a check that did not pass is no failure of the run unless it blocks."""
        return tuple(self.outcome.checks)

    @property
    def printed(self) -> str:
        """All that the cells printed."""
        return printed_text(list(self.events))

    def printed_by(self, step_key: str) -> str:
        """What one step printed."""
        return printed_text(list(self.events), step_key)

    def asset_value(self, asset: object) -> Any:
        """The value of an asset: of this run, or of the one before where it was fresh.

        Args:
            asset: its key, its name, or its definition.

        Raises:
            ValueMissingError: this run was to make it and did not, or nothing ever made it.
        """
        key = str(key_of(asset))
        made = self.outcome.materializations.get(key)
        if made is None:
            self._refuse_unmade(key)
            made = self.instance.materialization(key)
        return load_value(made, self.prepared.io_managers)

    def _refuse_unmade(self, key: str) -> None:
        """A value of an earlier run is not to be taken for one of this run."""
        steps = [step.key for step in self.prepared.plan.steps.values() if key in step.planned.asset_keys]
        for step_key in steps:
            if step_key not in self.outcome.unchanged:
                failure = self.failures.get(step_key)
                why = failure.headline if failure else self.skipped.get(step_key, "it gave back nothing")
                raise ValueMissingError(f"this run of {self.name} did not make {key!r}: {why}")

    def __repr__(self) -> str:
        told = [f"{key} failed: {failure.headline}" for key, failure in self.failures.items()]
        told += [f"{key} was skipped: {why}" for key, why in self.skipped.items()]
        return f"<run of {self.name}: {'; '.join([self.outcome.status.value, *self.problems, *told])}>"


def run_notebook(
    path: str | Path,
    *,
    instance: Instance,
    selection: str = EVERYTHING,
    replace_values: Mapping[str, object] | None = None,
    force: bool = False,
    in_process: bool = False,
    raise_on_error: bool = True,
) -> NotebookRun:
    """Runs a notebook as a pipeline, as `daglab materialize -f` does.

    Args:
        path: the notebook, or a Python file with definitions; it is not changed.
        instance: keeps the run and its values.
        selection: which assets, in the language of selections.
        replace_values: other constants for names that the notebook assigns, see `with_values`.
        force: whether to make what is fresh, too.
        in_process: whether the cells run in this process, where what a test has patched is seen, a debugger can stop
            and coverage is measured; else in a worker process, as always outside of tests.
        raise_on_error: whether a step that fails, or a cell that cannot be used, is raised here.

    Raises:
        NotebookError: it cannot be read.
        PlanError: a cell cannot be used.
        InvalidInvocationError: it declares no asset, or `replace_values` does not fit it.
        StepError: a step failed; in this process, what it raised itself.

    Example:
        >>> import json, tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> cells = [
        ...     {"cell_type": "code", "source": "rows = 1000"},
        ...     {"cell_type": "code", "source": "%%asset\\norders = list(range(rows))"},
        ... ]
        >>> _ = (folder / "shop.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
        >>> with Instance.open(folder / "home", start=folder) as instance:
        ...     made = run_notebook(
        ...         folder / "shop.ipynb", instance=instance, replace_values={"rows": 3}, in_process=True
        ...     )
        ...     made.asset_value("orders")
        [0, 1, 2]
    """
    spec = notebook_spec(Path(path), instance.home.root)
    if replace_values:
        if spec.is_module:
            raise InvalidInvocationError(
                f"{spec.name} is a Python file, and only cells of a notebook can be replaced",
                hint="patch its names with monkeypatch, and give in_process=True",
            )
        spec = replace(spec, cells=with_values(spec.read(), replace_values))
    request = MaterializeRequest(locations=(spec,), selection=selection, force=force)
    with _importable(instance.home.root):
        prepared = prepare(instance, request)
        made = _carried_out(instance, prepared, spec, in_process=in_process)
    if made.outcome.status is RunStatus.CANCELED:
        raise KeyboardInterrupt  # the run stopped for it, and so is the test session to
    if raise_on_error:
        if made.problems:
            raise PlanError("\n".join(made.problems), hint="mend it, or give raise_on_error=False")
        _raise_failure(made.outcome, in_process=in_process)
    return made


def _raise_failure(outcome: RunOutcome, *, in_process: bool) -> None:
    """Raises what a step raised, or of a worker process its story; either way the lines of the cell are told."""
    if not in_process:
        # Without its traceback, which stays in the worker, an exception would not say which line it was.
        outcome = replace(outcome, errors={key: error for key, error in outcome.errors.items() if not key})
    try:
        raise_failure(outcome)
    except Exception as error:
        failed = next(iter(outcome.failures.values()), None)
        if in_process and failed is not None:
            error.add_note(f"\n{failed.render()}")  # pytest's own traceback ends where the run was driven
        raise


def _carried_out(instance: Instance, prepared: Prepared, spec: LocationSpec, *, in_process: bool) -> NotebookRun:
    events: list[Event] = []
    outcome = RunOutcome(run_id="", status=RunStatus.SUCCESS)
    if prepared.has_steps:
        run = new_run(prepared.request)
        instance.store.create_run(run)
        if in_process:
            # A request that names no location is one whose definitions only this process knows.
            prepared = replace(prepared, request=replace(prepared.request, locations=()))
        outcome = execute(instance, prepared, run=run, listeners=(events.append,))
    elif not prepared.plan.fresh and not prepared.remarks:
        raise InvalidInvocationError(f"{spec.name} declares no asset", hint="start a cell with %%asset")
    return NotebookRun(name=spec.name, instance=instance, prepared=prepared, outcome=outcome, events=tuple(events))


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Cells import modules of the project, as they do on the command line; the path is afterwards what it was."""
    before = sys.path[:]
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = before
