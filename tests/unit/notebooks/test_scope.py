"""One construct of Python each: what it reads, binds, mutates and deletes."""

import ast
import sys
from collections.abc import Callable

import pytest

from daglab.notebooks.scope import analyze_cell, analyze_statement
from daglab.notebooks.transform import to_python

_FIELDS = {
    "binds": "binds", "maybe": "maybe_binds", "reads": "reads", "weak": "weak_reads", "later": "deferred_reads",
    "mutates": "mutates", "later_mutates": "deferred_mutates", "deletes": "deletes", "sets": "configures",
}  # fmt: skip


def _found(source, features=()):
    """The sets of one statement that are not empty, as the text of the examples."""
    (statement,) = analyze_cell(source, features=features).statements
    parts = [
        f"{word} {' '.join(sorted(getattr(statement, field)))}"
        for word, field in _FIELDS.items()
        if getattr(statement, field)
    ]
    parts += [f"star {name}" for name in statement.star_imports]
    return "; ".join(parts + ([f"dynamic {statement.dynamic}"] if statement.dynamic else []))


def _sorted(expected):
    order = [*_FIELDS, "star", "dynamic"]
    parts = [part.strip().split() for part in expected.split(";") if part.strip()]
    parts.sort(key=lambda words: order.index(words[0]))
    return "; ".join(" ".join([words[0], *(sorted(words[1:]))]) for words in parts)


ASSIGNMENTS = [
    ("x = 1", "binds x"),
    ("x = y", "binds x; reads y"),
    ("x = x", "binds x; reads x"),
    ("x = y = z", "binds x y; reads z"),
    ("a, b = c", "binds a b; reads c"),
    ("a, (b, *c) = d", "binds a b c; reads d"),
    ("[a, b] = c", "binds a b; reads c"),
    ("*a, b = c", "binds a b; reads c"),
    ("a, b = b, a", "binds a b; reads a b"),
    ("x: int = 1", "binds x; reads int"),
    ("x: int", "reads int"),
    ("x: 'T' = 1", "binds x"),
    ("x: list[T] = y", "binds x; reads list T y"),
    ("x.y: int = 1", "reads x int; mutates x"),
    ("x[i]: int", "reads x int"),
    ("x += 1", "binds x; reads x; mutates x"),
    ("x += y", "binds x; reads x y; mutates x"),
    ("x.y += 1", "reads x; mutates x"),
    ("x[i] += y", "reads x i y; mutates x"),
    ("x[0] = 1", "reads x; mutates x"),
    ("x[i][j] = y", "reads x i j y; mutates x"),
    ("x.a.b = y", "reads x y; mutates x"),
    ("x.a[0].b = y", "reads x y; mutates x"),
    ("f(x).a = y", "reads f x y"),
    ("x[a:b, ...] = c", "reads x a b c; mutates x"),
    ("x['a'], y = z", "binds y; reads x z; mutates x"),
    ("x.loc[x.a > b, 'c'] = d", "reads x b d; mutates x"),
    ("(x := y)", "binds x; reads y"),
    ("print(x := y, x)", "binds x; reads print y"),
    ("print(x, x := y)", "binds x; reads print x y"),
    ("y = (x := 1) + x", "binds x y"),
    ("y = a and (x := 1)", "binds y; maybe x; reads a"),
    ("y = (x := 1) and x", "binds x y"),
    ("y = (x := a) if b else (x := c)", "binds x y; reads a b c"),
    ("y = (x := a) if b else c", "binds y; maybe x; reads a b c"),
    ("y = a < (x := b) < (z := c)", "binds x y; maybe z; reads a b c"),
    ("{(x := 1): x, y: z}", "binds x; reads y z"),
    ("y = x if (x := a) else b", "binds x y; reads a b"),
    ("x = lst[0], lst[1:n]", "binds x; reads lst n"),
    ("del x", "deletes x"),
    ("del x, y", "deletes x y"),
    ("del (x, [y])", "deletes x y"),
    ("del x[i]", "reads x i; mutates x"),
    ("del x.a", "reads x; mutates x"),
    ("del x['a'], y", "reads x; mutates x; deletes y"),
    ("pass", ""),
    ("'a string'", ""),
    ("x", "reads x"),
    ("x.y.z", "reads x"),
    ("x[y]", "reads x y"),
    ("...", ""),
    ("assert x, y", "reads x y"),
    ("assert x, (y := z)", "maybe y; reads x z"),
    ("raise E(x) from y", "reads E x y"),
]

