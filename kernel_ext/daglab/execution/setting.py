"""What all steps of a run share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from daglab.definitions.io_manager import IOManager
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.resources.available import Resources
from daglab.foundation.event_loop import RunLoop
from daglab.records.events import Event


def _no_run() -> Any:
    return None


@dataclass(frozen=True, kw_only=True)
class RunSetting:
    """What all steps of a run share.

    Args:
        run_id: the run.
        job: the job's definition, where there is one.
        job_name: its name.
        run_tags: the run's tags.
        run_config: the run's config, as it was given.
        run: gives the run's record.
        instance: the instance.
        partition_key: the run's partition, "" where it has none, or several.
        partition_range: from the first of several partitions to the last.
        io_managers: those that are there whether or not anybody defined them, by resource key.
        resource_defs: definitions of resources, or resources, by key.
        resource_configs: the processed config of those that have one, by key.
        logger_configs: the processed config of the loggers that are asked for, by name.
        retries_enabled: whether steps that ask to be tried again are.
        tell: tells what was recorded of a step as users know it.
    """

    run_id: str
    job: Any = None
    job_name: str = "assets"
    run_tags: Mapping[str, str] = field(default_factory=dict)
    run_config: Mapping[str, Any] = field(default_factory=dict)
    run: Callable[[], Any] = _no_run
    instance: Any = None
    partition_key: str = ""
    partition_range: PartitionKeyRange | None = None
    io_managers: Mapping[str, IOManager] = field(default_factory=dict)
    resource_defs: Mapping[str, object] = field(default_factory=dict)
    resource_configs: Mapping[str, object] = field(default_factory=dict)
    logger_configs: Mapping[str, object] = field(default_factory=dict)
    retries_enabled: bool = True
    tell: Callable[[Sequence[Event]], Sequence[Any]] = list

    @cached_property
    def partitions_defs(self) -> Mapping[str, Any]:
        """How the assets are divided that are, by key; of those that the run makes and those that it may read."""
        specs = [spec for one in getattr(self.job, "assets", None) or () for spec in one.specs_by_output.values()]
        read = getattr(self.job, "read_specs", None) or ()
        return {str(spec.key): spec.partitions_def for spec in (*read, *specs) if spec.partitions_def is not None}


@dataclass(frozen=True, kw_only=True)
class OpenSetting:
    """The same, with what is open in this process.

    Args:
        run: what all steps share.
        resources: the open resources, as attributes.
        managers: IO managers and input managers, by resource key.
        event_loop: runs what is asynchronous in resources and steps.
    """

    run: RunSetting
    resources: Resources = field(default_factory=lambda: Resources({}))
    managers: Mapping[str, Any] = field(default_factory=dict)
    event_loop: RunLoop = field(default_factory=RunLoop)
    _narrowed: dict[frozenset[str], Resources] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def loggers(self) -> Sequence[logging.Logger]:
        """The loggers that the run's config asks for."""
        run = self.run
        return [
            run.job.loggers[name].make(config, job_def=run.job, run_id=run.run_id)
            for name, config in run.logger_configs.items()
        ]

    def resources_of(self, keys: frozenset[str]) -> Resources:
        """The resources that a step may use: those that it asked for."""
        if keys not in self._narrowed:
            self._narrowed[keys] = self.resources.only(keys)
        return self._narrowed[keys]
