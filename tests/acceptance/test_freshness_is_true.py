"""Random notebooks, randomly edited: what is called fresh is what the code would make now.

Each example is made from its seed alone; a failure names the seed and shows both notebooks. `FRESHNESS_EXAMPLES` in the
environment says how many there are, `FRESHNESS_SEED` from which seed on.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from daglab.errors import DaglabError
from daglab.notebooks.document import Cell
from daglab.orchestration.instance import Instance
from daglab.orchestration.location_specs import LocationSpec
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import execute, judge, prepare

EXAMPLES = int(os.environ.get("FRESHNESS_EXAMPLES", "48"))
FIRST_SEED = int(os.environ.get("FRESHNESS_SEED", "0"))
PARTS = 8


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """One cell of a notebook in the making; `makes` are the assets of an asset cell."""

    text: str
    makes: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        return not self.text.startswith("%%")


@dataclass(kw_only=True)
class Author:
    """Writes notebooks: plain cells of every kind that shared code comes in, and assets that use it."""

    dice: random.Random
    numbers: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    dicts: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    count: int = 0

    def notebook(self) -> list[Sketch]:
        self.assets_in_python = self.dice.random() < 0.25
        cells = [Sketch(text="import math\nfrom functools import partial, reduce")]
        cells += [Sketch(text="import daglab")] if self.assets_in_python else []
        cells += [self.plain(), self.plain()]
        for _ in range(self.dice.randint(3, 7)):
            cells.append(self.asset() if self.dice.random() < 0.5 else self.plain())
        cells += [self.asset(), self.asset()]
        if self.dice.random() < 0.3:
            cells.append(self.check())
        if self.dice.random() < 0.2:  # what stands below is found, too
            one = self.dice.randrange(3, len(cells))
            cells.append(cells.pop(one))
        return cells

    def new(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def any(self, *kinds: list[str]) -> str | None:
        known = [name for kind in kinds for name in kind]
        return self.dice.choice(known) if known else None

    # Expressions; all of them are whole numbers unless their name says otherwise.

    def number(self, depth: int = 0) -> str:
        options: list[Callable[[], str | None]] = [
            lambda: str(self.dice.randint(0, 9)),
            lambda: self.any(self.numbers),
            lambda: self.any(self.numbers),
        ]
        if depth < 2:
            options += [
                lambda: f"({self.number(depth + 1)} {self.dice.choice('+-*')} {self.number(depth + 1)})",
                lambda: (name := self.any(self.functions)) and f"{name}({self.number(depth + 1)})",
                lambda: (name := self.any(self.functions)) and f"{name}({self.number(depth + 1)})",
                lambda: (name := self.any(self.lists)) and f"{self.dice.choice(['sum', 'len', 'max'])}({name})",
                lambda: (name := self.any(self.lists)) and f"sum(x * {self.number(depth + 1)} for x in {name})",
                lambda: (name := self.any(self.dicts)) and f"{name}.get('a', {self.number(depth + 1)})",
                lambda: (name := self.any(self.dicts)) and f"len({name})",
                lambda: (name := self.any(self.objects)) and f"{name}.{self.dice.choice(['v', 'm()', 'RATE', 'p'])}",
                lambda: f"math.floor({self.number(depth + 1)} / 2)",
                lambda: f"(lambda y: y + {self.number(depth + 1)})({self.number(depth + 1)})",
            ]
        while True:
            found = self.dice.choice(options)()
            if found:
                return found

    # Plain cells

    def plain(self) -> Sketch:
        return Sketch(text="\n".join(self.statement() for _ in range(self.dice.randint(1, 3))))

    def statement(self) -> str:
        kinds = [
            self._constant, self._constant, self._function, self._function, self._closure, self._class, self._list,
            self._dict, self._rebinding, self._change, self._change, self._loop, self._branch, self._unpacking,
            self._decorated, self._effect, self._late, self._default, self._recursive, self._attempt, self._alias,
            self._while, self._object_change, self._swap, self._partial, self._import, self._walrus, self._match,
            self._delete, self._nested,
        ]  # fmt: skip
        while True:
            found = self.dice.choice(kinds)()
            if found:
                return found

    def _constant(self) -> str:
        text = f"{(name := self.new('K'))} = {self.number()}"
        self.numbers.append(name)
        return text

    def _function(self) -> str:
        body = self.number()
        name = self.new("f")
        self.functions.append(name)
        return f"def {name}(x):\n    y = x + {self.dice.randint(0, 9)}\n    return y * 2 + {body}"

    def _closure(self) -> str:
        body, given = self.number(), self.number()
        maker, name = self.new("mk"), self.new("g")
        self.functions.append(name)
        inner = f"    def inner(x):\n        return x * n + {body}\n    return inner"
        return f"def {maker}(n):\n{inner}\n{name} = {maker}({given})"

    def _class(self) -> str:
        rate, body, given = self.number(), self.number(), self.number()
        base, kind, name = self.new("B"), self.new("C"), self.new("o")
        self.objects.append(name)
        return (
            f"class {base}:\n    RATE = {rate}\n    def m(self): return self.v + {body}\n"
            f"class {kind}({base}):\n    def __init__(self, v): self.v = v\n"
            f"    @property\n    def p(self): return self.v * self.RATE\n{name} = {kind}({given})"
        )

    def _list(self) -> str:
        name = self.new("L")
        text = f"{name} = [{self.number()}, {self.number()}, {self.dice.randint(1, 9)}]"
        self.lists.append(name)
        return text

    def _dict(self) -> str:
        name = self.new("D")
        text = f"{name} = {{'a': {self.number()}, 'b': {self.number()}}}"
        self.dicts.append(name)
        return text

    def _rebinding(self) -> str | None:
        name = self.any(self.numbers)
        return name and self.dice.choice([f"{name} = {self.number()}", f"{name} += {self.number()}", f"{name} *= 2"])

    def _change(self) -> str | None:
        if self.dice.random() < 0.6:
            name = self.any(self.lists)
            options = [
                f"{name}.append({self.number()})", f"{name}[0] = {self.number()}", f"{name} += [{self.number()}]",
                f"{name}.sort()", f"{name}.extend([{self.number()}])", f"{name} = [x + 1 for x in {name}]",
                f"{name}[0] += {self.number()}", f"{name}.insert(0, {self.number()})", f"{name}.reverse()",
            ]  # fmt: skip
        else:
            name = self.any(self.dicts)
            options = [
                f"{name}['a'] = {self.number()}", f"{name}.update(c={self.number()})", f"{name}['a'] += 1",
                f"{name}.setdefault('d', {self.number()})", f"{name} |= {{'e': 1}}", f"{name}.pop('b', None)",
            ]  # fmt: skip
        return name and self.dice.choice(options)

    def _loop(self) -> str | None:
        number, items = self.any(self.numbers), self.any(self.lists)
        options = [number and f"for i in range({self.dice.randint(0, 4)}):\n    {number} += i * {self.number()}"]
        options += [items and f"for i in range({self.dice.randint(0, 3)}):\n    {items}.append(i + {self.number()})"]
        options += [number and items and f"for i, v in enumerate({items}[:3]):\n    {number} += i * v"]
        return self.dice.choice(options)

    def _branch(self) -> str | None:
        name = self.any(self.numbers)
        test = f"{self.number()} > {self.number()}"
        other = self.new("K")
        self.numbers.append(other)
        text = f"if {test}:\n    {other} = {self.number(1)}\nelse:\n    {other} = 2".replace(f"{other})", "3)")
        safe = re.sub(rf"(= .*)\b{other}\b", r"\g<1>5", text)
        return self.dice.choice([safe, f"{safe}\nif {test.replace(other, '4')}:\n    {name or other} = {name or 1}"])

    def _unpacking(self) -> str:
        text = f"{self.number()}, {self.number()}"
        one, two = self.new("K"), self.new("K")
        self.numbers += [one, two]
        return f"{one}, {two} = {text}"

    def _swap(self) -> str | None:
        if len(self.numbers) < 2:
            return None
        one, two = self.dice.sample(self.numbers, 2)
        return f"{one}, {two} = {two}, {one}"

    def _decorated(self) -> str:
        factor, body = self.number(), self.number()
        decorator, name = self.new("deco"), self.new("f")
        self.functions.append(name)
        return (
            f"def {decorator}(f):\n    def around(*a):\n        return f(*a) * {factor}\n    return around\n"
            f"@{decorator}\ndef {name}(x): return x + {body}"
        )

    def _effect(self) -> str | None:
        name, items = self.any(self.numbers), self.any(self.lists)
        act = self.new("act")
        options = [
            name and f"def {act}():\n    global {name}\n    {name} = {name} + {self.number()}\n{act}()",
            items and f"def {act}(v):\n    {items}.append(v)\n{act}({self.number()})",
            items and f"def {act}(where, v):\n    where.append(v)\n{act}({items}, {self.number()})",
        ]
        return self.dice.choice(options)

    def _late(self) -> str:
        """A function that uses one defined below it."""
        first, second, body = self.new("f"), self.new("f"), self.number()
        self.functions.append(first)
        return f"def {first}(x):\n    return {second}(x) + 1\ndef {second}(x):\n    return x * {body}"

    def _default(self) -> str:
        given = self.number()
        name = self.new("f")
        self.functions.append(name)
        return f"def {name}(x, k={given}, *, j={self.dice.randint(0, 9)}):\n    return x + k * j"

    def _recursive(self) -> str:
        body = self.number(1)
        name = self.new("f")
        self.functions.append(name)
        return f"def {name}(x, n=2):\n    return x if n == 0 else {name}(x, n - 1) + {body}"

    def _attempt(self) -> str:
        value = self.number()
        name = self.new("K")
        self.numbers.append(name)
        return f"try:\n    {name} = {value} // {self.dice.randint(0, 2)}\nexcept ZeroDivisionError:\n    {name} = -1"

    def _alias(self) -> str | None:
        name = self.any(self.functions)
        other = self.new("h")
        text = name and f"{other} = {name}"
        self.functions += [other] if name else []
        return text

    def _while(self) -> str | None:
        name = self.any(self.numbers)
        return name and f"n = 0\nwhile n < {self.dice.randint(0, 3)}:\n    n += 1\n    {name} += {self.number()}"

    def _object_change(self) -> str | None:
        name = self.any(self.objects)
        return name and self.dice.choice([f"{name}.v = {self.number()}", f"{name}.v += 2", f"{name}.RATE = 3"])

    def _partial(self) -> str:
        first = self.number()
        base, name = self.new("f"), self.new("q")
        self.functions.append(name)
        return f"def {base}(a, b): return a * 10 + b\n{name} = partial({base}, {first})"

    def _import(self) -> str:
        name = self.new("K")
        imported = f"from operator import {self.dice.choice(['add', 'mul'])} as op{name}"
        text = f"{imported}\n{name} = op{name}(3, {self.number()})"
        self.numbers.append(name)
        return text

    def _walrus(self) -> str:
        value = self.number()
        one, two = self.new("K"), self.new("K")
        self.numbers += [one, two]
        return f"{one} = ({two} := {value}) + 1"

    def _match(self) -> str:
        value, other = self.number(), self.number()
        name = self.new("K")
        self.numbers.append(name)
        return f"match {value} % 2:\n    case 0:\n        {name} = {other}\n    case rest:\n        {name} = rest + 5"

    def _delete(self) -> str:
        return f"{(name := self.new('tmp'))} = {self.number()}\ndel {name}"

    def _nested(self) -> str:
        body = self.number()
        name = self.new("f")
        self.functions.append(name)
        return f"def {name}(x):\n    class Box:\n        w = {body}\n    return [b.w + x for b in (Box(), Box)][1]"

    # Assets and checks

    def asset(self) -> Sketch:
        read = [
            f"seen({name})" for name in self.dice.sample(self.assets, min(len(self.assets), self.dice.randint(0, 2)))
        ]
        name = self.new("a")
        if self.assets_in_python and self.dice.random() < 0.5:
            given = [one.removeprefix("seen(").removesuffix(")") for one in read]
            cell = Sketch(
                text=f"@daglab.asset\ndef {name}({', '.join(given)}):\n"
                f"    return [{', '.join([*given, self.number(), self.number()])}]",
                makes=(name,),
            )
        else:
            cell = self._asset_cell(name, [one.removeprefix("seen(").removesuffix(")") for one in read])
        self.assets += cell.makes
        return cell

    def _asset_cell(self, name: str, read: list[str]) -> Sketch:
        one, two = self.number(), self.number()
        items = self.any(self.lists)
        values = [*read, one, two]
        parts = ", ".join(values)
        second = self.new("b")
        forms = [
            (f"%%asset\n{name} = [{parts}]", (name,)),
            (f'%%asset\n"""What it is."""\n_t = {one}\n{name} = [{parts}, _t]', (name,)),
            (f"%%asset {name}\ndef local(x): return x + {two}\n{name} = [local({one}), {parts}]", (name,)),
            (f"%%asset {name} {second}\n{name} = [{parts}]\n{second} = {{'n': {two}}}", (name, second)),
            (
                f"%%asset {name}\nacc = []\nfor i in range(3):\n    acc.append(i * {one})\n{name} = (acc, {parts})",
                (name,),
            ),
            (f"%%asset {name}\n{name} = {one} % 3", (name,)),
            (f"%%asset {name}\n{name} = str({one} % 3)", (name,)),
            (f"%%asset {name}\n{name} = [{parts}]\n{name}.append(list({items or '()'}))", (name,)),
        ]
        if len(read) == 2:
            swapped = f"%%asset {name} --ins p={read[0]},q={read[1]}\n{name} = ['p', p, 'q', q, {one}]"
            forms += [(swapped, (name,))] * 3
        text, makes = self.dice.choice(forms)
        return Sketch(text=text, makes=makes)

    def check(self) -> Sketch:
        name = self.any(self.assets)
        return Sketch(
            text=f"%%check {name} {self.dice.choice(['', '--blocking'])}\n_u = {self.number()}\n{name} is not None"
        )


class Editor:
    """Changes a notebook as somebody would, without always knowing what it does to it."""

    def __init__(self, author: Author) -> None:
        self.author, self.dice = author, author.dice

    def edit(self, cells: Sequence[Sketch]) -> list[Sketch]:
        edits = [
            self._number, self._number, self._number, self._operator, self._swap_plain, self._swap_any, self._delete,
            self._insert, self._line_out, self._line_twice, self._rename, self._unrelated, self._append, self._move,
            self._swap_ins, self._merge, self._split, self._lines_swapped, self._retype, self._other_name,
        ]  # fmt: skip
        edited = list(cells)
        for _ in range(self.dice.choice([1, 1, 1, 2, 3])):
            edited = self.dice.choice(edits)(edited)
        return edited

    def looks(self, cells: Sequence[Sketch]) -> list[Sketch]:
        """Comments, blank lines and spaces only."""
        return [replace(one, text=self._other_looks(one.text)) for one in cells]

    def _other_looks(self, text: str) -> str:
        first, *rest = text.split("\n") if text.startswith("%%") else ["", *text.split("\n")]
        lines = []
        for line in rest:
            indent = line[: len(line) - len(line.lstrip())]
            if self.dice.random() < 0.2 and not line.lstrip().startswith(("else", "except", "case", "@")):
                lines.append(f"{indent}# a remark")
            line = line + self.dice.choice(["", "", "  # why", "   "]) if '"""' not in line else line
            if " = [" in line and line.rstrip().endswith("]") and self.dice.random() < 0.5:
                line = line.replace(" = [", " = [\n\n    ", 1)
            lines.append(line.replace(" + ", "  +  ") if "'" not in line else line)
        body = "\n".join(lines)
        return f"{first}\n{body}" if text.startswith("%%") else f"\n{body}\n\n"

    def _pick(self, cells: list[Sketch], *, plain: bool | None = None) -> int | None:
        places = [place for place, one in enumerate(cells) if plain is None or one.is_plain == plain]
        return self.dice.choice(places) if places else None

    def _with(self, cells: list[Sketch], place: int, text: str) -> list[Sketch]:
        return [*cells[:place], replace(cells[place], text=text), *cells[place + 1 :]]

    def _substituted(self, cells: list[Sketch], pattern: str, made: Callable[[str], str]) -> list[Sketch]:
        found = [(place, match) for place, one in enumerate(cells) for match in re.finditer(pattern, one.text)]
        if not found:
            return cells
        place, match = self.dice.choice(found)
        text = cells[place].text
        return self._with(cells, place, text[: match.start()] + made(match[0]) + text[match.end() :])

    def _number(self, cells: list[Sketch]) -> list[Sketch]:
        return self._substituted(cells, r"(?<![\w.])\d(?!\w)", lambda _: str(self.dice.randint(0, 9)))

    def _operator(self, cells: list[Sketch]) -> list[Sketch]:
        return self._substituted(cells, r"(?<= )[+*-](?= )", lambda _: self.dice.choice("+-*"))

    def _swap_plain(self, cells: list[Sketch]) -> list[Sketch]:
        return self._swap(cells, [place for place, one in enumerate(cells) if one.is_plain])

    def _swap_any(self, cells: list[Sketch]) -> list[Sketch]:
        return self._swap(cells, list(range(len(cells))))

    def _swap(self, cells: list[Sketch], places: list[int]) -> list[Sketch]:
        one, two = self.dice.sample(places, 2)
        swapped = list(cells)
        swapped[one], swapped[two] = cells[two], cells[one]
        return swapped

    def _move(self, cells: list[Sketch]) -> list[Sketch]:
        moved = list(cells)
        one = moved.pop(self.dice.randrange(len(moved)))
        moved.insert(self.dice.randint(0, len(moved)), one)
        return moved

    def _delete(self, cells: list[Sketch]) -> list[Sketch]:
        place = self.dice.randrange(1, len(cells))
        return [*cells[:place], *cells[place + 1 :]]

    def _insert(self, cells: list[Sketch]) -> list[Sketch]:
        place = self.dice.randint(1, len(cells))
        return [*cells[:place], Sketch(text=self.author.statement()), *cells[place:]]

    def _append(self, cells: list[Sketch]) -> list[Sketch]:
        place = self._pick(cells, plain=True)
        assert place is not None
        return self._with(cells, place, f"{cells[place].text}\n{self.author.statement()}")

    def _line_out(self, cells: list[Sketch]) -> list[Sketch]:
        place = self.dice.randrange(1, len(cells))
        lines = cells[place].text.split("\n")
        lines.pop(self.dice.randrange(len(lines)))
        return self._with(cells, place, "\n".join(lines))

    def _line_twice(self, cells: list[Sketch]) -> list[Sketch]:
        place = self.dice.randrange(1, len(cells))
        lines = cells[place].text.split("\n")
        one = self.dice.randrange(len(lines))
        return self._with(cells, place, "\n".join([*lines[: one + 1], *lines[one:]]))

    def _lines_swapped(self, cells: list[Sketch]) -> list[Sketch]:
        place = self.dice.randrange(1, len(cells))
        lines = cells[place].text.split("\n")
        if len(lines) > 1:
            one = self.dice.randrange(len(lines) - 1)
            lines[one], lines[one + 1] = lines[one + 1], lines[one]
        return self._with(cells, place, "\n".join(lines))

    def _rename(self, cells: list[Sketch]) -> list[Sketch]:
        names = sorted({name for one in cells for name in re.findall(r"\b[A-Za-z]+\d+\b", one.text)})
        old = self.dice.choice(names)
        new = self.dice.choice([f"{old}x", self.dice.choice(names)])
        return [replace(one, text=re.sub(rf"\b{old}\b", new, one.text)) for one in cells]

    def _other_name(self, cells: list[Sketch]) -> list[Sketch]:
        names = sorted({name for one in cells for name in re.findall(r"\b[A-Za-z]+\d+\b", one.text)})
        return self._substituted(cells, r"\b[KLDfaoq]\d+\b", lambda _: self.dice.choice(names))

    def _unrelated(self, cells: list[Sketch]) -> list[Sketch]:
        place = self.dice.randint(0, len(cells))
        return [*cells[:place], Sketch(text=f"unrelated = {self.dice.randint(0, 9)}"), *cells[place:]]

    def _swap_ins(self, cells: list[Sketch]) -> list[Sketch]:
        return self._substituted(cells, r"p=\w+,q=\w+", lambda text: re.sub(r"p=(\w+),q=(\w+)", r"p=\2,q=\1", text))

    def _merge(self, cells: list[Sketch]) -> list[Sketch]:
        pairs = [place for place in range(len(cells) - 1) if cells[place].is_plain and cells[place + 1].is_plain]
        if not pairs:
            return cells
        place = self.dice.choice(pairs)
        merged = Sketch(text=f"{cells[place].text}\n{cells[place + 1].text}")
        return [*cells[:place], merged, *cells[place + 2 :]]

    def _split(self, cells: list[Sketch]) -> list[Sketch]:
        place = self._pick(cells, plain=True)
        assert place is not None
        lines = cells[place].text.split("\n")
        ends = [
            end for end in range(1, len(lines)) if re.match(r"[\w@]", lines[end]) and not lines[end - 1].startswith("@")
        ]
        if not ends:
            return cells
        end = self.dice.choice(ends)
        parts = [Sketch(text="\n".join(lines[:end])), Sketch(text="\n".join(lines[end:]))]
        return [*cells[:place], *parts, *cells[place + 1 :]]

    def _retype(self, cells: list[Sketch]) -> list[Sketch]:
        """The same digits as text, or as a number: other values, perhaps of the same bytes."""
        for place, one in enumerate(cells):
            found = re.fullmatch(r"(%%asset \w+\n\w+ = )(str\()?(.* % 3)(\))?", one.text)
            if found:
                text = f"{found[1]}{found[3]}" if found[2] else f"{found[1]}str({found[3]})"
                return self._with(cells, place, text)
        return cells


