"""What whoever runs a step knows about it; the contexts that user code is handed answer from this."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import AssetCheckSpec, AssetSpec

if TYPE_CHECKING:
    from daglab.definitions.assets import AssetsDefinition
    from daglab.definitions.op_definition import OpDefinition


def _ignore(_event: object) -> None:
    return None


def _no_run() -> Any:
    return None


class NoResources:
    """Where a step needs no resources."""

    def __repr__(self) -> str:
        return "NoResources()"


NO_RESOURCES = NoResources()


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """One attempt at one step, as the code that runs in it may ask for it.

    Args:
        run_id: the run.
        step_key: the step.
        op: the computation.
        path: the names of the nodes that lead to it, outermost first; the op's own name where it is empty.
        job: the job's definition, where there is one.
        job_name: its name.
        run_tags: the run's tags.
        run_config: the run's config, as it was given.
        run: gives the record of the run.
        instance: the instance; None makes an ephemeral one when it is asked for.
        op_config: the config of the step, processed.
        resources: the resources that the step needs, as attributes.
        log: writes to the run's log.
        retry_number: how often the step has been tried before.
        mapping_key: which of the values of a dynamic output it works on.
        location_name: where the definitions come from.
        repository: the definitions that the job is part of.
        specs: what is said of each asset, by output.
        check_specs: what is said of each check, by output.
        selected_outputs: the outputs that are asked for; None for all.
        keys_by_input: which asset each input is.
        assets_def: the assets, where the step makes some.
        partitions_def: how what is made is divided.
        partition_key: the one partition of the run.
        partition_key_range: its partitions, where there are several.
        partition_keys: the same, listed, where they are known already.
        partition_keys_by_input: the partitions to read, by input.
        partitions_def_by_input: how the assets that are read are divided, by input.
        log_event: takes what the code says happened: an `AssetMaterialization`, `AssetObservation`, ...
    """

    run_id: str
    step_key: str
    op: OpDefinition
    path: tuple[str, ...] = ()
    job: Any = None
    job_name: str | None = None
    run_tags: Mapping[str, str] = field(default_factory=dict)
    run_config: Mapping[str, Any] = field(default_factory=dict)
    run: Callable[[], Any] = _no_run
    instance: Any = None
    op_config: Any = None
    resources: Any = NO_RESOURCES
    log: logging.Logger | None = None
    retry_number: int = 0
    mapping_key: str | None = None
    location_name: str | None = None
    repository: Any = None
    specs: Mapping[str, AssetSpec] = field(default_factory=dict)
    check_specs: Mapping[str, AssetCheckSpec] = field(default_factory=dict)
    selected_outputs: frozenset[str] | None = None
    keys_by_input: Mapping[str, AssetKey] = field(default_factory=dict)
    assets_def: AssetsDefinition | None = None
    partitions_def: Any = None
    partition_key: str | None = None
    partition_key_range: Any = None
    partition_keys: Sequence[str] | None = None
    partition_keys_by_input: Mapping[str, Sequence[str]] = field(default_factory=dict)
    partitions_def_by_input: Mapping[str, Any] = field(default_factory=dict)
    log_event: Callable[[Any], None] = _ignore
