"""One step, from its inputs to its stored outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from daglab.definitions.contexts.current import running_in
from daglab.definitions.contexts.hook_context import HookContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.user_errors import Failure, RetryRequested
from daglab.errors import DaglabError, InvalidDefinitionError, PipesError, UserCodeError
from daglab.execution.announcing import Announcer
from daglab.execution.capture import captured_output
from daglab.execution.handover import can_be_handed_over, handed_over
from daglab.execution.hooks import run_hooks
from daglab.execution.inputs import InputLoader
from daglab.execution.opening import open_setting
from daglab.execution.outputs import results_of
from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.recording import StepRecorder
from daglab.execution.setting import OpenSetting, RunSetting
from daglab.foundation.clock import Clock
from daglab.planning.steps import MAPPED, FromStep, Step
from daglab.records.events import Event
from daglab.records.outputs import StepOutput


@dataclass(frozen=True, kw_only=True)
class _Held:
    data_version: str
    value: Any


class StepExecutor:
    """Runs the steps of one run that fall to this process, each on the calling thread.

    Args:
        setting: what all steps of the run share.
        steps: all steps of the plan by key.
        emit: takes the events, in order, from any thread.
        clock: tells the time of events.
        captured: takes the value of every output of ops, by its record, for whoever asked for them; None for nobody.
    """

    def __init__(
        self,
        *,
        setting: RunSetting,
        steps: Mapping[str, Step],
        emit: Callable[[Event], None],
        clock: Clock,
        captured: dict[StepOutput, Any] | None = None,
    ) -> None:
        self._setting = setting
        self._steps = steps
        self._emit = emit
        self._clock = clock
        self._captured = captured
        self._held: dict[str, _Held] = {}
        self._families: dict[FromStep | None, frozenset[str]] = {}
        self._open: OpenSetting | None = None
        self._closing = ExitStack()
        self._is_retrying = setting.retries_enabled

    @property
    def held_keys(self) -> frozenset[str]:
        """The values that this process keeps for later steps, by token."""
        return frozenset(self._held)

    def open(self) -> None:
        """Opens the resources that the steps need, once.

        Raises:
            UnknownResourceError: one is defined nowhere.
            ResourceFunctionError: the code of one raised.
        """
        if self._open is None:
            opening = open_setting(self._setting, self._steps, self._emit, self._clock)
            self._open = self._closing.enter_context(opening)

    def close(self) -> None:
        """Closes the resources, in reverse order."""
        self._closing.close()
        self._open = None

    def forbid_retries(self) -> None:
        """From now on, a step that asks to be tried again has failed."""
        self._is_retrying = False

    def run(self, task: StepTask) -> StepOutcome:
        """Runs one step; whatever happens in it becomes its outcome."""
        for token in task.forget:
            self._held.pop(token, None)
        self.open()
        assert self._open is not None
        template = self._steps[task.template or task.step_key]
        step = template.mapped_to(task.mapping_key, self._family(template)) if template.mapped_over else template
        recorder = StepRecorder(setting=self._open, step=step, task=task, emit=self._emit, clock=self._clock)
        context = recorder.start()
        made: dict[StepOutput, Any] = {}
        kept: dict[StepOutput, Any] = {}
        try:
            self._compute(recorder, context, made, kept)
            outcome = recorder.succeed()
            error: BaseException | None = None
        except BaseException as raised:
            # Raised inside, so that what was raised is described with the frames it has now.
            error = raised
            wait = retry_after(step, task.attempt, raised) if self._is_retrying else None
            outcome = recorder.fail(raised, retry_after=wait)
        if step.hooks:
            ended = "retry" if outcome.retry_after is not None else "failure" if error else "success"
            run_hooks(
                recorder,
                ended,
                self._setting.tell,
                lambda hook: self._hook_context(hook, recorder, context, error, made),
            )
        if error is None:
            self._keep(recorder, made, kept)
        return outcome

    def _family(self, template: Step) -> frozenset[str]:
        """The keys of all steps that are mapped over the same output as this one."""
        over = template.mapped_over
        if over not in self._families:
            same = (key for key, step in self._steps.items() if step.mapped_over == over)
            self._families[over] = frozenset(same)
        return self._families[over]

    def _compute(
        self, recorder: StepRecorder, context: Any, made: dict[StepOutput, Any], kept: dict[StepOutput, Any]
    ) -> None:
        managers = recorder.setting.managers

        def keep(output: StepOutput, value: Any) -> None:
            made[output] = value
            if _hands_over(managers, output) and can_be_handed_over(value):
                # What made it may still have its hands on it, and hooks get theirs on it.
                kept[output] = handed_over(value)

        said = getattr(context, "op_execution_context", context)
        announcer = Announcer(recorder=recorder, context=said, keep=keep)
        recorder.log_event = announcer.take_event
        step = recorder.step
        if said is context and getattr(step.op.compute, "context_kind", None) == "asset":
            raise InvalidDefinitionError(
                f"op {step.op.name!r} wants an AssetExecutionContext and makes no asset",
                hint="annotate its context with OpExecutionContext",
            )
        with captured_output(recorder.tell_printed), running_in(context):
            inputs = InputLoader(
                recorder=recorder, context=context, take_held=self._take_held, find_step=self._find_step
            ).inputs()
            raw = step.op.compute(context, inputs)
            for result in results_of(step, raw, recorder.setting.event_loop, exactly=lambda: _advice(said)):
                announcer.take(result)
            announcer.finish()

    def _find_step(self, key: str) -> Step | None:
        """The step of a key, or the one that it is an instance of."""
        return self._steps.get(key) or self._steps.get(key.partition("[")[0] + MAPPED)

    def _take_held(self, token: str, data_version: str) -> Any:
        """A value that this process holds; of an asset, only the version that is asked for."""
        held = self._held.get(token)
        if held is None or (data_version and held.data_version != data_version):
            return NO_VALUE
        return handed_over(held.value)

    def _keep(self, recorder: StepRecorder, made: Mapping[StepOutput, Any], kept: Mapping[StepOutput, Any]) -> None:
        """Keeps what was made for the steps to come, where that saves them a load."""
        versions = {one.asset_key: one.data_version for one in recorder.materializations}
        for output, value in kept.items():
            self._held[output.token] = _Held(data_version=versions.get(output.asset_key, ""), value=value)
        if self._captured is not None:
            for output, value in made.items():
                # What lies in a file of ours can be loaded when somebody asks; all of it would fill the memory.
                if not (output.asset_key and _hands_over(recorder.setting.managers, output)):
                    self._captured[output] = value

    def _hook_context(
        self,
        hook: Any,
        recorder: StepRecorder,
        context: Any,
        error: BaseException | None,
        made: Mapping[StepOutput, Any],
    ) -> HookContext:
        return HookContext(
            recorder.facts,
            hook,
            op_exception=error.user_exception if isinstance(error, UserCodeError) else error,
            op_output_values=_by_output({(one.name, one.mapping_key): value for one, value in made.items()}),
            op_output_metadata=_by_output(recorder.output_metadata),
        )


def _by_output(found: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    """What belongs to outputs, by their names; of dynamic ones, by their mapping keys."""
    values: dict[str, Any] = {}
    for (name, mapping_key), value in found.items():
        if mapping_key:
            values.setdefault(name, {})[mapping_key] = value
        else:
            values[name] = value
    return values


def _advice(context: OpExecutionContext) -> str | None:
    """What to do where code has to give back just what is to be recorded, and does not; None where it has not to."""
    return context.typed_event_stream_error_message or "" if context.requires_typed_event_stream else None


def _hands_over(managers: Mapping[str, Any], output: StepOutput) -> bool:
    return bool(getattr(managers.get(output.io_manager_key), "hands_over", False))


def retry_after(step: Step, attempt: int, error: BaseException) -> float | None:
    """Seconds after which a step that raised is tried again; None where it is not."""
    if isinstance(error, RetryRequested):
        most = error.max_retries if error.max_retries is not None else attempt
        return float(error.seconds_to_wait or 0) if attempt <= most else None
    policy = step.retry_policy
    if policy is None or not is_worth_a_retry(error) or attempt > policy.max_retries:
        return None
    return float(policy.calculate_delay(attempt))


def is_worth_a_retry(error: BaseException) -> bool:
    """Whether a retry policy is asked about an error: user code raised it, and did not say that it is final."""
    if isinstance(error, Failure):
        return error.allow_retries
    ours = isinstance(error, DaglabError) and not isinstance(error, (UserCodeError, PipesError))
    return isinstance(error, Exception) and not ours