class Bench:
    """A home that keeps its history, and others in which everything is made anew."""

    def __init__(self, folder: Path, empty_home: Path) -> None:
        folder.mkdir()
        self.folder, self.empty_home = folder, empty_home
        self.kept = self.open("kept")

    def open(self, name: str) -> Instance:
        shutil.copytree(self.empty_home, self.folder / name)
        return Instance.open(self.folder / name)

    def close(self) -> None:
        self.kept.close()
        shutil.rmtree(self.folder)

    def load(self, cells: Sequence[Sketch]) -> tuple[MaterializeRequest, LoadedWorkspace]:
        made = tuple(
            Cell(id=None, position=place, kind="code", source=one.text) for place, one in enumerate(cells, start=1)
        )
        spec = LocationSpec(name="random.ipynb", path=self.folder / "random.ipynb", cells=made)
        # A request without locations is carried out in this process.
        return MaterializeRequest(locations=()), load_workspace([spec])

    def make(self, instance: Instance, cells: Sequence[Sketch]) -> set[str]:
        """Makes what can be made; returns the assets that there should be now."""
        request, workspace = self.load(cells)
        keys = sorted(workspace.graph.nodes)
        while keys:  # what cannot be used costs only what needs it
            try:
                selection = " or ".join(f'"{key}"' for key in keys)
                prepared = prepare(instance, replace(request, selection=selection), workspace)
            except DaglabError:
                keys = self._usable(instance, request, workspace, keys)
                continue
            execute(instance, prepared)
            break
        return set(keys)

    def _usable(
        self, instance: Instance, request: MaterializeRequest, workspace: LoadedWorkspace, keys: list[str]
    ) -> list[str]:
        found = []
        for key in keys:
            try:
                prepare(instance, replace(request, selection=f'"{key}"', force=True), workspace)
            except DaglabError:
                continue
            found.append(key)
        assert len(found) < len(keys)
        return found

    def fresh(self, cells: Sequence[Sketch]) -> set[str]:
        """The assets that are called fresh, but for those that need something which this notebook does not make."""
        _, workspace = self.load(cells)
        whole: set[str] = set()
        for key in workspace.graph.order:
            whole |= {key} if whole.issuperset(workspace.graph.parents[key]) else set()
        return {key for key, verdict in judge(self.kept, workspace).items() if verdict.is_fresh} & whole

    def values(self, instance: Instance, keys: set[str]) -> dict[str, str]:
        return {key: shown(instance.load(key)) for key in keys}

    def from_scratch(self, cells: Sequence[Sketch]) -> dict[str, str]:
        """What everything that can be made comes out as in a home that knows nothing of it, whatever checks say."""
        cells = [one for one in cells if not one.text.startswith("%%check")]
        with self.open("new") as instance:
            states = instance.asset_states(sorted(self.make(instance, cells)))
            found = self.values(instance, {key for key, state in states.items() if state.latest})
        shutil.rmtree(self.folder / "new")
        return found


