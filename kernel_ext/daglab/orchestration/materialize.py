"""`materialize` and `load`: the shortest way from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.definitions import Definitions
from daglab.definitions.io_manager import IOManager
from daglab.definitions.specs import key_of
from daglab.errors import StepError
from daglab.execution.driver import RunOutcome
from daglab.execution.loading import load_value
from daglab.orchestration.instance import Instance
from daglab.orchestration.locations import LoadedWorkspace
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.runs import execute, prepare
from daglab.planning.graph import AssetGraph
from daglab.records.assets import CheckEvaluation, Materialization


class MaterializeOutcome:
    """How a call of `materialize` ended.

    Args:
        outcome: of the run.
        io_managers: to load values with.
    """

    def __init__(self, outcome: RunOutcome, io_managers: Mapping[str, IOManager]) -> None:
        self._outcome = outcome
        self._io_managers = io_managers

    @property
    def success(self) -> bool:
        """Whether everything that was asked for is there."""
        return self._outcome.success

    @property
    def run_id(self) -> str:
        """The run."""
        return self._outcome.run_id

    @property
    def materializations(self) -> Mapping[str, Materialization]:
        """What was made, by asset key."""
        return self._outcome.materializations

    @property
    def checks(self) -> Sequence[CheckEvaluation]:
        """All verdicts."""
        return self._outcome.checks

    def asset_value(self, asset: object) -> Any:
        """Loads a value that this run made.

        Raises:
            KeyError: the run did not make it.
        """
        return load_value(self._outcome.materializations[str(key_of(asset))], self._io_managers)


def materialize(
    assets: Sequence[AssetsDefinition],
    *,
    instance: Instance | None = None,
    resources: Mapping[str, object] | None = None,
    selection: str | None = None,
    raise_on_error: bool = True,
) -> MaterializeOutcome:
    """Makes assets, fresh or not, in this process.

    Args:
        assets: assets and checks.
        instance: the home; by default the one of the project.
        resources: IO managers by key.
        selection: which of them, in the language of selections; all by default.
        raise_on_error: whether a failed step raises.

    Raises:
        PlanError: something that they need is defined nowhere and was never stored.
        StepError: a step failed, unless `raise_on_error` is off.

    Example:
        >>> import tempfile
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2, 3]
        >>> @asset
        ... def total(orders):
        ...     return sum(orders)
        >>> with Instance.open(tempfile.mkdtemp()) as instance:
        ...     materialize([orders, total], instance=instance).asset_value("total")
        6
    """
    home = instance or Instance.open()
    definitions = Definitions(assets=assets, resources=resources)
    workspace = LoadedWorkspace(graph=AssetGraph.build(definitions.all), resources=definitions.resources)
    request = MaterializeRequest(locations=(), selection=selection or EVERYTHING, force=True)
    try:
        prepared = prepare(home, request, workspace)
        outcome = execute(home, prepared)
    finally:
        if instance is None:
            home.close()
    if raise_on_error and outcome.failures:
        step_key, failure = next(iter(outcome.failures.items()))
        raise StepError(f"step {step_key!r} failed:\n{failure.render()}", step_key=step_key)
    return MaterializeOutcome(outcome, prepared.io_managers)


def load(asset: object, *, version: int | str = -1, home: str | None = None) -> Any:
    """Loads the value of an asset of this project, in any session.

    Args:
        asset: its key, its name, or its definition.
        version: -1 for the latest, -2 for the one before, and so on; or a data version, or the start of one.
        home: the home; by default the one of the project.

    Raises:
        ValueMissingError: there is no such asset or version, or its file is gone.

    Example:
        >>> import tempfile
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2, 3]
        >>> home = tempfile.mkdtemp()
        >>> with Instance.open(home) as instance:
        ...     _ = materialize([orders], instance=instance)
        >>> load("orders", home=home)
        [1, 2, 3]
    """
    with Instance.open(home) as instance:
        return instance.load(asset, version=version)
