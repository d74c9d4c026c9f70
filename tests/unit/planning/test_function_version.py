from __future__ import annotations

import functools
import sys
from pathlib import Path
from types import ModuleType

import pytest

from daglab.planning.function_version import function_code


def version(text: str, name: str = "f") -> str:
    module = ModuleType("made_up")
    sys.modules["made_up"] = module  # dataclasses look their module up
    try:
        exec(compile(text, "made_up", "exec", dont_inherit=True), vars(module))
        return function_code(getattr(module, name)).version
    finally:
        del sys.modules["made_up"]


BASE = "K = 2\ndef g(x):\n    return x * K\ndef f(x):\n    return g(x) + 1\n"


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("return g", "# why\n    return g"),
        "\n\n\n" + BASE,
        BASE.replace("def f(x):", "def f(x):\n    'What it does.'"),
        BASE + "UNUSED = 3\ndef h(): ...\n",
    ],
    ids=["comment", "line numbers", "docstring", "unused"],
)
def test_version_stays(text: str) -> None:
    assert version(text) == version(BASE)


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("+ 1", "+ 2"),
        BASE.replace("x * K", "x - K"),
        BASE.replace("K = 2", "K = 3"),
        BASE.replace("def f(x)", "def f(x, y=1)"),
        BASE.replace("+ 1", "+ (lambda: 1)()"),
    ],
    ids=["constant", "helper", "global", "default", "lambda"],
)
def test_version_changes(text: str) -> None:
    assert version(text) != version(BASE)


def test_class_that_is_used_counts() -> None:
    text = "class C:\n    def m(self): return 1\ndef f(): return C().m()\n"
    assert version(text) != version(text.replace("return 1", "return 2"))


TOOLS = "import enum, functools, re\nfrom dataclasses import dataclass, field\nfrom decimal import Decimal\n"


@pytest.mark.parametrize(
    ("before", "old", "new"),
    [
        ("def f(): return ((1, 2), (3, 4))", "4", "5"),
        (f"K = {list(range(4000))}\ndef f(): return sum(K)", "3999]", "0]"),
        ("K = {1, 2}\ndef f(): return K", "2", "3"),
        ("K = [{'a': [1]}]\ndef f(): return K", "1", "2"),
        ("def g(*, k=1): return k\ndef f(): return g()", "1", "2"),
        ("def h(): return 1\ndef g(k=h): return k()\ndef f(): return g()", "1", "2"),
        ("def g(a): return a\ndef f(): return g(1)", "g(a)", "g(*a)"),
        ("def f():\n try:\n  g()\n except E: pass\n h()", "\n except E: pass\n h()", "; h()\n except E: pass"),
        ("def g():\n 'x'\n return 'x'\ndef f(): return g()", "'x'", "'y'"),
        ("def g(x): return x\nK = functools.partial(g, 1)\ndef f(): return K()", "1", "2"),
        ("def g(x): return x + 1\nK = functools.partial(g, 0)\ndef f(): return K()", "1", "2"),
        ("@dataclass\nclass C:\n x: int\nK = C(1)\ndef f(): return K.x", "1", "2"),
        ("@dataclass\nclass C:\n x: list = field(default_factory=lambda: [1])\ndef f(): return C().x", "1", "2"),
        ("class C:\n def m(self): return 1\nK = C()\ndef f(): return K.m()", "1", "2"),
        ("class C:\n def __init__(self, n): self.n = n\nK = C(1).__init__\ndef f(): return K", "1", "2"),
        ("class C:\n def m(self): return 1\nclass D(C): pass\ndef f(): return D().m()", "1", "2"),
        ("class C:\n x = 1\n y = 2\ndef f(): return C.x", "x = 1\n y = 2", "y = 1\n x = 2"),
        ("class C:\n @property\n def m(self): return 1\ndef f(): return C().m", "1", "2"),
        ("class C:\n @functools.cached_property\n def m(self): return 1\ndef f(): return C().m", "1", "2"),
        ("class E(enum.Enum):\n A = 1\nK = E.A\ndef f(): return K.value", "1", "2"),
        ("def g(): return 1\nK = {'g': g}\ndef f(): return K['g']()", "1", "2"),
        ("K = Decimal('1')\ndef f(): return K", "1", "2"),
        ("K = re.compile('a')\ndef f(): return K", "'a'", "'b'"),
        ("import numpy\nK = numpy.arange(3)\ndef f(): return K", "3", "4"),
        ("import pandas\nK = pandas.DataFrame({'a': [1]})\ndef f(): return K", "1", "2"),
    ],
)  # fmt: skip
def test_all_that_is_reached_counts(before: str, old: str, new: str) -> None:
    assert old in before
    assert version(TOOLS + before) == version(TOOLS + before)
    assert version(TOOLS + before) != version(TOOLS + before.replace(old, new))


@pytest.mark.parametrize(
    "text", ["from fv_lib import g\ndef f(): return g()", "import fv_lib\ndef f(): return fv_lib.g()"]
)
def test_other_modules_of_the_project_count(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for value in ("1", "1 # why", "222"):
        (tmp_path / "fv_lib.py").write_text(f"def g(): return h()\ndef h(): return {value}\ndef unused(): ...\n")
        monkeypatch.delitem(sys.modules, "fv_lib", raising=False)
        found.append(version(text))
    monkeypatch.delitem(sys.modules, "fv_lib")
    assert found[0] == found[1] != found[2]


def test_what_compares_by_identity_counts_by_its_type() -> None:
    text = "import threading, random\nK, R = threading.Lock(), random.Random()\ndef f(): return K, R.random()"
    assert version(text) == version(text)


def test_recursion_ends() -> None:
    assert version("def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\n")


@pytest.mark.parametrize("value", ["{'a', 'b', 'c'}", "{'a': {1, 2}}", "[1, 'x']"])
def test_version_is_the_same_in_every_process(value: str) -> None:
    import subprocess

    code = f"K = {value}\ndef f(): return 'y' in {{'p', 'q', 'r'}}, K\n"
    program = f"from daglab.planning.function_version import function_code\n{code}print(function_code(f).version)"
    outs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outs) == 1


def test_parts_of_a_function_that_a_decorator_has_wrapped() -> None:
    def parts(function: object) -> dict[str, str]:
        return dict(function_code(functools.lru_cache(function)).parts)  # type: ignore[arg-type]

    assert parts(lambda x: x + 1) == parts(lambda x: x + 1)
    assert parts(lambda x: x + 1)["code"] != parts(lambda x: x + 2)["code"]


def test_own_code_is_told_from_what_it_uses() -> None:
    def code_with(constant: int, step: int) -> dict[str, str]:
        namespace = {"LIMIT": constant, "__name__": "anything"}
        exec(f"def limited(x):\n    return min(x + {step}, LIMIT)", namespace)
        return dict(function_code(namespace["limited"]).parts)  # type: ignore[arg-type]

    first, other_limit, other_step = code_with(1, 1), code_with(2, 1), code_with(1, 2)
    assert first["code"] == other_limit["code"] != other_step["code"]
    assert first["name:LIMIT"] == other_step["name:LIMIT"] != other_limit["name:LIMIT"]
