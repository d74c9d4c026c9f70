"""The code behind imports: of what the user's own modules hold, exactly the statements that are used."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from daglab.foundation.distributions import installed_versions
from daglab.foundation.module_places import ModuleFinder, ModulePlace
from daglab.foundation.module_sources import ModuleSources
from daglab.foundation.statement_facts import Chain, Import, StatementFacts, used_imports, uses_of
from daglab.notebooks.module_code import ModuleCode, module_code, problem_of

_OURS = "daglab"
_PROJECT_MARKS = ("pyproject.toml", ".git", ".daglab", "setup.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedCode:
    """What some statements import and use, the code of their own modules by digest.

    Args:
        parts: by label: "name:np" for what a name is imported as, "module:helpers.clean" for a statement of a
            module, "distribution:pandas" for a version.
        problems: what is wrong with the imports, as sentences.
        files: the user's own files that were looked at.
    """

    parts: Mapping[str, str]
    problems: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()


class ImportReader:
    """Reads the code behind imports; made for one look at a notebook.

    Args:
        folder: of the notebook; it comes first on the import path.
        sources: gives the text of modules.
    """

    def __init__(self, folder: Path, sources: ModuleSources) -> None:
        self._folder = folder.absolute()
        self._sources = sources
        self._finders: dict[tuple[str, ...], ModuleFinder] = {}

    def read(self, facts: Sequence[StatementFacts]) -> ImportedCode:
        """What statements import and use, directly and through modules of the user's own."""
        if not any(one.imports for one in facts):
            return ImportedCode(parts={})
        added = tuple(folder for one in facts if one.path_strings for folder in _added(one.path_strings, self._folder))
        if added not in self._finders:
            self._finders[added] = ModuleFinder((*added, *search_path(self._folder)))
        return _Closure(self._finders[added], self._sources).run(facts)


def search_path(folder: Path) -> list[str]:
    """The import path of the code in a folder; the project comes last, for processes that do not have it there."""
    found = [str(folder), *(entry for entry in sys.path if entry)]
    for place in (folder, *folder.parents):
        if any((place / mark).exists() for mark in _PROJECT_MARKS):
            return [*found, str(place)]
    return found


def _added(strings: Sequence[str], folder: Path) -> Iterator[str]:
    """The folders that are perhaps meant by the strings of a statement that changes the import path."""
    for text in dict.fromkeys((os.path.join("", *strings), *strings)):
        place = os.path.join(folder, os.path.expanduser(text))
        if text and os.path.isdir(place):
            yield os.path.realpath(place)


@dataclass(kw_only=True, slots=True)
class _Unit:
    """A module of the user's, as far as it is used."""

    place: ModulePlace
    code: ModuleCode | None
    wanted: set[Chain] = field(default_factory=set)
    is_whole: bool = False
    taken: frozenset[int] = frozenset()

    @property
    def package(self) -> str:
        """What a relative import of the module begins at."""
        return self.place.name if self.place.folders else self.place.name.rpartition(".")[0]