def shown(value: object) -> str:
    """A value as text; objects tell where they are in memory."""
    return re.sub(r" at 0x\w+", "", repr(value))


def by_hand(cells: Sequence[Sketch]) -> dict[str, str] | None:
    """The values when all cells are run from top to bottom in one namespace; None if one of them fails."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, str] = {}
    for one in cells:
        text = one.text
        if "@daglab.asset" in text:
            return None  # functions are called by nobody
        if text.startswith("%%check"):
            continue
        try:
            for name, key in re.findall(r"([pq])=(\w+)", text.split("\n")[0]):
                namespace[name] = namespace[key]
            exec(re.sub(r"^%%[^\n]*", "", text), namespace)
        except Exception:
            return None
        found |= {name: shown(namespace[name]) for name in one.makes if name in namespace}
    return found


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose run store is made and holds nothing."""
    home = tmp_path_factory.mktemp("empty") / "home"
    with Instance.open(home) as instance:
        assert instance.store.runs() == []
    return home


def story(seed: int, before: Sequence[Sketch], after: Sequence[Sketch]) -> str:
    return "\n".join(
        [
            f"seed {seed}",
            "=== before",
            *(one.text + "\n--" for one in before),
            "=== after",
            *(one.text + "\n--" for one in after),
        ]
    )


