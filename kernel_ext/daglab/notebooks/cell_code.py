"""The code that a cell stands for: its own, the shared code that it needs, and what it imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from daglab.foundation.module_sources import ModuleSources
from daglab.notebooks.fingerprint import facts_of_program, program_parts, version_of
from daglab.notebooks.imported_code import ImportReader
from daglab.notebooks.program import Program


@dataclass(frozen=True, kw_only=True, slots=True)
class CellCode:
    """The fingerprint of what a cell runs, and of its parts.

    Args:
        parts: by label, as `program_parts` and `ImportedCode` name them.
        problems: what is wrong with what it imports, as sentences.
        files: the user's own modules among it.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """One fingerprint for all of it."""
        return version_of(self.parts)


class CodeReader:
    """Reads the code of the cells of one notebook, in one look.

    Args:
        folder: of the notebook.
        sources: gives the text of modules.
    """

    def __init__(self, folder: Path, sources: ModuleSources) -> None:
        self._imports = ImportReader(folder, sources)

    def read(self, program: Program, inputs: Mapping[str, str]) -> CellCode:
        """The code of a cell.

        Args:
            program: what it runs.
            inputs: local name to asset key.
        """
        parts = program_parts(program, inputs)
        imported = self._imports.read(facts_of_program(program))
        return CellCode(parts={**parts, **imported.parts}, problems=imported.problems, files=imported.files)
