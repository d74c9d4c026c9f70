"""Outputs of steps, as they are remembered while a run lasts and when it is repeated."""

from __future__ import annotations

from dataclasses import dataclass

from daglab.definitions.io_manager import StoredValue


@dataclass(frozen=True, kw_only=True, slots=True)
class StepOutput:
    """One value that a step has made and stored.

    Args:
        run_id: the run.
        step_key: the step.
        name: the output.
        mapping_key: which value of a dynamic output.
        io_manager_key: who can load it; "" where there is no value.
        asset_key: the asset that it is, if it is one.
        partition: of that asset.
        stored: where it lies, if its IO manager said so.
    """

    run_id: str
    step_key: str
    name: str
    mapping_key: str = ""
    io_manager_key: str = ""
    asset_key: str = ""
    partition: str = ""
    stored: StoredValue | None = None

    def __hash__(self) -> int:
        return hash((self.run_id, self.step_key, self.name, self.mapping_key))

    @property
    def token(self) -> str:
        """Names the value among all of its run: an asset by its key."""
        return self.asset_key or f"{self.step_key}\n{self.name}\n{self.mapping_key}"
