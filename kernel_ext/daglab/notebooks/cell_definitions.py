"""Cells as definitions: what the rest of daglab sees of a notebook."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.check_decorator import check_step_key
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, In, Origin, Out
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity, Output
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.types.nothing import Nothing
from daglab.errors import CellError
from daglab.foundation.noted_imports import current_modules
from daglab.notebooks.analysis import CellAsset, CellCheck, CellDefinitions
from daglab.notebooks.cell_code import CellCode
from daglab.notebooks.document import Cell
from daglab.notebooks.program import Program
from daglab.planning.staleness import NO_CACHE_TAG

VERDICT = "verdict"
_LONGEST_EXPRESSION = 120


@dataclass(frozen=True, kw_only=True)
class CellCompute:
    """Runs the slice of an asset cell; its outputs are the variables of the declared names."""

    program: Program
    names: tuple[str, ...]
    position: int
    code_parts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, context: AssetExecutionContext, inputs: Mapping[str, object]) -> Iterator[Output[Any]]:
        """Runs the cell."""
        namespace = run_as_notebook(self.program, inputs, capture_last=False).namespace
        missing = [name for name in self.names if name not in namespace]
        if missing:
            raise CellError(
                f"no variable {missing[0]!r} at its end",
                path=str(self.program.path),
                cell=self.position,
                hint=f"bind {missing[0]!r}, or change the names on its %%asset line",
            )
        for name in self.names:
            yield Output(namespace[name], output_name=name)


@dataclass(frozen=True, kw_only=True)
class CheckCompute:
    """Runs the slice of a check cell; its last expression is the verdict, and so is an assertion that fails."""

    program: Program
    severity: AssetCheckSeverity
    capture_last: bool
    position: int

    def __call__(self, context: AssetExecutionContext, inputs: Mapping[str, object]) -> object:
        """Runs the cell; gives its verdict."""
        try:
            value = run_as_notebook(self.program, inputs, capture_last=self.capture_last).value
        except AssertionError as error:
            message = str(error) or "an assertion does not hold"
            return AssetCheckResult(passed=False, severity=self.severity, description=message)
        return verdict_of(value if self.capture_last else True, self)


def verdict_of(value: Any, check: CheckCompute) -> AssetCheckResult:
    """The verdict that a check cell's last value stands for.

    Raises:
        CellError: it is neither true nor false, nor an `AssetCheckResult`.
    """
    if isinstance(value, AssetCheckResult):
        return value
    kind = type(value).__name__
    if isinstance(value, bool) or (kind in ("bool", "bool_") and getattr(value, "shape", None) == ()):
        description = None if value else f"{_last_expression(check.program)} is false"
        return AssetCheckResult(passed=bool(value), severity=check.severity, description=description)
    raise CellError(
        f"its last value is a {kind}, which is no verdict",
        path=str(check.program.path),
        cell=check.position,
        hint="end the cell in True or False (a comparison with .all(), say), or in an AssetCheckResult",
    )


def _last_expression(program: Program) -> str:
    part = program.parts[-1]
    text = ast.unparse(ast.parse(part.source).body[part.statements[-1]])
    return text if len(text) <= _LONGEST_EXPRESSION else f"{text[:_LONGEST_EXPRESSION]}…"


def run_as_notebook(program: Program, inputs: Mapping[str, object], *, capture_last: bool) -> Any:
    """Runs a slice where a kernel would run it: in the notebook's folder, which comes first on the import path."""
    folder, elsewhere = str(program.path.parent.resolve()), os.getcwd()
    os.chdir(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    os.environ.setdefault("MPLBACKEND", "agg")
    before = _open_figures()
    try:
        with current_modules(restore=False):
            return program.run(inputs, capture_last=capture_last)
    finally:
        os.chdir(elsewhere)
        # A notebook's figures end with their cell; kept open, they would add up over a run.
        for number in _open_figures() - before:
            sys.modules["matplotlib.pyplot"].close(number)


def _open_figures() -> set[int]:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def asset_definition(asset: CellAsset, location: str, code: CellCode) -> AssetsDefinition:
    """An asset cell as a definition; `code` is what a `CodeReader` says of it."""
    line = asset.directive
    specs = {
        name: AssetSpec(
            key,
            deps=asset.deps,
            description=asset.description,
            group_name=line.group,
            code_version=line.code_version,
            owners=line.owners,
            tags={**line.tags, NO_CACHE_TAG: "true"} if line.no_cache else line.tags,
            kinds=line.kinds,
        )
        for name, key in zip(asset.names, asset.keys, strict=True)
    }
    node = OpDefinition(
        name=AssetKey.from_user_string(asset.keys[0]).to_python_identifier(),
        compute=CellCompute(
            program=asset.program,
            names=asset.names,
            position=asset.cell.position,
            code_parts={} if line.code_version else code.parts,
        ),
        ins={name: In() for name in asset.inputs},
        outs={name: Out(io_manager_key=line.io_manager_key or DEFAULT_IO_MANAGER_KEY) for name in asset.names},
        description=asset.description,
        code_version=line.code_version or code.version,
        retry_policy=line.retry,
    )
    keys = {name: AssetKey.from_user_string(key) for name, key in asset.inputs.items()}
    return AssetsDefinition(node=node, specs=specs, keys_by_input=keys, origin=_origin(asset.cell, location))


def check_definition(check: CellCheck, location: str, code: CellCode) -> AssetsDefinition:
    """A check cell as a definition; `code` is what a `CodeReader` says of it."""
    spec = AssetCheckSpec(
        name=check.name,
        asset=check.asset_key,
        description=check.description,
        blocking=check.directive.blocking,
    )
    compute = CheckCompute(
        program=check.program,
        severity=AssetCheckSeverity(check.directive.severity),
        capture_last=check.capture_last,
        position=check.cell.position,
    )
    node = OpDefinition(
        name=check_step_key(spec),
        compute=compute,
        ins={name: In() for name in check.inputs},
        outs={VERDICT: Out(Nothing)},
        description=check.description,
        code_version=code.version,
    )
    keys = {name: AssetKey.from_user_string(key) for name, key in check.inputs.items()}
    return AssetsDefinition(
        node=node, check_specs={VERDICT: spec}, keys_by_input=keys, origin=_origin(check.cell, location)
    )


def python_values(defining: CellDefinitions, location: str) -> list[Any]:
    """Runs the slice of a cell that defines assets, jobs and the like in Python, and gives what it has defined.

    Raises:
        BaseException: whatever the cell raises.
    """
    namespace = run_as_notebook(defining.program, {}, capture_last=False).namespace
    origin = _origin(defining.cell, location)
    found = [namespace[name] for name in defining.names if name in namespace]
    return [one.with_origin(origin) if isinstance(one, AssetsDefinition) else one for one in found]


def _origin(cell: Cell, location: str) -> Origin:
    return Origin(location=location, cell=cell.position, cell_id=cell.id)
