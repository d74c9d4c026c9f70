"""A slice yields what the whole notebook yields, over generated notebooks."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebook_text import analyze

NAMES = ("a", "b", "c")
names = st.sampled_from(NAMES)
START = "a = [1]\nb = [2]\nc = [3]\ndef f(v):\n  return v + a\ndef g():\n  return [0]"

# Never a bare name: `b = a` gives one list two names, which no analysis of names follows.
expressions = st.one_of(
    st.builds("{} + {}".format, names, names),
    st.builds("list({})".format, names),
    st.builds("[n for n in {} if n in {}]".format, names, names),
    st.builds("f({})".format, names),
    st.just("g()"),
    st.just("[4]"),
)
actions = st.one_of(
    st.builds("{} = {}".format, names, expressions),
    st.builds("{} = list({})".format, names, expressions),
    st.builds("{} += {}".format, names, expressions),
    st.builds("{}.append(len({}))".format, names, names),
    st.builds("{}[0] = len({})".format, names, names),
    st.builds("{}, {} = {}, {}".format, names, names, expressions, expressions),
    st.builds("last = {}.pop() if len({}) > 1 else 0".format, names, names),
)
statements = st.one_of(
    actions,
    st.builds("if len({}) > 1:\n  {}".format, names, actions),
    st.builds("if len({}) > 1:\n  {}\nelse:\n  {}".format, names, actions, actions),
    st.builds("for n in {}[:2]:\n  {}".format, names, actions),
    st.builds("try:\n  {}\n  {}[5]\nexcept IndexError:\n  {}".format, actions, names, actions),
    st.builds("def f(v):\n  return v + {}".format, names),
    st.builds("def g():\n  return f({})".format, names),
    st.builds("def put():\n  {}.append(7)".format, names),
    st.builds("def put():\n  global {0}\n  {0} = [8]".format, names),
    st.just("try:\n  put()\nexcept NameError:\n  pass"),
    st.builds("f = lambda v: v + {}".format, names),
)


def _whole(sources):
    namespace = {}
    for source in sources:
        exec(source.removeprefix("%%asset out"), namespace)
    return namespace["out"]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(statements, min_size=1, max_size=3), min_size=1, max_size=4), names)
def test_slice_yields_what_the_notebook_yields(cells, wanted):
    plain = [START, *("\n".join(cell) for cell in cells)]
    sources = [*plain, f"%%asset out\nout = {wanted} + f([])"]
    try:
        expected = copy.deepcopy(_whole(sources))
    except Exception:
        return  # such a notebook yields nothing
    analysis = analyze(*sources)
    assert [each.message for each in analysis.findings if each.severity == "error"] == []
    assert analysis.assets[0].program.run({}).namespace["out"] == expected
