"""The version of a function's code: of the function and all that it reaches in its own module."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def function_version(function: Callable[..., Any]) -> str:
    """Hashes the compiled code of a function and of the functions, classes and constants of its module that it uses.

    Comments, formatting, line numbers and what it does not use make no difference. What another module defines counts
    by its name alone.

    Returns:
        16 hexadecimal digits.

    Example:
        >>> function_version(lambda x: x + 1) == function_version(lambda x: x + 2)
        False
    """
    digest = blake2b(digest_size=8)
    seen: set[int] = set()
    waiting: list[object] = [function]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        digest.update(_describe(one, function.__module__).encode("utf-8", "surrogatepass") + b"\0")
        waiting.extend(_reached(one, function.__module__))
    return digest.hexdigest()


def _describe(thing: object, module: str) -> str:
    if isinstance(thing, _PLAIN):
        return repr(thing)
    if isinstance(thing, (tuple, frozenset)) and all(isinstance(one, _PLAIN) for one in thing):
        return repr(thing if isinstance(thing, tuple) else sorted(map(repr, thing)))
    if isinstance(thing, (list, dict, set)):
        return f"{type(thing).__name__} {thing!r}"[:10_000] if _is_plain_tree(thing) else type(thing).__name__
    if isinstance(thing, types.CodeType):
        return " ".join(map(repr, (thing.co_code, thing.co_names, thing.co_varnames, thing.co_freevars)))
    if isinstance(thing, types.FunctionType):
        return f"function {thing.__name__} {thing.__defaults__ if _is_plain_tree(thing.__defaults__) else ''}"
    if isinstance(thing, type) and thing.__module__ == module:
        return f"class {thing.__qualname__} {[base.__qualname__ for base in thing.__bases__]}"
    name = (
        getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None) or type(thing).__qualname__
    )
    return f"{getattr(thing, '__module__', '')}.{name}"


def _reached(thing: object, module: str) -> Iterator[object]:
    if isinstance(thing, types.CodeType):
        # A docstring is the first constant; its change is no change of what the code does.
        documented = thing.co_consts[:1] if thing.co_flags & 0x2 and thing.co_consts else ()
        yield from (one for one in thing.co_consts if one not in documented or not isinstance(one, str))
    elif isinstance(thing, types.FunctionType) and thing.__module__ == module:
        yield thing.__code__
        yield from _globals_used(thing)
        yield from (cell.cell_contents for cell in thing.__closure__ or () if _is_filled(cell))
    elif isinstance(thing, type) and thing.__module__ == module:
        yield from (
            value for name, value in vars(thing).items() if not name.startswith("__") or callable(value)
        )
    elif hasattr(thing, "__wrapped__"):
        yield thing.__wrapped__


def _globals_used(function: types.FunctionType) -> Iterator[object]:
    names: dict[str, None] = {}
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        names.update(dict.fromkeys(code.co_names))
        waiting.extend(one for one in code.co_consts if isinstance(one, types.CodeType))
    for name in names:
        if name in function.__globals__:
            yield function.__globals__[name]


def _is_filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _is_plain_tree(thing: object) -> bool:
    if isinstance(thing, dict):
        return all(map(_is_plain_tree, thing)) and all(map(_is_plain_tree, thing.values()))
    if isinstance(thing, (list, tuple)):
        return all(map(_is_plain_tree, thing))
    return isinstance(thing, _PLAIN)
