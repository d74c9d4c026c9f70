"""What function bodies import: the code of the user's own modules, as text that changes when it does."""

from __future__ import annotations

import dis
import os
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from daglab.foundation.module_places import ModuleFinder
from daglab.foundation.module_sources import ModuleSources
from daglab.foundation.statement_facts import StatementFacts, facts_of

_IMPORTS = dis.opmap["IMPORT_NAME"]


def imported_in(code: types.CodeType, package: str) -> Iterator[str]:
    """The modules that a function imports when it is called, by full name; members that may be modules included."""
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from imported_in(inner, package)
    if _IMPORTS not in code.co_code[::2]:
        return
    constants: list[object] = []
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
            constants.append(instruction.argval)
        elif instruction.opname == "IMPORT_NAME":
            level, members = constants[-2:]
            name = _absolute(str(instruction.argval), int(str(level)), package)
            yield name
            yield from (f"{name}.{one}" for one in members or () if one != "*")  # type: ignore[attr-defined]


def module_digests(names: Iterable[str]) -> Mapping[str, str]:
    """The code of modules and of what they import in turn, each as a whole; only the user's own are told.

    Nothing is imported. What is installed is told by its version elsewhere, and what is nowhere is "missing".
    """
    finder, sources = ModuleFinder([*sys.path, os.getcwd()]), ModuleSources()
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        place = finder.find(name)
        if place is not None and place.kind == "installed":
            found[f"installed:{name.partition('.')[0]}"] = ""
        if name in found or place is None or place.kind != "local" or name.partition(".")[0] == "daglab":
            continue
        source = sources.read(place.file) if place.file else None
        found[name], facts = _told(source.text if source else "", source.digest if source else "")
        package = name if place.folders else name.rpartition(".")[0]
        waiting += _packages(name)
        for imported in (one for fact in facts for one in fact.imports):
            module = _absolute(imported.module, imported.level, package)
            waiting += [*_packages(module), module, *([f"{module}.{imported.member}"] if imported.member else [])]
    return dict(sorted(found.items()))


def _told(text: str | None, digest: str) -> tuple[str, tuple[StatementFacts, ...]]:
    try:
        facts = facts_of(text or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return digest, ()
    told = "\n".join(one.text or repr(one.imports) for one in facts)
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest(), facts


def _packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _absolute(module: str, level: int, package: str) -> str:
    if not level:
        return module
    parts = package.split(".")
    return ".".join(filter(None, (".".join(parts[: len(parts) - level + 1]), module)))