EXPRESSIONS = [
    ("f(x, *a, k=y, **b)", "reads f x a y b"),
    ("f'{x!r:>{width}} {y=}'", "reads x width y"),
    ("f'{x:{y}.{z}}'", "reads x y z"),
    ("f'{(lambda: a)()}'", "later a"),
    ("-x + ~y ** z", "reads x y z"),
    ("not x or y", "reads x y"),
    ("x in y", "reads x y"),
    ("[x, *y]", "reads x y"),
    ("{x: y, **z}", "reads x y z"),
    ("{x, *y}", "reads x y"),
    ("await x", "reads x"),
    ("y = await f(x)", "binds y; reads f x"),
    ("lambda: x", "later x"),
    ("lambda x: x + y", "later y"),
    ("lambda x=y: x", "reads y"),
    ("lambda *a, **k: (a, k, z)", "later z"),
    ("f = lambda n: f(n - 1)", "binds f"),
    ("f = lambda: lambda: x", "binds f; later x"),
    ("lambda x: lambda: x", ""),
    ("lambda: (x := y, x)", "later y"),
    ("sorted(a, key=lambda r: b[r])", "reads sorted a; later b"),
    ("[x for x in y]", "reads y"),
    ("[x for x in x]", "reads x"),
    ("[a for x in y if x > b]", "reads y a b"),
    ("[x for y in z for x in y]", "reads z"),
    ("[x for y in z for w in x]", "reads z x"),
    ("[x for x in y for x in x]", "reads y"),
    ("{k: v for k, v in d}", "reads d"),
    ("{a: b for k in d}", "reads d a b"),
    ("{x for x, *r in y if r}", "reads y"),
    ("(x for x in y)", "reads y"),
    ("sum(x * w for x in y)", "reads sum y w"),
    ("[[x for x in row] for row in t]", "reads t"),
    ("[[x for x in y] for row in t]", "reads t y"),
    ("[y for x in d if (y := f(x))]", "maybe y; reads d f"),
    ("[(y := x, y) for x in d]", "maybe y; reads d"),
    ("[y, [y := x for x in d]]", "maybe y; reads y d"),
    ("[lambda: x for x in y]", "reads y"),
    ("[lambda: z for x in y]", "reads y; later z"),
    ("[x async for x in y]", "reads y"),
    ("z = [i for i in range(3)]", "binds z; reads range"),
    ("(i for i in a if (lambda: i + b)())", "reads a; later b"),
    ("{**a, 'k': [b for b in c]}", "reads a c"),
]

