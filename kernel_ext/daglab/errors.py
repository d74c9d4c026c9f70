"""Everything daglab raises on purpose.

    DaglabError
    ├── DefinitionError            what was declared cannot be
    │   ├── DuplicateAssetError    one key, two definitions
    │   ├── CycleError             assets that need each other
    │   ├── SelectionError         a selection that names nothing, or cannot be read
    │   └── NotebookError          a notebook file that cannot be read
    │       └── CellError          one cell of it that cannot be used
    ├── PlanError                  a run that cannot be planned: something it needs is not there
    ├── InvocationError            a call with arguments that do not fit
    ├── SettingsError              `[tool.daglab]` or an environment variable is off
    ├── ValueStoreError            a value that cannot be stored or loaded
    │   ├── UnstorableValueError
    │   ├── ValueMissingError      never made, or its file is gone
    │   └── UntrustedValueError    a pickle that this home did not sign
    ├── RunStoreError              the run store cannot be used
    │   ├── StoreVersionError      written by a newer daglab
    │   ├── StoreUnavailableError  read-only, locked, full
    │   └── RunNotFoundError
    ├── StepError                  a step failed in user code
    ├── RunInterruptedError        the run was asked to stop
    └── MissingExtraError          an optional package is not installed

Every message names what is wrong, quotes the value, and ends with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class DaglabError(Exception):
    """The root of all errors that daglab raises on purpose.

    Args:
        message: what is wrong, with the offending value quoted.
        hint: what to do next, as one sentence; shown after the message.

    Example:
        >>> str(DaglabError("no asset 'ordres'", hint="did you mean 'orders'?"))
        "no asset 'ordres'\\n  → did you mean 'orders'?"
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_revive, (type(self), self.args, self.__dict__))

    def _render_traceback_(self) -> list[str]:
        """What IPython prints: the message alone, our frames are of no use to the reader."""
        return [f"{type(self).__name__}: {self}"]


def _revive(kind: type[DaglabError], args: tuple[object, ...], state: dict[str, object]) -> DaglabError:
    """Errors cross process borders with all they carry, whatever their constructors ask for."""
    error = kind.__new__(kind)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


class DefinitionError(DaglabError):
    """What was declared cannot be."""


class DuplicateAssetError(DefinitionError):
    """One asset key with two definitions."""


class CycleError(DefinitionError):
    """Assets that need each other; `cycle` holds their keys in order.

    Args:
        cycle: the keys along the cycle; the last one needs the first one.
    """

    def __init__(self, cycle: Sequence[str]) -> None:
        around = " → ".join([*cycle, cycle[0]])
        super().__init__(f"these assets need each other: {around}", hint="break the circle at one of them")
        self.cycle = tuple(cycle)


class SelectionError(DefinitionError):
    """A selection that names nothing that exists, or that cannot be read."""


class NotebookError(DefinitionError):
    """A notebook file that cannot be read; `path` names it."""

    def __init__(self, message: str, *, path: str, hint: str = "") -> None:
        super().__init__(f"{path}: {message}", hint=hint)
        self.path = path


class CellError(NotebookError):
    """One cell of a notebook that cannot be used.

    Args:
        message: what is wrong with it.
        path: the notebook.
        cell: the cell's position, counted from 1.
        line: the line in the cell, counted from 1, where one can be named.
    """

    def __init__(self, message: str, *, path: str, cell: int, line: int | None = None, hint: str = "") -> None:
        place = f"cell {cell}" if line is None else f"cell {cell}, line {line}"
        super().__init__(f"{place}: {message}", path=path, hint=hint)
        self.problem = message
        self.cell = cell
        self.line = line


class PlanError(DaglabError):
    """A run that cannot be planned: something it needs is not there."""


class InvocationError(DaglabError):
    """A call with arguments that do not fit."""


class SettingsError(DaglabError):
    """`[tool.daglab]` or an environment variable is off; all problems are listed at once."""


class ValueStoreError(DaglabError):
    """A value that cannot be stored or loaded."""


class UnstorableValueError(ValueStoreError):
    """A value that has no form in which it could be kept."""


class ValueMissingError(ValueStoreError):
    """A value that was never made, or whose file is gone."""


class UntrustedValueError(ValueStoreError):
    """A pickle that this home did not sign; loading it could run anybody's code."""


class RunStoreError(DaglabError):
    """The run store cannot be used."""


class StoreVersionError(RunStoreError):
    """A run store written by a newer daglab; it is left untouched."""


class StoreUnavailableError(RunStoreError):
    """A run store that cannot be opened or written: read-only, full, locked for too long."""


class RunNotFoundError(RunStoreError):
    """No run of that id, or several whose ids begin so."""


class StepError(DaglabError):
    """A step failed in user code; `failure` tells the user's own error as text."""

    def __init__(self, message: str, *, step_key: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.step_key = step_key


class RunInterruptedError(DaglabError):
    """The run was asked to stop."""


class MissingExtraError(DaglabError):
    """An optional package is not installed.

    Args:
        package: what could not be imported.
        extra: the extra of daglab that brings it.
    """

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(f"the package {package!r} is not installed", hint=f'pip install "daglab[{extra}]"')


def suggest(wrong: str, valid: Iterable[str], *, most: int = 2) -> str:
    """Says which valid names come nearest to a wrong one, "" if none does.

    Example:
        >>> suggest("ordres", ["orders", "customers"])
        "did you mean 'orders'?"
    """
    nearest = get_close_matches(wrong, list(valid), n=most)
    return f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
