"""What a notebook declares: assets, their inputs, the statements they need, and what is wrong."""

from collections.abc import Callable

import pytest
from notebook_text import analyze, notebook

from daglab.notebooks.slices import slice_notebook


def _used(program):
    """The statements of a program, cell by cell, as text."""
    found = []
    for part in program.parts:
        lines = part.source.split("\n")
        found.append((part.cell_position, ["\n".join(lines[a - 1 : b]) for a, b in part.lines]))
    return found


def _slice(*sources, known_keys=()):
    """Statements of plain cells used by the last asset, and its inputs."""
    analysis = analyze(*sources, known_keys=known_keys)
    assert not [each.message for each in analysis.findings if each.severity == "error"]
    asset = analysis.assets[-1]
    plain = [text for position, texts in _used(asset.program) if position != asset.cell.position for text in texts]
    return plain, dict(asset.inputs)


def _errors(*sources, known_keys=()):
    analysis = analyze(*sources, known_keys=known_keys)
    return [(each.cell, each.message) for each in analysis.findings if each.severity == "error"]


def _warnings(*sources, severity="warning"):
    return [(each.cell, each.message) for each in analyze(*sources).findings if each.severity == severity]


# Names of assets


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = 1", "x"),
        ("_t = 1\nx = _t", "x"),
        ("raw = 1\nclean = raw + 1", "clean"),
        ("df = 1\ndf = df + 1", "df"),
        ("df = 1\ndf.head()", "df"),
        ("df = [1]\nn = len(df)\ndf = df + [n]", "df"),
        ("df = 1\nprint(df)\ndf", "df"),
        ("df = 1\nassert df == 1", "df"),
        ("df = {}\ndf['a'] = 1", "df"),
        ("out = []\nfor i in range(3):\n  out.append(i)", "out"),
        ("rows = [1]\nout = []\nfor i in rows:\n  out.append(i)", "out"),
        ("total = 0\nfor i in range(3):\n  total += i", "total"),
        ("import os\nx = os.getcwd()", "x"),
        ("import os\nx = 1", "x"),
        ("def f():\n  return 1\nx = f()", "x"),
        ("def f():\n  return 1\nx = 1", "x"),
        ("limit = 3\ndef f(x):\n  return x < limit\ny = f(1)", "y"),
        ("def f():\n  return 1", "f"),
        ("class A:\n  pass", "A"),
        ("with open('a') as f:\n  x = f.read()", "x"),
        ("with open('a') as f:\n  raw = f.read()\n  x = raw + raw", "x"),
        ("try:\n  x = 1\nexcept E:\n  x = 2", "x"),
        ("flag = True\nif flag:\n  x = 1\nelse:\n  x = 2", "x"),
        ("x: int = 1", "x"),
        ("if (n := 3) > 2:\n  x = n", "x"),
        ("t = 1\nx = t\ndel t", "x"),
        ("a = 1\nb = a\nb.c = a", "b"),
        ("x = [i for i in range(3)]", "x"),
    ],
)
def test_name_is_found(source, names):
    source = source.replace("E:", "ValueError:")
    assert [" ".join(asset.names) for asset in analyze("%%asset\n" + source).assets] == [names]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a = 1\nb = 2", "it may mean any of a, b; write %%asset NAME"),
        ("a, b = 1, 2", "it may mean any of a, b; write %%asset NAME"),
        ("print(1)", "it binds no public name"),
        ("_x = 1", "it binds no public name"),
        ("import os", "it binds no public name"),
        ("for i in range(3):\n  print(i)", "it binds no public name"),
        ("", "it binds no public name"),
        ("def f():\n  pass\ndef g():\n  pass", "it may mean any of f, g"),
    ],
)
def test_unclear_name_is_refused(source, message):
    ((cell, found),) = _errors("%%asset\n" + source)
    assert (cell, message in found) == (1, True)


def test_given_names():
    (asset,) = analyze("%%asset train test --key-prefix ml\ntrain, test, other = 1, 2, 3").assets
    assert asset.names == ("train", "test")
    assert asset.keys == ("ml/train", "ml/test")
    assert asset.program.result_names == ("train", "test")