FLOW = [
    ("if a:\n  x = 1", "maybe x; reads a"),
    ("if a:\n  x = 1\nelse:\n  x = 2", "binds x; reads a"),
    ("if a:\n  x = 1\nelif b:\n  x = 2", "maybe x; reads a b"),
    ("if a:\n  x = 1\nelif b:\n  x = 2\nelse:\n  x = 3", "binds x; reads a b"),
    ("if a:\n  x = 1\nelse:\n  raise E", "binds x; reads a E"),
    ("if a:\n  x = 1\n  y = x", "maybe x y; reads a"),
    ("if a:\n  x = 1\nelse:\n  y = x", "maybe x y; reads a x"),
    ("if (x := a):\n  y = x", "binds x; maybe y; reads a"),
    ("if a:\n  if b:\n    x = 1\n  else:\n    x = 2\nelse:\n  x = 3", "binds x; reads a b"),
    ("if a:\n  import os\nelse:\n  os = None", "binds os; reads a"),
    ("for x in y:\n  pass", "maybe x; reads y"),
    ("for x in y:\n  print(x)", "maybe x; reads y print"),
    ("for x, (a, *b) in y:\n  z = a", "maybe x a b z; reads y"),
    ("for x in y:\n  t += x", "maybe x t; reads y t; mutates t"),
    ("for x in y:\n  print(p)\n  p = x", "maybe x p; reads y p print"),
    ("for x in y:\n  p = x\nelse:\n  q = 1", "binds q; maybe x p; reads y"),
    ("for x in y:\n  break\nelse:\n  q = 1", "maybe x q; reads y"),
    ("for d[k] in y:\n  pass", "reads y d k; mutates d"),
    ("for x in y:\n  if x:\n    continue\n  z = x", "maybe x z; reads y"),
    ("for x in x:\n  pass", "maybe x; reads x"),
    ("for x in y:\n  lst.append(x)", "maybe x; reads y lst; mutates lst"),
    ("for x in y:\n  lst = []\n  lst.append(x)", "maybe x lst; reads y"),
    ("while a:\n  x = 1", "maybe x; reads a"),
    ("while (x := f()):\n  y = x", "binds x; maybe y; reads f"),
    ("while a:\n  pass\nelse:\n  x = 1", "binds x; reads a"),
    ("while True:\n  x = f()\n  if x:\n    break", "maybe x; reads f"),
    ("async for x in y:\n  z = x", "maybe x z; reads y"),
    ("with a as x:\n  y = x", "binds x y; reads a"),
    ("with a as (x, y), b(x) as z:\n  pass", "binds x y z; reads a b"),
    ("with open(p) as f, g(f):\n  t = f.read()", "binds f t; reads open p g"),
    ("with a:\n  x = 1", "binds x; reads a"),
    ("with suppress(E):\n  x = 1", "maybe x; reads suppress E"),
    ("with contextlib.suppress(E):\n  x = 1", "maybe x; reads contextlib E"),
    ("with a as x.b:\n  pass", "reads a x; mutates x"),
    ("async with a as x:\n  pass", "binds x; reads a"),
    ("try:\n  x = a\nexcept E:\n  pass", "maybe x; reads a E"),
    ("try:\n  x = a\nexcept E:\n  x = b", "binds x; reads a b E"),
    ("try:\n  x = a\nexcept E:\n  raise", "binds x; reads a E"),
    ("try:\n  x = a\nfinally:\n  y = b", "binds x y; reads a b"),
    ("try:\n  x = a\nfinally:\n  print(x)", "binds x; reads a x print"),
    ("try:\n  x = a\nexcept E as e:\n  print(e)", "maybe x; reads a E print"),
    ("try:\n  pass\nexcept E as e:\n  y = e", "maybe y; reads E"),
    ("try:\n  pass\nexcept (A, B) as e:\n  raise C from e", "reads A B C"),
    ("try:\n  import a\nexcept ImportError:\n  a = None", "binds a; reads ImportError"),
    ("try:\n  x = 1\nexcept E:\n  y = 1\nelse:\n  z = x", "maybe x y z; reads E"),
    ("try:\n  x\nexcept NameError:\n  x = 1", "maybe x; weak x; reads NameError"),
    ("try:\n  x\nexcept:\n  x = 1", "maybe x; weak x"),
    ("try:\n  x\nexcept KeyError:\n  x = 1", "maybe x; reads x KeyError"),
    (
        "try:\n  x = a\nexcept E:\n  x = b\nelse:\n  x = c\nfinally:\n  del t",
        "binds x; reads a b c E; deletes t",
    ),
    ("try:\n  x = a\nexcept* E:\n  raise", "binds x; reads a E"),
    ("try:\n  tmp = a\nfinally:\n  del tmp", "reads a; deletes tmp"),
    ("match x:\n  case 1:\n    y = 1", "maybe y; reads x"),
    ("match x:\n  case 1:\n    y = 1\n  case _:\n    y = 2", "binds y; reads x"),
    ("match x:\n  case [a, *b]:\n    pass", "maybe a b; reads x"),
    ("match x:\n  case {'k': v, **rest}:\n    pass", "maybe v rest; reads x"),
    ("match x:\n  case P(a, b=c) if c > d:\n    pass", "maybe a c; reads x P d"),
    ("match x:\n  case m.K | m.L:\n    pass", "reads x m"),
    ("match x:\n  case int() as n:\n    pass", "maybe n; reads x int"),
    ("match x:\n  case n:\n    y = n", "binds n y; reads x"),
    ("match x:\n  case n if n > 1:\n    y = n", "maybe n y; reads x"),
    ("match x:\n  case (1 | 2) as n:\n    print(n)", "maybe n; reads x print"),
    ("match x, y:\n  case {m.K: v}:\n    pass", "maybe v; reads x y m"),
]

