"""Resources opened outside of a run: in tests, scripts and notebooks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

from daglab.definitions.config.problems import ConfigProblem, raise_problems
from daglab.definitions.doors import door
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.coercion import as_resource_definitions
from daglab.definitions.resources.init_context import LazyInstance
from daglab.definitions.resources.opening import Surroundings, open_resources, opened_resources
from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidInvocationError, InvariantViolationError, suggest


def ephemeral_instance() -> LazyInstance:
    """An instance of its own, made when somebody asks for it."""
    return LazyInstance(lambda: door("ephemeral_instance")())


@contextmanager
def build_resources(
    resources: Mapping[str, Any],
    instance: Any = None,
    resource_config: Mapping[str, Any] | None = None,
    dagster_run: Any = None,
    log_manager: logging.Logger | None = None,
    event_loop: Any = None,
) -> Iterator[Resources]:
    """Opens resources for as long as the `with` block runs.

    Args:
        resources: definitions and plain objects by key; all that they require must be among them.
        instance: the instance that they are told of; an ephemeral one if left out.
        resource_config: config by key, as in run config: `{"db": {"config": {...}}}`.
        dagster_run: the record of a run that they are told of.
        log_manager: where they log.
        event_loop: runs what is asynchronous in them.

    Raises:
        InvalidConfigError: the config does not fit; all problems are listed.
        UnknownResourceError: one requires another that is not there.
        ResourceFunctionError: its code raised.

    Example:
        >>> with build_resources({"limit": 3}) as resources:
        ...     resources.limit
        3
    """
    checked_mapping(resources, "resources")
    checked_mapping(resource_config, "resource_config")
    definitions = as_resource_definitions(resources)
    configs = process_resource_config(definitions, resource_config or {})
    around = Surroundings(
        instance=instance if instance is not None else ephemeral_instance(),
        run=dagster_run,
        log=log_manager,
        event_loop=event_loop,
    )
    with open_resources(definitions, definitions, configs, around) as opened:
        yield opened


def process_resource_config(
    definitions: Mapping[str, ResourceDefinition], given: Mapping[str, Any]
) -> dict[str, object]:
    """Processes the "resources" part of a run config.

    Raises:
        InvalidConfigError: it does not fit; all problems are listed.
    """
    problems: list[ConfigProblem] = []
    values: dict[str, object] = {}
    for key, entry in given.items():
        if key not in definitions:
            hint = suggest(key, definitions) or f"there are {sorted(definitions)}"
            problems.append(ConfigProblem((key,), "there is no such resource", entry, hint))
        elif not isinstance(entry, Mapping) or entry.keys() - {"config"}:
            problems.append(ConfigProblem((key,), "only {'config': ...} can be given", NO_VALUE))
    for key, definition in definitions.items():
        entry = given.get(key)
        value = entry["config"] if isinstance(entry, Mapping) and "config" in entry else NO_VALUE
        processed = definition.process_config(value)
        values[key] = processed.value
        problems += [problem.under(key, "config") for problem in processed.problems]
    if problems:
        raise_problems("the config of the resources", problems)
    return values


class LooseResources:
    """Resources of a context that a test builds: open at once, closed with the `with` block around the context.

    Without generators among them there is nothing to close, and the `with` block may be left out.

    Args:
        resources: definitions and plain objects by key.
        instance: the instance that they are told of.
        resource_config: config by key, as in run config.
        built_by: the function whose context holds them, for messages.
        event_loop: runs what is asynchronous in them.
    """

    def __init__(
        self,
        resources: Mapping[str, Any] | None,
        *,
        instance: Any = None,
        resource_config: Mapping[str, Any] | None = None,
        built_by: str = "build_init_resource_context",
        event_loop: Any = None,
    ) -> None:
        self.given = checked_mapping(resources, "resources")
        self._built_by = built_by
        self._entered = self._closed = False
        self._closing: AbstractContextManager[tuple[Resources, bool]] | None = None
        self._opened = Resources({})
        self._scoped = False
        if self.given:
            closing = _scoped_resources(self.given, instance, resource_config, event_loop)
            self._opened, self._scoped = closing.__enter__()
            self._closing = closing

    @property
    def resources(self) -> Resources:
        """The resources.

        Raises:
            InvariantViolationError: one has to be closed, and nothing says when.
        """
        if self._scoped and not self._entered:
            raise InvariantViolationError(
                "one of these resources has to be closed, so they can be used in a `with` block only",
                hint=f"write `with {self._built_by}(...) as context:`",
            )
        return self._opened

    def close(self) -> None:
        """Closes them; a second time does nothing."""
        if self._closing is not None and not self._closed:
            self._closed = True
            self._closing.__exit__(None, None, None)

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_scoped", False) and not self._entered:
            self.close()


@contextmanager
def _scoped_resources(
    given: Mapping[str, Any], instance: Any, resource_config: Mapping[str, Any] | None, event_loop: Any
) -> Iterator[tuple[Resources, bool]]:
    """The opened resources, and whether one of them has to be closed."""
    definitions = as_resource_definitions(given)
    configs = process_resource_config(definitions, resource_config or {})
    around = Surroundings(instance=instance if instance is not None else ephemeral_instance(), event_loop=event_loop)
    with opened_resources(definitions, definitions, configs, around) as opened:
        yield Resources(opened.values), bool(opened.closers)


def checked_mapping(given: Any, name: str) -> dict[str, Any]:
    """A mapping with text keys; {} for None.

    Raises:
        InvalidInvocationError: it is no such mapping.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise InvalidInvocationError(f"{name}={given!r} is no mapping by name", hint=f"give {name}={{'name': ...}}")
    return dict(given)
