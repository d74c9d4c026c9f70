"""The fingerprint of code: what changes when the code does, and not when its looks do."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from daglab.foundation.statement_facts import StatementFacts, facts_of, used_imports, uses_of
from daglab.foundation.syntax_text import is_description
from daglab.notebooks.program import Program, ProgramPart
from daglab.notebooks.scope import analyze_cell

OWN_CODE: Final = "code"
"""The label of the code of the cell itself."""


def code_version(program: Program, inputs: Mapping[str, str] | None = None) -> str:
    """The fingerprint of a program's statements, the code behind its imports left aside: 16 hexadecimal digits.

    It is taken from the syntax tree, so comments, formatting and line numbers do not matter, and neither do cells
    and statements that the program does not use. The description of the program's own cell (a string as its
    first statement) does not matter either.

    Args:
        program: the statements.
        inputs: which assets its input names stand for; it matters where these are called otherwise.
    """
    return version_of(program_parts(program, inputs))


def version_of(parts: Mapping[str, str]) -> str:
    """One fingerprint for all parts of some code: 16 hexadecimal digits."""
    digest = blake2b(digest_size=8)
    for label, text in parts.items():
        digest.update(f"{label}={text}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def program_parts(program: Program, inputs: Mapping[str, str] | None = None) -> dict[str, str]:
    """The fingerprints of the parts of a program, in its order: `OWN_CODE`, and "name:clean" for shared code."""
    texts: dict[str, list[str]] = {}
    uses = {*uses_of(facts_of_program(program)), *program.result_names}
    for part in program.parts:
        own = part is program.parts[-1]
        for label, text in _labelled(part, uses, is_own=own, skip_description=own and bool(program.result_names)):
            texts.setdefault(label, []).append(text)
    for name, key in sorted((inputs or {}).items()):
        if name != key:
            texts.setdefault(OWN_CODE, []).append(f"{name}={key}")
    return {label: _short("\n".join(several)) for label, several in texts.items()}


def _short(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def facts_of_program(program: Program) -> list[StatementFacts]:
    """What the statements of a program import and use."""
    return [facts_of(part.source)[index] for part in program.parts for index in part.statements]


def _labelled(
    part: ProgramPart, uses: Container[str], *, is_own: bool, skip_description: bool
) -> Iterator[tuple[str, str]]:
    facts = facts_of(part.source)
    for index in part.statements:
        if index == 0 and skip_description and _begins_with_description(part.source):
            continue
        if facts[index].is_import:
            for one in used_imports(facts[index], uses):
                what = f"{'.' * one.level}{one.module}" + ("" if one.member is None else f":{one.member}")
                yield OWN_CODE if is_own else f"name:{one.binds}", f"{one.binds}={what}"
        else:
            yield OWN_CODE if is_own else _labels(part.source)[index], facts[index].text


@lru_cache(maxsize=32_768)
def _labels(source: str) -> tuple[str, ...]:
    """What to call each statement: the name that it binds or changes first."""
    labels = []
    for names in analyze_cell(source).statements:
        found = sorted(names.all_binds) or sorted(names.mutates) or sorted(names.configures)
        labels.append(f"name:{found[0]}" if found else "name:")
    return tuple(labels)


@lru_cache(maxsize=32_768)
def _begins_with_description(source: str) -> bool:
    body = ast.parse(source).body
    return bool(body) and is_description(body[0])
