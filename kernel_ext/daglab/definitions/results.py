"""What user code gives back: outputs, materialize and observe results, check results."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.data_version import DataVersion
from daglab.definitions.labels import checked_tags
from daglab.definitions.metadata import RawMetadata, normalize_metadata
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError, InvariantViolationError

T = TypeVar("T")


class AssetCheckSeverity(StrEnum):
    """How bad it is when a check fails.

    Example:
        >>> AssetCheckSeverity("WARN")
        <AssetCheckSeverity.WARN: 'WARN'>
    """

    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, kw_only=True)
class AssetCheckResult:
    """The verdict of an asset check.

    Args:
        passed: whether the asset is as it should be.
        asset_key: the asset; may be left out where the check has only one.
        check_name: the check; may be left out where there is only one.
        metadata: facts that explain the verdict.
        severity: how bad a failure is.
        description: one sentence about this verdict.

    Raises:
        InvalidDefinitionError: `passed` is neither True nor False, or the severity is none.

    Example:
        >>> AssetCheckResult(passed=False, description="3 rows without a carrier").passed
        False
    """

    passed: bool
    asset_key: Any = None
    check_name: str | None = None
    metadata: Any = None
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    description: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.severity, AssetCheckSeverity):
            raise InvalidDefinitionError(f"{self.severity!r} is no severity", hint="give an AssetCheckSeverity")
        _set(self, "passed", _verdict(self.passed))
        _set(self, "asset_key", _key(self.asset_key))
        _set(self, "metadata", normalize_metadata(self.metadata))

    def with_metadata(self, metadata: RawMetadata) -> AssetCheckResult:
        """The same with other facts."""
        return replace(self, metadata=metadata)


@dataclass(frozen=True)
class Output(Generic[T]):
    """One output of an asset or op, with facts about it.

    Args:
        value: the value.
        output_name: which output, where there are several.
        metadata: facts about the value.
        data_version: a version of the data given by the user; by default the stored bytes are hashed.
        tags: labels of the materialization.

    Example:
        >>> Output(3, metadata={"rows": 3}).metadata["rows"].value
        3
    """

    value: T
    output_name: str = "result"
    metadata: Any = None
    data_version: Any = None
    tags: Any = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.output_name, str):
            raise InvalidDefinitionError(f"an Output has the output_name {self.output_name!r}", hint="give text")
        _set(self, "metadata", normalize_metadata(self.metadata))
        _set(self, "data_version", _version(self.data_version))
        _set(self, "tags", checked_tags(self.tags, "an Output"))

    def with_metadata(self, metadata: RawMetadata | None) -> Output[T]:
        """The same with other facts."""
        return replace(self, metadata=metadata)


@dataclass(frozen=True)
class _AssetResult:
    """What `MaterializeResult` and `ObserveResult` share."""

    asset_key: Any = None
    metadata: Any = None
    check_results: Any = None
    data_version: Any = None
    tags: Any = None

    def __post_init__(self) -> None:
        kind = type(self).__name__
        wrong = [one for one in self.check_results or () if not isinstance(one, AssetCheckResult)]
        if wrong:
            raise InvalidDefinitionError(f"a {kind} has the check result {wrong[0]!r}", hint="give an AssetCheckResult")
        # Only looked at: what is given is kept as it is, so that code and tests find what they put in.
        normalize_metadata(self.metadata)
        checked_tags(self.tags, f"a {kind}")
        _set(self, "asset_key", _key(self.asset_key))
        _set(self, "check_results", list(self.check_results or ()))
        _set(self, "data_version", _version(self.data_version))

    def check_result_named(self, check_name: str) -> AssetCheckResult:
        """The verdict of the check of that name.

        Raises:
            InvariantViolationError: there is none.
        """
        for one in self.check_results:
            if one.check_name == check_name:
                found: AssetCheckResult = one
                return found
        raise InvariantViolationError(
            f"there is no result of a check {check_name!r}",
            hint=f"there are those of {[one.check_name for one in self.check_results]}",
        )


@dataclass(frozen=True)
class MaterializeResult(_AssetResult, Generic[T]):
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

    value: Any = NO_VALUE


@dataclass(frozen=True)
class ObserveResult(_AssetResult):
    """Says what an asset that is made elsewhere was found to be.

    Args:
        asset_key: the asset; may be left out where there is only one.
        metadata: facts about what was found.
        check_results: verdicts of checks that ran along.
        data_version: the version of the data that was found.
        tags: labels of this observation.

    Example:
        >>> ObserveResult(data_version=DataVersion("2013")).data_version.value
        '2013'
    """


def _set(one: object, name: str, value: object) -> None:
    object.__setattr__(one, name, value)


def _verdict(value: Any) -> bool:
    if isinstance(value, bool) or (type(value).__name__ in ("bool", "bool_") and getattr(value, "shape", None) == ()):
        return bool(value)
    raise InvalidDefinitionError(
        f"an AssetCheckResult has passed={value!r:.200}, of type {type(value).__name__}", hint="give True or False"
    )


def _key(given: CoercibleToAssetKey | None) -> AssetKey | None:
    return None if given is None else AssetKey.from_coercible(given)


def _version(given: DataVersion | str | None) -> DataVersion | None:
    return DataVersion(given) if isinstance(given, str) else given
