from __future__ import annotations

import pytest

from daglab.planning.function_version import function_version


def version(text: str, name: str = "f") -> str:
    namespace: dict[str, object] = {"__name__": "made_up"}
    exec(text, namespace)
    return function_version(namespace[name])  # type: ignore[arg-type]


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


def test_recursion_ends() -> None:
    assert version("def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\n")


@pytest.mark.parametrize("value", ["{'a', 'b', 'c'}", "{'a': {1, 2}}", "[1, 'x']"])
def test_version_is_the_same_in_every_process(value: str) -> None:
    import subprocess
    import sys

    code = f"K = {value}\ndef f(): return 'y' in {{'p', 'q', 'r'}}, K\n"
    program = f"from daglab.planning.function_version import function_version\n{code}print(function_version(f))"
    outs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outs) == 1