def test_given_name_that_is_not_bound():
    ((_, message),) = _errors("%%asset flihgts\nflights = 1")
    assert message == "the cell does not bind 'flihgts', which its first line names; did you mean 'flights'?"
    ((_, message),) = _errors("%%asset x\nprint(1)")
    assert message.endswith("it binds no name; assign to 'x', or name what it makes there")


def test_description_is_the_first_string():
    (asset,) = analyze('%%asset\n"""One.\n\n    Two.\n    """\nx = 1').assets
    assert asset.description == "One.\n\nTwo."
    assert analyze("%%asset\nx = 'no description'").assets[0].description == ""


# Slices


@pytest.mark.parametrize(
    ("plain", "cell", "used"),
    [
        ("import os\nimport sys", "x = os.name", ["import os"]),
        ("a = 1\nb = 2\nc = b", "x = c", ["b = 2", "c = b"]),
        ("a = 1\na = 2", "x = a", ["a = 2"]),
        ("a = 1\nb = a\na = 2", "x = b", ["a = 1", "b = a"]),
        ("a = 1\nif a:\n  b = 1", "x = b", ["a = 1", "if a:\n  b = 1"]),
        ("b = 0\nc = 1\nif c:\n  b = 1", "x = b", ["b = 0", "c = 1", "if c:\n  b = 1"]),
        ("b = 0\ntry:\n  b = 1\nexcept ValueError:\n  pass", "x = b",
         ["b = 0", "try:\n  b = 1\nexcept ValueError:\n  pass"]),
        ("b = 0\ntry:\n  b = 1\nexcept ValueError:\n  b = 2", "x = b",
         ["try:\n  b = 1\nexcept ValueError:\n  b = 2"]),
        ("a = 1; b = 2", "x = b", ["a = 1; b = 2"]),
        ("c = {}\nc['a'] = 1\nd = {}\nd['a'] = 1", "x = c", ["c = {}", "c['a'] = 1"]),
        ("c = {}\nc['a'] = 1\nc = {}", "x = c", ["c = {}"]),
        ("c = []\nk = 1\nc.append(k)\nc.count(k)", "x = c", ["c = []", "k = 1", "c.append(k)"]),
        ("c = 1\nc += 1", "x = c", ["c = 1", "c += 1"]),
        ("c = []\nd = c.pop", "x = c", ["c = []"]),
        ("c = [1]\nd = c.pop()", "x = c", ["c = [1]", "d = c.pop()"]),
        ("c = []\nfor i in range(3):\n  c.append(i)", "x = c", ["c = []", "for i in range(3):\n  c.append(i)"]),
        ("c = 1\ndel c", "x = c", ["c = 1"]),
        ("def f():\n  return g()\ndef g():\n  return 1\nh = 1", "x = f()",
         ["def f():\n  return g()", "def g():\n  return 1"]),
        ("def f():\n  return k\nk = 1\nk = 2", "x = f()", ["def f():\n  return k", "k = 2"]),
        ("k = 1\ndef f():\n  return k\ny = f()\nk = 2", "x = y",
         ["k = 1", "def f():\n  return k", "y = f()", "k = 2"]),
        ("def f():\n  global k\n  k = 1\nf()", "x = k", ["def f():\n  global k\n  k = 1", "f()"]),
        ("c = {}\ndef put(k):\n  c[k] = 1\nput(1)\nprint(1)", "x = c",
         ["c = {}", "def put(k):\n  c[k] = 1", "put(1)"]),
        ("c = {}\ndef put(k):\n  c[k] = 1\ndef go():\n  put(1)\ngo()", "x = c",
         ["c = {}", "def put(k):\n  c[k] = 1", "def go():\n  put(1)", "go()"]),
        ("class A:\n  def m(self):\n    return k\na = A()\nk = 1", "x = a.m()",
         ["class A:\n  def m(self):\n    return k", "a = A()", "k = 1"]),
        ("k = 1\n@staticmethod\ndef f(a=k):\n  pass", "x = f", ["k = 1", "@staticmethod\ndef f(a=k):\n  pass"]),
        ("import warnings\nwarnings.filterwarnings('ignore')", "x = 1", []),
        ("import random as r\nr.seed(1)\nr.shuffle([])", "x = r.random()", ["import random as r", "r.seed(1)"]),
        ("import numpy as np\na = np.add(1, 2)\nnp.add(1, 2)", "x = np.zeros(1)", ["import numpy as np"]),
        ("import pandas as pd\npd.options.display = 1\npd.set_option('a', 1)\npd.show()", "x = pd.x",
         ["import pandas as pd", "pd.options.display = 1", "pd.set_option('a', 1)"]),
        ("import sys\nsys.path.insert(0, 'a')\nimport mine\nsys.path.append('b')", "x = mine.y",
         ["import sys", "sys.path.insert(0, 'a')", "import mine"]),
        ("import sys\nsys.path.insert(0, 'a')", "import mine\nx = mine.y", ["import sys", "sys.path.insert(0, 'a')"]),
        ("from a import *\nfrom b import *\nk = 1", "x = something + k", ["from b import *", "k = 1"]),
        ("from a import *\nsomething = 1", "x = something", ["something = 1"]),
        ("from a import *", "x = len([])", []),
        ("def sum(x):\n  return 1", "x = sum([1])", ["def sum(x):\n  return 1"]),
        ("n = 1\ncmd = 2", "x = !echo {n}", ["n = 1"]),
        ("k = 3\nf = lambda v: v * k", "x = f(1)", ["k = 3", "f = lambda v: v * k"]),
        ("k = 1", "x = [k for _ in 'ab']", ["k = 1"]),
        ("from __future__ import annotations\ndef f(a: T):\n  return a", "x = f(1)", ["def f(a: T):\n  return a"]),
        ("def sq(v):\n  return v\n\n# a comment\nz = 1", "x = list(map(sq, [1]))", ["def sq(v):\n  return v"]),
    ],
)  # fmt: skip
def test_slice(plain, cell, used):
    assert _slice(plain, "%%asset x\n" + cell)[0] == used