FUNCTIONS = [
    ("def f():\n  pass", "binds f"),
    ("def f():\n  return x", "binds f; later x"),
    ("def f(x):\n  return x + y", "binds f; later y"),
    ("def f(a, /, b, *c, d, **e):\n  return a, b, c, d, e", "binds f"),
    ("def f(x=y):\n  pass", "binds f; reads y"),
    ("def f(*, x=y, z):\n  pass", "binds f; reads y"),
    ("def f(x: T) -> U:\n  pass", "binds f; reads T U"),
    ("def f(x: 'T') -> 'U':\n  pass", "binds f"),
    ("def f(*a: T, **k: U):\n  pass", "binds f; reads T U"),
    ("def f():\n  return f()", "binds f"),
    ("def f():\n  x = 1\n  return x", "binds f"),
    ("def f():\n  print(x)\n  x = 1", "binds f; later print"),
    ("def f():\n  x: T = 1", "binds f"),
    ("def f():\n  x: T\n  return x", "binds f"),
    ("def f():\n  a.b: T = 1", "binds f; later a; later_mutates a"),
    ("def f():\n  x += 1", "binds f"),
    ("def f():\n  del x", "binds f"),
    ("def f():\n  import a.b\n  return a", "binds f"),
    ("def f():\n  from a import b as c\n  return c, b", "binds f; later b"),
    ("def f():\n  for x in y:\n    pass\n  return x", "binds f; later y"),
    ("def f():\n  with a as b:\n    return b", "binds f; later a"),
    ("def f():\n  try:\n    pass\n  except E as e:\n    return e", "binds f; later E"),
    ("def f(v):\n  match v:\n    case {'k': a, **b}:\n      return a, b, c", "binds f; later c"),
    ("def f(v):\n  match v:\n    case [x, *y]:\n      return x, y", "binds f"),
    ("def f():\n  global x\n  x = 1", "binds f; maybe x"),
    ("def f():\n  global x\n  x += 1", "binds f; maybe x; later x; later_mutates x"),
    ("def f():\n  global x\n  return x", "binds f; later x"),
    ("def f():\n  global x\n  del x", "binds f"),
    ("def f():\n  x.append(1)", "binds f; later x; later_mutates x"),
    ("def f():\n  x['a'] = 1", "binds f; later x; later_mutates x"),
    ("def f(x):\n  x['a'] = 1", "binds f"),
    ("def f():\n  def g():\n    return x\n  return g", "binds f; later x"),
    ("def f():\n  x = 1\n  def g():\n    return x", "binds f"),
    ("def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = y", "binds f; later y"),
    ("def f():\n  x = 1\n  def g():\n    global x\n    return x", "binds f; later x"),
    ("def f():\n  def g(a=x):\n    return a", "binds f; later x"),
    ("def f():\n  return [x for x in y if z]", "binds f; later y z"),
    ("def f():\n  [(x := y) for y in z]\n  return x", "binds f; later z"),
    ("def f():\n  return lambda x: x + y", "binds f; later y"),
    ("def f():\n  class A:\n    x = y\n  return A", "binds f; later y"),
    ("def f():\n  y = 1\n  class A:\n    x = y\n    def m(self):\n      return y, x", "binds f; later x"),
    ("def f():\n  yield x", "binds f; later x"),
    ("async def f():\n  async with a as b:\n    await c(b)", "binds f; later a c"),
    ("async def f():\n  return [x async for x in y]", "binds f; later y"),
    ("@d\ndef f():\n  pass", "binds f; reads d"),
    ("@d.e(x, k=lambda: y)\ndef f():\n  pass", "binds f; reads d x; later y"),
    ("@f\ndef f():\n  pass", "binds f; reads f"),
    ("def f(x=f):\n  pass", "binds f; reads f"),
    ("if a:\n  def f():\n    return x", "maybe f; reads a; later x"),
    ("def f():\n  if a:\n    return\n  x = 1\n  return x", "binds f; later a"),
    ("def f():\n  return locals()", "binds f; later locals"),
    ("def f():\n  if (y := x):\n    return y", "binds f; later x"),
    ("f = functools.partial(lambda a: a + b, c)", "binds f; reads functools c; later b"),
]

