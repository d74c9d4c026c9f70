"""A promoted notebook makes the values of the original, over generated notebooks."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebook_text import notebook
from promoted_values import as_pipeline, top_to_bottom

NAMES = ("a", "b", "c", "d")
names = st.sampled_from(NAMES)
START = "a = [1]\nb = [2]\nc = [3]\nd = [4]"
TOOLS = """\
import random
random.seed(3)
N = 2
def f(v):
  return list(v) + [N]
def put(v):
  v.append(9)
def new():
  global d
  d = [0]"""

expressions = st.one_of(
    names,
    st.builds("{} + {}".format, names, names),
    st.builds("list({})".format, names),
    st.builds("[{}, 0]".format, names),
    st.builds("{}[:]".format, names),
    st.builds("[n for n in {} if n in {}]".format, names, names),
    st.builds("f({})".format, names),
    st.builds("sorted({}, key=str)".format, names),
    st.just("[len('abc') + N]"),
    st.just("[5]"),
    st.builds("{{'k': {}}}['k']".format, names),
    st.builds("[random.random()] + {}".format, names),
    st.builds("iter({})".format, names),
    st.builds("(one for one in {})".format, names),
    st.builds("list(iter({}))".format, names),
)
actions = st.one_of(
    st.builds("{} = {}".format, names, expressions),
    st.builds("{} = {}".format, names, expressions),
    st.builds("{} += list({})".format, names, names),
    st.builds("{}.append(len({}))".format, names, names),
    st.builds("{}[0] = len({})".format, names, names),
    st.builds("{}, {} = {}, {}".format, names, names, expressions, expressions),
    st.builds("put({})".format, names),
    st.just("new()"),
    st.just("random.seed(1)"),
    st.builds("del {}".format, names),
    st.builds("print({})".format, names),
    st.builds("{}".format, names),
    st.builds("h = list.append\nh({}, 3)".format, names),
    st.builds("{}.__iadd__([6])".format, names),
    st.builds("{} = {}.pop(); {} = [{}]".format, names, names, names, names),
)
statements = st.one_of(
    actions,
    st.builds("if len({}) > 1:\n  {}".format, names, st.builds("{} = {}".format, names, expressions)),
    st.builds("for n in {}[:2]:\n  {}.append(n)".format, names, names),
    st.builds("for n in [{}]:\n  n.append(7)".format, names),
    st.builds("N = len({})".format, names),
    st.builds("def f(v):\n  return list(v) + {}".format, names),
    st.builds("with open('/dev/null') as file:\n  {} = {}".format, names, expressions),
)
cells = st.lists(statements, min_size=1, max_size=3).map("\n".join)


def plain(value):
    # as text: a list may hold itself
    return (
        repr(value) if isinstance(value, (int, float, str, list, dict, tuple)) and " at 0x" not in repr(value) else ""
    )


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(cells, min_size=1, max_size=6))
def test_the_pipeline_makes_what_the_notebook_makes(sources):
    book = notebook(START, TOOLS, *sources)
    expected = top_to_bottom(book)
    if expected is None:
        return  # such a notebook makes nothing
    expected = {name: plain(value) for name, value in copy.copy(expected).items()}
    values, _ = as_pipeline(book)
    assert {name: plain(value) for name, value in values.items()} == {
        name: expected.get(name, plain(value))
        for name, value in values.items()  # deleted later
    }
