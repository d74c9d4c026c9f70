"""The inputs of a step: handed over within the process, loaded from where they are stored, or known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, OutputContext
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.nodes import DEFAULT_OUTPUT, In
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import DaglabError, LoadInputError, TypeLoadingError, ValueMissingError
from daglab.execution.checking import tell_checked
from daglab.execution.loading import input_context, io_manager_named, load_foreign, load_value, load_with
from daglab.execution.recording import StepRecorder
from daglab.execution.step_partitions import ReadPartitions, refuse_absent
from daglab.planning.steps import (
    FromAsset,
    FromConfig,
    FromEvery,
    FromManager,
    FromMany,
    FromStep,
    FromValue,
    Source,
    Step,
)
from daglab.records.assets import Materialization
from daglab.records.events import EventType
from daglab.records.outputs import StepOutput


@dataclass(kw_only=True)
class _Story:
    """How the value of one input came about."""

    ways: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    metadata: dict[str, MetadataValue] = field(default_factory=dict)

    @property
    def how(self) -> str:
        return "stored" if "stored" in self.ways else next(iter(self.ways), "")


@dataclass(kw_only=True)
class InputLoader:
    """Brings the inputs of one step together.

    Args:
        recorder: tells the story.
        context: what type checks and type loaders are called with.
        find_step: gives the step of a key; None where it is not part of the plan.
        take_held: gives the value of an output or asset that this process still holds; `NO_VALUE` if it does not.
    """

    recorder: StepRecorder
    context: Any
    take_held: Callable[[str, str], Any]
    find_step: Callable[[str], Step | None] = lambda key: None

    def inputs(self) -> dict[str, Any]:
        """All inputs of the step that pass values, by name, checked.

        Raises:
            TypeCheckDidNotPass: one is not of the declared type.
            ValueMissingError: one was never stored.
            LoadInputError: an IO manager raised.
        """
        step, found = self.recorder.step, {}
        for name, source in step.sources.items():
            declared, story = step.op.ins[name], _Story()
            if declared.passes_value:
                found[name] = self._value(name, declared, source, story), story
        for name, (value, story) in found.items():
            self._check(name, step.op.ins[name], step.sources[name], value, story)
        return {name: value for name, (value, _) in found.items()}

    def _check(self, name: str, declared: In, source: Source, value: Any, story: _Story) -> None:
        """Checks and tells an input; all are loaded before the first one is."""
        tell_checked(
            self.recorder,
            EventType.STEP_INPUT,
            declared.type,
            value,
            self.context,
            f"input {name!r}",
            name=name,
            asset_key=source.key if isinstance(source, FromAsset) else "",
            how=story.how,
            sources=tuple(story.sources),
            loaded=story.metadata,
        )

    def _listen(self, story: _Story) -> Callable[[InputContext], None]:
        """Takes what an IO manager has said of a value that it loaded."""

        def listen(context: InputContext) -> None:
            story.metadata.update(context.consume_logged_metadata())
            for event in context.get_observations():
                self.recorder.log_event(event)

        return listen

    def _value(self, name: str, declared: In, source: Source, story: _Story) -> Any:
        match source:
            case FromValue():
                return source.value
            case FromAsset():
                return self._asset(name, declared, source, story)
            case FromStep():
                [output] = self._outputs(source)
                return self._output(name, declared, output, story)
            case FromEvery():
                return [self._output(name, declared, one, story) for one in self._outputs(source.source)]
            case FromMany():
                parts = (one for one in source.sources if self._is_there(one))
                return [self._value(name, declared, one, story) for one in parts]
            case FromConfig():
                return self._from_config(name, declared, source.config)
            case FromManager():
                return self._from_manager(name, declared, None, story, source.config)

    def _outputs(self, source: FromStep) -> tuple[StepOutput, ...]:
        return self.recorder.task.outputs.get((source.step_key, source.output), ())

    def _is_there(self, source: Source) -> bool:
        return bool(self._outputs(source)) if isinstance(source, FromStep) else True

    def _asset(self, name: str, declared: In, source: FromAsset, story: _Story) -> Any:
        read = self.recorder.partitions.read(name)
        if read is not None:
            return self._partitions(name, declared, source, read, story)
        made = self.recorder.task.assets.get(source.key)
        if declared.input_manager_key is not None:
            return self._from_manager(name, declared, made, story)
        managers = self.recorder.setting.managers
        if made is None:
            story.ways.add("stored")
            told = {**self._told(name, declared, source.io_manager_key), "producer": self._said(source)}
            return self._guarded(
                name,
                lambda: load_foreign(
                    source.key, source.io_manager_key, managers, name, on_loaded=self._listen(story), **told
                ),
            )
        story.sources.append(f"{made.step_key}.{source.key}")
        value = self.take_held(source.key, made.data_version)
        if value is not NO_VALUE:
            story.ways.add("memory")
            return value
        story.ways.add("stored")
        told = {**self._told(name, declared, made.io_manager_key), "producer": self._producer(made, source)}
        return self._guarded(name, lambda: load_value(made, managers, name, on_loaded=self._listen(story), **told))

    def _partitions(self, name: str, declared: In, source: FromAsset, read: ReadPartitions, story: _Story) -> Any:
        """What an IO manager makes of some partitions of an asset; the default one gives several as a dictionary."""
        recorder = self.recorder
        refuse_absent(read, name, recorder.step)
        made = {str(key): recorder.made_partition(source.key, str(key)) for key in read.keys}
        known = [one for one in made.values() if one is not None]
        if len(known) == 1:
            recorder.read[source.key] = known[0]
        story.sources.extend(f"{one.step_key}.{source.key}" for one in known)
        key = declared.input_manager_key or (known[-1].io_manager_key if known else "") or source.io_manager_key
        manager = io_manager_named(recorder.setting.managers, key, f"{recorder.step.key}.{name}")
        if getattr(manager, "hands_over", False):
            values = {one: self._partition(name, declared, source, one, made[one], story) for one in made}
            return values if len(values) > 1 else next(iter(values.values()), None)
        story.ways.add("stored")
        told = {**self._told(name, declared, key), **recorder.partitions.told(read)}
        upstream = (
            input_context(known[-1], producer=self._producer(known[-1], source)).upstream
            if known
            else OutputContext(**self._said(source))
        )
        asset_key = AssetKey.from_user_string(source.key)
        stored = upstream.stored if len(known) == 1 else None
        context = InputContext(name=name, asset_key=asset_key, upstream_output=upstream, stored=stored, **told)
        return self._guarded(name, lambda: load_with(manager, context, self._listen(story)))

    def _partition(
        self, name: str, declared: In, source: FromAsset, key: str, made: Materialization | None, story: _Story
    ) -> Any:
        if made is None:
            raise ValueMissingError(
                f"the partition {key!r} of asset {source.key!r}, which step {self.recorder.step.key!r} needs, was never"
                " stored",
                hint="materialize it",
            )
        value = self.take_held(source.key, made.data_version)
        if value is not NO_VALUE:
            story.ways.add("memory")
            return value
        story.ways.add("stored")
        told = {**self._told(name, declared, made.io_manager_key), "producer": self._producer(made, source)}
        return self._guarded(
            name,
            lambda: load_value(made, self.recorder.setting.managers, name, on_loaded=self._listen(story), **told),
        )

    def _output(self, name: str, declared: In, output: StepOutput, story: _Story) -> Any:
        story.sources.append(f"{output.step_key}.{output.name}")
        if declared.input_manager_key is not None:
            return self._from_manager(name, declared, output, story)
        value = self.take_held(output.token, "")
        if value is not NO_VALUE:
            story.ways.add("memory")
            return value
        story.ways.add("stored")
        told = {**self._told(name, declared, output.io_manager_key), "producer": self._producer(output)}
        return self._guarded(
            name,
            lambda: load_value(output, self.recorder.setting.managers, name, on_loaded=self._listen(story), **told),
        )

    def _told(self, name: str, declared: In, io_manager_key: str) -> dict[str, Any]:
        """What an IO manager is told of an input."""
        recorder = self.recorder
        run, setting = recorder.setting.run, recorder.setting
        return {
            "job_name": run.job_name,
            "op_def": recorder.step.op,
            "definition_metadata": declared.metadata,
            "dagster_type": declared.type,
            "log_manager": recorder.facts.log,
            "resource_config": run.resource_configs.get(io_manager_key),
            "resources": setting.resources,
            "step_context": self.context,
            "instance": run.instance,
        }

    def _said(self, source: FromAsset) -> dict[str, Any]:
        """What is known of the output that makes an asset, by its definition alone."""
        key = AssetKey.from_user_string(source.key)
        return {"asset_key": key, "name": key.path[-1], "definition_metadata": source.metadata}

    def _producer(self, made: Materialization | StepOutput, source: FromAsset | None = None) -> dict[str, Any]:
        """What is known of the output that made a value, besides its record."""
        step = self.find_step(made.step_key) if made.run_id == self.recorder.run_id else None
        if step is None:
            return {"definition_metadata": source.metadata} if source else {}
        if isinstance(made, StepOutput):
            name = made.name
        else:
            name = next((one for one, spec in step.specs.items() if str(spec.key) == made.asset_key), DEFAULT_OUTPUT)
        out, spec = step.op.outs.get(name), step.specs.get(name)
        return {
            "name": name,
            "job_name": self.recorder.setting.run.job_name,
            "op_def": step.op,
            "dagster_type": out.type if out else None,
            "definition_metadata": {**((out.metadata if out else None) or {}), **(spec.metadata if spec else {})},
            "asset_spec": spec,
        }

    def _from_manager(
        self, name: str, declared: In, made: Materialization | StepOutput | None, story: _Story, config: Any = None
    ) -> Any:
        key = declared.input_manager_key or ""
        manager = io_manager_named(self.recorder.setting.managers, key, f"{self.recorder.step.key}.{name}")
        more = {**self._told(name, declared, key), "config": config}
        told = (
            input_context(made, name, producer=self._producer(made), **more)
            if made
            else InputContext(name=name, **more)
        )
        return self._guarded(name, lambda: load_with(manager, told, self._listen(story)))

    def _from_config(self, name: str, declared: In, config: Any) -> Any:
        loader = declared.type.loader
        assert loader is not None
        try:
            return loader.construct_from_config_value(self.context, config)
        except DaglabError:
            raise
        except Exception as error:
            raise TypeLoadingError(
                f"input {name!r} of step {self.recorder.step.key!r} could not be loaded from its config: {error}",
                user_exception=error,
            ) from error

    def _guarded(self, name: str, load: Callable[[], Any]) -> Any:
        try:
            return load()
        except DaglabError:
            raise
        except Exception as error:
            raise LoadInputError(
                f"input {name!r} of step {self.recorder.step.key!r} could not be loaded: {error}",
                user_exception=error,
            ) from error
