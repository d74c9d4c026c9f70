"""What a schedule or a sensor launches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_job import UnresolvedAssetJobDefinition, define_asset_job
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.job_definition import JobDefinition
from daglab.errors import DaglabError, InvalidDefinitionError

ANONYMOUS_JOB_PREFIX = "__anonymous_asset_job"


@dataclass(frozen=True)
class AutomationTarget:
    """A job: itself, or its name; jobs that only exist for an automation know their assets.

    Args:
        resolvable_to_job: the job, or its name.
        assets_defs: assets that were given as such.
    """

    resolvable_to_job: Any
    assets_defs: Sequence[Any] = ()

    @classmethod
    def from_coercible(cls, target: Any, automation_name: str | None = None) -> AutomationTarget:
        """The target from a job, a graph, assets or a selection of assets.

        Raises:
            InvalidDefinitionError: it is none of them.
        """
        if isinstance(target, JobDefinition | UnresolvedAssetJobDefinition):
            return cls(target)
        if isinstance(target, GraphDefinition):
            return cls(target.to_job())
        if automation_name is None:
            raise InvalidDefinitionError(f"{target!r} is no job", hint="give assets as target=, together with a name")
        try:
            selection = AssetSelection.from_coercible(target)
        except (DaglabError, TypeError, ValueError) as error:
            raise InvalidDefinitionError(
                f"{automation_name!r} cannot have the target {target!r}",
                hint="give a job, assets, asset keys, or a selection of assets",
            ) from error
        given = target if isinstance(target, list | tuple) else [target]
        job = define_asset_job(f"{ANONYMOUS_JOB_PREFIX}_{automation_name}", selection=selection)
        return cls(job, [one for one in given if isinstance(one, AssetsDefinition)])

    @property
    def job_name(self) -> str:
        """The job's name."""
        job = self.resolvable_to_job
        return job if isinstance(job, str) else str(job.name)

    @property
    def job_def(self) -> Any:
        """The job, None if only its name is known."""
        return None if isinstance(self.resolvable_to_job, str) else self.resolvable_to_job

    @property
    def has_job_def(self) -> bool:
        """Whether the job itself is known."""
        return not isinstance(self.resolvable_to_job, str)


def check_one_given(owner: str, **given: Any) -> None:
    """Raises InvalidDefinitionError if more than one of several ways to say the target is used."""
    used = [name for name, value in given.items() if value is not None]
    if len(used) > 1:
        raise InvalidDefinitionError(
            f"{owner} was given more than one of {', '.join(map(repr, given))}: {' and '.join(used)}",
            hint="give one of them",
        )