def test_slice_draws_from_several_cells_in_order():
    analysis = analyze("a = 1", "b = a\nz = 1", "%%asset\nx = b + a", "c = 1")
    (asset,) = analysis.assets
    assert asset.needs == (1, 2)
    assert _used(asset.program) == [(1, ["a = 1"]), (2, ["b = a"]), (3, ["x = b + a"])]
    assert [part.cell_id for part in asset.program.parts] == ["c1", "c2", "c3"]


def test_nearest_definition_above_counts():
    assert _slice("a = 1", "%%asset\nx = a", "a = 2")[0] == ["a = 1"]
    assert _slice("a = 1", "a = 2", "%%asset\nx = a")[0] == ["a = 2"]


def test_submodules_are_all_imported():
    plain = "import xml\nimport xml.dom\nimport xml.sax\nimport os"
    assert _slice(plain, "%%asset x\nx = xml.dom")[0] == ["import xml.dom", "import xml.sax"]


def test_helper_below_is_found():
    assert _slice("%%asset\nx = f()", "def f():\n  return g\ng = 1") == (
        ["def f():\n  return g", "g = 1"],
        {},
    )


def test_lines_are_those_of_the_cell():
    (asset,) = analyze("\n\nk = (1,\n  2)", "%%asset\nx = k").assets
    assert [part.lines for part in asset.program.parts] == [((3, 4),), ((2, 2),)]


# Inputs


def test_inputs_are_assets_that_are_read():
    analysis = analyze("%%asset\na = 1", "%%asset\nb = a + 1", "%%asset\nc = b + a")
    assert [dict(asset.inputs) for asset in analysis.assets] == [{}, {"a": "a"}, {"a": "a", "b": "b"}]


def test_asset_below_is_an_input_too():
    assert _slice("%%asset\na = 1", "%%asset\nc = a + b", "%%asset\nb = 1")[1] == {}
    analysis = analyze("%%asset\nc = b", "%%asset\nb = 1")
    assert analysis.assets[0].inputs == {"b": "b"}


def test_nearest_of_asset_and_plain_binding_counts():
    assert _slice("%%asset\na = 1", "a = 2", "%%asset\nb = a") == (["a = 2"], {})
    assert _slice("a = 2", "%%asset\na = 1", "%%asset\nb = a") == ([], {"a": "a"})
    assert _slice("a = 2", "%%asset\nb = a", "%%asset\na = 1")[1] == {}


