"""Definitions and what is remembered of them, made up for tests of planning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from daglab.definitions.asset_decorator import asset
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.results import AssetCheckSeverity
from daglab.planning.graph import AssetGraph
from daglab.records.assets import AssetState, CheckEvaluation, Materialization

AT = datetime(2013, 1, 1, tzinfo=UTC)
CODE = "v1"


def an_asset(name: str, *deps: str, code: str = CODE, **more: object) -> AssetsDefinition:
    """An asset that needs others without reading them."""

    def compute() -> None: ...

    return asset(name=name, deps=deps, code_version=code, **more)(compute)  # type: ignore[call-overload, no-any-return]


def a_check(of: str, name: str, *, blocking: bool = False) -> AssetsDefinition:
    """A check of an asset."""

    def compute() -> bool:
        return True

    return asset_check(asset=of, name=name, blocking=blocking)(compute)


def chain(text: str, *more: AssetsDefinition) -> AssetGraph:
    """A graph from lines such as "c: a b"."""
    lines = [line.partition(":") for line in text.split(";")]
    return AssetGraph.build([*(an_asset(name.strip(), *deps.split()) for name, _, deps in lines), *more])


def made(key: str, version: str = "1", code: str = CODE, **inputs: str) -> Materialization:
    """A materialization; `inputs` are the data versions that it was made from."""
    return Materialization(
        asset_key=key, run_id="r", step_key=key, at=AT, code_version=code, data_version=version, input_versions=inputs
    )


def verdict(
    check: str, of: str, *, passed: bool = True, version: str = "1", code: str = "", blocking: bool = False,
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
) -> CheckEvaluation:  # fmt: skip
    """The last verdict of a check."""
    return CheckEvaluation(
        asset_key=of, check_name=check, run_id="r", at=AT, passed=passed, data_version=version, code_version=code,
        blocking=blocking, severity=severity,
    )  # fmt: skip


def states(
    materializations: Sequence[Materialization], verdicts: Sequence[CheckEvaluation] = ()
) -> Mapping[str, AssetState]:
    """What is known of assets."""
    return {
        one.asset_key: AssetState(
            asset_key=one.asset_key,
            latest=one,
            checks={each.check_name: each for each in verdicts if each.asset_key == one.asset_key},
        )
        for one in materializations
    }
