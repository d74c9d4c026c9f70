"""What is known of assets: materializations, verdicts, states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from daglab.definitions.io_manager import StoredValue
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import AssetCheckSeverity
from daglab.records.failure import Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class Materialization:
    """One making of an asset.

    Args:
        asset_key: the asset, as text.
        run_id: the run; made by hand in a notebook, too, it is part of one.
        step_key: the step.
        at: when it was announced, after its value was stored.
        code_version: of the code that made it.
        data_version: of the value.
        input_versions: the data version of each input that it was made from, by asset key.
        stored: where the value lies; None where the user's code keeps it.
        io_manager_key: who can load it.
        seconds: how long its step took.
        description: what user code said about it.
        code_parts: fingerprints of the parts of the code, by label; some older records have none.
    """

    asset_key: str
    run_id: str
    step_key: str
    at: datetime
    code_version: str
    data_version: str
    partition: str = ""
    input_versions: Mapping[str, str] = field(default_factory=dict)
    stored: StoredValue | None = None
    io_manager_key: str = "io_manager"
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    description: str = ""
    code_parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedValue:
    """That the value of a materialization was removed on purpose.

    Args:
        at: when.
        reason: why, as the end of a sentence: "by retention, which keeps the latest 10".
    """

    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """That somebody looked at an asset without making it.

    Args:
        data_version: of what was seen, where that is known.
    """

    asset_key: str
    run_id: str
    step_key: str
    at: datetime
    partition: str = ""
    data_version: str = ""
    description: str = ""
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckEvaluation:
    """One verdict of an asset check.

    Args:
        data_version: of the value that was looked at.
        target_run_id: the run that made it.
        target_at: when that was.
        message: why it failed, or what else the check said.
    """

    asset_key: str
    check_name: str
    run_id: str
    at: datetime
    passed: bool
    partition: str = ""
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    blocking: bool = False
    code_version: str = ""
    data_version: str = ""
    message: str = ""
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    target_run_id: str = ""
    target_at: datetime | None = None


class AssetActivity(StrEnum):
    """What is going on with an asset in an unfinished run, or how the last attempt ended."""

    NONE = "NONE"
    PLANNED = "PLANNED"
    RUNNING = "RUNNING"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetState:
    """All that the live view needs to know of an asset, kept up to date with every event.

    Args:
        latest: its last materialization.
        activity: what an unfinished run does with it, or that the last attempt failed.
        activity_run_id: that run.
        activity_at: since when.
        failure: how the last attempt ended, when `activity` is FAILED.
        checks: the last verdict of each of its checks, by name.
        made_times: how often it was materialized.
        observed: the data version that was last observed, of an asset that was never materialized here.
    """

    asset_key: str
    partition: str = ""
    latest: Materialization | None = None
    activity: AssetActivity = AssetActivity.NONE
    activity_run_id: str | None = None
    activity_at: datetime | None = None
    failure: Failure | None = None
    checks: Mapping[str, CheckEvaluation] = field(default_factory=dict)
    made_times: int = 0
    observed: str = ""
