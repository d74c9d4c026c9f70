"""Where values are checked: the user's check functions run here."""

from __future__ import annotations

from typing import Any

from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import describe
from daglab.definitions.types.type_check import TypeCheck
from daglab.errors import DaglabError, TypeCheckDidNotPass, TypeCheckError


def check_value(data_type: DataType, value: object, context: Any) -> TypeCheck:
    """Checks a value; gives back the verdict, good or bad.

    Args:
        data_type: what the value should be.
        value: the value.
        context: what a check function is called with: offers `resources`, `log` and `run_id`.

    Raises:
        TypeCheckError: the check function raised.
        InvariantViolationError: the check function gave back neither a bool nor a `TypeCheck`.
    """
    try:
        return data_type.type_check(context, value)
    except DaglabError:
        raise
    except Exception as error:
        raise TypeCheckError(
            f"the check of the type {data_type.display_name!r} raised {type(error).__name__}: {error} "
            f"(it was given {describe(value)})",
            user_exception=error,
            hint="give back False or TypeCheck(False, ...) for values that do not fit",
        ) from error


def require_passed(verdict: TypeCheck, data_type: DataType, value: object, where: str) -> None:
    """Raises if a verdict is bad.

    Args:
        verdict: what `check_value` gave back.
        data_type: what the value should have been.
        value: the value.
        where: names the input or output and its step, as in `"input 'n' of op 'double'"`.

    Raises:
        TypeCheckDidNotPass: the verdict is bad.
    """
    if verdict.success:
        return
    reason = verdict.description or f"expected {data_type.display_name}, got {describe(value)}"
    raise TypeCheckDidNotPass(
        f"{where} is not of the type {data_type.display_name!r}: {reason}",
        description=reason,
        metadata=verdict.metadata,
        dagster_type=data_type,
    )
