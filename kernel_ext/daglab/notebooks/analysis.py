"""What the analysis of a notebook yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from daglab.notebooks.directive import AssetDirective, CheckDirective
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.fingerprint import code_version
from daglab.notebooks.program import Program
from daglab.notebooks.schedule_line import CellSchedule

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something to tell about a notebook. An "error" says that a cell is refused, or would fail in production."""

    severity: Severity
    path: Path
    cell: int | None
    line: int | None
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CellAsset:
    """An asset cell: one asset for each of its names.

    Attributes:
        names: the output variables.
        keys: their asset keys, in the same order.
        inputs: local name to asset key, for every value the program is given.
        deps: further keys it comes after, without a value.
        needs: positions of the plain cells it draws statements from.
    """

    names: tuple[str, ...]
    keys: tuple[str, ...]
    cell: Cell
    directive: AssetDirective
    description: str
    inputs: Mapping[str, str]
    deps: tuple[str, ...]
    program: Program
    needs: tuple[int, ...]

    @property
    def code_version(self) -> str:
        """What `--code-version` says, else the fingerprint of the slice, the code behind its imports left aside."""
        return self.directive.code_version or code_version(self.program, self.inputs)


@dataclass(frozen=True, kw_only=True, slots=True)
class CellCheck:
    """A check cell. `capture_last`: its verdict is its last expression, else that no assert fails."""

    asset_key: str
    name: str
    directive: CheckDirective
    cell: Cell
    description: str
    inputs: Mapping[str, str]
    program: Program
    needs: tuple[int, ...]
    capture_last: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CellDefinitions:
    """A plain cell that defines assets, jobs and the like in Python; `names` hold them after the program."""

    cell: Cell
    names: tuple[str, ...]
    program: Program
    needs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedAsset:
    """An asset cell that cannot be used, and why; `names` are what it names or might mean."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    cell: Cell
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NotebookAnalysis:
    """All that a notebook declares, and all there is to tell about it.

    Attributes:
        function_keys: keys of the assets that plain cells define as functions, as far as their text says them.
        open_names: what it would read of other notebooks and modules, if one of them has it.
    """

    notebook: Notebook
    assets: tuple[CellAsset, ...] = ()
    checks: tuple[CellCheck, ...] = ()
    python_definitions: tuple[CellDefinitions, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: tuple[RefusedAsset, ...] = field(default=())
    schedules: tuple[CellSchedule, ...] = ()
    function_keys: tuple[str, ...] = ()
    open_names: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """The assets that it declares in any way, those that cannot be used included."""
        declared: tuple[CellAsset | RefusedAsset, ...] = (*self.assets, *self.refused)
        return frozenset(key for one in declared for key in one.keys).union(self.function_keys)
