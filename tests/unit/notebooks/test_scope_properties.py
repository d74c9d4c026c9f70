"""The analysis of names against what Python really reads, over generated programs."""

from generated_programs import GIVEN, START, cells
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebook_text import notebook
from traced_cells import trace

from daglab.notebooks.scope import analyze_cell

NAMES = ("a", "b", "c", "d")
names = st.sampled_from(NAMES)


class _Traced(dict):
    """A namespace that notes which names were looked up before the code had bound them."""

    def __init__(self, given):
        super().__init__()
        self._given = given
        self.early = set()

    def __getitem__(self, name):
        if name in self:
            return super().__getitem__(name)
        if name in self._given:
            self.early.add(name)
            return self._given[name]
        raise KeyError(name)

    def __delitem__(self, name):
        if name in self:
            super().__delitem__(name)


def _really_read(source):
    namespace = _Traced(dict.fromkeys(NAMES, 1))
    exec(compile(source, "generated", "exec"), {}, namespace)
    return namespace.early


simple_expressions = st.recursive(
    names | st.just("1"),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("len([{}, {}])".format, inner, inner),
        st.builds("({} := {})".format, names, inner),
        st.builds("len(f'{{{}}}')".format, names),
    ),
    max_leaves=5,
)
branching_expressions = st.recursive(
    simple_expressions,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(0 < {} < {})".format, inner, inner),
        st.builds("len([{0} for {0} in range({1})])".format, names, inner),
        st.builds("len({{{}: {}}})".format, inner, inner),
    ),
    max_leaves=6,
)
simple_statements = st.one_of(
    st.builds("{} = {}".format, names, simple_expressions),
    st.builds("{} += {}".format, names, simple_expressions),
    st.builds("{}, {} = {}, {}".format, names, names, simple_expressions, simple_expressions),
    st.builds("{} = {} = {}".format, names, names, simple_expressions),
    st.builds("{}: int = {}".format, names, simple_expressions),
)


def _indented(statements):
    return "".join(f"\n{line}" for each in statements for line in _indent(each))


def _indent(statement):
    return ["  " + line for line in statement.split("\n")]


def _compound(inner):
    bodies = st.lists(inner, min_size=1, max_size=3).map(_indented)
    return st.one_of(
        inner,
        st.builds("if {}:{}".format, branching_expressions, bodies),
        st.builds("if {} > 1:{}\nelse:{}".format, branching_expressions, bodies, bodies),
        st.builds("for {} in range({}):{}".format, names, branching_expressions, bodies),
        st.builds("try:{}\nexcept ZeroDivisionError as {}:{}".format, bodies, names, bodies),
        st.builds("try:{}\n  1 / 0\nexcept ZeroDivisionError:{}".format, bodies, bodies),
        st.builds("try:{}\nfinally:{}".format, bodies, bodies),
        st.builds("class {}:{}".format, st.just("K"), bodies),
        st.builds("match {}:\n  case 1:{}\n  case {}:{}".format, branching_expressions, st.just("\n    pass"), names,
                  bodies.map(lambda body: body.replace("\n", "\n  "))),
    )  # fmt: skip


statements = st.recursive(
    simple_statements | st.builds("{} = {}".format, names, branching_expressions), _compound, max_leaves=6
)
quiet = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@quiet
@given(st.lists(simple_statements, min_size=1, max_size=6))
def test_straight_line_programs_read_exactly_what_the_analysis_says(lines):
    source = "\n".join(lines)
    # `int` in an annotation is read, too, but is none of the traced names.
    assert set(analyze_cell(source).reads) & set(NAMES) == _really_read(source)


@quiet
@given(st.lists(statements, min_size=1, max_size=5))
def test_no_program_reads_more_than_the_analysis_says(lines):
    source = "\n".join(lines)
    cell = analyze_cell(source)
    try:
        really = _really_read(source)
    except Exception:
        return  # such a program shows nothing
    assert really <= set(cell.reads) | cell.weak_reads


@quiet
@given(st.lists(statements, min_size=1, max_size=5))
def test_what_is_certainly_bound_is_bound(lines):
    source = "\n".join(lines)
    cell = analyze_cell(source)
    namespace = _Traced(dict.fromkeys(NAMES, 1))
    try:
        exec(compile(source, "generated", "exec"), {}, namespace)
    except Exception:
        return
    assert cell.binds & set(NAMES) <= set(namespace)
    assert set(namespace) & set(NAMES) <= cell.all_binds


@quiet
@given(cells)
def test_of_all_constructs_what_is_read_and_bound_is_named(source):
    namespace, _, error = trace(notebook(START, source), GIVEN)
    cell = analyze_cell(source)
    read = {name for _, reader, name in namespace.reads if reader == 2}
    # `g` of the first cell reads `f` when this cell calls it.
    assert read <= {*cell.reads, *cell.weak_reads, *cell.deferred_reads, "f"}
    if error is None:
        bound = {name for name, writer in namespace.bound_by.items() if writer == 2} - {"__annotations__"}
        assert bound <= cell.all_binds
        assert cell.binds <= bound
