"""Bodies and arguments of requests, read with distrust."""

from __future__ import annotations

import json
from typing import cast, get_args

from daglab.errors import InvalidInvocationError, suggest
from daglab.views.shapes import MaterializeRequest, SelectionMode

LARGEST_BODY = 64 * 1024
_MODES: tuple[str, ...] = get_args(SelectionMode)
_WITHOUT_KEY = ("stale", "all")


def read_command(body: bytes) -> MaterializeRequest:
    """Reads the body of a request to materialize.

    Raises:
        InvalidInvocationError: it is none.
    """
    data = _json_object(body)
    mode, key = data.get("selection"), data.get("key")
    if not isinstance(mode, str) or mode not in _MODES:
        hint = (suggest(mode, _MODES) if isinstance(mode, str) else "") or f"use one of {', '.join(_MODES)}"
        raise InvalidInvocationError(f"the selection {_short(mode)} is not known", hint=hint)
    if key is not None and not isinstance(key, str):
        raise InvalidInvocationError(
            f"the key {_short(key)} is no text", hint='give the asset\'s key, such as "raw/flights"'
        )
    if mode in _WITHOUT_KEY:
        key = None
    elif not key:
        raise InvalidInvocationError(f'the selection "{mode}" needs a key', hint='add "key", the key of an asset')
    return MaterializeRequest(selection=cast(SelectionMode, mode), key=key)


def read_number(name: str, text: str, *, least: int, most: int) -> int:
    """Reads a whole number from an argument of a request.

    Raises:
        InvalidInvocationError: it is none, or out of bounds.
    """
    plain = text.strip()
    if plain.isascii() and plain.isdigit() and len(plain) < 20 and least <= int(plain) <= most:
        return int(plain)
    raise InvalidInvocationError(f"{name} = {_short(text)}", hint=f"give a whole number from {least} to {most}")


def _json_object(body: bytes) -> dict[str, object]:
    if len(body) > LARGEST_BODY:
        raise InvalidInvocationError(f"the body has {len(body):,} bytes", hint=f"at most {LARGEST_BODY:,} are read")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInvocationError("the body is not JSON", hint='send {"selection": "asset", "key": "..."}') from None
    if not isinstance(data, dict):
        raise InvalidInvocationError("the body is no JSON object", hint='send {"selection": "asset", "key": "..."}')
    return data


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
