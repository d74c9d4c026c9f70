"""Trying a type on a value, in a test or at the prompt."""

from __future__ import annotations

from typing import Any

from daglab.definitions.types.contexts import TypeCheckContext
from daglab.definitions.types.resolution import resolve_type
from daglab.definitions.types.type_check import TypeCheck
from daglab.definitions.user_errors import Failure


def check_data_type(dagster_type: Any, value: Any) -> TypeCheck:
    """Checks a value as at the border of a step.

    Args:
        dagster_type: anything that `In` and `Out` take as a type.
        value: the value.

    Returns:
        The verdict; a check that raises `Failure` does not pass.

    Raises:
        InvalidDefinitionError: it is no type.

    Example:
        >>> check_data_type(list[int], [1, 2]).success
        True
    """
    try:
        return resolve_type(dagster_type).type_check(TypeCheckContext(), value)
    except Failure as failure:
        return TypeCheck(False, description=failure.description, metadata=failure.metadata)