def test_key_prefix_belongs_to_the_key_and_not_to_the_name():
    assert _slice("%%asset --key-prefix raw\na = 1", "%%asset\nb = a")[1] == {"a": "raw/a"}


def test_one_name_may_be_made_again_under_another_prefix():
    assert _slice("%%asset --key-prefix raw\na = 1", "%%asset --key-prefix clean\na = a + 1")[1] == {"a": "raw/a"}


def test_assets_of_the_workspace():
    assert _slice("%%asset\nb = a + orders", known_keys=["a", "raw/orders"])[1] == {
        "a": "a",
        "orders": "raw/orders",
    }
    assert _slice("a = 1", "%%asset\nb = a", known_keys=["a"]) == (["a = 1"], {})
    assert _slice("%%asset\nb = len('')", known_keys=["len"])[1] == {}
    assert _slice("%%asset\nb = a", known_keys=["a", "raw/a"])[1] == {"a": "a"}
    ((_, message),) = _errors("%%asset\nb = a", known_keys=["x/a", "y/a"])
    assert message == "'a' may be any of the assets x/a, y/a; say which: --ins a=x/a"
    assert _slice("%%asset --ins a=y/a\nb = a", known_keys=["x/a", "y/a"])[1] == {"a": "y/a"}


def test_ins_goes_before_what_the_notebook_binds():
    assert _slice("a = 1", "%%asset --ins a=raw/a\nb = a") == ([], {"a": "raw/a"})
    assert _warnings("%%asset --ins z=raw/a\nb = 1") == [(1, "--ins z=...: the cell does not read 'z'")]


def test_deps_are_edges_without_a_value():
    analysis = analyze("%%asset --key-prefix raw\na = 1", "%%asset --deps a,other/x\nb = 1")
    assert analysis.assets[1].deps == ("raw/a", "other/x")
    assert analysis.assets[1].inputs == {}
    assert _warnings("%%asset\nflights = 1", "%%asset --deps flihgts\nb = 1") == [
        (2, "no asset 'flihgts' is known here; did you mean 'flights'?")
    ]


def test_asset_read_by_a_helper_is_an_input():
    assert _slice("%%asset\na = 1", "def f():\n  return a", "%%asset\nb = f()")[1] == {"a": "a"}


def test_asset_read_by_a_plain_statement_is_an_input_of_what_needs_it():
    sources = ("%%asset\na = 1", "n = a + 1\nm = 2", "%%asset\nb = n")
    assert _slice(*sources) == (["n = a + 1"], {"a": "a"})
    assert _warnings(*sources, severity="info") == [
        (2, "a plain cell reads the asset 'a': what uses it depends on that asset")
    ]
    parts = analyze(*sources).assets[1].program.parts
    assert [part.inputs for part in parts] == [("a",), ()]


def test_private_name_may_be_declared():
    assert _slice("%%asset _a\n_a = 1", "%%asset\nb = _a")[1] == {"_a": "_a"}


# What is wrong


def test_undefined_name_is_refused():
    analysis = analyze("flights = 1", "%%asset\nx = flihgts", "%%asset\ny = 1")
    assert [asset.names for asset in analysis.assets] == [("y",)]
    assert [(each.names, each.message) for each in analysis.refused] == [
        (("x",), "nothing defines 'flihgts'; did you mean 'flights'?")
    ]


def test_undefined_name_in_a_needed_plain_cell():
    assert _errors("a = nothing_at_all", "%%asset\nx = a") == [
        (2, "cell 1, which it needs: nothing defines 'nothing_at_all'; define or import it in a cell above")
    ]


def test_undefined_name_in_a_function_is_a_warning():
    assert _warnings("def f():\n  return qqq", "%%asset\nx = f()") == [
        (2, "nothing defines 'qqq'; define or import it in a cell above")
    ]


def test_plain_cell_that_reads_what_is_bound_below():
    ((_, message),) = _errors("a = b", "b = 1", "%%asset\nx = a")
    assert message == "cell 1, which it needs: 'b' is bound only further down, in cell 2; move that above cell 1"


