from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from story import steps

from daglab import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetIn,
    Output,
    asset,
    asset_check,
    materialize_to_memory,
)
from daglab.errors import CheckFailedError


@pytest.mark.parametrize(
    ("blocking", "severity", "runs"),
    [
        (True, AssetCheckSeverity.ERROR, False),
        (True, AssetCheckSeverity.WARN, True),
        (False, AssetCheckSeverity.ERROR, True),
    ],
)
def test_check_in_the_step_of_its_asset(blocking: bool, severity: AssetCheckSeverity, runs: bool) -> None:
    @asset(check_specs=[AssetCheckSpec("ok", asset="a", blocking=blocking)])
    def a() -> Iterator[Any]:
        yield Output(1)
        yield AssetCheckResult(passed=False, severity=severity)

    @asset
    def b(a: int) -> int:
        return a

    result = materialize_to_memory([a, b], raise_on_error=False)
    assert (result.success, "b" in steps(result)) == (runs, runs)
    assert steps(result, "STEP_FAILURE") == ([] if runs else ["a"])
    assert len(result.get_asset_check_evaluations()) == 1
    assert steps(result, "ASSET_MATERIALIZATION")[0] == "a"


def test_check_of_its_own_fails_and_stops_what_comes_after() -> None:
    @asset
    def a() -> int:
        return 1

    @asset_check(asset=a, blocking=True)
    def ok(a: int) -> AssetCheckResult:
        return AssetCheckResult(passed=a > 1)

    @asset
    def b(a: int) -> int:
        return a

    result = materialize_to_memory([a, b, ok], raise_on_error=False)
    assert (steps(result), result.get_failed_step_keys()) == (["a", "a_ok"], {"a_ok"})
    with pytest.raises(CheckFailedError, match="the blocking check 'ok' of 'a' did not pass"):
        materialize_to_memory([a, b, ok])


def test_check_waits_for_all_that_it_reads() -> None:
    seen = []

    @asset
    def a() -> int:
        return 1

    @asset
    def b(a: int) -> int:
        return 2

    @asset_check(asset=a, additional_ins={"b": AssetIn("b")})
    def ok(a: int, b: int) -> AssetCheckResult:
        seen.append((a, b))
        return AssetCheckResult(passed=True)

    assert materialize_to_memory([a, b, ok]).success
    assert seen == [(1, 2)]
