"""Everything daglab raises on purpose.

    DaglabError
    ├── InvalidDefinitionError           what was declared cannot be
    │   ├── DuplicateAssetError          one key, two definitions
    │   ├── CycleError                   assets that need each other
    │   ├── InvalidConfigDefinitionError a config schema that cannot be
    │   └── NotebookError                a notebook file that cannot be read
    │       └── CellError                one cell of it that cannot be used
    ├── InvalidSubsetError               a selection that names nothing, or cannot be read
    ├── InvalidConfigError               config that does not fit its schema; all problems are listed
    ├── InvalidInvocationError           a call with arguments that do not fit
    ├── InvariantViolationError          what was given back, or asked for, contradicts what was declared
    │   └── StepOutputNotFoundError      a result is asked for an output that its run did not make
    ├── PlanError                        a run that cannot be planned: something it needs is not there
    │   ├── UnknownResourceError         a resource that nobody defined
    │   ├── UnmetExecutorRequirementsError  an executor that cannot run this
    │   └── ExecutionStepNotFoundError   a step that the plan does not hold
    ├── SettingsError                    `[tool.daglab]` or an environment variable is off
    ├── TypeCheckDidNotPass              a value is not of the type that was declared
    ├── UserCodeError                    user code raised; `user_exception` is what it raised
    │   ├── TypeCheckError               a type check raised
    │   ├── ResourceFunctionError        a resource could not be opened
    │   ├── ConfigMappingError           a config mapping raised
    │   ├── TypeLoadingError             an input could not be made from its config
    │   ├── HookError                    a hook raised
    │   ├── ValueHandlingError           an IO manager raised
    │   │   ├── HandleOutputError        while it stored an output
    │   │   └── LoadInputError           while it loaded an input
    │   └── StepError                    a step failed
    ├── CheckFailedError                 a blocking check did not pass
    ├── MaxRetriesExceededError          a step asked once too often to be tried again
    ├── PipesError                       what passes between a step and an external process is off
    │   └── PipesExecutionError          the external process failed
    ├── SubprocessError                  errors of processes that ran the steps
    ├── ExecutionInterruptedError        the run was asked to stop
    ├── UnknownPartitionError            a partition key that does not exist
    ├── ValueStoreError                  a value that cannot be stored or loaded
    │   ├── UnstorableValueError
    │   ├── ValueMissingError            never made, or its file is gone
    │   └── UntrustedValueError          a pickle that this home did not sign
    ├── RunStoreError                    the run store cannot be used
    │   ├── StoreVersionError            written by a newer daglab
    │   ├── StoreUnavailableError        read-only, locked, full
    │   └── RunNotFoundError
    └── MissingExtraError                an optional package is not installed

Every message names what is wrong, quotes the value, and ends with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class InvalidDefinitionError(DaglabError):
    """What was declared cannot be."""


class DuplicateAssetError(InvalidDefinitionError):
    """One asset key with two definitions."""


class CycleError(InvalidDefinitionError):
    """Assets that need each other; `cycle` holds their keys in order.

    Args:
        cycle: the keys along the cycle; the last one needs the first one.
    """

    def __init__(self, cycle: Sequence[str]) -> None:
        around = " → ".join([*cycle, cycle[0]])
        super().__init__(f"these assets need each other: {around}", hint="break the circle at one of them")
        self.cycle = tuple(cycle)


class InvalidSubsetError(DaglabError):
    """A selection that names nothing that exists, or that cannot be read."""


class NotebookError(InvalidDefinitionError):
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


class InvalidInvocationError(DaglabError):
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


class InvalidConfigDefinitionError(InvalidDefinitionError):
    """A config schema that cannot be."""


class InvalidConfigError(DaglabError):
    """Config that does not fit its schema; every problem is listed, with its path.

    Args:
        message: what was configured, and all problems.
        errors: the problems one by one, as text.
        config_value: the config as it was given.
    """

    def __init__(
        self, message: str, *, errors: Sequence[str] = (), config_value: object = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.errors = tuple(errors)
        self.config_value = config_value


class InvariantViolationError(DaglabError):
    """What user code gave back, or asked for, contradicts what was declared."""


class StepOutputNotFoundError(InvariantViolationError):
    """A result is asked for an output that its run did not make."""


class UnknownResourceError(PlanError, AttributeError):
    """A resource that is needed and that nobody defined."""


class UnmetExecutorRequirementsError(PlanError):
    """An executor that cannot run what it was given."""


class ExecutionStepNotFoundError(PlanError):
    """A step was asked for that the plan does not hold."""


class UnknownPartitionError(DaglabError):
    """A partition key that its definition does not have."""


class TypeCheckDidNotPass(DaglabError):
    """A value is not of the type that was declared.

    Args:
        message: which input or output, and what was wrong.
        description: what the type check said.
        metadata: facts that the type check gave.
        dagster_type: the type that was declared.
    """

    def __init__(
        self,
        message: str,
        *,
        description: str = "",
        metadata: Mapping[str, object] | None = None,
        dagster_type: object = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.description = description
        self.metadata = dict(metadata or {})
        self.dagster_type = dagster_type


class UserCodeError(DaglabError):
    """User code raised where daglab called it.

    Args:
        message: where it was called.
        user_exception: what it raised.
    """

    def __init__(self, message: str, *, user_exception: BaseException | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.user_exception = user_exception

    @property
    def is_user_code_error(self) -> bool:
        """Always true: what failed is not daglab's."""
        return True


class TypeCheckError(UserCodeError):
    """A type check function raised."""


class ResourceFunctionError(UserCodeError):
    """A resource could not be opened."""


class ConfigMappingError(UserCodeError):
    """A config mapping function raised."""


class TypeLoadingError(UserCodeError):
    """A type loader could not make an input from its config."""


class HookError(UserCodeError):
    """A hook raised."""


class ValueHandlingError(UserCodeError):
    """An IO manager raised while it stored or loaded a value."""


class HandleOutputError(ValueHandlingError):
    """An IO manager raised while it stored a value."""


class LoadInputError(ValueHandlingError):
    """An IO manager raised while it loaded a value."""


class StepError(UserCodeError):
    """A step failed in user code; its message tells the user's own error as text."""

    def __init__(
        self, message: str, *, step_key: str, user_exception: BaseException | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, user_exception=user_exception, hint=hint)
        self.step_key = step_key


class CheckFailedError(DaglabError):
    """A blocking check did not pass, so that what comes after its asset was not made."""


class MaxRetriesExceededError(DaglabError):
    """A step asked to be tried again more often than it said itself."""


class PipesError(DaglabError):
    """What passes between a step and the external process that it starts is not what the other side can use."""


class PipesExecutionError(PipesError):
    """An external process that a step started failed, or said what nobody understands."""


class SubprocessError(DaglabError):
    """Errors of the processes that ran the steps.

    Args:
        message: which steps.
        failures: how each of them ended, as text.
    """

    def __init__(self, message: str, *, failures: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.failures = tuple(failures)


class ExecutionInterruptedError(DaglabError):
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
