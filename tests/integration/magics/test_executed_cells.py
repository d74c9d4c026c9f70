"""What the notebook is when what was run is taken into account; no kernel needed."""

from __future__ import annotations

import pytest

from daglab.magics.executed_cells import ExecutionLog, LiveDocument, cell_identity, merge_cells
from daglab.notebooks.document import Cell

SAVED_AT = 100.0


def saved(*sources: str) -> list[Cell]:
    return [Cell(id=f"id-{n}", position=n, kind="code", source=source) for n, source in enumerate(sources, start=1)]


def log(*runs: tuple[str | None, str, float]) -> ExecutionLog:
    found = ExecutionLog()
    for cell_id, source, at in runs:
        found.note(source, cell_id=cell_id, at=at)
    return found


def sources(document: LiveDocument) -> list[str]:
    assert [cell.position for cell in document.cells] == list(range(1, len(document.cells) + 1))
    return [cell.source for cell in document.cells]


def test_without_a_file_cells_stand_in_order_of_their_first_run() -> None:
    runs = log((None, "a = 1", 1), (None, "b = 2", 2), (None, "a = 1", 3), (None, "c = 3", 4))
    assert sources(merge_cells([], 0.0, list(runs))) == ["a = 1", "b = 2", "c = 3"]


@pytest.mark.parametrize(
    ("at", "as_executed", "text"), [(99.0, False, "a = 1"), (101.0, False, "a = 2"), (99.0, True, "a = 2")]
)
def test_the_newer_text_of_a_cell_counts(at: float, as_executed: bool, text: str) -> None:
    runs = log(("id-1", "a = 2", at))
    assert sources(merge_cells(saved("a = 1", "b"), SAVED_AT, list(runs), as_executed=as_executed)) == [text, "b"]


def test_a_run_older_than_the_file_that_lacks_it_was_deleted() -> None:
    runs = log(("gone", "%%asset\ngone = 1", 99.0), ("new", "new = 1", 101.0))
    assert sources(merge_cells(saved("a"), SAVED_AT, list(runs))) == ["a", "new = 1"]


def test_new_cells_follow_the_one_that_was_run_before_them() -> None:
    runs = log(("id-1", "a", 101.0), ("x", "x", 102.0), ("y", "y", 103.0), ("id-2", "b", 104.0), ("z", "z", 105.0))
    assert sources(merge_cells(saved("a", "b", "c"), SAVED_AT, list(runs))) == ["a", "x", "y", "b", "z", "c"]


def test_what_a_console_runs_is_no_cell_of_a_notebook_whose_cells_have_ids() -> None:
    runs = log(("id-1", "a", 101.0), (None, "print(1)", 102.0))
    assert sources(merge_cells(saved("a"), SAVED_AT, list(runs))) == ["a"]


def test_ids_that_only_the_front_end_knows_stick_to_their_cell() -> None:
    runs = log(("uri#1", "a = 1", 101.0))
    first = merge_cells(saved("a = 1", "b"), SAVED_AT, list(runs))
    assert first.saved_ids == {"uri#1": "id-1"}
    runs.note("a = 2", cell_id="uri#1", at=102.0)
    again = merge_cells(saved("a = 1", "b"), SAVED_AT, list(runs), known_ids=first.saved_ids)
    assert sources(again) == ["a = 2", "b"]


def test_cells_without_ids_are_replaced_by_what_makes_the_same() -> None:
    runs = log((None, "%%asset\ntotal = 1", 101.0), (None, "%%asset total\ntotal = 2", 102.0), (None, "x = 1", 103.0))
    assert sources(merge_cells([], 0.0, list(runs))) == ["%%asset total\ntotal = 2", "x = 1"]
    assert sources(merge_cells(saved("%%asset\ntotal = 0"), SAVED_AT, list(runs)))[0] == "%%asset total\ntotal = 2"


def test_the_identity_of_a_cell() -> None:
    assert cell_identity("x = 1") is None
    assert cell_identity("%%asset a b --key-prefix raw\na = b = 1") == ("asset", "raw/a", "raw/b")
    assert cell_identity("%%check a fine\nTrue") == ("check", "a", "fine")
    assert cell_identity("%%asset\nbroken =") is None
    assert cell_identity("%%asset --nonsense\nx = 1") is None