def test_name_tried_under_name_error_may_be_missing():
    assert _errors("%%asset x\ntry:\n  x = qqq\nexcept NameError:\n  x = 1") == []


def test_undeclared_name_of_an_asset_cell():
    ((cell, message),) = _errors("%%asset a\nimport os\na = os.name", "%%asset\nb = os.name")
    assert cell == 2
    assert message == (
        "cell 2 reads 'os', which only cell 1 binds, for itself; move it into a plain cell, "
        "or declare it there as an output: %%asset ... os"
    )


def test_asset_that_reads_itself():
    ((cell, message),) = _errors("%%asset\nx = x + 1")
    assert (cell, message) == (
        1, "it reads 'x' before it binds it, and nothing else does; an asset cannot read itself",
    )  # fmt: skip
    assert _slice("x = 0", "%%asset\nx = x + 1") == (["x = 0"], {})


@pytest.mark.parametrize(
    ("cell", "verb"),
    [
        ("flights['x'] = 1\ny = flights", "changes"),
        ("flights.drop('a', inplace=True)\ny = flights", "changes"),
        ("flights.append(1)\ny = 1", "changes"),
        ("del flights['x']\ny = 1", "changes"),
        ("del flights\ny = 1", "deletes"),
        ("y = flights.pop('a')", "changes"),
        ("for i in flights:\n  flights[i] = 1\ny = 1", "changes"),
    ],
)
def test_change_of_an_upstream_value_is_refused(cell, verb):
    sources = ("%%asset\nflights = {}", "%%asset y\n" + cell)
    if verb == "deletes":
        assert _errors(*sources) == []  # only the name goes, and only that of this cell
        return
    assert _errors(*sources) == [
        (
            2,
            f"it {verb} 'flights', the value of the asset 'flights'; work on a copy: flights = flights.copy()",
        )
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "df = flights.copy()\ndf['x'] = 1",
        "flights = flights.copy()\nflights['x'] = 1\ndf = flights",
        "df = flights.drop('a')",
        "flights = dict(flights)\ndf = flights",
    ],
)
def test_change_of_a_copy_is_fine(cell):
    assert _errors("%%asset\nflights = {}", "%%asset df\n" + cell) == []


def test_change_by_another_name_is_refused():
    analysis = analyze("%%asset\nflights = {}", "%%asset df\ndf = flights\ndf['x'] = 1")
    (finding,) = analysis.findings
    assert (finding.cell, finding.line) == (2, 3)
    assert finding.message == (
        "it changes 'flights', the value of the asset 'flights', by the name 'df'; work on a copy: df = flights.copy()"
    )


def test_deletion_of_an_upstream_value_is_refused():
    ((_, message),) = _errors("%%asset\nflights = {}", "%%asset df\ndf = list(flights)\ndel flights")
    assert message.startswith("it deletes 'flights', the value of the asset 'flights'")


def test_name_from_a_broken_cell():
    _, (cell, message) = _errors("helper = = 1", "%%asset\nx = helper")
    assert (cell, message) == (2, "nothing defines 'helper'; cell 1 names it, but cannot be used as it is")


def test_dynamic_cell_needs_deps():
    ((_, message),) = _errors("%%asset x\nexec('x = 1')")
    assert message.startswith("exec() hides which names it reads; say which assets it needs with --deps")
    assert _errors("%%asset\na = 1", "%%asset x --deps a\nexec('x = 1')") == []


def test_same_name_twice():
    analysis = analyze("%%asset\nx = 1", "%%asset\ny = 1", "%%asset\nx = 2")
    message = "the asset 'x' is made by cells 1 and 3; rename one of them, or give it a --key-prefix"
    assert [(each.cell, each.message) for each in analysis.findings] == [(1, message), (3, message)]
    assert [asset.names for asset in analysis.assets] == [("y",)]


def test_circle():
    analysis = analyze("%%asset\na = c", "%%asset\nb = a", "%%asset\nc = b", "%%asset\nd = a")
    assert [asset.names for asset in analysis.assets] == [("d",)]
    assert analysis.findings[0].message == (
        "these assets need each other: a → c → b → a; break the circle at one of them"
    )
    assert [each.cell.position for each in analysis.refused] == [1, 2, 3]