CLASSES = [
    ("class A:\n  pass", "binds A"),
    ("class A(B, metaclass=C, k=d):\n  pass", "binds A; reads B C d"),
    ("class A:\n  x = y", "binds A; reads y"),
    ("class A:\n  x = 1\n  y = x", "binds A"),
    ("class A:\n  x = x", "binds A; reads x"),
    ("class A:\n  x: T = 1", "binds A; reads T"),
    ("class A:\n  x: T", "binds A; reads T"),
    ("class A:\n  def m(self):\n    return x", "binds A; later x"),
    ("class A:\n  x = 1\n  def m(self):\n    return x", "binds A; later x"),
    ("class A:\n  x = 1\n  def m(self, a=x):\n    return a", "binds A"),
    ("class A:\n  def m(self) -> A:\n    pass", "binds A; reads A"),
    ("class A:\n  def m(self):\n    return A()", "binds A"),
    ("class A:\n  x = [1]\n  y = [x for _ in x]", "binds A; reads x"),
    ("class A:\n  x = [1]\n  y = [z for z in x]", "binds A"),
    ("class A:\n  f = lambda self: x", "binds A; later x"),
    ("class A:\n  f = (lambda: x)()", "binds A; weak x; later x"),
    ("class A:\n  def f(): return x\n  f()", "binds A; weak x; later x"),
    ("class A:\n  f()\n  def f(): return x", "binds A; reads f; later x"),
    ("def f():\n  class A:\n    y = (lambda: x)()", "binds f; later x"),
    ("class A:\n  if a:\n    x = 1\n  y = x", "binds A; reads a x"),
    ("class A:\n  for i in r:\n    x = i\n  y = i", "binds A; reads r i"),
    ("class A:\n  class B:\n    x = 1\n    y = x\n  z = B", "binds A"),
    ("class A:\n  x = 1\n  class B:\n    y = x", "binds A; reads x"),
    ("class A:\n  global x\n  x = 1", "binds A x"),
    ("class A:\n  global x\n  y = x", "binds A; reads x"),
    ("class A:\n  import os\n  p = os", "binds A"),
    ("class A:\n  x = 1\n  del x\n  y = x", "binds A; reads x"),
    ("class A:\n  n = __name__, __module__, __qualname__", "binds A"),
    ("class A:\n  def m(self):\n    return __class__", "binds A; later __class__"),
    ("class A:\n  def m(self):\n    self.x = 1\n    self.l.append(y)", "binds A; later y"),
    ("@d(x)\nclass A(B):\n  pass", "binds A; reads d x B"),
    ("@A\nclass A(A):\n  pass", "binds A; reads A"),
    ("class A:\n  x.append(1)", "binds A; reads x; mutates x"),
    ("class A:\n  x = []\n  x.append(1)", "binds A"),
    ("class A:\n  with a as b:\n    c = b\n  d = c", "binds A; reads a"),
    ("class A:\n  try:\n    x = a\n  except E:\n    x = b\n  y = x", "binds A; reads a b E"),
    ("class A:\n  @property\n  def p(self):\n    return q\n  @p.setter\n  def p(self, v):\n    pass",
     "binds A; reads property; later q"),
    ("class A:\n  x = 1\n  def m(self):\n    return [x for _ in y]", "binds A; later x y"),
]  # fmt: skip

IMPORTS = [
    ("import a", "binds a"),
    ("import a.b", "binds a"),
    ("import a.b as c", "binds c"),
    ("import a, b as c", "binds a c"),
    ("from a import b", "binds b"),
    ("from a import b as c, d", "binds c d"),
    ("from . import a", "binds a"),
    ("from a import *", "star a"),
    ("from ..a import *", "star ..a"),
    ("from __future__ import annotations", "binds annotations"),
]

