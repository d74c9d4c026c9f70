"""Writes `src/wire/views.ts` from `daglab.views.shapes`; with `--check`, only says whether it is up to date."""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from pathlib import Path

from daglab.views import shapes

TARGET = Path(__file__).parents[1] / "src" / "wire" / "views.ts"
HEADER = "// Written by scripts/wire.py from daglab.views.shapes; do not edit.\n"
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def main() -> int:
    """Writes or checks; gives the exit code."""
    text = HEADER + "\n" + "\n".join(_declarations())
    if "--check" not in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{TARGET.name} is not what the Python shapes say; run: python labextension/scripts/wire.py\n")
    return 1


def _declarations() -> typing.Iterator[str]:
    aliases = {name: one for name, one in vars(shapes).items() if typing.get_origin(one) is typing.Literal}
    by_value = {one: name for name, one in aliases.items()}
    for name, alias in aliases.items():
        one_line = f"export type {name} = {_literal(alias)};"
        several = f"export type {name} =\n  | " + "\n  | ".join(_literal(alias).split(" | ")) + ";"
        yield (one_line if len(one_line) <= 100 else several) + "\n"
    for name, kind in vars(shapes).items():
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            hints = typing.get_type_hints(kind)
            fields = "".join(f"  {one.name}: {_type(hints[one.name], by_value)};\n" for one in dataclasses.fields(kind))
            yield f"/** {' '.join((kind.__doc__ or '').split())} */\nexport interface {name} {{\n{fields}}}\n"


def _literal(alias: object) -> str:
    return " | ".join(f"'{value}'" for value in typing.get_args(alias))


def _type(hint: object, aliases: dict[object, str]) -> str:
    if hint in aliases:
        return aliases[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(_type(one, aliases) for one in arguments)
    if origin is list:
        return f"{_type(arguments[0], aliases)}[]"
    if origin is dict:
        return f"Record<string, {_type(arguments[1], aliases)}>"
    return PLAIN.get(hint, getattr(hint, "__name__", "unknown"))


if __name__ == "__main__":
    sys.exit(main())
