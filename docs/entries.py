"""Turns a public name into the text of its entry in the reference: signature, docstring, members, example."""

from __future__ import annotations

import ast
import builtins
import enum
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from doctest import DocTestParser
from importlib import import_module
from types import ModuleType
from typing import Any

import daglab
from daglab.errors import DaglabError
from daglab.public_names import ALIASES, HOMES

WIDTH = 100
SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Examples?):$", re.MULTILINE)
TITLES = {
    "Args": "Parameters",
    "Attributes": "Attributes",
    "Returns": "Returns",
    "Yields": "Yields",
    "Raises": "Raises",
}


def entry(names: list[str]) -> str:
    """The text for one name, or for several that one docstring describes."""
    value = getattr(daglab, names[0])
    parts = [f"## {', '.join(names)}"]
    aliases = sorted(alias for alias, name in ALIASES.items() if name in names)
    if aliases:
        parts.append(f"Also known as {', '.join(f'`{alias}`' for alias in aliases)}.")
    described = described_by(names[0])
    if described is value:
        parts.append(_signature_block(names[0], value))
        if isinstance(value, type) and issubclass(value, DaglabError) and value is not DaglabError:
            parent = value.__mro__[1].__name__
            parts.append(f"A [`{parent}`](#{parent.lower()}).")
    parts += _docstring_parts(described, import_module(f"daglab.{HOMES[names[0]]}"))
    if isinstance(value, type) and described is value:
        parts += _members(value)
    return "\n\n".join(part for part in parts if part)


def described_by(name: str) -> Any:
    """What holds the docstring of a name: the value itself, or its module, for constants and Python's own types."""
    value = getattr(daglab, name)
    home = import_module(f"daglab.{HOMES[ALIASES.get(name, name)]}")
    ours = str(getattr(value, "__module__", "")).startswith("daglab.")
    if ours and (isinstance(value, type) or inspect.isfunction(inspect.unwrap(value))):
        return value
    return home


# ---- signatures


def _signature_block(name: str, value: Any) -> str:
    if isinstance(value, type) and issubclass(value, enum.Enum):
        members = "\n".join(f"    {one.name} = {one.value!r}" for one in value)
        return f"```python\nclass {name}({_enum_base(value)}):\n{members}\n```"
    if isinstance(value, type) and (value.__init__ is object.__init__ or inspect.isabstract(value)):
        return f"```python\nclass {name}\n```"
    signature = _signature(value)
    return f"```python\n{_fold(name, signature)}\n```" if signature else ""


def _enum_base(value: type) -> str:
    return next(one.__name__ for one in value.__mro__[1:] if one.__module__ == "enum")


def _signature(value: Any) -> inspect.Signature | None:
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    shown = [_shown(one) for one in found.parameters.values() if not one.name.startswith("_")]
    result = inspect.Signature.empty if isinstance(value, type) else _Text.of(found.return_annotation)
    return inspect.Signature(shown, return_annotation=result, __validate_parameters__=False)


def _shown(parameter: inspect.Parameter) -> inspect.Parameter:
    default = parameter.default
    return parameter.replace(
        annotation=_Text.of(parameter.annotation),
        default=default if default is inspect.Parameter.empty else _Text(_default(default)),
    )


class _Text(str):
    """Text that a signature shows without quotes."""

    def __repr__(self) -> str:
        return str(self)

    @classmethod
    def of(cls, annotation: Any) -> Any:
        if annotation is inspect.Parameter.empty:
            return annotation
        return cls(annotation if isinstance(annotation, str) else inspect.formatannotation(annotation))


def _default(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, type) or inspect.isfunction(value):
        return value.__name__
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(repr, value)))}}}" if value else "set()"
    text = repr(value)
    return "..." if " at 0x" in text or text.startswith("<") else text


def _fold(name: str, signature: inspect.Signature) -> str:
    line = name + _plain(signature)
    if len(line) <= WIDTH:
        return line
    lines, kinds = [f"{name}("], inspect.Parameter
    star = any(one.kind is kinds.VAR_POSITIONAL for one in signature.parameters.values())
    for one in signature.parameters.values():
        if one.kind is kinds.KEYWORD_ONLY and not star:
            lines.append("    *,")
            star = True
        lines.append(f"    {_plain_parameter(one)},")
    result = signature.return_annotation
    return "\n".join([*lines, ")" if result is inspect.Signature.empty else f") -> {result}"])


