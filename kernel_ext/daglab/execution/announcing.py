"""Results become events: outputs are checked, stored and announced, in the order in which they come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.io_manager import OutputContext
from daglab.definitions.metadata import MetadataValue, normalize_metadata
from daglab.definitions.nodes import Out
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult, ObserveResult, Output
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.specs import AssetSpec, key_of
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.errors import (
    CheckFailedError,
    InvariantViolationError,
    StepOutputNotFoundError,
    suggest,
)
from daglab.execution.checking import tell_checked
from daglab.execution.recording import StepRecorder
from daglab.execution.reported import (
    reported_evaluation,
    reported_expectation,
    reported_materialization,
    reported_observation,
)
from daglab.execution.step_partitions import partition_tags
from daglab.execution.storing import output_context, store
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.events import EventType, OutputHandled, ValuePassed
from daglab.records.outputs import StepOutput


@dataclass(kw_only=True)
class Announcer:
    """Takes the results of one step.

    Args:
        recorder: tells the story.
        context: of the op, which knows what the step's code has said.
        keep: called with each value that was stored, by its record.
    """

    recorder: StepRecorder
    context: OpExecutionContext
    keep: Any = None
    _seen: set[tuple[str, str]] = field(default_factory=set, init=False)
    _verdicts: dict[str, AssetCheckResult] = field(default_factory=dict, init=False)

    def take(self, result: object) -> None:
        """Announces one result.

        Raises:
            InvariantViolationError: it is not what was declared.
            TypeCheckDidNotPass: its value is not of the declared type.
            HandleOutputError: its IO manager raised.
            ValueStoreError: its value cannot be stored.
        """
        match result:
            case Output() | DynamicOutput():
                self._take_output(result)
            case MaterializeResult():
                self._take_materialized(result)
            case AssetCheckResult():
                self._take_verdict(result)
            case ObserveResult():
                self._take_observed(result)
            case _:
                self.take_event(result)

    def take_event(self, event: object) -> None:
        """Announces what code says of something that is no output of the step."""
        recorder = self.recorder
        match event:
            case AssetMaterialization():
                recorder.tell(EventType.ASSET_MATERIALIZATION, reported_materialization(recorder, event))
            case AssetObservation():
                recorder.tell(EventType.ASSET_OBSERVATION, reported_observation(recorder, event))
            case ExpectationResult():
                recorder.tell(EventType.STEP_EXPECTATION_RESULT, reported_expectation(event))
            case AssetCheckEvaluation():
                self._tell_evaluation(reported_evaluation(recorder, event))
            case _:
                raise InvariantViolationError(f"step {recorder.step.key!r} gave back {event!r:.200}")

    def finish(self) -> None:
        """Announces what needs no result of its own, and refuses what is missing.

        Raises:
            StepOutputNotFoundError: an output that is required was not given back.
        """
        step = self.recorder.step
        if self.context.requires_typed_event_stream:
            self._refuse_untold()
        for name, out in step.op.outs.items():
            if any(seen == name for seen, _ in self._seen) or name in self._verdicts or out.is_dynamic:
                continue
            if step.selected_outputs is not None and name not in step.selected_outputs:
                continue
            if name in step.check_specs:
                if out.is_required:
                    raise StepOutputNotFoundError(
                        f"step {step.key!r} gave back no verdict for its check {step.check_specs[name].name!r}",
                        hint="give back an AssetCheckResult for each check that is declared",
                    )
            elif name in step.specs and getattr(step.definition, "is_observable", False):
                continue  # what was not looked at is not told of
            elif not out.carries_value and out.is_required:
                self._take_output(Output(None, output_name=name))
            elif out.is_required:
                raise StepOutputNotFoundError(
                    f"step {step.key!r} did not give back its output {name!r}",
                    hint="yield it, or declare it with is_required=False",
                )
        for name, verdict in self._verdicts.items():
            self._evaluate(name, verdict)
        self._verdicts.clear()
        self._refuse_blocked()

    def _refuse_untold(self) -> None:
        """Where code has to say exactly what is recorded, nothing that it leaves out is filled in."""
        step = self.recorder.step
        told = {*self._verdicts, *(name for name, _ in self._seen)}
        wanted = step.op.outs if step.selected_outputs is None else step.selected_outputs
        missing = [name for name in step.op.outs if name in wanted and name not in told]
        if missing:
            names = ", ".join(repr(str(self._meant_by(name))) for name in missing)
            raise InvariantViolationError(
                f"step {step.key!r} did not give back {names}", hint=self.context.typed_event_stream_error_message or ""
            )

    def _meant_by(self, name: str) -> object:
        step = self.recorder.step
        spec = step.specs.get(name) or step.check_specs.get(name)
        return spec.key if spec else name

    def _refuse_blocked(self) -> None:
        """Fails the step if one of its blocking checks did not pass, so that nothing goes on from there."""
        error = AssetCheckSeverity.ERROR
        bad = [one for one in self.recorder.checks if one.blocking and not one.passed and one.severity is error]
        if bad:
            names = ", ".join(f"{one.check_name!r} of {one.asset_key!r}" for one in bad)
            raise CheckFailedError(f"the blocking check {names} did not pass", hint="what needs the asset is not made")

    # ---- outputs

    def _take_output(self, output: Output[Any] | DynamicOutput[Any]) -> None:
        step, name = self.recorder.step, output.output_name
        mapping_key = output.mapping_key if isinstance(output, DynamicOutput) else ""
        out = self._declared(name)
        self._refuse_wrong_form(name, out, mapping_key)
        self._refuse_late(name)
        self._seen.add((name, mapping_key))
        self.context.observe_output(name, mapping_key or None)
        if step.hooks:
            self.recorder.output_metadata[name, mapping_key] = self._metadata(name, mapping_key, output)
        has_value = output.value is not NO_VALUE
        if has_value:
            self._check(name, out, mapping_key, output.value)
        spec = step.specs.get(name)
        if spec is None:
            self._handle(name, out, mapping_key, output)
        else:
            self._materialize(name, out, spec, output, stores=has_value and out.carries_value)

    def _declared(self, name: str) -> Out:
        step = self.recorder.step
        out = step.op.outs.get(name)
        if out is None:
            raise InvariantViolationError(
                f"step {step.key!r} has no output {name!r}",
                hint=suggest(name, step.op.outs) or f"its outputs are {list(step.op.outs)}",
            )
        return out

    def _refuse_wrong_form(self, name: str, out: Out, mapping_key: str) -> None:
        step = self.recorder.step
        if out.is_dynamic and not mapping_key:
            raise InvariantViolationError(
                f"step {step.key!r} gave back an Output for its dynamic output {name!r}", hint="use DynamicOutput"
            )
        if mapping_key and not out.is_dynamic:
            raise InvariantViolationError(
                f"step {step.key!r} gave back a DynamicOutput for its output {name!r}", hint="declare a DynamicOut"
            )
        if (name, mapping_key) in self._seen:
            which = f"{name!r} with mapping key {mapping_key!r}" if mapping_key else repr(name)
            raise InvariantViolationError(f"step {step.key!r} gave back its output {which} twice")
        if step.selected_outputs is not None and name not in step.selected_outputs:
            raise InvariantViolationError(
                f"step {step.key!r} gave back its output {name!r}, which is not selected",
                hint="ask context.selected_output_names what to make",
            )

    def _refuse_late(self, name: str) -> None:
        """Refuses an asset that comes after one that is made from it: its version would not be the one recorded."""
        specs = self.recorder.step.specs
        for child in self._children.get(str(specs[name].key), ()) if name in specs and len(specs) > 1 else ():
            if (child, "") in self._seen:
                raise InvariantViolationError(
                    f"step {self.recorder.step.key!r} gave back {str(specs[child].key)!r} before"
                    f" {str(specs[name].key)!r}, from which it is made",
                    hint="yield each asset after those that it needs",
                )

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """The outputs that are made from each of the step's own assets."""
        children: dict[str, list[str]] = {}
        for name, spec in self.recorder.step.specs.items():
            for dep in spec.deps:
                if dep.asset_key != spec.key:
                    children.setdefault(str(dep.asset_key), []).append(name)
        return children

    def _check(self, name: str, out: Out, mapping_key: str, value: object) -> None:
        spec = self.recorder.step.specs.get(name)
        tell_checked(
            self.recorder,
            EventType.STEP_OUTPUT,
            out.type,
            value,
            self.context,
            f"output {name!r}",
            name=name,
            asset_key=str(spec.key) if spec else "",
            mapping_key=mapping_key,
        )

    def _handle(self, name: str, out: Out, mapping_key: str, output: Output[Any] | DynamicOutput[Any]) -> None:
        recorder = self.recorder
        if not out.carries_value or output.value is NO_VALUE:
            recorder.outputs.append(self._record(name, mapping_key, io_manager_key=""))
            return
        told = self._stored_by(name, out, mapping_key, None, output)
        store(self.recorder, told, out.io_manager_key, output.value, self.take_event)
        record = self._record(name, mapping_key, io_manager_key=out.io_manager_key, stored=told.stored)
        given = self._metadata(name, mapping_key, output)
        recorder.tell(
            EventType.HANDLED_OUTPUT, OutputHandled(output=record, metadata={**told.get_logged_metadata(), **given})
        )
        recorder.outputs.append(record)
        if self.keep:
            self.keep(record, output.value)

    def _materialize(
        self, name: str, out: Out, spec: AssetSpec, output: Output[Any] | DynamicOutput[Any], *, stores: bool
    ) -> None:
        recorder, step = self.recorder, self.recorder.step
        told = self._stored_by(name, out, "", spec, output)
        if stores:
            store(self.recorder, told, out.io_manager_key, output.value, self.take_event)
        stored = told.stored
        said = self.context.data_version_of(spec.key)
        version = _version_of(output) or said or (stored.data_version if stored else None) or recorder.run_id
        given = {**told.get_logged_metadata(), **self._metadata(name, "", output)}
        key, at, seconds = str(spec.key), recorder.clock.now(), recorder.seconds
        inputs, tags = recorder.input_versions(), getattr(output, "tags", None) or {}
        partitions = recorder.partitions.made(spec) or ("",)
        for partition in partitions:
            made = Materialization(
                asset_key=key,
                run_id=recorder.run_id,
                step_key=step.key,
                at=at,
                partition=str(partition),
                code_version=step.code_version,
                code_parts=step.code_parts,
                data_version=version,
                input_versions=inputs,
                stored=replace(stored, data_version=None) if stored and stored.data_version == version else stored,
                io_manager_key=out.io_manager_key,
                metadata={**given, **self._asset_metadata(spec, partition)},
                tags={**partition_tags(partition), **tags},
                seconds=seconds,
            )
            recorder.tell(EventType.ASSET_MATERIALIZATION, made)
            recorder.materializations.append(made)
        record = self._record(
            name,
            "",
            io_manager_key=out.io_manager_key if stores else "",
            asset_key=key,
            partition=str(partitions[0]) if len(partitions) == 1 else "",
            stored=stored,
        )
        recorder.outputs.append(record)
        if stores and self.keep:
            self.keep(record, output.value)

    def _record(self, name: str, mapping_key: str, *, io_manager_key: str, **fields: Any) -> StepOutput:
        return StepOutput(
            run_id=self.recorder.run_id,
            step_key=self.recorder.step.key,
            name=name,
            mapping_key=mapping_key,
            io_manager_key=io_manager_key,
            **fields,
        )

    def _stored_by(
        self,
        name: str,
        out: Out,
        mapping_key: str,
        spec: AssetSpec | None,
        output: Output[Any] | DynamicOutput[Any],
    ) -> OutputContext:
        metadata = self._metadata(name, mapping_key, output)
        return output_context(self.recorder, self.context, name, out, mapping_key, spec, metadata)

    def _metadata(
        self, name: str, mapping_key: str, output: Output[Any] | DynamicOutput[Any]
    ) -> dict[str, MetadataValue]:
        """What an output came with, and what the step's code said of it, which wins."""
        return {**normalize_metadata(output.metadata), **self.context.output_metadata(name, mapping_key or None)}

    def _asset_metadata(self, spec: AssetSpec, partition: str) -> dict[str, MetadataValue]:
        return self.context.recorded_asset_metadata(spec.key, partition or None)

    # ---- assets and checks

    def _take_materialized(self, result: MaterializeResult[Any]) -> None:
        name = self._asset_output(result.asset_key, "MaterializeResult")
        output = Output(
            result.value,
            output_name=name,
            metadata=result.metadata,
            data_version=result.data_version,
            tags=result.tags,
        )
        self._take_output(output)
        for verdict in result.check_results or ():
            self._take_verdict(verdict, name)

    def _asset_output(self, asset_key: Any, what: str) -> str:
        step = self.recorder.step
        if asset_key is None:
            if len(step.specs) == 1:
                return next(iter(step.specs))
            raise InvariantViolationError(
                f"step {step.key!r} makes {len(step.specs)} assets and a {what} names none", hint="give it an asset_key"
            )
        key = key_of(asset_key)
        for name, spec in step.specs.items():
            if spec.key == key:
                return name
        raise InvariantViolationError(
            f"step {step.key!r} does not make {str(key)!r}", hint=f"it makes {list(map(str, step.asset_keys))}"
        )

    def _take_verdict(self, result: AssetCheckResult, asset_output: str | None = None) -> None:
        step = self.recorder.step
        default = step.specs[asset_output].key if asset_output else None
        for name, spec in step.check_specs.items():
            wanted = key_of(result.asset_key) if result.asset_key is not None else default
            if result.check_name in (None, spec.name) and wanted in (None, spec.key.asset_key):
                if name in self._verdicts or (name, "") in self._seen:
                    continue
                self._verdicts[name] = result
                self._settle_verdict(name)
                return
        raise InvariantViolationError(
            f"step {step.key!r} gave back a verdict for {result.check_name!r}, a check it does not declare",
            hint=f"it declares {[spec.name for spec in step.check_specs.values()]}",
        )

    def _settle_verdict(self, name: str) -> None:
        """A verdict names the data that it is of, so it waits for the asset if this very step makes that, too."""
        step = self.recorder.step
        key = step.check_specs[name].key.asset_key
        waits = any(spec.key == key and (output, "") not in self._seen for output, spec in step.specs.items())
        if not waits:
            self._evaluate(name, self._verdicts.pop(name))

    def _evaluate(self, name: str, verdict: AssetCheckResult) -> None:
        recorder, spec = self.recorder, self.recorder.step.check_specs[name]
        self._seen.add((name, ""))
        key = str(spec.key.asset_key)
        made = {one.asset_key: one for one in recorder.materializations}
        target = {**recorder.task.assets, **recorder.read, **made}.get(key)
        recorder.tell(EventType.STEP_OUTPUT, ValuePassed(name=name))
        self._tell_evaluation(
            CheckEvaluation(
                asset_key=key,
                check_name=spec.name,
                run_id=recorder.run_id,
                at=recorder.clock.now(),
                passed=bool(verdict.passed),
                severity=verdict.severity,
                blocking=spec.blocking,
                code_version=recorder.step.code_version,
                data_version=target.data_version if target else "",
                message=verdict.description or "",
                metadata=normalize_metadata(verdict.metadata),
                target_run_id=target.run_id if target else "",
                target_at=target.at if target else None,
            )
        )

    def _tell_evaluation(self, evaluation: CheckEvaluation) -> None:
        self.recorder.tell(EventType.ASSET_CHECK_EVALUATION, evaluation)
        self.recorder.checks.append(evaluation)

    def _take_observed(self, result: ObserveResult) -> None:
        name = self._asset_output(result.asset_key, "ObserveResult")
        spec = self.recorder.step.specs[name]
        self._seen.add((name, ""))
        recorder = self.recorder
        given = ValuePassed(name=name, type_name="Nothing")
        # Of several assets each one is given back and then told of; the only one is told of first.
        is_one_of_many = len(recorder.step.specs) > 1
        if is_one_of_many:
            recorder.tell(EventType.STEP_OUTPUT, given)
        observation = Observation(
            asset_key=str(spec.key),
            run_id=recorder.run_id,
            step_key=recorder.step.key,
            at=recorder.clock.now(),
            partition=str(recorder.partition_of(spec) or ""),
            data_version=_version_of(result) or "",
            metadata=normalize_metadata(result.metadata),
            tags=dict(result.tags or {}),
        )
        recorder.tell(EventType.ASSET_OBSERVATION, observation)
        if not is_one_of_many:
            recorder.tell(EventType.STEP_OUTPUT, given)
        recorder.outputs.append(self._record(name, "", io_manager_key=""))
        for verdict in result.check_results or ():
            self._take_verdict(verdict, name)


def _version_of(result: Any) -> str | None:
    """The data version that user code gave, as text."""
    version = getattr(result, "data_version", None)
    found: str | None = getattr(version, "value", version)
    return found
