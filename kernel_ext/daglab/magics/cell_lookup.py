"""What the cell that is being run declares, by the same analysis that the pipeline goes by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from daglab.definitions.assets import AssetsDefinition
from daglab.errors import CellError
from daglab.foundation.noted_imports import LoadedSources
from daglab.magics.reloading import patched_modules
from daglab.magics.session import KernelSession
from daglab.notebooks.analysis import CellAsset, CellCheck, NotebookAnalysis
from daglab.notebooks.cell_code import CodeReader
from daglab.notebooks.cell_definitions import asset_definition, check_definition
from daglab.notebooks.document import Notebook
from daglab.notebooks.program import Program, ProgramPart
from daglab.notebooks.slices import slice_notebook


@dataclass(frozen=True, kw_only=True)
class DeclaredCell:
    """An asset or check cell that is about to be run.

    Args:
        declared: what the analysis found.
        definition: the same as a definition.
        missing: those parts of plain cells it needs that never ran in this kernel.
        location: the notebook.
        files: the modules that it uses.
        unsure: a sentence on a module that was perhaps edited since this kernel has loaded it.
    """

    declared: CellAsset | CellCheck
    definition: AssetsDefinition
    missing: tuple[ProgramPart, ...]
    location: str
    files: frozenset[str] = frozenset()
    unsure: str | None = None

    @property
    def program(self) -> Program:
        """The cell's own code and what it needs of plain cells."""
        return self.declared.program

    @property
    def own_inputs(self) -> frozenset[str]:
        """The assets, by local name, that the cell itself reads; plain cells it needs may read others."""
        return frozenset(self.program.parts[-1].inputs)


def look_up(session: KernelSession, key: str) -> DeclaredCell:
    """Finds what a cell that was just noted declares.

    The analysis is of the notebook as this kernel has run it: if the file says otherwise, what is recorded is stale.

    Raises:
        CellError: it cannot be used; the message says why.
    """
    document, spec = session.document(as_executed=True), session.spec
    position = document.positions[key]
    assert spec.path is not None
    elsewhere = session.elsewhere()
    known_keys = elsewhere.graph.nodes.keys() | elsewhere.refused.keys()
    analysis = slice_notebook(Notebook(path=spec.path, cells=document.cells), known_keys)
    declared = _declared_at(analysis, position)
    if declared is None:
        raise _refusal(analysis, position, spec.name)
    sources = LoadedSources(patched_modules(session.shell))
    code = CodeReader(spec.path.parent, sources).read(declared.program, declared.inputs)
    return DeclaredCell(
        declared=declared,
        definition=asset_definition(declared, spec.name, code)
        if isinstance(declared, CellAsset)
        else check_definition(declared, spec.name, code),
        missing=tuple(
            part for part in declared.program.parts[:-1] if part.cell_position not in document.executed_positions
        ),
        location=spec.name,
        files=code.files,
        unsure=_unsure(sources),
    )


def _unsure(sources: LoadedSources) -> str | None:
    for file in sorted(sources.unsure):
        return (
            f"{Path(file).name} may have been edited after this kernel had imported it: load daglab before it, "
            "or import it again with importlib.reload."
        )
    return None


def _declared_at(analysis: NotebookAnalysis, position: int) -> CellAsset | CellCheck | None:
    several: tuple[CellAsset | CellCheck, ...] = (*analysis.assets, *analysis.checks)
    return next((one for one in several if one.cell.position == position), None)


def _refusal(analysis: NotebookAnalysis, position: int, place: str) -> CellError:
    for refused in analysis.refused:
        if refused.cell.position == position:
            return CellError(refused.message, path=place, cell=position)
    for finding in analysis.findings:
        if finding.cell == position and finding.severity == "error":
            return CellError(finding.message, path=place, cell=position, line=finding.line)
    return CellError("its first line is not read as %%asset or %%check", path=place, cell=position)
