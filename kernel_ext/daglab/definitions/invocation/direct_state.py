"""The state of a context that a test builds: it takes on one op or asset after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.logs import console_logger
from daglab.definitions.contexts.state import StepState
from daglab.definitions.resources.building import LooseResources
from daglab.definitions.resources.init_context import LazyInstance
from daglab.errors import InvalidInvocationError, InvariantViolationError

EPHEMERAL_RUN = "EPHEMERAL"


class DirectState(StepState):
    """What is known before, while and after a function is called directly.

    Args:
        resources: resources as they were given, by key.
        resources_config: their config by key, as in run config.
        op_config: config for whatever is called.
        built_by: the function whose context holds this, for messages.
        event_loop: runs what is asynchronous in resources.
        facts: what else is known.
    """

    def __init__(
        self,
        *,
        resources: Mapping[str, Any] | None,
        resources_config: Mapping[str, Any] | None,
        op_config: Any,
        built_by: str,
        event_loop: Any = None,
        **facts: Any,
    ) -> None:
        unbound = StepFacts(
            run_id=EPHEMERAL_RUN,
            step_key="",
            op=cast(Any, None),  # nothing asks for it before something is called: see `bound`
            op_config=op_config,
            log=console_logger(),
            **facts,
        )
        super().__init__(unbound)
        self._unbound = unbound
        self._borrowed: LooseResources | None = None
        self.built_by = built_by
        self._event_loop = event_loop
        self.resources_config = dict(resources_config or {})
        self.loose = self.opened(resources, self.resources_config)

    def opened(self, resources: Mapping[str, Any] | None, config: Mapping[str, Any] | None = None) -> LooseResources:
        """Opens resources that know the same instance."""
        return LooseResources(
            resources,
            instance=LazyInstance(lambda: self.instance),
            resource_config=config,
            built_by=self.built_by,
            event_loop=self._event_loop,
        )

    @property
    def is_bound(self) -> bool:
        """Whether something is being called."""
        return self.facts is not self._unbound

    @property
    def bound(self) -> StepFacts:
        """The facts while something is called.

        Raises:
            InvariantViolationError: nothing is.
        """
        if not self.is_bound:
            raise InvariantViolationError(
                "this context belongs to no op or asset yet", hint="call an op or asset with it, and ask in there"
            )
        return self.facts

    @property
    def resources(self) -> Any:
        """Those of what is being called, else those that the context was built with."""
        return self.facts.resources if self.is_bound else self.loose.resources

    def close(self) -> None:
        """Closes the resources, and the instance if it was made here."""
        self.loose.close()
        instance, self._instance = self._instance, None
        if instance is not None:
            instance.close()

    def check_free(self) -> None:
        """Raises where the context is in use.

        Raises:
            InvalidInvocationError: something is being called with it.
        """
        if self.is_bound:
            raise InvalidInvocationError(
                f"this context is in use by {self.facts.step_key!r}",
                hint="build another one, or wait until that has ended (a generator or coroutine: until it is used up)",
            )

    def bind(self, borrowed: LooseResources | None, **facts: Any) -> None:
        """Takes on what is being called; what was said in an earlier call is forgotten.

        Args:
            borrowed: resources of this call alone; closed with it.
            facts: what is known of it.
        """
        self.start_over()
        self._borrowed = borrowed
        self.facts = replace(self._unbound, **facts)

    def unbind(self) -> None:
        """Lets go of what was called; what it said can still be asked for."""
        self.facts = self._unbound
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is not None:
            borrowed.close()

    def keep_metadata(self, metadata: Mapping[str, Any], output: str, mapping_key: str | None) -> None:
        """Keeps what was said of an output, once.

        Raises:
            InvariantViolationError: something was said of it already.
        """
        if (output, mapping_key) in self.metadata:
            raise InvariantViolationError(
                f"op {self.facts.step_key!r} added metadata to output {output!r} more than once",
                hint="add all of it in one call",
            )
        self.metadata[output, mapping_key] = dict(metadata)

    def metadata_of(self, output: str, mapping_key: str | None) -> Mapping[str, Any] | None:
        """What was said of an output; of a dynamic one, by mapping key; None if nothing was."""
        if (output, mapping_key) in self.metadata:
            return self.metadata[output, mapping_key]
        keyed = {key: said for (name, key), said in self.metadata.items() if name == output and key is not None}
        return keyed or None if mapping_key is None else None
