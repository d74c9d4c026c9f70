"""What ops, graphs, jobs, hooks, inputs and outputs may be called."""

from __future__ import annotations

import keyword
import re

from daglab.errors import InvalidDefinitionError

_VALID = re.compile(r"[A-Za-z0-9_]+")
_TAKEN = frozenset(
    (
        *("context", "conf", "config", "meta", "arg_dict", "dict", "input_arg_dict", "output_arg_dict"),
        *("int", "str", "float", "bool", "input", "output", "type"),
    )
)


def check_valid_name(name: object, what: str = "this") -> str:
    """Gives the name back if it can be one.

    Args:
        name: letters, digits and underscores, and neither a word of Python nor one that daglab uses itself.
        what: what is called so, for the message.

    Raises:
        InvalidDefinitionError: it cannot be a name.

    Example:
        >>> check_valid_name("clean_orders")
        'clean_orders'
    """
    if not isinstance(name, str):
        raise InvalidDefinitionError(
            f"{name!r} is not a name for {what}, as it is not text", hint="give the name as a string"
        )
    if name in _TAKEN or keyword.iskeyword(name):
        raise InvalidDefinitionError(
            f"{name!r} is not a valid name for {what}, it is reserved", hint=f"choose another one, such as '{name}_'"
        )
    if not _VALID.fullmatch(name):
        raise InvalidDefinitionError(
            f"{name!r} is not a valid name for {what}", hint="use only letters A-Z and a-z, digits and underscores"
        )
    return name