MUTATIONS = [
    ("x.append(1)", "reads x; mutates x"),
    ("x.a.append(y)", "reads x y; mutates x"),
    ("x[0].update(y)", "reads x y; mutates x"),
    ("x.extend(x)", "reads x; mutates x"),
    ("y = x.pop()", "binds y; reads x; mutates x"),
    ("x.popitem()", "reads x; mutates x"),
    ("y = x.setdefault('a', [])", "binds y; reads x; mutates x"),
    ("x.setdefault('a', []).append(1)", "reads x; mutates x"),
    ("x.sort(key=k)", "reads x k; mutates x"),
    ("y = x.sort()", "binds y; reads x"),
    ("y = x.add(1)", "binds y; reads x"),
    ("y = pd.concat([x.append(z)])", "binds y; reads pd x z"),
    ("x.insert(0, y)", "reads x y; mutates x"),
    ("x.remove(y)", "reads x y; mutates x"),
    ("x.clear()", "reads x; mutates x"),
    ("x.add(y)", "reads x y; mutates x"),
    ("x.discard(y)", "reads x y; mutates x"),
    ("x.reverse()", "reads x; mutates x"),
    ("x.appendleft(1)", "reads x; mutates x"),
    ("x.head()", "reads x"),
    ("x.drop('a', inplace=True)", "reads x; mutates x"),
    ("y = x.drop('a', inplace=True)", "binds y; reads x; mutates x"),
    ("x.drop('a', inplace=False)", "reads x"),
    ("x['a'].fillna(0, inplace=True)", "reads x; mutates x"),
    ("f(x).append(1)", "reads f x"),
    ("[x.append(i) for i in y]", "reads x y; mutates x"),
    ("[i.append(1) for i in y]", "reads y"),
    ("a and x.append(1)", "reads a x; mutates x"),
    ("x.append(1) if a else y.append(2)", "reads a x y; mutates x y"),
    ("await x.append(1)", "reads x; mutates x"),
    ("setattr(x, 'a', y)", "reads setattr x y; mutates x"),
    ("delattr(x.y, 'a')", "reads delattr x; mutates x"),
    ("random.shuffle(x)", "reads random x; mutates x"),
    ("heapq.heappush(x, y)", "reads heapq x y; mutates x"),
    ("y = next(x)", "binds y; reads next x; mutates x"),
    ("m.fit(x, y)", "reads m x y; mutates m"),
    ("h = m.fit(x, y)", "binds h; reads m x y; mutates m"),
    ("r = m.fit()", "binds r; reads m"),
    ("r = stats.norm.fit(x)", "binds r; reads stats x"),
    ("m = M().fit(x)", "binds m; reads M x"),
    ("x = s.fit_transform(x)", "binds x; reads s x; mutates s"),
    ("m.train()", "reads m; mutates m"),
    ("(x := []).append(1)", "binds x"),
    ("if a:\n  x = []\n  x.append(1)", "maybe x; reads a"),
    ("if a:\n  x.append(1)\n  x = []", "maybe x; reads a x; mutates x"),
    ("with a as x:\n  x.b = 1", "binds x; reads a"),
    ("np.random.seed(1)", "sets np; reads np"),
    ("pd.set_option('a', 1)", "sets pd; reads pd"),
    ("warnings.filterwarnings('ignore')", "sets warnings; reads warnings"),
    ("x = np.random.seed(1)", "binds x; reads np"),
    ("plt.rcParams['a'] = 1", "reads plt; mutates plt"),
    ("os.environ.update(a=b)", "reads os b; mutates os"),
    ("sys.path.insert(0, 'a')", "reads sys; mutates sys"),
]

DYNAMIC = [
    ("exec('x = 1')", "reads exec; dynamic exec()"),
    ("y = eval(s)", "binds y; reads eval s; dynamic eval()"),
    ("globals()['x'] = 1", "reads globals; dynamic globals()"),
    ("'{a}'.format(**locals())", "reads locals; dynamic locals()"),
    ("vars()", "reads vars; dynamic vars()"),
    ("vars(x)", "reads vars x"),
    ("dir(x)", "reads dir x"),
    ("df.eval('a + b')", "reads df"),
    ("re.compile(x)", "reads re x"),
    ("def f():\n  exec(x)", "binds f; later exec x; dynamic exec()"),
    ("def f(eval):\n  return eval(1)", "binds f"),
    ("%run other.py", "reads get_ipython; dynamic %run"),
    ("%store -r x", "reads get_ipython; dynamic %store"),
    ("get_ipython().run_cell(x)", "reads get_ipython x; dynamic get_ipython().run_cell()"),
    ("get_ipython().system('ls')", "reads get_ipython"),
]

