"""What user code gives back: outputs, materialize results, check results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from daglab.definitions.asset_key import CoercibleToAssetKey
from daglab.definitions.metadata import RawMetadata

T = TypeVar("T")


class _NoValue:
    """Says that a result carries no value, as None is one."""

    def __repr__(self) -> str:
        return "NO_VALUE"

    def __reduce__(self) -> str:
        return "NO_VALUE"


NO_VALUE = _NoValue()


class AssetCheckSeverity(StrEnum):
    """How bad it is when a check fails.

    Example:
        >>> AssetCheckSeverity("WARN")
        <AssetCheckSeverity.WARN: 'WARN'>
    """

    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True)
class AssetCheckResult:
    """The verdict of an asset check.

    Args:
        passed: whether the asset is as it should be.
        asset_key: the asset; may be left out where the check has only one.
        check_name: the check; may be left out where there is only one.
        metadata: facts that explain the verdict.
        severity: how bad a failure is.
        description: one sentence about this verdict.

    Example:
        >>> AssetCheckResult(passed=False, description="3 rows without a carrier").passed
        False
    """

    passed: bool
    asset_key: CoercibleToAssetKey | None = None
    check_name: str | None = None
    metadata: RawMetadata = field(default_factory=dict)
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    description: str | None = None


@dataclass(frozen=True)
class Output(Generic[T]):
    """One output of an asset or op, with facts about it.

    Args:
        value: the value.
        output_name: which output, where there are several.
        metadata: facts about the value.
        data_version: a version of the data given by the user; by default the stored bytes are hashed.

    Example:
        >>> Output(3, metadata={"rows": 3}).value
        3
    """

    value: T
    output_name: str = "result"
    metadata: RawMetadata = field(default_factory=dict)
    data_version: str | None = None


@dataclass(frozen=True)
class MaterializeResult(Generic[T]):
    """Says that an asset was made, with facts about it.

    Args:
        asset_key: the asset; may be left out where there is only one.
        metadata: facts about the value.
        check_results: verdicts of checks that ran along.
        data_version: a version of the data given by the user.
        tags: labels of this materialization.
        value: the value, if daglab is to store it; left out where the user's code stored it.

    Example:
        >>> MaterializeResult(metadata={"rows": 12}).metadata["rows"]
        12
    """

    asset_key: CoercibleToAssetKey | None = None
    metadata: RawMetadata = field(default_factory=dict)
    check_results: Sequence[AssetCheckResult] = ()
    data_version: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    value: T | Any = NO_VALUE