def _plain(signature: inspect.Signature) -> str:
    parts, star = [], False
    for one in signature.parameters.values():
        star = star or one.kind is inspect.Parameter.VAR_POSITIONAL
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        parts.append(_plain_parameter(one))
    result = signature.return_annotation
    return f"({', '.join(parts)})" + ("" if result is inspect.Signature.empty else f" -> {result}")


def _plain_parameter(parameter: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    text = stars + parameter.name
    annotated = parameter.annotation is not inspect.Parameter.empty
    if annotated:
        text += f": {parameter.annotation}"
    if parameter.default is inspect.Parameter.empty:
        return text
    return f"{text} = {parameter.default}" if annotated else f"{text}={parameter.default}"


# ---- docstrings


def _docstring_parts(described: Any, home: ModuleType) -> Iterator[str]:
    text = inspect.cleandoc(described.__doc__ or "")
    if not text and isinstance(described, type):
        text = inspect.cleandoc(inspect.getdoc(described) or "")
    pieces = SECTION.split(text)
    yield pieces[0].strip()
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        body = textwrap.dedent(body.strip("\n"))
        if title.startswith("Example"):
            yield from _example_parts(body, home)
        else:
            after = re.split(r"\n\n(?=\S)", body, maxsplit=1)
            yield f"**{TITLES[title]}**\n\n{_items(after[0])}"
            yield from after[1:]


def _items(body: str) -> str:
    """One line for each item; what an item says on further lines is drawn together."""
    items: list[str] = []
    for line in body.strip().splitlines():
        if line.startswith(" ") and items:
            items[-1] += " " + line.strip()
        elif line.strip():
            items.append(line.strip())
    named = [re.fullmatch(r"(\*{0,2}[\w., ]+?): (.*)", item) for item in items]
    if not all(named):
        return " ".join(items)
    return "\n".join(f"- `{one[1]}`: {one[2]}" for one in named if one)


def _example_parts(body: str, home: ModuleType) -> Iterator[str]:
    lines = body.strip().splitlines()
    given = [f">>> {line}" for line in _imports_needed(body, home)]
    shown = [_public_import(line) for line in lines]
    yield "**Example**\n\n```python\n" + "\n".join([*given, *shown]) + "\n```"


def _public_import(line: str) -> str:
    found = re.fullmatch(r">>> from daglab\.([\w.]+) import (.+)", line)
    if found and all(HOMES.get(name.strip()) == found[1] for name in found[2].split(",")):
        return f">>> from daglab import {found[2]}"
    return line


def _imports_needed(body: str, home: ModuleType) -> list[str]:
    """What a reader imports before the example, which in its file has the names of the module at hand."""
    trees = [ast.parse(one.source) for one in DocTestParser().get_examples(body)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    own = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    found: dict[str, list[str]] = {}
    for name in sorted((used - own) & vars(home).keys()):
        value = vars(home)[name]
        if name in HOMES and getattr(daglab, name) is value:
            found.setdefault("daglab", []).append(name)
        elif isinstance(value, ModuleType):
            found.setdefault("", []).append(name)
        elif not hasattr(builtins, name):
            place = getattr(value, "__module__", None)
            known = place and getattr(sys.modules.get(place), name, None) is value
            found.setdefault(place if known else home.__name__, []).append(name)
    modules = [f"import {name}" for name in found.pop("", [])]
    return modules + [f"from {module} import {', '.join(names)}" for module, names in sorted(found.items())]


# ---- members


def _members(kind: type) -> Iterator[str]:
    lines = [line for name in _member_names(kind) if (line := _member(kind, name))]
    if lines:
        yield "**Members**\n\n" + "\n".join(lines)


def _member_names(kind: type) -> list[str]:
    ours = [one for one in kind.__mro__ if one.__module__.startswith("daglab.")]
    names = {name for one in ours for name in vars(one) if not name.startswith("_")}
    return sorted(names)


def _member(kind: type, name: str) -> str:
    raw = inspect.getattr_static(kind, name)
    function = getattr(raw, "__func__", raw)
    if isinstance(raw, property) or hasattr(raw, "func"):
        text, head = inspect.getdoc(raw), name
    elif inspect.isfunction(function):
        text, head = inspect.getdoc(getattr(kind, name)), name + _names_of_parameters(function, raw)
    else:
        return ""
    first = (text or "").split("\n\n")[0].replace("\n", " ")
    return f"- `{head}`: {first}" if first else f"- `{head}`"


def _names_of_parameters(function: Any, raw: Any) -> str:
    names = list(inspect.signature(function).parameters.values())
    bound = names if isinstance(raw, staticmethod) else names[1:]
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return f"({', '.join(stars.get(one.kind, '') + one.name for one in bound if not one.name.startswith('_'))})"