class _Closure:
    """What is reached from some statements; grows until nothing new is found."""

    def __init__(self, finder: ModuleFinder, sources: ModuleSources) -> None:
        self._finder = finder
        self._sources = sources
        self._units: dict[str, _Unit] = {}
        self._waiting: dict[str, None] = {}
        self._parts: dict[str, str] = {}
        self._bindings: dict[str, set[str]] = {}
        self._problems: dict[str, None] = {}
        self._files: set[str] = set()

    def run(self, facts: Sequence[StatementFacts]) -> ImportedCode:
        """Follows all imports of some statements of a notebook."""
        self._follow(facts, (), None)
        while self._waiting:
            name = next(iter(self._waiting))
            del self._waiting[name]
            self._follow_unit(self._units[name])
        self._parts.update((label, "".join(sorted(several))) for label, several in self._bindings.items())
        for name in sorted(self._units):
            self._add_statements(self._units[name])
        parts = {label: self._parts[label] for label in sorted(self._parts)}
        return ImportedCode(parts=parts, problems=tuple(self._problems), files=frozenset(self._files))

    # Statements

    def _follow(self, facts: Iterable[StatementFacts], wanted: Iterable[Chain], unit: _Unit | None) -> None:
        """Follows the imports of some statements of one place, each name as far as they use it."""
        facts = list(facts)
        uses = uses_of(facts, wanted)
        for one in facts:
            used = one.imports if unit is not None and unit.is_whole else used_imports(one, uses)
            for imported in one.imports:
                name = _absolute(imported, unit.package if unit else "")
                if not self._is_there(name, imported, unit):
                    continue
                self._touch(name)
                if imported.member == "*":
                    self._use_all(name, uses, unit)
                elif imported in used:
                    if unit is not None and one.is_import:
                        self._note_binding(imported, name, unit)
                    for chain in sorted(uses.get(imported.binds, {()})):
                        self._use_import(imported, name, chain, unit)

    def _use_import(self, imported: Import, name: str, chain: Chain, unit: _Unit | None) -> None:
        if imported.member is None:
            self._use(name, chain, unit)
        elif imported.member == "":
            self._use(name.partition(".")[0], chain, unit)
        else:
            self._use(name, (imported.member, *chain), unit)

    def _use_all(self, name: str, uses: Mapping[str, set[Chain]], unit: _Unit | None) -> None:
        """A star import: of the names that are used, those that the module has."""
        place = self._finder.find(name)
        if place is not None and place.kind != "local":
            self._use(name, (), unit)
            return
        for used in sorted(uses):
            if self._exports(name, used, set()):
                for chain in sorted(uses[used]):
                    self._use(name, (used, *chain), unit)

    def _exports(self, module: str, name: str, seen: set[str]) -> bool:
        unit = self._unit(module)
        if unit is None or unit.code is None or module in seen:
            return False
        seen.add(module)
        stars = (one for one in unit.code.imports if one.member == "*")
        return unit.code.binds(name) or any(self._exports(_absolute(one, unit.package), name, seen) for one in stars)

    def _note_binding(self, imported: Import, name: str, unit: _Unit) -> None:
        label = f"module:{unit.place.name}.{imported.binds}"
        what = _short(f"{name}:{imported.member or ''}")
        self._bindings.setdefault(label, set()).add(what)

    def _is_there(self, name: str, imported: Import, unit: _Unit | None) -> bool:
        if self._finder.find(name) is not None:
            return True
        self._parts[f"module:{name}"] = "missing"
        if not imported.is_guarded:
            where = f"the module {unit.place.name!r}, which it uses, imports" if unit else "it imports"
            self._problems[f"{where} {name!r}, which is neither in the project nor installed"] = None
        return False

    # Modules

    def _use(self, name: str, chain: Chain, origin: _Unit | None) -> None:
        """Takes what a chain of attributes of a module leads to."""
        place = self._finder.find(name)
        if place is None or place.kind == "standard" or name.partition(".")[0] == _OURS:
            return
        if place.kind == "installed":
            top = name.partition(".")[0]
            versions = installed_versions(top)
            self._parts.update({f"distribution:{key}": version for key, version in versions.items()})
            return
        self._touch(name)
        unit = self._units[name]
        submodule = self._finder.find(f"{name}.{chain[0]}") if chain and place.folders else None
        is_own = unit.code is not None and bool(chain) and unit.code.binds(chain[0])
        if submodule is not None and (not is_own or origin is unit):
            self._use(submodule.name, chain[1:], origin)
        elif chain and chain not in unit.wanted:
            unit.wanted.add(chain)
            self._waiting[name] = None
        elif not chain and not unit.is_whole:
            unit.is_whole = True
            self._waiting[name] = None

    def _touch(self, name: str) -> None:
        """Takes what importing a module does to the world; its packages are imported first."""
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            self._unit(".".join(parts[:length]))

    def _unit(self, name: str) -> _Unit | None:
        """A module of the user's own; None for all others."""
        known = self._units.get(name)
        place = self._finder.find(name)
        if known is not None or place is None or place.kind != "local" or name.partition(".")[0] == _OURS:
            return known
        unit = self._units[name] = _Unit(place=place, code=self._read(place))
        self._waiting[name] = None
        return unit

    def _read(self, place: ModulePlace) -> ModuleCode | None:
        if place.file is None:
            return None
        self._files.add(place.file)
        source = self._sources.read(place.file)
        if source.text is None or not place.file.endswith(".py"):
            self._parts[f"module:{place.name}"] = source.digest
            if place.file.endswith(".py"):
                self._problems[f"the module {place.name!r} cannot be read: {Path(place.file).name} is no text"] = None
            return None
        problem = problem_of(source.text, place.file)
        if problem is not None:
            self._parts[f"module:{place.name}"] = source.digest
            self._problems[f"the module {place.name!r} cannot be imported: {problem}"] = None
            return None
        return module_code(source.text)

    def _follow_unit(self, unit: _Unit) -> None:
        code = unit.code
        if code is None:
            return
        for imported in code.imports:
            name = _absolute(imported, unit.package)
            if self._is_there(name, imported, unit):
                self._touch(name)
                if imported.member and self._finder.find(f"{name}.{imported.member}"):
                    self._touch(f"{name}.{imported.member}")
        taken = set(code.effects)
        for chain in unit.wanted:
            found = code.making(chain[0])
            unit.is_whole |= not (found or self._is_from_star(unit, chain)) or code.is_dynamic
            taken |= found
        unit.taken = code.everything if unit.is_whole else frozenset(taken)
        self._follow((code.facts[index] for index in sorted(unit.taken)), sorted(unit.wanted), unit)

    def _is_from_star(self, unit: _Unit, chain: Chain) -> bool:
        """Whether a name that a module does not bind itself comes to it by a star import; follows it there."""
        assert unit.code is not None
        found = False
        for one in unit.code.imports:
            name = _absolute(one, unit.package)
            if one.member == "*" and self._exports(name, chain[0], set()):
                self._use(name, chain, unit)
                found = True
        return found

    def _add_statements(self, unit: _Unit) -> None:
        code = unit.code
        if code is None:
            return
        texts: dict[str, list[str]] = {}
        for index in sorted(unit.taken):
            if not code.facts[index].is_import:
                texts.setdefault(code.label_of(index), []).append(code.facts[index].text)
        for name, several in texts.items():
            label = f"module:{unit.place.name}.{name}" if name else f"module:{unit.place.name}"
            self._parts[label] = self._parts.get(label, "") + _short("\n".join(several))


def _absolute(imported: Import, package: str) -> str:
    """The full name of the module that is imported, or imported from."""
    if not imported.level:
        return imported.module
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - imported.level + 1])
    return ".".join(filter(None, (base, imported.module)))


def _short(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
