"""Whether what is recorded is what the code makes: assets are made once more, in clean processes, and compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from daglab.errors import DaglabError
from daglab.execution.loading import holds_value
from daglab.execution.progress import RunOutcome
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.io_managers.value_difference import ValueDifference, difference_of
from daglab.io_managers.written_by import libraries_that_wrote
from daglab.orchestration.clean_home import clean_home
from daglab.orchestration.instance import Instance
from daglab.orchestration.likely_causes import Circumstances, changed_libraries, likely_causes
from daglab.orchestration.locations import LoadedWorkspace
from daglab.orchestration.observed import latest_observation
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import chosen_keys, execute, prepare
from daglab.orchestration.unverifiable import unverifiable
from daglab.records.assets import Materialization
from daglab.records.events import Event
from daglab.records.runs import RunStatus


class Agreement(StrEnum):
    """How what is recorded of an asset compares with what its code makes."""

    SAME = "same"
    DIFFERS = "differs"
    NEVER = "never"
    FAILED = "failed"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class VerifiedAsset:
    """What came of one asset.

    Args:
        key: the asset.
        agreement: how what is recorded compares with what the code makes.
        causes: why it differs, the likeliest first; or why it failed, or was left out.
        recorded: its latest materialization.
        remade: what the code made of it now.
        difference: what differs between the values; None where they were not compared.
    """

    key: str
    agreement: Agreement
    causes: tuple[str, ...] = ()
    recorded: Materialization | None = None
    remade: Materialization | None = None
    difference: ValueDifference | None = None

    @property
    def is_fine(self) -> bool:
        """Whether nothing speaks against what is recorded."""
        return self.agreement in (Agreement.SAME, Agreement.LEFT_OUT)


def verify(instance: Instance, request: MaterializeRequest, workspace: LoadedWorkspace) -> list[VerifiedAsset]:
    """Makes assets once more in a home that goes afterwards, and compares them with what is recorded.

    What is not chosen is read as it is recorded. What comes out different is made a second time, to tell whether it
    ever comes out the same.

    Args:
        instance: the home; it is only read.
        request: which assets, and in how many processes.
        workspace: what the request's locations declare.

    Raises:
        InvalidSubsetError: the selection means nothing.
        PlanError: something that it needs cannot be used.
        KeyboardInterrupt: somebody stopped it.
    """
    chosen = chosen_keys(workspace, request)
    return _Trial(instance=instance, request=request, workspace=workspace, chosen=chosen).results()


@dataclass(kw_only=True)
class _Trial:
    instance: Instance
    request: MaterializeRequest
    workspace: LoadedWorkspace
    chosen: Collection[str]
    second: RunOutcome | None = None
    found: dict[str, VerifiedAsset] = field(default_factory=dict)

    @cached_property
    def recorded(self) -> Mapping[str, Materialization]:
        graph = self.workspace.graph
        states = self.instance.asset_states([*graph.nodes, *graph.external_keys])
        return {key: state.latest for key, state in states.items() if state.latest is not None}

    def results(self) -> list[VerifiedAsset]:
        managers = self.instance.io_managers(self.workspace.resources)
        there = {key: one for key, one in self.recorded.items() if holds_value(one, managers)}
        left_out = unverifiable(self.workspace, there)
        remade = frozenset(self.chosen) - left_out.keys()
        for key in left_out.keys() & set(self.chosen):
            self._note(key, Agreement.LEFT_OUT, (left_out[key],))
        if remade:
            given = [one for key, one in there.items() if key not in remade]
            with clean_home(self.instance, given, self._observed()) as clean:
                self._compare(clean, remade)
        return [self.found[key] for key in self.workspace.graph.order if key in self.found]

    def _observed(self) -> list[Event]:
        """What was last seen of assets that are made elsewhere: what is made from them records it."""
        keys = [key for key in self.workspace.graph.external_keys if key not in self.recorded]
        return [one for one in (latest_observation(self.instance, key) for key in keys) if one is not None]

    def _compare(self, clean: Instance, remade: frozenset[str]) -> None:
        first = self._run(clean, remade)
        made = first.materializations
        differing = [key for key in made if key in self.recorded and self._differ(made[key])]
        second = self._run(clean, frozenset(differing)) if differing else None
        for key in remade:
            if key not in made:
                self._note(key, Agreement.FAILED, (_failure(first, self.workspace, key),))
            elif key not in self.recorded:
                self._note(key, Agreement.NEVER, ("it was never materialized",), made[key])
            elif key in differing:
                self._tell_difference(clean, made, second, key)
            elif _has_version(made[key]):
                self._note(key, Agreement.SAME, (), made[key])
            else:
                self._note(key, Agreement.LEFT_OUT, ("its code keeps the value, and gives it no data version",))

    def _run(self, clean: Instance, keys: frozenset[str]) -> RunOutcome:
        outcome = execute(clean, prepare(clean, self.request, self.workspace, chosen=keys))
        if outcome.status is RunStatus.CANCELED:
            raise KeyboardInterrupt
        return outcome

    def _differ(self, made: Materialization) -> bool:
        return _has_version(made) and made.data_version != self.recorded[made.asset_key].data_version

    def _tell_difference(
        self, clean: Instance, made: Mapping[str, Materialization], second: RunOutcome | None, key: str
    ) -> None:
        recorded = self.recorded[key]
        libraries = (_libraries(self.instance, recorded), _libraries(clean, made[key]))
        circumstances = Circumstances(
            recorded=recorded,
            remade=made[key],
            again=second.materializations.get(key) if second else None,
            by_hand=self._is_by_hand(recorded),
            now={one: each.data_version for one, each in self.recorded.items()},
            stored_with=libraries[0],
            remade_with=libraries[1],
        )
        difference, remark = self._difference(clean, recorded, made[key])
        if difference is not None and not difference:
            equal = "the values are equal; only the bytes that are stored differ, as those of a set may"
            self._note(key, Agreement.SAME, (equal, *changed_libraries(*libraries)), made[key], difference)
            return
        causes = (*likely_causes(circumstances), *([remark] if remark else []))
        self._note(key, Agreement.DIFFERS, causes, made[key], difference)

    def _difference(
        self, clean: Instance, recorded: Materialization, remade: Materialization
    ) -> tuple[ValueDifference | None, str]:
        try:
            values = (self.instance.load_made(recorded), clean.load_made(remade))
        except DaglabError as error:
            return None, f"the values were not compared: {error.message}"
        return difference_of(*values), ""

    def _is_by_hand(self, made: Materialization) -> bool:
        try:
            return self.instance.store.run(made.run_id).launched_by == "notebook"
        except DaglabError:
            return False

    def _note(
        self,
        key: str,
        agreement: Agreement,
        causes: tuple[str, ...],
        remade: Materialization | None = None,
        difference: ValueDifference | None = None,
    ) -> None:
        self.found[key] = VerifiedAsset(
            key=key,
            agreement=agreement,
            causes=causes,
            recorded=self.recorded.get(key),
            remade=remade,
            difference=difference,
        )


def _libraries(instance: Instance, made: Materialization) -> Mapping[str, str]:
    manager = instance.default_io_manager
    path = manager.file_of(made.stored) if made.stored and isinstance(manager, FilesystemIOManager) else None
    return libraries_that_wrote(path) if path is not None else {}


def _has_version(made: Materialization) -> bool:
    """Whether the data version tells anything: without a stored value or a word of the code, it is the run's id."""
    return made.data_version != made.run_id


def _failure(outcome: RunOutcome, workspace: LoadedWorkspace, key: str) -> str:
    name = workspace.graph.nodes[key].definition.node.name
    for step_key, failure in outcome.failures.items():
        if step_key.partition(".")[0] == name:
            return f"it failed: {failure.kind}: {failure.message}"
    reason = next((why for step, why in outcome.skipped.items() if step.partition(".")[0] == name), "")
    if not reason and outcome.failure is not None:
        reason = f"{outcome.failure.kind}: {outcome.failure.message}"
    return reason or "it was left out by its own code"