def test_circle_of_deps():
    assert len(_errors("%%asset --deps b\na = 1", "%%asset --deps a\nb = 1")) == 2
    assert len(_errors("%%asset --deps a\na = 1")) == 1


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("%%asset x\nx = = 1", "invalid syntax", 2),
        ("%%asset x\n%%bash\nls", "%%bash is not Python, so the cell makes no value", None),
        (
            "%%asset x --gruop a\nx = 1",
            "%%asset: there is no option '--gruop'\n  → did you mean '--group'?",
            1,
        ),
        ("y = (", "invalid syntax: '(' was never closed", 1),
    ],
)
def test_broken_cell_costs_only_itself(source, message, line):
    analysis = analyze("%%asset\na = 1", source, "%%asset\nb = a")
    assert [asset.names for asset in analysis.assets] == [("a",), ("b",)]
    (finding,) = analysis.findings
    assert (finding.severity, finding.cell, finding.line, finding.message) == ("error", 2, line, message)


def test_consumer_of_a_refused_asset_stays():
    analysis = analyze("%%asset a\na = undefined_name", "%%asset\nb = a")
    assert [(asset.names, dict(asset.inputs)) for asset in analysis.assets] == [(("b",), {"a": "a"})]


@pytest.mark.parametrize(
    ("plain", "work"),
    [
        ("for i in range(3):\n  k = i", "a for loop"),
        ("k = 0\nwhile k < 3:\n  k += 1", "a while loop"),
        ("k = open('a').read()", "open()"),
        ("import pandas as pd\nk = pd.read_csv('a')", "read_csv()"),
        ("import requests\nk = requests.get('a')", "get()"),
        ("with open('a') as f:\n  k = f.read()", "open()"),
    ],
)
def test_real_work_in_a_plain_cell_is_told(plain, work):
    assert _warnings(plain, "%%asset\nx = k") == [
        (1, f"{work} runs again for every asset that needs it; make this cell an asset: %%asset")
    ]


def test_work_in_a_function_is_no_matter():
    assert _warnings("def f():\n  return open('a').read()\nd = {}\nk = d.get(1)", "%%asset\nx = f, k") == []


# Checks


def test_check_with_an_expression():
    (check,) = analyze("%%asset\na = 1\n", "%%check a\n'''Is one.'''\nb = a\nb == 1").checks
    assert (check.asset_key, check.name, check.description) == ("a", "check", "Is one.")
    assert (dict(check.inputs), check.capture_last, check.directive.blocking) == ({"a": "a"}, True, False)


def test_check_with_asserts():
    (check,) = analyze("%%asset --key-prefix raw\na = 1", "%%check raw/a positive --blocking\nassert a > 0").checks
    assert (check.asset_key, check.name, check.capture_last) == ("raw/a", "positive", False)


@pytest.mark.parametrize(
    ("body", "capture"),
    [
        ("assert a\nprint('well')", False),
        ("for i in [a]:\n  assert i", False),
        ("import pandas as pd\npd.testing.assert_frame_equal(a, a)", False),
        ("assert a\na > 0", True),
    ],
)
def test_verdict(body, capture):
    assert analyze("%%asset\na = 1", "%%check a\n" + body).checks[0].capture_last is capture


@pytest.mark.parametrize("body", ["b = a", "print(a)", "", "def f():\n  assert a"])
def test_check_without_a_verdict(body):
    ((cell, message),) = _errors("%%asset\na = 1", "%%check a\n" + body)
    assert (cell, message.split(";")[0]) == (2, "it does not say whether the asset is well")


def test_check_of_nothing():
    ((_, message),) = _errors("%%asset\nflights = 1", "%%check flihgts\nTrue")
    assert message == "there is no asset 'flihgts' to check; did you mean 'flights'?"


def test_two_checks_of_one_name():
    errors = _errors("%%asset\na = 1", "%%check a\na", "%%check a\na > 1", "%%check a other\na")
    message = "the check 'check' of 'a' is made by cells 2 and 3; name one: %%check a NAME"
    assert errors == [(2, message), (3, message)]


