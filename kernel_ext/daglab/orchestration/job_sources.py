"""Where a job is found, so that another process can find it, too."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from daglab.definitions.reconstructable import ReconstructableJob
from daglab.errors import InvalidSubsetError
from daglab.orchestration.location_specs import LocationSpec
from daglab.orchestration.locations import load_workspace


@dataclass(frozen=True, kw_only=True)
class JobSource:
    """Where a job is found: in locations by name, or in a module.

    Args:
        name: the job's.
        locations: where it is declared, with what it makes.
        module: the module's name, where it is found by `reconstructable`.
        path: the module's file, where it cannot be imported by name.
        folder: where the module is imported from.
        attribute: the job's name in the module, or that of a function that makes it.
        op_selection: the ops that are run.
        asset_selection: the assets that are made.
    """

    name: str
    locations: tuple[LocationSpec, ...] = ()
    module: str = ""
    path: str | None = None
    folder: str | None = None
    attribute: str = ""
    op_selection: tuple[str, ...] | None = None
    asset_selection: tuple[str, ...] | None = None

    @classmethod
    def of(cls, job: ReconstructableJob) -> JobSource:
        """Where `reconstructable` says that a job is."""
        return cls(
            name=job.job_name,
            module=job.module,
            path=job.path,
            folder=str(Path(job.path).parent) if job.path else _folder_of(job.module),
            attribute=job.attribute,
            op_selection=job.op_selection,
        )

    @property
    def place(self) -> str:
        """The locations, as one short text."""
        names = [one.name for one in self.locations] or [self.module]
        return names[0] if len(names) == 1 else f"{len(names)} locations"

    def narrowed(self, *, op_selection: Sequence[str] | None, asset_selection: Sequence[Any] | None) -> JobSource:
        """A part of the job."""
        ops = self.op_selection if op_selection is None else tuple(op_selection)
        assets = self.asset_selection if asset_selection is None else tuple(map(str, asset_selection))
        return replace(self, op_selection=ops, asset_selection=assets)

    def load(self) -> Any:
        """The job.

        Raises:
            InvalidSubsetError: there is none of that name.
            InvariantViolationError: what is found there is no job.
        """
        if self.locations:
            workspace = load_workspace(self.locations)
            if workspace.errors and self.name not in [one.name for one in workspace.jobs]:
                told = "\n".join(map(str, workspace.errors))
                raise InvalidSubsetError(f"there is no job {self.name!r}; not everything could be read:\n{told}")
            job = workspace.job(self.name)
            workspace.refuse_broken(str(key) for one in job.assets for key in one.keys)
        else:
            if self.folder and self.folder not in sys.path:
                sys.path.insert(0, self.folder)
            found = ReconstructableJob(module=self.module, path=self.path, attribute=self.attribute)
            job = found.get_definition()
        if self.op_selection is not None or self.asset_selection is not None:
            return job.get_subset(op_selection=self.op_selection, asset_selection=self.asset_selection)
        return job

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "name": self.name,
            "locations": [one.to_json() for one in self.locations],
            "module": self.module,
            "path": self.path,
            "folder": self.folder,
            "attribute": self.attribute,
            "op_selection": list(self.op_selection) if self.op_selection is not None else None,
            "asset_selection": list(self.asset_selection) if self.asset_selection is not None else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> JobSource:
        """Reads what `to_json` wrote."""
        ops, assets = data.get("op_selection"), data.get("asset_selection")
        return cls(
            name=data["name"],
            locations=tuple(LocationSpec.from_json(one) for one in data["locations"]),
            module=data.get("module", ""),
            path=data.get("path"),
            folder=data.get("folder"),
            attribute=data.get("attribute", ""),
            op_selection=tuple(ops) if ops is not None else None,
            asset_selection=tuple(assets) if assets is not None else None,
        )


def _folder_of(module: str) -> str | None:
    """The folder on the import path in which a module was found."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return None
    path = Path(file).resolve()
    return str(path.parents[module.count(".") + (path.stem == "__init__")])
