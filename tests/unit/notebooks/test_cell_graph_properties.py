"""The graph of cells against what Python really reads, over generated notebooks."""

from generated_programs import GIVEN, START, cells, provide_star_module, star_imports
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebook_text import notebook
from traced_cells import missing_edges, trace

from daglab.notebooks.cell_graph import graph_cells

NAMES = st.sampled_from("abc")
plain_cells = st.lists(
    st.one_of(
        st.builds("{} = {} + {}".format, NAMES, NAMES, NAMES),
        st.builds("{}, {} = {}, {}".format, NAMES, NAMES, NAMES, NAMES),
        st.builds("{} += {}".format, NAMES, NAMES),
        st.builds("{} = len([{} for {} in [{}]])".format, NAMES, NAMES, NAMES, NAMES),
        st.builds("{} = add({}, {})".format, NAMES, NAMES, NAMES),
    ),
    min_size=1,
    max_size=3,
).map("\n".join)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(cells | star_imports, min_size=1, max_size=4))
def test_every_read_that_happens_is_an_edge(sources):
    provide_star_module()
    book = notebook(START, *sources)
    namespace, _, _ = trace(book, GIVEN)
    assert missing_edges(graph_cells(book), namespace) == set()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(plain_cells, min_size=1, max_size=5))
def test_of_straight_code_the_edges_are_just_the_reads_that_happen(sources):
    book = notebook("ONE = 1\ndef add(x, y):\n  return x + y + ONE", "a = b = c = 1", *sources)
    namespace, _, error = trace(book)
    assert error is None
    drawn = {(edge.source, edge.target, name) for edge in graph_cells(book).edges for name in edge.names}
    assert drawn == namespace.reads