def test_check_may_need_helpers_and_other_assets():
    analysis = analyze("%%asset\na = 1", "%%asset\nb = 1", "def well(x):\n  return x", "%%check a\nwell(a) == b")
    (check,) = analysis.checks
    assert (check.needs, dict(check.inputs)) == ((3,), {"a": "a", "b": "b"})


def test_check_of_an_asset_of_the_workspace():
    (check,) = analyze("%%check orders\nlen(orders) > 0", known_keys=["raw/orders"]).checks
    assert (check.asset_key, dict(check.inputs)) == ("raw/orders", {"orders": "raw/orders"})


# Definitions in Python


@pytest.mark.parametrize(
    ("head", "decorator"),
    [
        ("from daglab import asset", "@asset"),
        ("from daglab import asset as a", "@a(group_name='x')"),
        ("import daglab", "@daglab.asset"),
        ("import daglab as dl", "@dl.asset_check(asset='x')"),
        ("import daglab as dl", "@dl.multi_asset(specs=[])"),
        ("from daglab import *", "@asset"),
    ],
)
def test_python_definitions(head, decorator):
    analysis = analyze(head + "\nimport os\nk = 1\nz = 2", f"{decorator}\ndef made():\n  return k\nother = 1")
    (found,) = analysis.python_definitions
    assert found.names == ("made",)
    made = f"{decorator}\ndef made():\n  return k"
    assert _used(found.program) == [(1, [head, "k = 1"]), (2, [made])]
    assert not analysis.findings


def test_definitions_object_and_jobs():
    source = "import daglab as dl\njob = dl.define_asset_job('a')\ndefs = dl.Definitions(jobs=[job])\nx = dl.version()"
    (found,) = analyze(source).python_definitions
    assert found.names == ("defs", "job")


def test_decorators_of_others_define_nothing():
    assert analyze("from other import asset\n@asset\ndef f():\n  pass").python_definitions == ()


def test_python_definition_that_reads_a_cell_asset():
    source = "from daglab import asset\n@asset\ndef f():\n  return a"
    ((cell, message),) = _errors("%%asset\na = 1", source)
    assert (cell, message) == (
        2,
        "it reads the asset 'a' as a global; let the function take a parameter 'a' instead",
    )


# The whole


def test_analysis_of_nothing():
    analysis = slice_notebook(notebook())
    assert (analysis.assets, analysis.checks, analysis.findings) == ((), (), ())


def test_large_notebook_takes_linear_work(calls_of: Callable[[Callable[[], object]], int]):
    def work(size: int) -> int:
        sources = ["import pandas as pd\nk = 1\ndef f(x):\n  return x + k"]
        sources += [f"%%asset\na{n} = f(a{n - 1}) + pd.x\na{n}.b" if n else "%%asset\na0 = 1" for n in range(size)]
        return calls_of(lambda: assert_assets(analyze(*sources), size))

    def assert_assets(analysis, size: int) -> None:
        assert len(analysis.assets) == size

    assert work(1_000) < 11 * work(100)


def test_long_chain_of_plain_statements():
    analysis = analyze("x0 = 1\n" + "\n".join(f"x{n} = x{n - 1} + 1" for n in range(1, 3000)), "%%asset\ny = x2999")
    assert len(analysis.assets[0].program.parts[0].statements) == 3000


# Functions that are assets


_ORDERS = "import daglab\n@daglab.asset\ndef orders():\n  return [1]"


@pytest.mark.parametrize(
    ("decorator", "key"),
    [
        ("@daglab.asset", "orders"),
        ("@daglab.asset()", "orders"),
        ("@daglab.asset(name='sales')", "sales"),
        ("@daglab.asset(key_prefix='raw')", "raw/orders"),
        ("@daglab.asset(key_prefix=['raw', 'shop'], name='sales')", "raw/shop/sales"),
        ("@daglab.asset(key='shop/sales')", "shop/sales"),
    ],
)
def test_a_cell_that_reads_a_function_asset_is_given_its_value(decorator, key):
    source = f"import daglab\n{decorator}\ndef orders():\n  return [1]"
    assert _slice(source, "%%asset\ntotal = sum(orders)") == ([], {"orders": key})