IPYTHON = [
    ("%matplotlib inline", "reads get_ipython"),
    ("!ls", "reads get_ipython"),
    ("x = !ls", "binds x; reads get_ipython"),
    ("x = !ls {y} $z", "binds x; reads get_ipython; weak y z"),
    ("!echo {a.b[c]} ${d} $$e", "reads get_ipython; weak a c d"),
    ("x = %sql select * from {t}", "binds x; reads get_ipython; weak t"),
    ("%time x = f(y)", "binds x; reads f y"),
    ("%time f(y)", "reads f y"),
    ("if a:\n  %time x = y", "maybe x; reads a y"),
    ("%timeit f(x)", "reads get_ipython; weak f x"),
    ("%timeit -n 3 f(x)", "reads get_ipython; weak f x"),
    ("x?", "reads get_ipython"),
    ("%%time\nx = y", "binds x; reads y"),
    ("%%capture\nx = y", "binds x; reads y"),
    ("%%capture out --no-stderr", "binds out; reads get_ipython"),
    ("%%bash --out text --err problems\nls", "binds text problems; reads get_ipython"),
    ("%%R -i a,b -o c\nc <- a + b", "binds c; reads get_ipython; weak a b"),
    ("%%bash -s {a} $b\nls {c}", "reads get_ipython; weak a b"),
    ("%%prun\nx = y", "binds x; reads y"),
    ("%%time\n%%capture\nx = y", "binds x; reads y"),
    ("x = (a\n% b)", "binds x; reads a b"),
    ("x = '''\n!ls\n%run y\n'''", "binds x"),
    ("for f in a:\n  !cat {f} {g}", "maybe f; reads a get_ipython; weak g"),
    ("y = %env HOME", "binds y; reads get_ipython"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        *ASSIGNMENTS, *EXPRESSIONS, *FLOW, *FUNCTIONS, *CLASSES, *IMPORTS, *MUTATIONS, *DYNAMIC, *IPYTHON
    ],
)  # fmt: skip
def test_names_of_a_statement(source, expected):
    assert _found(to_python(source)) == _sorted(expected)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are new in Python 3.12")
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f[T](x: T) -> U:\n  return T, y", "binds f; reads U; later y"),
        ("def f[T: B](x):\n  pass", "binds f; later B"),
        ("class A[T](B[T]):\n  x: T", "binds A; reads B"),
        ("class A:\n  U = int\n  def m[T](self, x: U):\n    pass", "binds A; reads int"),
        ("type X = Y[Z]", "binds X; later Y Z"),
        ("type X[T] = list[T]", "binds X; later list"),
        ("f'{x + f'{y}'}'", "reads x y"),
    ],
)
def test_names_of_a_statement_with_type_parameters(source, expected):
    assert _found(source) == _sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x: T = 1", "binds x"),
        ("def f(x: T) -> U:\n  pass", "binds f"),
        ("class A:\n  x: T = y", "binds A; reads y"),
    ],
)
def test_annotations_are_no_reads_under_the_future_import(source, expected):
    assert _found(source, features=("annotations",)) == _sorted(expected)


def test_future_import_applies_to_the_rest_of_its_cell():
    cell = analyze_cell("from __future__ import annotations\nx: T = 1")
    assert cell.reads == ()


