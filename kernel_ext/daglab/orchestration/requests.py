"""What somebody wants to have materialized, as a value that another process can carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from daglab.orchestration.location_specs import LocationSpec

EVERYTHING = "*"


@dataclass(frozen=True, kw_only=True)
class MaterializeRequest:
    """What somebody wants to have materialized.

    Args:
        locations: where the definitions are.
        selection: which assets, in the language of selections.
        force: whether to make those that are fresh, too.
        processes: how many steps go side by side.
        launched_by: "command line", "notebook", "widget", "lab" or "python".
        parent_run_id: the run that this one repeats or resumes.
        own: the location to which "all assets" is confined; the others are there for what it reads.
    """

    locations: tuple[LocationSpec, ...]
    selection: str = EVERYTHING
    force: bool = False
    processes: int = 1
    launched_by: str = "python"
    parent_run_id: str | None = None
    own: str | None = None

    @property
    def place(self) -> str:
        """The locations, as one short text."""
        names = [self.own] if self.own else [one.name for one in self.locations]
        if not names:
            return "Python"
        return names[0] if len(names) == 1 else f"{len(names)} locations"

    @property
    def target(self) -> str:
        """What is asked for, as one short text."""
        wanted = "all assets" if self.selection == EVERYTHING else self.selection
        return f"{wanted}, fresh or not" if self.force else wanted

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "locations": [one.to_json() for one in self.locations],
            "selection": self.selection,
            "force": self.force,
            "processes": self.processes,
            "launched_by": self.launched_by,
            "parent_run_id": self.parent_run_id,
            "own": self.own,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MaterializeRequest:
        """Reads what `to_json` wrote."""
        locations = tuple(LocationSpec.from_json(one) for one in data["locations"])
        return cls(**{**data, "locations": locations})

    def repeated(self, run_id: str, *, selection: str | None = None) -> MaterializeRequest:
        """The same once more, as a child of an earlier run, from what the files hold now."""
        files = tuple(replace(one, cells=None) if _is_on_disk(one) else one for one in self.locations)
        return replace(self, locations=files, selection=selection or self.selection, parent_run_id=run_id)


def _is_on_disk(spec: LocationSpec) -> bool:
    return spec.path is not None and spec.path.exists()