def test_a_check_may_look_at_a_function_asset():
    check = analyze(_ORDERS, "%%check orders\nlen(orders) > 0").checks[0]
    assert (check.asset_key, dict(check.inputs)) == ("orders", {"orders": "orders"})


def test_a_plain_statement_that_names_a_function_asset_means_the_definition():
    source = "daglab_all = daglab.Definitions(assets=[orders])"
    defining = analyze(_ORDERS, source).python_definitions
    assert [each.names for each in defining] == [("orders",), ("daglab_all",)]


def test_a_cell_must_not_change_the_value_of_a_function_asset():
    [(cell, message)] = _errors(_ORDERS, "%%asset\norders.append(2)\ntotal = sum(orders)")
    assert (cell, "orders" in message) == (2, True)


@pytest.mark.parametrize(
    ("function", "call", "taken"),
    [
        ("def add(to): to.append(1)", "add(items)", True),
        ("def add(v, *, to): to[v] = 1", "add(0, to=items)", True),
        ("def add(to):\n    def inner(): to.append(1)\n    inner()", "add(items)", True),
        ("def put(to): to.append(1)\ndef add(to): put(to)", "add(items)", True),
        ("def add(to): to.append(1)\ndef act(): add(items)", "act()", True),
        ("def add(to): to.append(1)", "n = add(items)", True),
        ("def add(to): to.append(1)", "add(other)", False),
        ("def add(to, v): to.append(v)", "add(other, items)", False),
        ("def add(to): return len(to)", "n = add(items)", False),
        ("def add(to):\n    to = list(to)\n    to.append(1)", "add(items)", False),
        ("def add(n):\n    n += 1\n    return n", "n = add(items)", False),
        ("def add(to): to.append(1)\ndef add(to): ...", "add(items)", False),
    ],
)
def test_functions_that_change_what_they_are_given(function, call, taken):
    statements, _ = _slice("items = [1]\nother = [2]", function, call, "%%asset\nx = len(items)")
    assert (call in statements) == taken


# Cells that look as if they were meant to be more


@pytest.mark.parametrize(
    ("source", "line"),
    [("# late\n%%asset x\nx = 1", 2), (" %%Asset x\nx = 1", 1), ("%asset x", 1), ("%%assets x\nx = 1", 1)],
)
def test_a_directive_that_does_nothing_is_told(source, line):
    findings = analyze(source).findings
    assert [(each.severity, each.line, "first line" in each.message) for each in findings] == [("warning", line, True)]


@pytest.mark.parametrize("source", ["%%asset?", "%%check?", "%%asset --help", "x = '%%asset'", "%%time\nx = 1"])
def test_a_cell_that_asks_how_to_write_an_asset_is_no_asset(source):
    analysis = analyze(source)
    assert (analysis.assets, analysis.findings) == ((), ())


def test_a_plain_cell_that_changes_an_asset_is_warned_of():
    sources = ("%%asset\na = {}", "a['x'] = 1", "%%asset\nb = a")
    assert _warnings(*sources) == [
        (2, "a plain cell changes 'a', the value of the asset 'a', for every cell below it; make a new asset of it")
    ]


def test_a_function_called_in_a_binding_reads_the_value_from_before():
    cells = ("rank = {'b': 0, 'a': 1}", "rank = sorted('ab', key=lambda one: rank[one])", "%%asset\nx = rank")
    assert _slice(*cells)[0] == list(cells[:2])
    assert _slice("count = lambda n: n and count(n - 1)", "%%asset\nx = count(3)")[0] == [
        "count = lambda n: n and count(n - 1)"
    ]


def test_captured_output_that_an_asset_reads_is_warned_of():
    analysis = analyze("%%capture out\nprint(1)", "%%asset text\ntext = out.stdout")
    assert [(one.severity, one.cell) for one in analysis.findings] == [("warning", 1)]
    assert "%%capture out" in analysis.findings[0].message
    assert analysis.assets[0].program.run({}).namespace["text"] == ""


def test_a_cell_of_another_language_may_give_a_name():
    analysis = analyze("%%bash --out greeting\necho hello", "%%asset text\ntext = greeting.strip()")
    assert analysis.findings == ()
    assert analysis.assets[0].program.run({}).namespace["text"] == "hello"
