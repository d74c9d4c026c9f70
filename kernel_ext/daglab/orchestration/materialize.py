"""`materialize`, `materialize_to_memory` and `load`: the shortest way from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.asset_selection.declared_assets import specs_of
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.definitions import Definitions
from daglab.definitions.io_manager import IOManager
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.resources.io_manager_definition import IOManagerDefinition
from daglab.errors import InvalidDefinitionError, InvariantViolationError, suggest
from daglab.history.job_results import ExecuteInProcessResult
from daglab.io_managers.memory import InMemoryIOManager
from daglab.orchestration.in_process import execute_in_process
from daglab.orchestration.instance import Instance, ephemeral
from daglab.orchestration.versions import AsOf

JOB_NAME = "__ephemeral_asset_job__"


def materialize(
    assets: Sequence[Any],
    run_config: Any = None,
    instance: Instance | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: Any = None,
) -> ExecuteInProcessResult:
    """Makes assets, fresh or not, in this process.

    Args:
        assets: assets and checks; those that are only read may be among them.
        run_config: a dict or `RunConfig`.
        instance: where the run and the values are kept: `Instance.get()` for those of the project; by default a place
            that is gone when the process ends, so that tests leave no trace.
        resources: by key; IO managers among them.
        partition_key: the partition to make.
        raise_on_error: whether what a step raises is raised here.
        tags: labels of the run.
        selection: which of the assets, as an `AssetSelection` or in the language of selections; all by default.

    Raises:
        InvalidDefinitionError: an asset needs another one that is not given.
        InvalidConfigError: the run config does not fit.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2, 3]
        >>> @asset
        ... def total(orders):
        ...     return sum(orders)
        >>> materialize([orders, total]).asset_value("total")
        6
    """
    home = instance or ephemeral()
    definitions = Definitions(
        assets=assets,
        resources=resources,
        jobs=[define_asset_job(JOB_NAME, selection=AssetSelection.all() if selection is None else selection)],
    )
    job = definitions.get_job_def(JOB_NAME)
    _refuse_unknown_inputs(definitions, job, home)
    return execute_in_process(
        job,
        run_config=run_config,
        instance=home,
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        tags=tags,
    )


def materialize_to_memory(
    assets: Sequence[Any],
    run_config: Any = None,
    instance: Instance | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: Any = None,
) -> ExecuteInProcessResult:
    """Makes assets in this process and keeps their values in memory alone.

    The arguments are those of `materialize`; `resources` must hold no IO managers.

    Raises:
        InvariantViolationError: an IO manager is among the resources.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2, 3]
        >>> materialize_to_memory([orders]).asset_value("orders")
        [1, 2, 3]
    """
    given = dict(resources or {})
    managers = [key for key, one in given.items() if isinstance(one, (IOManager, IOManagerDefinition))]
    if managers:
        raise InvariantViolationError(
            f"materialize_to_memory was given the IO manager {managers[0]!r}",
            hint="it keeps all values in memory; use materialize, or leave the IO manager out",
        )
    memory = InMemoryIOManager()
    keys = {out.io_manager_key for one in assets for out in _outs(one)} | {DEFAULT_IO_MANAGER_KEY}
    return materialize(
        assets,
        run_config=run_config,
        instance=instance,
        resources={**dict.fromkeys(sorted(keys), memory), **given},
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        tags=tags,
        selection=selection,
    )


def load(
    asset: object,
    *,
    version: int | str = -1,
    as_of: AsOf | None = None,
    run_id: str | None = None,
    partition_key: str | None = None,
    resources: Mapping[str, object] | None = None,
    home: str | None = None,
) -> Any:
    """Loads the value of an asset of this project, in any session: the latest one, or an earlier one.

    `as_of`, `run_id` and `partition_key` say which materializations come into question, and `version` which one of
    these is meant.

    Args:
        asset: its key, its name, or its definition.
        version: -1 for the latest, -2 for the one before, and so on; or a data version, or the start of one.
        as_of: only what was made by then: a datetime, a date (which counts to its end), or ISO text of either.
            Without a time zone it is in that of this machine.
        run_id: only what this run made; the start of its id is enough.
        partition_key: the partition; by default the one that was made last.
        resources: IO managers of one's own, by key, where another than daglab's keeps the value.
        home: the home; by default the one of the project.

    Raises:
        ValueMissingError: there is no such asset or version, or its value is not kept any more.
        InvalidInvocationError: the version or the moment is none, or several data versions begin so.

    Example:
        >>> import tempfile
        >>> from daglab.definitions.asset_decorator import asset
        >>> rows = [1, 2, 3]
        >>> @asset
        ... def orders():
        ...     return list(rows)
        >>> home = tempfile.mkdtemp()
        >>> with Instance.open(home) as instance:
        ...     _ = materialize([orders], instance=instance)
        ...     rows.append(4)
        ...     _ = materialize([orders], instance=instance)
        >>> load("orders", home=home), load("orders", version=-2, home=home)
        ([1, 2, 3, 4], [1, 2, 3])
    """
    with Instance.open(home) as instance:
        return instance.load(
            asset,
            version=version,
            as_of=as_of,
            run_id=run_id,
            partition_key=partition_key,
            resources=resources,
        )


def _outs(asset: Any) -> Sequence[Any]:
    node = getattr(asset, "node", None)
    return list(node.outs.values()) if node is not None else []


def _refuse_unknown_inputs(definitions: Definitions, job: Any, instance: Instance) -> None:
    """An asset that is passed as a value must be given, or known to the instance."""
    known = {str(key) for key in definitions.resolve_all_asset_keys()}
    defined = {str(spec.key) for one in definitions.assets or () for spec in specs_of(one)}
    for definition in job.assets:
        for key in map(str, definition.keys_by_input.values()):
            if key not in defined and not instance.asset_states([key]).get(key):
                raise InvalidDefinitionError(
                    f"asset {definition.node.name!r} reads the asset {key!r}, which is not among those given",
                    hint=suggest(key, known - {key}) or "give it, too, or an AssetSpec of it with its IO manager",
                )