def _cell(source):
    cell = analyze_cell(source)
    sets = {
        "maybe": cell.maybe_binds,
        "later": cell.deferred_reads,
        "mutates": cell.mutates,
        "deletes": cell.deletes,
    }
    parts = [f"{word} {' '.join(sorted(names))}" for word, names in sets.items() if names]
    parts += [f"binds {' '.join(sorted(cell.binds))}"] if cell.binds else []
    parts += [f"reads {' '.join(sorted(cell.reads))}"] if cell.reads else []
    return _sorted("; ".join(parts))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a\ny = x", "binds x y; reads a"),
        ("y = x\nx = a", "binds x y; reads a x"),
        ("df = flights.copy()\ndf['x'] = 1", "binds df; reads flights"),
        ("df['x'] = 1\ndf = 2", "binds df; reads df; mutates df"),
        ("x = 1\ndel x", ""),
        ("if a:\n  x = 1\nelse:\n  del x", "maybe x; reads a; deletes x"),
        ("if a:\n  x = 1\n  del x", "reads a; deletes x"),
        ("x = 1\nif a:\n  del x\nelse:\n  x = 2", "maybe x; reads a"),
        ("x = 1\ndel x\ny = x", "binds y; reads x"),
        ("del x", "deletes x"),
        ("if a:\n  x = 1\ny = x", "binds y; maybe x; reads a x"),
        ("if a:\n  x = 1\nx = 2", "binds x; reads a"),
        ("def f():\n  return g()\ndef g():\n  return h\nx = f()", "binds f g x; later h"),
        ("def f():\n  return g\nx = f()\ng = 1", "binds f x g; later g"),
        ("def f():\n  return g\ng = 1\nx = f()", "binds f x g"),
        ("x = sorted(a, key=lambda r: w)\nw = 1", "binds x w; reads a sorted; later w"),
        ("w = 1\nx = sorted(a, key=lambda r: w)", "binds x w; reads a sorted"),
        ("x = []\nx.append(y)", "binds x; reads y"),
        ("for i in r:\n  pass\nprint(i)", "maybe i; reads r i print"),
        ("import a\na.b = 1", "binds a"),
        ("", ""),
        ("# nothing", ""),
    ],
)
def test_names_of_a_cell(source, expected):
    assert _cell(source) == _sorted(expected)


def test_capture_binds_its_name_beside_what_the_cell_binds():
    cell = analyze_cell(to_python("%%time\n%%capture out\nx = y"))
    assert (cell.binds, cell.reads) == ({"out", "x"}, ("get_ipython", "y"))
    assert [node.lineno for node in cell.module.body] == [2, 3]


def test_reads_of_a_cell_keep_the_order_of_statements():
    assert analyze_cell("z = c\ny = b\nx = a").reads == ("c", "b", "a")


def test_change_of_the_import_path_is_seen():
    sources = ["sys.path.insert(0, 'a')", "sys.path[:0] = ['a']", "sys.path += ['a']", "sys.path = []"]
    assert [analyze_cell(each).statements[0].changes_import_path for each in sources] == [True] * 4
    assert not analyze_cell("sys.argv.append('a')").statements[0].changes_import_path


def test_call_in_place_is_told_from_other_changes():
    assert analyze_cell("np.add(a, b)").statements[0].calls_in_place == {"np"}
    assert analyze_cell("np.x.add(a)").statements[0].calls_in_place == frozenset()
    assert analyze_cell("for i in a:\n  x.add(i)\n  x[0] = i").statements[0].calls_in_place == frozenset()


@pytest.mark.parametrize("source", ["x =", "def f(:", "x = = 1", "if a:\npass"])
def test_broken_source_is_a_syntax_error(source):
    with pytest.raises(SyntaxError):
        analyze_cell(source)


def test_deep_expressions_do_not_exhaust_the_stack():
    names = " + ".join(["x"] * 900)
    assert analyze_cell(f"y = {names}").reads == ("x",)
    assert analyze_cell("y = x" + ".a(b)" * 900).reads == ("b", "x")
    assert analyze_cell("y = " + "[" * 90 + "x" + "]" * 90).reads == ("x",)


def test_analysis_takes_linear_work(calls_of: Callable[[Callable[[], object]], int]):
    line = "v{0} = [w + v{1} for w in range(v{1})] if v{1} else f(v{1})"
    short, long = ("\n".join(line.format(i, i - 1) for i in range(1, n + 1)) for n in (200, 2_000))
    assert calls_of(lambda: analyze_cell(long)) < 11 * calls_of(lambda: analyze_cell(short))


def test_statement_nodes_may_be_analyzed_alone():
    (node,) = ast.parse("x = y").body
    assert analyze_statement(node).reads == {"y"}
