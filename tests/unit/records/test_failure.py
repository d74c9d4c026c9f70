from __future__ import annotations

from daglab.records.failure import Failure


def test_headline_is_one_line() -> None:
    assert Failure(kind="E", message="\n one\ntwo").headline == "E: one"
    assert Failure(kind="E", message=" ").headline == "E"


def test_render_tells_the_cause_first_and_the_hint_last() -> None:
    failure = Failure(
        kind="B", message="second", frames=("  in b",), hint="do this", cause=Failure(kind="A", message="")
    )
    assert failure.render() == "A\n\nwhich led to\n\n  in b\nB: second\n  → do this"
