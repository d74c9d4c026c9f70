"""The version of a function's code: of the function and all that it reaches in its own project."""

from __future__ import annotations

import copyreg
import functools
import os
import pickle
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dis import hasconst
from hashlib import blake2b
from typing import Any, Final

from daglab.foundation.distributions import installed_versions
from daglab.planning.function_imports import imported_in, module_digests

_PLAIN: Final = frozenset({bool, int, float, complex, str, bytes, type(None), type(Ellipsis)})

# Of a class: what says where it stands, and what Python adds by itself.
_LEFT_OUT: Final = frozenset(
    {"__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__", "__static_attributes__"}
)
_OPTIMIZED: Final = 0x1  # a flag of code that belongs to a function
_LONGEST_INT: Final = 4096  # bits; Python refuses to write longer ones as decimal text


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionCode:
    """The fingerprint of a function and of all that it reaches.

    Args:
        version: of all of it.
        parts: of its own code, by the label "code", of other functions and values that it uses ("name:clean", or
            "module:helpers.clean" where it is in another module), and versions ("distribution:pandas").
    """

    version: str
    parts: Mapping[str, str]


def function_code(function: Callable[..., Any], *, given: Mapping[str, str] | None = None) -> FunctionCode:
    """Hashes the compiled code of a function and of the functions, classes and values that it uses.

    Comments, docstrings, formatting, line numbers and what it does not use make no difference. What an installed
    library defines counts by its name and the library's version; everything else is followed, in other modules of the
    project, too. Of objects, what compares by value counts by value; what compares by identity, such as a connection,
    counts by its type, and where that is a class of the project, by its attributes.

    Args:
        function: the function.
        given: what else it depends on, by name.

    Returns:
        Its version, 16 hexadecimal digits and the same in every process, and what it is made of.

    Example:
        >>> function_code(lambda x: x + 1).version == function_code(lambda x: x + 2).version
        False
    """
    project = _Project(function.__module__)
    texts, own = _texts((function, dict(given)) if given else function, project, getattr(function, "__code__", None))
    found = _hash(texts)
    imported = project.imported_code()
    versions = {f"distribution:{key}": one for key, one in sorted(project.versions().items())}
    if imported or versions:
        found = blake2b(repr((found, imported, versions)).encode(), digest_size=8).hexdigest()
    return FunctionCode(version=found, parts={"code": _hash(own or texts), **project.parts, **imported, **versions})


_NOT_LIBRARIES: Final = frozenset({"daglab", "__main__", "__mp_main__", ""})


@dataclass(frozen=True, slots=True)
class _Word:
    """Text of ours between the parts of a thing."""

    text: str


_CLOSING: Final = _Word(")")


class _Project:
    """Says which modules are the user's own."""

    def __init__(self, home_module: str | None) -> None:
        self._home = home_module or ""
        self._is_own = {"daglab": False, self._home: True}
        self._libraries: set[str] = set()
        self._imports: set[str] = set()
        self.parts: dict[str, str] = {}

    def owns(self, module: object) -> bool:
        """Whether a module of that name is followed."""
        name = module if isinstance(module, str) else ""
        if name not in self._is_own:
            self._is_own[name] = not name.startswith("daglab.") and _is_outside_of_installations(name)
            if not self._is_own[name] and name:
                self._libraries.add(name.partition(".")[0])
        return self._is_own[name]

    def note_imports(self, code: types.CodeType, package: str) -> None:
        """Notes what a function body imports."""
        self._imports.update(imported_in(code, package))

    def imported_code(self) -> dict[str, str]:
        """The user's own modules that function bodies import."""
        if not self._imports:
            return {}
        digests = module_digests(sorted(self._imports))
        self._libraries |= {name.partition(":")[2] for name in digests if name.startswith("installed:")}
        return {f"module:{name}.": digest for name, digest in digests.items() if not name.startswith("installed:")}

    def versions(self) -> dict[str, str]:
        """The distributions that were met, with their versions."""
        libraries = self._libraries - sys.stdlib_module_names - _NOT_LIBRARIES
        return {key: one for name in sorted(libraries) for key, one in installed_versions(name).items()}

    def note(self, name: str, value: Any, where: str) -> None:
        """Notes what a function uses by a name."""
        if isinstance(value, types.FunctionType) and self.owns(value.__module__):
            where, name = value.__module__, value.__qualname__.partition(".")[0]
            text = _digest(value.__code__, _Project(where))
        elif type(value) in _PLAIN:
            text = _digest(value, self)
        else:
            return
        self.parts[f"name:{name}" if where == self._home else f"module:{where}.{name}"] = text


