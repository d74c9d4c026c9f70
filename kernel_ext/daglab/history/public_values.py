"""What was recorded, as the values that users deal with."""

from __future__ import annotations

from collections.abc import Mapping

from daglab import errors
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.data_version import DATA_VERSION_TAG
from daglab.definitions.partitions.multi_partition_key import MultiPartitionKey
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.execution.step_partitions import PARTITION_TAG
from daglab.history.event_data import CheckTargetData, ErrorInfo, ErrorSource, StepFailureData, UserFailureData
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.events import Expectation, StepFailed
from daglab.records.failure import Failure

CODE_VERSION_TAG = "dagster/code_version"
INPUT_VERSION_TAG = "dagster/input_data_version/"

# Under these names the classes of errors are known to tests that read them off a run.
_STEP_ERROR = "DagsterExecutionStepExecutionError"
_CLASS_NAMES = {
    "StepError": _STEP_ERROR,
    "ConfigMappingError": "DagsterConfigMappingFunctionError",
    "CheckFailedError": "DagsterAssetCheckFailedError",
    "HandleOutputError": "DagsterExecutionHandleOutputError",
    "LoadInputError": "DagsterExecutionLoadInputError",
    "ValueMissingError": "DagsterExecutionLoadInputError",
}


def materialization_of(made: Materialization) -> AssetMaterialization:
    """A materialization; its versions are among its tags, as they are where users look for them.

    Example:
        >>> from daglab.foundation.clock import EPOCH
        >>> made = Materialization(
        ...     asset_key="flights", run_id="r", step_key="flights", at=EPOCH, code_version="1", data_version="a",
        ...     seconds=1.0,
        ... )
        >>> materialization_of(made).tags["dagster/data_version"]
        'a'
    """
    return AssetMaterialization(
        asset_key=AssetKey.from_user_string(made.asset_key),
        description=made.description or None,
        metadata=made.metadata,
        partition=_partition_of(made),
        tags={**version_tags(made), **made.tags} or None,
    )


def _partition_of(made: Materialization) -> str | None:
    """The partition; one of several dimensions knows them by the labels that it was recorded with."""
    start = f"{PARTITION_TAG}/"
    by_dimension = {key.removeprefix(start): value for key, value in made.tags.items() if key.startswith(start)}
    return MultiPartitionKey(by_dimension) if by_dimension and made.partition else made.partition or None


def version_tags(made: Materialization) -> Mapping[str, str]:
    """The versions of a materialization as tags; none where user code only said that it made the asset."""
    if not is_of_output(made):
        return {}
    inputs = {f"{INPUT_VERSION_TAG}{key}": version for key, version in made.input_versions.items()}
    return {CODE_VERSION_TAG: made.code_version, **inputs, DATA_VERSION_TAG: made.data_version}


def is_of_output(made: Materialization) -> bool:
    """Whether the asset is an output of the step that made it, so that daglab knows how long that took."""
    return made.seconds is not None


def observation_of(seen: Observation) -> AssetObservation:
    """An observation."""
    tags = {DATA_VERSION_TAG: seen.data_version, **seen.tags} if seen.data_version else dict(seen.tags)
    return AssetObservation(
        asset_key=AssetKey.from_user_string(seen.asset_key),
        description=seen.description or None,
        metadata=seen.metadata,
        partition=seen.partition or None,
        tags=tags,
    )


def check_evaluation_of(verdict: CheckEvaluation, target: CheckTargetData | None = None) -> AssetCheckEvaluation:
    """A verdict.

    Args:
        verdict: as it was recorded.
        target: the materialization that was looked at, where it is known.
    """
    return AssetCheckEvaluation(
        asset_key=AssetKey.from_user_string(verdict.asset_key),
        check_name=verdict.check_name,
        passed=verdict.passed,
        metadata=verdict.metadata,
        target_materialization_data=target,
        severity=verdict.severity,
        description=verdict.message or None,
        blocking=verdict.blocking,
        partition=verdict.partition or None,
    )


def expectation_of(told: Expectation) -> ExpectationResult:
    """A remark on data."""
    return ExpectationResult(
        success=told.success, label=told.label, description=told.description or None, metadata=told.metadata
    )


def error_of(failure: Failure) -> ErrorInfo:
    """What was recorded of an exception, its class called what tests call it.

    Example:
        >>> error_of(Failure(kind="InvariantViolationError", message="twice")).cls_name
        'DagsterInvariantViolationError'
    """
    info = ErrorInfo.of(failure)
    name = _CLASS_NAMES.get(failure.kind) or (f"Dagster{failure.kind}" if _own_error(failure) else info.cls_name)
    return ErrorInfo(info.message, info.stack, name, error_of(failure.cause) if failure.cause else None)


def step_error_of(failure: Failure, step_key: str) -> tuple[ErrorInfo, ErrorSource]:
    """How a step failed, and whose code raised: what user code raised is the cause of the step's own error."""
    own = _own_error(failure)
    if own is not None and not issubclass(own, errors.PipesError):  # An external process is the code of the user.
        theirs = issubclass(own, errors.UserCodeError)
        return error_of(failure), ErrorSource.USER_CODE_ERROR if theirs else ErrorSource.FRAMEWORK_ERROR
    if failure.kind in ("Failure", "RetryRequested"):
        return error_of(failure), ErrorSource.USER_CODE_ERROR
    message = f"StepError: the code of step {step_key!r} raised {failure.kind}\n"
    return ErrorInfo(message, [], _STEP_ERROR, error_of(failure)), ErrorSource.USER_CODE_ERROR


def step_failure_of(payload: StepFailed, step_key: str) -> StepFailureData:
    """How a step failed."""
    error, source = step_error_of(payload.failure, step_key)
    if payload.canceled:
        return StepFailureData(error_of(payload.failure), None, ErrorSource.INTERRUPT)
    said = None
    if payload.failure.kind == "Failure":
        message = payload.failure.message
        description = None if message in ("", "None") else message
        said = UserFailureData("intentional-failure", description, payload.metadata)
    return StepFailureData(error, said, source)


def _own_error(failure: Failure) -> type[errors.DaglabError] | None:
    found = getattr(errors, failure.kind, None)
    return found if isinstance(found, type) and issubclass(found, errors.DaglabError) else None
