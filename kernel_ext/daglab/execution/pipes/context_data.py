"""What a step tells the process that it starts."""

from __future__ import annotations

import json
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.invocation.direct_contexts import DirectContext
from daglab.errors import InvalidInvocationError, InvariantViolationError, PipesError
from daglab.external.protocol import (
    PipesContextData,
    PipesDataProvenance,
    PipesExtras,
    PipesPartitionKeyRange,
    PipesTimeWindow,
)

MakingContext = OpExecutionContext | AssetExecutionContext


def context_data_of(context: MakingContext, extras: PipesExtras | None) -> PipesContextData:
    """Gathers what a process may ask of its step.

    Raises:
        PipesError: JSON cannot hold the extras.
    """
    keys = _asset_keys(context)
    versions = context.assets_def.code_versions_by_key if keys is not None else {}
    key = context.partition_key if context.has_partition_key else None
    is_direct = isinstance(context, DirectContext)
    return PipesContextData(
        asset_keys=None if keys is None else [one.to_escaped_user_string() for one in keys],
        code_version_by_asset_key=(
            None if keys is None else {one.to_escaped_user_string(): versions.get(one) for one in keys}
        ),
        provenance_by_asset_key=(
            None if keys is None else {one.to_escaped_user_string(): _provenance(context, one) for one in keys}
        ),
        partition_key=None if key is None else str(key),
        partition_key_range=_range(context),
        partition_time_window=_time_window(context),
        run_id=context.run_id,
        job_name=None if is_direct else context.job_name,
        retry_number=context.retry_number,
        extras=_checked(extras or {}),
    )


def makes_results(context: MakingContext) -> bool:
    """Whether the step itself makes assets or verdicts; an op in the middle of a graph that does makes values."""
    return bool(context.selected_asset_keys or context.selected_asset_check_keys)


def _asset_keys(context: MakingContext) -> list[AssetKey] | None:
    if not context.has_assets_def:
        return None
    return sorted(context.selected_asset_keys if makes_results(context) else context.assets_def.keys)


def _provenance(context: MakingContext, key: AssetKey) -> PipesDataProvenance | None:
    found = context.get_asset_provenance(key)
    if found is None:
        return None
    return PipesDataProvenance(
        code_version=found.code_version,
        input_data_versions={one.to_escaped_user_string(): v.value for one, v in found.input_data_versions.items()},
        is_user_provided=found.is_user_provided,
    )


def _range(context: MakingContext) -> PipesPartitionKeyRange | None:
    if not context.has_partitions:
        return None
    around = context.partition_key_range
    return PipesPartitionKeyRange(start=str(around.start), end=str(around.end))


def _time_window(context: MakingContext) -> PipesTimeWindow | None:
    if not context.has_partitions:
        return None
    try:
        window = context.partition_time_window
    except (InvariantViolationError, InvalidInvocationError):
        return None  # The partitions are no spans of time, or are so in several ways.
    return PipesTimeWindow(start=window.start.isoformat(), end=window.end.isoformat())


def _checked(extras: Any) -> PipesExtras:
    problems = []
    for name, value in extras.items():
        try:
            json.dumps({name: value})
        except (TypeError, ValueError) as error:
            problems.append(f"{name!r}: {error}")
    if problems:
        raise PipesError(
            f"extras that an external process cannot be given: {'; '.join(problems)}",
            hint="give what JSON can hold; for anything bigger, write a file and give its path",
        )
    return dict(extras)
