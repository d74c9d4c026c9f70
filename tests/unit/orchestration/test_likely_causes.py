"""Why an asset comes out different: what is sure comes first, and what is only likely is said to be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from daglab.orchestration.likely_causes import Circumstances, likely_causes
from daglab.records.assets import Materialization

MADE = Materialization(
    asset_key="total",
    run_id="r",
    step_key="total",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    code_version="code",
    data_version="1",
    input_versions={"base": "a"},
)


def causes(*, recorded: Any = MADE, remade: Any = None, again: Any = None, **more: Any) -> tuple[str, ...]:
    remade = remade or replace(MADE, data_version="2")
    known = Circumstances(
        recorded=recorded,
        remade=remade,
        again=again or remade,
        **{"by_hand": False, "now": {"base": "a"}, **more},
    )
    return likely_causes(known)


def test_nothing_known_names_what_is_left() -> None:
    assert causes()[0].startswith("code and inputs are as recorded: a file or service")
    assert causes(by_hand=True)[0].startswith("hidden state: code and inputs are as recorded")


def test_libraries_of_other_versions_are_named() -> None:
    said = causes(stored_with={"pandas": "2.3.0", "pyarrow": "1"}, remade_with={"pandas": "3.0.1", "pyarrow": "1"})
    assert said == ("the environment differs: it was stored with pandas 2.3.0, and now there is pandas 3.0.1",)
    assert causes(stored_with={"pandas": "2"}, remade_with={})[0].startswith("code and inputs are as recorded")


def test_several_causes_are_all_told_the_surest_first() -> None:
    recorded = replace(MADE, code_version="older", input_versions={"base": "z", "gone": "g"})
    remade = replace(MADE, data_version="2", input_versions={"base": "a", "new": "n"})
    assert causes(recorded=recorded, remade=remade, again=replace(remade, data_version="3")) == (
        "it is not deterministic: two clean runs of the same code on the same inputs differ; "
        "seed what is random, and sort what has no order",
        "its code changed since it was materialized",
        "it was made from an older version of 'base'",
        "gone from its inputs: 'gone'",
        "new among its inputs: 'new'",
    )


def test_code_that_was_run_by_hand_is_hidden_state() -> None:
    recorded = replace(MADE, code_version="older")
    assert causes(recorded=recorded, by_hand=True)[0].startswith("hidden state: it was run by hand, with another text")


def test_second_run_that_made_nothing_proves_nothing() -> None:
    remade = replace(MADE, data_version="2")
    known = Circumstances(recorded=MADE, remade=remade, again=None, by_hand=False, now={"base": "a"})
    assert not any("deterministic" in cause for cause in likely_causes(known))
