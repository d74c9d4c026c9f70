"""What a resource is told when it is opened."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from daglab.definitions.resources.available import Resources
from daglab.errors import InvariantViolationError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class InitResourceContext:
    """What a resource may ask for while it is opened.

    Args:
        resource_config: its config, processed.
        resources: the resources that it requires.
        resource_def: its definition.
        all_resource_defs: the definitions of all resources that are opened together, by key.
        instance: the instance, or what makes one when it is asked for.
        dagster_run: the record of the run; None outside of one.
        log_manager: where it may log.
        event_loop: runs what is asynchronous in it.
        run_id: the run, where its record is not at hand.

    Example:
        >>> InitResourceContext({"limit": 3}, Resources({})).resource_config
        {'limit': 3}
    """

    def __init__(
        self,
        resource_config: Any,
        resources: Resources,
        resource_def: Any = None,
        all_resource_defs: Mapping[str, Any] | None = None,
        instance: Any = None,
        dagster_run: Any = None,
        log_manager: logging.Logger | None = None,
        event_loop: AbstractEventLoop | None = None,
        *,
        run_id: str | None = None,
    ) -> None:
        self._resource_config = resource_config
        self._resources = resources
        self._resource_def = resource_def
        self._all_resource_defs = dict(all_resource_defs or {})
        self._instance = instance
        self._run = dagster_run
        self._log = log_manager
        self._event_loop = event_loop
        self._run_id = run_id

    @property
    def resource_config(self) -> Any:
        """The resource's config, checked against its schema, with defaults and environment variables filled in."""
        return self._resource_config

    @property
    def resource_def(self) -> Any:
        """The definition of the resource that is being opened."""
        if self._resource_def is None:
            raise InvariantViolationError(
                "this context belongs to no resource yet", hint="it does once a resource is called with it"
            )
        return self._resource_def

    @property
    def resources(self) -> Resources:
        """The resources that this one requires."""
        return self._resources

    @property
    def all_resource_defs(self) -> Mapping[str, Any]:
        """The definitions of all resources that are opened together."""
        return self._all_resource_defs

    @property
    def instance(self) -> Any:
        """The instance."""
        if isinstance(self._instance, LazyInstance):
            self._instance = self._instance.make()
        return self._instance

    @property
    def run(self) -> Any:
        """The record of the run; None outside of one."""
        return self._run

    @property
    def dagster_run(self) -> Any:
        """The same as `run`."""
        return self._run

    @property
    def run_id(self) -> str | None:
        """The id of the run; None outside of one."""
        return self._run_id if self._run is None else self._run.run_id

    @property
    def log(self) -> logging.Logger | None:
        """Where the resource may log."""
        return self._log

    @property
    def log_manager(self) -> logging.Logger | None:
        """The same as `log`."""
        return self._log

    @property
    def event_loop(self) -> AbstractEventLoop | None:
        """Runs what is asynchronous."""
        return self._event_loop

    def replace_config(self, config: Any) -> InitResourceContext:
        """The same with other config."""
        return self._changed(resource_config=config)

    def bound_to(self, resource_def: Any, config: Any) -> InitResourceContext:
        """The same as a context of that resource."""
        return self._changed(resource_config=config, resource_def=resource_def)

    def _changed(self, **changes: Any) -> InitResourceContext:
        same = {
            "resource_config": self._resource_config,
            "resources": self.resources,
            "resource_def": self._resource_def,
            "all_resource_defs": self._all_resource_defs,
            "instance": self._instance,
            "dagster_run": self._run,
            "log_manager": self._log,
            "event_loop": self._event_loop,
            "run_id": self._run_id,
        }
        return InitResourceContext(**(same | changes))


class LazyInstance:
    """An instance that is made when it is first asked for.

    Args:
        make: makes it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
