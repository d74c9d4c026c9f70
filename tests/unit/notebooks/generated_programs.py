"""Programs of all constructs that bind and read names, for tests that compare the analysis with Python."""

import sys
import types

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")
FUNCTIONS = ("f", "g", "h")
# Where every program starts from.
START = "a = b = c = d = 1\ndef f(v=1):\n  return v\ndef g(v=1):\n  return f(v)\nh = lambda v=1: v"
STAR_MODULE = "module_of_generated_programs"

names = st.sampled_from(NAMES)
functions = st.sampled_from(FUNCTIONS)


def provide_star_module():
    """A module whose star import binds `starred`."""
    module = types.ModuleType(STAR_MODULE)
    module.starred = 3
    module._hidden = 4
    sys.modules[STAR_MODULE] = module


class Same:
    """A context manager and a decorator that hand on what they are given; code of tests is no code of the program."""

    def __init__(self, value=1):
        self.value = value

    def __enter__(self):
        return self.value

    def __exit__(self, *_):
        return False


def called_at_once(function):
    function()
    return function


GIVEN = {"Same": Same, "called_at_once": called_at_once}

expressions = st.recursive(
    names | st.just("1"),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} := {})".format, names, inner),
        st.builds("len(f'{{{}}}{{{}!r:>{{{}}}}}')".format, names, names, names),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(0 < {} < {})".format, inner, inner),
        st.builds("len([{0} for {0} in range({1})])".format, names, inner),
        st.builds("sum({} for {} in [{}] if {})".format, inner, names, inner, inner),
        st.builds("sum([({} := {}) for _ in [1, 2]])".format, names, names),
        st.builds("len({{{}: {} for {} in [1] for {} in [{}]}})".format, names, inner, names, names, names),
        st.builds("len([[{} for {} in [1]] for {} in [{}]])".format, names, names, names, inner),
        st.builds("(lambda {}: {})({})".format, names, inner, inner),
        st.builds("(lambda {}={}: {})()".format, names, inner, names),
        st.builds("(lambda *{}, **_: {})()".format, st.just("_a"), inner),
        st.builds("{}({})".format, functions, inner),
        st.builds("max([{}], key=lambda {}: {})".format, inner, names, inner),
        st.builds("[*[{}], {}][0]".format, inner, inner),
    ),
    max_leaves=6,
)


def indented(statements, by="  "):
    """Statements as the body of a compound one."""
    return "".join(f"\n{by}{line}" for each in statements for line in each.split("\n"))


_simple = st.one_of(
    st.builds("{} = {}".format, names, expressions),
    st.builds("{} += {}".format, names, expressions),
    st.builds("{}, {} = {}, {}".format, names, names, expressions, expressions),
    st.builds("[{}, *_] = [{}, 2]".format, names, expressions),
    st.builds("{} = {} = {}".format, names, names, expressions),
    st.builds("{}: int = {}".format, names, expressions),
    st.builds("{}: 'no such type' = {}".format, names, expressions),
    st.builds("{}: {}".format, names, expressions),
    st.builds("del {}".format, names),
    st.builds("del {}; {} = 1".format, names, names),
    st.builds("{}".format, expressions),
    st.builds("assert {}, {}".format, expressions, expressions),
    st.builds("from math import inf as {}".format, names),
    st.builds("{0} = [1]; {0}[{1} - {1}] = {2}; {0} = 1".format, names, names, expressions),
)
_definitions = st.one_of(
    st.builds("def {}(v={}):\n  return {}".format, functions, expressions, expressions),
    st.builds("{} = lambda v={}: {}".format, functions, expressions, expressions),
    st.builds("@called_at_once\ndef {}(v=1):\n  return {}".format, functions, expressions),
    st.builds("def {0}(v=1):\n  global {1}\n  {1} = {2}\n  return {1}".format, functions, names, expressions),
    st.builds("def {0}({1}=1) -> {2}:\n  {1} = {1}\n  return {3}".format, functions, names, expressions, expressions),
    st.builds("def {0}({1}: '{2}' = 1):\n  return {1}".format, functions, names, names),
    st.builds("def {0}({1}=1):\n  def inner():\n    nonlocal {1}\n    {1} = {2}\n    return {3}\n"
              "  return inner()".format,
              functions, names, expressions, names),
    st.builds("def {0}(v=1):\n  def inner(w={1}):\n    return {2}\n  return inner()".format, functions, names, names),
    st.builds("def {0}(v=1):\n  class Inner:\n    {1} = {2}\n    def m(self):\n      return {1}\n"
              "  return Inner().m()".format,
              functions, names, expressions),
    st.builds("def {0}(v=1):\n  return sum(one for one in made(v))\ndef made(v):\n  yield {1}".format,
              functions, expressions),
    st.builds("class {0}:\n  {1} = {2}\n  {3} = {1}\n  def m(self, v={3}):\n    return {4}\n{0} = {0}().m".format,
              functions, names, expressions, names, expressions),
    st.builds("class {0}:\n  global {1}\n  {1} = {2}\n{0} = lambda v=1: v".format, functions, names, expressions),
    st.builds("class {0}:\n  def __init__(self, v=1):\n    self.v = {1}\n  def __radd__(self, other):\n    return {2}\n"
              "  __add__ = __radd__\n{0} = [{0}][0]".format, functions, expressions, names),
)  # fmt: skip


def _compound(inner):
    bodies = st.lists(inner, min_size=1, max_size=3).map(indented)
    deeper = st.lists(inner, min_size=1, max_size=2).map(lambda each: indented(each, "    "))
    return st.one_of(
        inner,
        st.builds("if {}:{}".format, expressions, bodies),
        st.builds("if {} > 1:{}\nelif {}:{}\nelse:{}".format, expressions, bodies, expressions, bodies, bodies),
        st.builds("for {} in range({}):{}".format, names, expressions, bodies),
        st.builds("for {} in [1, 2]:{}\n  if {}:\n    break\nelse:{}".format, names, bodies, names, bodies),
        st.builds("while {}:{}\n  break\nelse:{}".format, expressions, bodies, bodies),
        st.builds("with Same({}) as {}:{}".format, expressions, names, bodies),
        st.builds("with Same() as {}, Same({}):{}".format, names, names, bodies),
        st.builds("try:{}\nexcept ZeroDivisionError as {}:{}".format, bodies, names, bodies),
        st.builds("try:{}\n  1 / 0\nexcept ZeroDivisionError as {}:{}\nelse:{}".format, bodies, names, bodies, bodies),
        st.builds("try:{}\nfinally:{}".format, bodies, bodies),
        st.builds("try:\n  {}\nexcept NameError:{}".format, names, bodies),
        st.builds("class K:{}".format, bodies),
        st.builds("match {}:\n  case 1:{}\n  case {}:{}".format, expressions, deeper, names, deeper),
        st.builds("match [1, {}]:\n  case [{}, *{}] if {}:{}".format, expressions, names, st.just("_r"), names, deeper),
        st.builds("match {{'k': {}}}:\n  case {{'k': {}, **_m}}:{}".format, expressions, names, deeper),
    )


statements = st.recursive(_simple | _definitions, _compound, max_leaves=5)
star_imports = st.just(f"from {STAR_MODULE} import *")
cells = st.lists(
    statements | st.builds("try:\n  {} = starred\nexcept KeyError:\n  pass".format, names), min_size=1, max_size=3
).map("\n".join)
