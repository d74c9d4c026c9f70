"""`reconstructable`: a job that another process can make again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.job_definition import JobDefinition
from daglab.errors import InvariantViolationError


@dataclass(frozen=True, kw_only=True)
class ReconstructableJob:
    """A job, by where it is found.

    Args:
        module: the module's name.
        path: the module's file, where it cannot be imported by name.
        attribute: the job's name in it, or that of a function that makes it.
        op_selection: the part of it that is run.
    """

    module: str
    path: str | None
    attribute: str
    op_selection: tuple[str, ...] | None = None

    @property
    def job_name(self) -> str:
        """The job's name."""
        return self.get_definition().name

    def get_definition(self) -> JobDefinition:
        """The job.

        Raises:
            InvariantViolationError: what is found there is no job, and makes none.
        """
        found: Any = getattr(self._load(), self.attribute, None)
        job = found if isinstance(found, JobDefinition) else self._made_by(found)
        return job.get_subset(op_selection=self.op_selection) if self.op_selection else job

    def get_subset(self, *, op_selection: Sequence[str] | None = None) -> ReconstructableJob:
        """A part of it."""
        return replace(self, op_selection=None if op_selection is None else tuple(op_selection))

    def _made_by(self, function: Any) -> JobDefinition:
        where = f"{self.module}.{self.attribute}"
        if not callable(function) or isinstance(function, GraphDefinition):
            raise InvariantViolationError(f"{where} is {function!r}, and no job", hint="make it a job with .to_job()")
        try:
            made = function()
        except TypeError as error:
            raise InvariantViolationError(
                f"{where} cannot be called without arguments: {error}", hint="give the function no parameters"
            ) from error
        if not isinstance(made, JobDefinition):
            raise InvariantViolationError(f"{where} gives {made!r}, and no job", hint="let it return a job")
        return made

    def _load(self) -> Any:
        known = sys.modules.get(self.module)
        if known is not None and self.path in (None, getattr(known, "__file__", None)):
            return known
        if self.path is None:
            return import_module(self.module)
        # A script, which is the main module of another process than this one.
        name = Path(self.path).stem
        known = sys.modules.get(name)
        if known is not None and getattr(known, "__file__", None) == self.path:
            return known
        spec = spec_from_file_location(name, self.path)
        if spec is None or spec.loader is None:
            raise InvariantViolationError(f"{self.path} cannot be imported", hint="is it a Python file?")
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module


def reconstructable(target: JobDefinition | Callable[[], JobDefinition]) -> ReconstructableJob:
    """Says where a job is found, so that another process can make it again.

    Args:
        target: a job that was decorated at the top of a module, or a function there that makes it.

    Raises:
        InvariantViolationError: it is not at the top of a module, or it is no job and makes none.

    Example:
        >>> reconstructable(lambda: None)
        Traceback (most recent call last):
        daglab.errors.InvariantViolationError: a lambda cannot be found again by name
          → decorate a function at the top of a module with @job
    """
    name = getattr(target, "__name__", None)
    if (
        isinstance(target, GraphDefinition)
        or name is None
        or not (callable(target) or isinstance(target, JobDefinition))
    ):
        raise InvariantViolationError(
            f"{target!r} is no job that a decorator made, and no function", hint="give a job made with @job"
        )
    if name == "<lambda>":
        raise InvariantViolationError(
            "a lambda cannot be found again by name", hint="decorate a function at the top of a module with @job"
        )
    qualified = getattr(target, "__qualname__", name)
    if qualified != name:
        raise InvariantViolationError(
            f"{qualified!r} is not at the top of its module", hint="define it there, so that it is found by name"
        )
    module = str(target.__module__)
    path = None
    if module == "__main__":
        file = getattr(sys.modules[module], "__file__", None)
        if file is None:
            raise InvariantViolationError(
                f"{name!r} lives in this session alone, where no other process can find it",
                hint="put it into a file and import it, or run it with execute_in_process or `daglab job execute`",
            )
        path = str(Path(file).resolve())
    return ReconstructableJob(module=module, path=path, attribute=name)
