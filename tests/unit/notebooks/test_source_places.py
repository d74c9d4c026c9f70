"""One line more in the source of a cell, and not a byte else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daglab.notebooks.source_places import source_places, with_first_lines

CELLS = [
    {"cell_type": "markdown", "source": "# A", "metadata": {}},
    {"cell_type": "code", "source": ["x = 1\n", "x"], "metadata": {"source": "no"}, "outputs": [{"source": 1}]},
    {"source": "größe = '\\u00e4'\n", "cell_type": "code"},
    {"source": [], "cell_type": "code"},
    {"source": ["alone"], "cell_type": "code"},
    {"cell_type": "code"},
    {"source": "a\r\nb", "cell_type": "code"},
]


@pytest.mark.parametrize(
    "options",
    [{}, {"indent": 1}, {"indent": 4}, {"separators": (",", ":")}, {"indent": "\t", "ensure_ascii": False}],
)
def test_the_new_line_is_the_only_difference(options):
    text = json.dumps({"nbformat": 4, "cells": CELLS, "metadata": {"cells": [{"source": "no"}]}}, **options)
    for position in (2, 3, 4, 5, 7):
        changed = with_first_lines(text, {position: "%%asset größe"})
        source, before = ("".join(json.loads(each)["cells"][position - 1]["source"]) for each in (changed, text))
        ending = "\r\n" if position == 7 else "\n"
        assert source == f"%%asset größe{ending}{before}"
        extra = len(changed) - len(text)
        start = next(place for place in range(len(text)) if text[place] != changed[place])
        assert changed[:start] + changed[start + extra :] == text
        if options.get("indent") and position == 2:
            assert changed.count("\n") == text.count("\n") + 1


def test_many_lines_at_once_and_none():
    text = json.dumps({"cells": CELLS})
    changed = json.loads(with_first_lines(text, {3: "c", 2: "b"}))["cells"]
    assert changed[1]["source"] == ["b\n", "x = 1\n", "x"]
    assert changed[2]["source"].startswith("c\ngr")
    assert with_first_lines(text, {}) == text


def test_a_mark_at_the_beginning_stays():
    changed = with_first_lines('\ufeff {"cells": [{"source": "x"}]}\r\n', {1: "%%asset x"})
    assert changed == '\ufeff {"cells": [{"source": "%%asset x\\nx"}]}\r\n'


def test_of_a_key_that_stands_twice_the_last_counts():
    text = '{"cells": [], "cells": [{"source": "a", "source": "b"}]}'
    (place,) = source_places(text)
    assert text[place.start : place.end] == '"b"'


def test_a_cell_without_a_source_is_an_error():
    with pytest.raises(ValueError, match="cell 1 has no source"):
        with_first_lines('{"cells": [{}]}', {1: "x"})


@given(
    st.lists(st.text(max_size=9) | st.lists(st.text(max_size=5), max_size=3), max_size=4), st.sampled_from([None, 2])
)
def test_any_source_is_found(sources, indent):
    text = json.dumps({"cells": [{"outputs": ["source", {}], "source": one} for one in sources]}, indent=indent)
    assert [json.loads(text[place.start : place.end]) for place in source_places(text)] == sources
