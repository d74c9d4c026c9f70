"""The resources and IO managers of a run, opened once in each process that runs its steps."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.opening import Surroundings, open_resources
from daglab.definitions.types.scalars import ANY
from daglab.errors import UnknownResourceError, suggest
from daglab.execution.boundary import failure_from
from daglab.execution.setting import OpenSetting, RunSetting
from daglab.foundation.clock import Clock
from daglab.foundation.event_loop import RunLoop
from daglab.planning.steps import FromAsset, Step
from daglab.records.events import Event, EventType, LogLine, ResourcesOpened


@contextmanager
def open_setting(
    setting: RunSetting, steps: Mapping[str, Step], emit: Callable[[Event], None], clock: Clock
) -> Iterator[OpenSetting]:
    """Opens what the steps of a run need, and closes it in reverse order, however the block ends.

    Raises:
        UnknownResourceError: a resource is needed and defined nowhere.
        ResourceFunctionError: the code of a resource raised.
    """
    needed = needed_resources(steps)
    refuse_unknown(needed, {*setting.resource_defs, *setting.io_managers})
    keys = tuple(key for key in needed if key in setting.resource_defs)

    def tell(kind: EventType, error: BaseException | None = None) -> None:
        payload = ResourcesOpened(keys=tuple(needed), failure=failure_from(error) if error else None)
        emit(Event(run_id=setting.run_id, type=kind, at=clock.now(), payload=payload))

    with closing(RunLoop()) as loop:
        if not keys:
            yield OpenSetting(run=setting, managers=setting.io_managers, event_loop=loop)
            return
        with _opened(setting, needed, keys, loop, tell, _logger(setting.run_id, emit, clock)) as resources:
            managers = {**setting.io_managers, **resources.original_resource_dict}
            yield OpenSetting(run=setting, resources=resources, managers=managers, event_loop=loop)


@contextmanager
def _opened(
    setting: RunSetting,
    needed: Mapping[str, str],
    keys: tuple[str, ...],
    loop: RunLoop,
    tell: Callable[..., None],
    log: logging.Logger,
) -> Iterator[Resources]:
    tell(EventType.RESOURCE_INIT_STARTED)
    around = Surroundings(instance=setting.instance, run=setting.run(), run_id=setting.run_id, log=log, event_loop=loop)
    with ExitStack() as stack:
        try:
            opening = open_resources(setting.resource_defs, keys, setting.resource_configs, around, needed_by=needed)
            resources = stack.enter_context(opening)
        except Exception as error:
            tell(EventType.RESOURCE_INIT_FAILURE, error)
            raise
        tell(EventType.RESOURCE_INIT_SUCCESS)
        yield resources


def _logger(run_id: str, emit: Callable[[Event], None], clock: Clock) -> logging.Logger:
    logger = logging.Logger("daglab.resources", level=logging.DEBUG)
    logger.addHandler(_LogHandler(run_id, emit, clock))
    return logger


class _LogHandler(logging.Handler):
    """What resources log belongs to the run, and to none of its steps."""

    def __init__(self, run_id: str, emit: Callable[[Event], None], clock: Clock) -> None:
        super().__init__()
        self._run_id = run_id
        self._emit = emit
        self._clock = clock

    def emit(self, record: logging.LogRecord) -> None:
        line = LogLine(text=record.getMessage(), level=record.levelname)
        self._emit(Event(run_id=self._run_id, type=EventType.LOG, at=self._clock.now(), payload=line))


def needed_resources(steps: Mapping[str, Step]) -> dict[str, str]:
    """The resources that steps need, each with what needs it first."""
    needed: dict[str, str] = {}
    for step in steps.values():
        for key in resources_needed_by(step):
            needed.setdefault(key, f"step {step.key!r}")
    return needed


def refuse_unknown(needed: Mapping[str, str], known: set[str]) -> None:
    """Makes sure that everything needed is defined.

    Raises:
        UnknownResourceError: something is not.
    """
    unknown = {key: who for key, who in needed.items() if key not in known}
    if unknown:
        key, who = next(iter(unknown.items()))
        more = f" (and {', '.join(map(repr, list(unknown)[1:]))})" if len(unknown) > 1 else ""
        others = sorted(known - {DEFAULT_IO_MANAGER_KEY})
        raise UnknownResourceError(
            f"{who} needs the resource {key!r}{more}, which nothing defines",
            hint=suggest(key, known)
            or f"give it in resources={{{key!r}: ...}}; there are: {', '.join(others) or 'none'}",
        )


def resources_needed_by(step: Step) -> Iterator[str]:
    """The resources that one step needs: of its code, its hooks, its types, and its IO managers."""
    yield from sorted(step.op.required_resource_keys)
    for hook in step.hooks:
        yield from sorted(hook.required_resource_keys)
    for name, out in step.op.outs.items():
        if out.carries_value and name not in step.check_specs:
            yield out.io_manager_key
        yield from sorted(_of_type(out))
    for name, source in step.sources.items():
        declared = step.op.ins[name]
        if declared.input_manager_key:
            yield declared.input_manager_key
        if isinstance(source, FromAsset) and declared.passes_value:
            yield source.io_manager_key
        yield from sorted(_of_type(declared))


_NONE: frozenset[str] = frozenset()


def _of_type(declared: Any) -> frozenset[str]:
    kind = declared.type
    if kind is ANY:
        return _NONE
    found = set(kind.required_resource_keys)
    if kind.loader is not None:
        found |= set(kind.loader.required_resource_keys())
    return frozenset(found)
