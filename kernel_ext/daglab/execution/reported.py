"""What user code says of assets, checks and data that its step does not make itself, as records."""

from __future__ import annotations

from daglab.definitions.metadata import normalize_metadata
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.execution.recording import StepRecorder
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.events import Expectation


def reported_materialization(recorder: StepRecorder, event: AssetMaterialization) -> Materialization:
    """That user code has made an asset in its own way."""
    return Materialization(
        asset_key=str(event.asset_key),
        run_id=recorder.run_id,
        step_key=recorder.step.key,
        at=recorder.clock.now(),
        code_version=recorder.step.code_version,
        data_version=recorder.run_id,
        partition=event.partition or "",
        metadata=normalize_metadata(event.metadata),
        tags=dict(event.tags or {}),
        description=event.description or "",
    )


def reported_observation(recorder: StepRecorder, event: AssetObservation) -> Observation:
    """That user code has looked at an asset."""
    return Observation(
        asset_key=str(event.asset_key),
        run_id=recorder.run_id,
        step_key=recorder.step.key,
        at=recorder.clock.now(),
        partition=event.partition or "",
        description=event.description or "",
        metadata=normalize_metadata(event.metadata),
        tags=dict(event.tags or {}),
    )


def reported_evaluation(recorder: StepRecorder, event: AssetCheckEvaluation) -> CheckEvaluation:
    """That user code has checked an asset in its own way."""
    return CheckEvaluation(
        asset_key=str(event.asset_key),
        check_name=event.check_name,
        run_id=recorder.run_id,
        at=recorder.clock.now(),
        passed=event.passed,
        severity=event.severity,
        message=event.description or "",
        metadata=normalize_metadata(event.metadata),
    )


def reported_expectation(event: ExpectationResult) -> Expectation:
    """A remark of user code on data."""
    return Expectation(
        success=event.success,
        label=event.label or "",
        description=event.description or "",
        metadata=normalize_metadata(event.metadata),
    )