def run_example(seed: int, bench: Bench) -> None:
    author = Author(dice=random.Random(seed))
    editor = Editor(author)
    before = author.notebook()
    bench.make(bench.kept, before)
    truth = bench.from_scratch(before)
    assert bench.values(bench.kept, bench.fresh(before)) == truth, story(seed, before, [])
    if (hand := by_hand(before)) is not None and truth.keys() >= hand.keys():
        assert {key: truth[key] for key in hand} == hand, story(seed, before, [])
    other_looks = editor.looks(before)
    assert bench.fresh(other_looks) == bench.fresh(before), story(seed, before, other_looks)
    for _ in range(2):
        after = editor.edit(before)
        told = story(seed, before, after)
        truth, fresh = bench.from_scratch(after), bench.fresh(after)
        assert bench.values(bench.kept, fresh) == {key: truth.get(key) for key in fresh}, told
        bench.make(bench.kept, after)
        fresh = bench.fresh(after)
        assert bench.values(bench.kept, fresh) == {key: truth.get(key) for key in fresh}, told
        assert fresh == truth.keys() or any(one.text.startswith("%%check") for one in after), told
        before = after


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_fresh_is_what_the_code_makes(part: int, tmp_path: Path, empty_home: Path) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + EXAMPLES, PARTS):
        bench = Bench(tmp_path / str(seed), empty_home)
        try:
            run_example(seed, bench)
        finally:
            bench.close()
