"""What the contexts of schedules and sensors have in common."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import copy
from typing import Any, Self

from daglab.definitions.contexts.logs import console_logger
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.building import LooseResources
from daglab.errors import InvalidInvocationError, InvariantViolationError


class AutomationContext:
    """The context of a tick: the instance, resources, the log and the repository.

    Args:
        instance: the instance, None if there is none.
        resources: resources by key.
        repository_def: the repository, or the Definitions, that the automation belongs to.
        logger: where messages go.
        built_by: the function that makes such a context, for messages.
    """

    def __init__(
        self,
        *,
        instance: Any = None,
        resources: Mapping[str, Any] | None = None,
        repository_def: Any = None,
        logger: logging.Logger | None = None,
        built_by: str,
    ) -> None:
        self._instance = instance
        self._resource_defs = dict(resources or {})
        self._repository_def = as_repository(repository_def)
        self._logger = logger
        self._built_by = built_by
        self._opened: LooseResources | None = None
        self._entered = False

    def __enter__(self) -> Self:
        self._entered = True
        if self._opened is not None:
            self._opened.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def resource_defs(self) -> Mapping[str, Any]:
        """The resources as they were given."""
        return self._resource_defs

    @property
    def resources(self) -> Resources:
        """The resources, opened.

        Raises:
            InvariantViolationError: one has to be closed, and the context is not used in a `with` block.
        """
        if self._opened is None:
            self._opened = LooseResources(self._resource_defs, instance=self._instance, built_by=self._built_by)
            if self._entered:
                self._opened.__enter__()
        return self._opened.resources

    def merge_resources(self, resources_dict: Mapping[str, Any]) -> Self:
        """A copy with more resources."""
        if self._opened is not None:
            raise InvariantViolationError(
                "the resources of this context are open already", hint="give all resources before the first is used"
            )
        merged = copy(self)
        merged._resource_defs = {**self._resource_defs, **resources_dict}
        return merged

    @property
    def instance(self) -> Any:
        """The instance.

        Raises:
            InvariantViolationError: there is none.
        """
        if self._instance is None:
            raise InvariantViolationError(
                "this context has no instance", hint=f"give {self._built_by}(instance=...) one"
            )
        return self._instance

    @property
    def instance_or_none(self) -> Any:
        """The instance, None if there is none."""
        return self._instance

    @property
    def log(self) -> logging.Logger:
        """Where messages go."""
        if self._logger is None:
            self._logger = console_logger()
        return self._logger

    @property
    def repository_def(self) -> Any:
        """The repository that the automation belongs to, None if there is none."""
        return self._repository_def


def as_repository(given: Any, other: Any = None) -> Any:
    """A repository from itself or from Definitions; None from None.

    Raises:
        InvalidInvocationError: both are given.
    """
    if given is not None and other is not None:
        raise InvalidInvocationError("both definitions and repository_def were given", hint="give one of them")
    found = other if given is None else given
    return found.get_repository_def() if hasattr(found, "get_repository_def") else found