def _is_outside_of_installations(name: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and file.endswith(".py") and not file.startswith(_installations())


@functools.cache
def _installations() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({os.path.join(paths[name], "") for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def _digest(root: object, project: _Project) -> str:
    return _hash(_texts(root, project)[0])


def _hash(texts: Iterable[str]) -> str:
    return blake2b("\0".join([*texts, ""]).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _texts(root: object, project: _Project, marked: object = None) -> tuple[list[str], list[str]]:
    """All that there is to say about a thing; what was met before is named by its number, so circles end.

    Returns:
        The texts, and those of them that are about `marked`, a part of it.
    """
    texts: list[str] = []
    first, end = 0, _Word(")")
    of_marked: list[str] = []
    numbers: dict[int, int] = {}
    kept: list[object] = []  # as long as a thing is there, its id is its own
    stack = [root]
    while stack:
        one: Any = stack.pop()
        kind = type(one)
        if kind is _Word:
            texts.append(one.text)
            if one is end:
                of_marked = texts[first:]
        elif kind in _PLAIN:
            texts.append(_plain_text(one))
        elif id(one) in numbers:
            texts.append(f"#{numbers[id(one)]}")
        else:
            numbers[id(one)] = len(numbers)
            kept.append(one)
            texts.append(kind.__qualname__ + "(")
            if kind is tuple and _PLAIN.issuperset(map(type, one)):
                texts += map(_plain_text, one)
                texts.append(")")
            else:
                if one is marked:
                    first = len(texts)
                    stack.append(end)
                else:
                    stack.append(_CLOSING)
                stack += reversed(list(_parts(one, project)))
    return texts, of_marked


def _plain_text(one: Any) -> str:
    return hex(one) if type(one) is int and one.bit_length() > _LONGEST_INT else repr(one)


def _parts(thing: Any, project: _Project) -> Iterable[object]:
    kind = type(thing)
    if kind is types.CodeType:
        return _code_parts(thing)
    if kind is types.FunctionType and project.owns(thing.__module__):
        return _function_parts(thing, project)
    if isinstance(thing, (tuple, list)) and kind in (tuple, list):
        return thing
    if kind in (dict, types.MappingProxyType):
        return [part for pair in thing.items() for part in pair]
    if kind in (set, frozenset):
        return sorted(_digest(one, project) for one in thing)
    if kind is property:
        return (thing.fget, thing.fset, thing.fdel)
    if kind is functools.partial:
        return (thing.func, thing.args, thing.keywords)
    if kind is functools.cached_property:
        return (thing.func,)
    if kind in (staticmethod, classmethod) or (kind is types.MethodType and not _is_own_method(thing, project)):
        return (thing.__func__,)
    if kind is types.MethodType:
        return (thing.__func__, thing.__self__)
    if isinstance(thing, type) and project.owns(thing.__module__):
        return _class_parts(thing)
    if hasattr(thing, "__wrapped__"):
        return (_name_of(thing), thing.__wrapped__)
    return _object_parts(thing, project)


def _code_parts(code: types.CodeType) -> Iterator[object]:
    yield code.co_code
    yield getattr(code, "co_exceptiontable", b"")
    yield (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    yield (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    described = bool(code.co_flags & _OPTIMIZED and code.co_consts and not _uses_first_constant(code))
    yield _Word("described") if described and isinstance(code.co_consts[0], (str, type(None))) else code.co_consts[:1]
    yield from code.co_consts[1:]


def _uses_first_constant(code: types.CodeType) -> bool:
    """Whether the first constant is more than a docstring."""
    pairs = zip(code.co_code[::2], code.co_code[1::2], strict=True)
    return any(argument == 0 and operation in hasconst for operation, argument in pairs)


def _function_parts(function: types.FunctionType, project: _Project) -> Iterator[object]:
    project.note_imports(function.__code__, function.__globals__.get("__package__") or "")
    yield function.__name__
    yield function.__code__
    yield function.__defaults__
    yield function.__kwdefaults__
    yield [cell.cell_contents if _is_filled(cell) else None for cell in function.__closure__ or ()]
    yield {name: value for name, value in vars(function).items() if name != "__wrapped__"}
    names = _names_used(function.__code__)
    for name in names:
        if name in function.__globals__:
            yield name
            for one in _seen_through(function.__globals__[name], names, project):
                project.note(name, one, function.__module__)
                yield one


def _seen_through(value: object, names: Iterable[str], project: _Project) -> Iterator[object]:
    """A value; of a module of the project, those of its members that are perhaps meant."""
    waiting, seen = [value], {id(value)}
    while waiting:
        one = waiting.pop()
        if not isinstance(one, types.ModuleType) or not project.owns(one.__name__):
            yield one
            continue
        yield one.__name__
        members = [vars(one)[name] for name in names if name in vars(one)]
        waiting += [member for member in members if id(member) not in seen]
        seen.update(map(id, members))


def _names_used(code: types.CodeType) -> list[str]:
    names: dict[str, None] = {}
    waiting = [code]
    while waiting:
        one = waiting.pop()
        names.update(dict.fromkeys(one.co_names))
        waiting.extend(each for each in one.co_consts if isinstance(each, types.CodeType))
    return list(names)


def _class_parts(one: type) -> Iterator[object]:
    yield one.__qualname__
    yield type(one)
    yield one.__bases__
    yield {name: value for name, value in vars(one).items() if name not in _LEFT_OUT}


def _object_parts(thing: Any, project: _Project) -> Iterable[object]:
    """What pickling would keep of an object, if it is one that stands for its value."""
    kind: Any = type(thing)
    is_own = project.owns(kind.__module__)
    is_value = kind.__hash__ is not object.__hash__ and not isinstance(thing, (type, *_NAMED))
    # The environment is not code, and what is only remembered weakly comes and goes.
    if not (is_own or is_value) or kind is type(os.environ) or kind.__module__ in _WEAK:
        return (_name_of(thing),)
    try:
        if not is_own and kind.__module__.partition(".")[0] not in sys.stdlib_module_names:
            return (_name_of(thing), pickle.dumps(thing, protocol=5))
        reduce = copyreg.dispatch_table.get(kind)
        reduced = reduce(thing) if reduce else thing.__reduce_ex__(5)
    except Exception:  # it may be anything
        return (_name_of(thing), getattr(thing, "__dict__", None) if is_own else None)
    if isinstance(reduced, str):
        return (_name_of(thing), reduced, kind)
    return [list(part) if position > 2 and part is not None else part for position, part in enumerate(reduced[:5])]


_WEAK: Final = frozenset({"weakref", "_weakref", "_weakrefset"})
_NAMED: Final = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.WrapperDescriptorType,
                 types.MethodDescriptorType, types.MethodWrapperType, types.GetSetDescriptorType,
                 types.MemberDescriptorType, types.ClassMethodDescriptorType)  # fmt: skip


def _name_of(thing: object) -> str:
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None) or type(thing).__qualname__
    return f"{getattr(thing, '__module__', '')}.{name}"


def _is_own_method(method: types.MethodType, project: _Project) -> bool:
    owner = method.__self__
    return project.owns((owner if isinstance(owner, type) else type(owner)).__module__)


def _is_filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False
