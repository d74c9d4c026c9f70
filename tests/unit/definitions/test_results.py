from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.data_version import DataVersion
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult, Output
from daglab.definitions.user_errors import Failure, RetryRequested
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.errors import InvalidDefinitionError, InvariantViolationError


def test_outputs_are_equal_when_all_of_them_is() -> None:
    assert Output(1, metadata={"a": 1}) == Output(1, metadata={"a": 1})
    assert Output(1, metadata={"a": 1}) != Output(1)
    assert Output(1).with_metadata({"x": 2}).metadata == {"x": MetadataValue.int(2)}
    assert Output(1, data_version="v").data_version == DataVersion("v")


def test_result_keeps_metadata_as_it_was_given() -> None:
    result = MaterializeResult("a", metadata={"n": 1}, check_results=[AssetCheckResult(passed=True, check_name="c")])
    assert (result.asset_key, result.metadata, result.check_result_named("c").passed) == (AssetKey("a"), {"n": 1}, True)
    assert MaterializeResult().metadata is None
    with pytest.raises(InvariantViolationError):
        result.check_result_named("d")


@pytest.mark.parametrize("passed", [1, "x", None, np.array([True])])
def test_verdict_is_true_or_false(passed: Any) -> None:
    with pytest.raises(InvalidDefinitionError, match="True or False"):
        AssetCheckResult(passed=passed)


def test_verdict_of_numpy_is_one() -> None:
    assert AssetCheckResult(passed=np.bool_(False)).passed is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (AssetCheckResult, {"passed": True, "severity": "WARN"}),
        (MaterializeResult, {"check_results": [3]}),
        (MaterializeResult, {"tags": {"a b": "1"}}),
        (MaterializeResult, {"metadata": {"x": object()}}),
        (AssetMaterialization, {"asset_key": "a", "tags": {"x": 1}}),
        (AssetMaterialization, {"asset_key": "a", "partition": 3}),
        (ExpectationResult, {"success": 3}),
        (AssetCheckEvaluation, {"asset_key": "a", "check_name": "c", "passed": True}),
        (Failure, {"description": 3}),
        (RetryRequested, {"max_retries": None}),
        (DataVersion, {"value": 3}),
    ],
)
def test_what_cannot_be_said(kind: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinitionError):
        kind(**arguments)


def test_events_of_user_code() -> None:
    written = AssetMaterialization.file("/a/b.txt", "it")
    assert (written.asset_key.path, written.metadata["path"].value) == (["a", "b", "txt"], "/a/b.txt")
    assert (AssetMaterialization("a").tags, AssetObservation("a").tags) == (None, {})
    assert (ExpectationResult(True).label, AssetObservation(["a", "b"]).label) == ("result", "a b")
    assert (str(Failure("x")), Failure().allow_retries, RetryRequested().max_retries) == ("x", True, 1)
    assert AssetCheckResult(passed=True).severity is AssetCheckSeverity.ERROR
