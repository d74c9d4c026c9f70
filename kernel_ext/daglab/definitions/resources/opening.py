"""Opens resources in the order in which they need each other, and closes them in reverse, whatever happens."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ContextDecorator, contextmanager
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.calling import call_with_context
from daglab.definitions.resources.coercion import as_resource_definition
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.resources.ordering import opening_order
from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.errors import DaglabError, ResourceFunctionError

_LOG = logging.getLogger("daglab")

OnEvent = Callable[[str, str, float], None]
"""Takes what happened ("started", "succeeded", "failed", "teardown_failed"), the key, and the seconds it took."""


def ignore_event(_what: str, _key: str, _seconds: float) -> None:
    """For those who need not know."""


@dataclass(kw_only=True)
class Surroundings:
    """What all resources that are opened together are told.

    Args:
        instance: the instance.
        run: the record of the run.
        run_id: its id, where there is no record at hand.
        log: where resources log.
        event_loop: runs what is asynchronous.
        on_event: is told of every start, success and failure.
    """

    instance: Any = None
    run: Any = None
    run_id: str | None = None
    log: logging.Logger | None = None
    event_loop: Any = None
    on_event: OnEvent = ignore_event


@dataclass(kw_only=True)
class OpenedResources:
    """Resources that are open.

    Args:
        definitions: all that could be opened, by key.
        surroundings: what they are told.
    """

    definitions: Mapping[str, ResourceDefinition]
    surroundings: Surroundings
    values: dict[str, Any] = field(default_factory=dict)
    closers: list[tuple[str, Callable[[], None]]] = field(default_factory=list)

    def open(self, key: str, config: Any) -> None:
        """Opens one resource.

        Raises:
            ResourceFunctionError: its code raised.
        """
        tell, started = self.surroundings.on_event, time.perf_counter()
        tell("started", key, 0.0)
        try:
            value, close = self._call(key, config)
        except BaseException:
            tell("failed", key, time.perf_counter() - started)
            raise
        self.values[key] = value
        if close is not None:
            self.closers.append((key, close))
        tell("succeeded", key, time.perf_counter() - started)

    def _call(self, key: str, config: Any) -> tuple[Any, Callable[[], None] | None]:
        definition = self.definitions[key]
        around = self.surroundings
        context = InitResourceContext(
            resource_config=config,
            resources=Resources(self.values).only(definition.get_required_resource_keys(self.definitions)),
            resource_def=definition,
            all_resource_defs=self.definitions,
            instance=around.instance,
            dagster_run=around.run,
            log_manager=around.log or _LOG,
            event_loop=around.event_loop,
            run_id=around.run_id,
        )
        try:
            return entered(call_with_context(definition.resource_fn, context), key)
        except DaglabError:
            raise
        except Exception as error:
            raise ResourceFunctionError(
                f"the resource {key!r} could not be opened: {type(error).__name__}: {error}", user_exception=error
            ) from error

    def close(self) -> BaseException | None:
        """Closes all in reverse order; what goes wrong is logged, and nothing is left open for it.

        Returns:
            The first interrupt that arrived while a resource was closed.
        """
        interrupt: BaseException | None = None
        while self.closers:
            key, close = self.closers.pop()
            started = time.perf_counter()
            try:
                close()
            except BaseException as error:  # the others must be closed, too
                self._report(key, error, time.perf_counter() - started)
                interrupt = interrupt or (None if isinstance(error, Exception) else error)
        return interrupt

    def _report(self, key: str, error: BaseException, seconds: float) -> None:
        log = self.surroundings.log or _LOG
        log.error("the resource %r failed to close: %s: %s", key, type(error).__name__, error, exc_info=error)
        self.surroundings.on_event("teardown_failed", key, seconds)


@contextmanager
def open_resources(
    definitions: Mapping[str, object],
    keys: Iterable[str],
    configs: Mapping[str, object] | None = None,
    surroundings: Surroundings | None = None,
    *,
    needed_by: Mapping[str, str] | None = None,
) -> Iterator[Resources]:
    """Opens resources and those that they need, each once, and closes them in reverse.

    Args:
        definitions: anything that `resources=` takes, by key.
        keys: which to open.
        configs: processed config by key; a resource without an entry gets its defaults.
        surroundings: what the resources are told.
        needed_by: who needs a key, for messages.

    Raises:
        UnknownResourceError: a key is needed and not defined.
        InvariantViolationError: resources need each other in a circle.
        InvalidConfigError: config is missing or does not fit.
        ResourceFunctionError: a resource's code raised.
    """
    with opened_resources(definitions, keys, configs, surroundings, needed_by=needed_by) as opened:
        yield Resources(opened.values)


@contextmanager
def opened_resources(
    definitions: Mapping[str, object],
    keys: Iterable[str],
    configs: Mapping[str, object] | None = None,
    surroundings: Surroundings | None = None,
    *,
    needed_by: Mapping[str, str] | None = None,
) -> Iterator[OpenedResources]:
    """The same, with what it takes to close them."""
    resolved = {key: as_resource_definition(one) for key, one in definitions.items()}
    order = opening_order(resolved, keys, needed_by or {})
    ready = {key: _config_of(key, resolved[key], configs or {}) for key in order}
    opened = OpenedResources(definitions=resolved, surroundings=surroundings or Surroundings())
    try:
        for key in order:
            opened.open(key, ready[key])
        yield opened
    except BaseException:
        opened.close()  # what it could raise is logged, and would hide what went wrong first
        raise
    interrupt = opened.close()
    if interrupt is not None:
        raise interrupt


def _config_of(key: str, definition: ResourceDefinition, configs: Mapping[str, object]) -> object:
    # None where whoever processed the run config saw no schema, as with a value that only becomes a definition here.
    if configs.get(key) is not None or (key in configs and definition.config_schema is None):
        return configs[key]
    return definition.process_config().or_raise(f"the config of the resource {key!r}")


def entered(result: Any, key: str) -> tuple[Any, Callable[[], None] | None]:
    """The value behind what a resource function gave back, and what closes it.

    A generator is asked for its one value, a `@contextmanager` is entered; anything else is the value.
    """
    if inspect.isgenerator(result):
        return _first(result, key), lambda: _finish(result, key)
    if is_scoped(result):
        return result.__enter__(), lambda: _exit(result)
    return result, None


def is_scoped(result: object) -> bool:
    """Whether something has to be closed: a generator, or what a function made with `@contextmanager` gives."""
    return inspect.isgenerator(result) or isinstance(result, ContextDecorator)


def _first(generator: Any, key: str) -> Any:
    for value in generator:
        return value
    raise ResourceFunctionError(f"the resource {key!r} yielded nothing", hint="yield the resource once")


def _finish(generator: Any, key: str) -> None:
    try:
        for _ in generator:
            raise ResourceFunctionError(f"the resource {key!r} yielded more than once", hint="yield the resource once")
    finally:
        generator.close()


def _exit(manager: AbstractContextManager[Any]) -> None:
    manager.__exit__(None, None, None)
