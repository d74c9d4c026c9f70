"""Whether what a kernel gives to a cell is what its notebook says: variables, imported names, modules."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from daglab.foundation.noted_imports import NotedLoader
from daglab.foundation.statement_facts import facts_of
from daglab.magics.cell_lookup import DeclaredCell
from daglab.magics.execution_order import RunOrder, difference, older_input
from daglab.magics.session import KernelSession
from daglab.notebooks.fingerprint import facts_of_program


def why_different(session: KernelSession, cell: DeclaredCell, versions: Mapping[str, str]) -> str | None:
    """Why a cell that is run by hand makes something else than its notebook says; None if it does not.

    Args:
        session: the kernel's; the cell's own run is the last of its log.
        cell: what is run; what it needs of plain cells is there by now.
        versions: the data versions of the assets that it is recorded with, by key.
    """
    runs = session.log.runs
    order = RunOrder(runs[:-1])
    inputs = cell.declared.inputs
    ins = {name: inputs[name] for name in cell.own_inputs}
    as_run = order.slice_of(runs[-1].source, inputs, ins)
    program = cell.program
    if as_run is None:
        return None
    return (
        difference(program, as_run, runs, session.namespace)
        or older_input(order, as_run, versions, program)
        or cell.unsure
        or _older_names(cell, session.namespace)
    )


def _older_names(cell: DeclaredCell, namespace: Mapping[str, Any]) -> str | None:
    """Which imported name is not what its module holds: it was imported before the module was loaded again."""
    for fact in facts_of_program(cell.program):
        for one in fact.imports if fact.is_import else ():
            module = sys.modules.get(one.module)
            if one.level or one.binds not in namespace or module is None or not _is_noted(module):
                continue
            value = namespace[one.binds]
            if one.member is None and value is not module:
                return _older(one.binds, one.module)
            if one.member and one.member != "*" and not _is_same(value, vars(module).get(one.member, value)):
                return _older(one.binds, one.module)
    return _older_between_modules(cell.files)


def _older_between_modules(files: frozenset[str]) -> str | None:
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) not in files or not _is_noted(module):
            continue
        loader: Any = module.__spec__.loader if module.__spec__ else None
        for one in (one for fact in facts_of(loader.source.text) if fact.is_import for one in fact.imports):
            name = one.module if not one.level else _relative(module, one.level, one.module)
            source = sys.modules.get(name)
            if source is None or not one.member or one.member == "*" or not _is_noted(source):
                continue
            mine, theirs = vars(module).get(one.binds), vars(source).get(one.member)
            if mine is not None and theirs is not None and not _is_same(mine, theirs):
                where = f"{one.binds!r} of the module {module.__name__!r}"
                return f"{where} was of an older {name!r} when it was made by hand."
    return None


def _relative(module: ModuleType, level: int, name: str) -> str:
    parts = (module.__package__ or "").split(".")
    return ".".join(filter(None, (".".join(parts[: len(parts) - level + 1]), name)))


def _is_noted(module: ModuleType) -> bool:
    return isinstance(getattr(module.__spec__, "loader", None), NotedLoader)


def _is_same(one: object, other: object) -> bool:
    """Whether two are the same by now: %autoreload gives an old function the code of the new one."""
    if one is other:
        return True
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return one.__code__ is other.__code__
    if type(one) is type(other) and isinstance(one, (bool, int, float, complex, str, bytes, type(None))):
        return one == other
    return False


def _older(name: str, module: str) -> str:
    return f"{name!r} was of an older version of the module {module!r} when it was made by hand: import it again."
