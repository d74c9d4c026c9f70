"""`PipesClient`: what starts external processes of one kind, and what is left when one has ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.results import AssetCheckResult, MaterializeResult
from daglab.execution.pipes.results import PipesExecutionResult, one_materialization, one_verdict
from daglab.execution.pipes.session import PipesSession
from daglab.external.protocol import PipesExtras


class PipesClient(ABC):
    """Starts external processes of one kind: on a cluster, in a container, ...

    A subclass opens a session with `open_pipes_session`, starts its process in it, waits, and gives back a
    `PipesClientCompletedInvocation`.

    Example:
        >>> from daglab import PipesSubprocessClient
        >>> issubclass(PipesSubprocessClient, PipesClient)
        True
    """

    @abstractmethod
    def run(
        self,
        *,
        context: OpExecutionContext | AssetExecutionContext | AssetCheckExecutionContext,
        extras: PipesExtras | None = None,
        **kwargs: Any,
    ) -> PipesClientCompletedInvocation:
        """Runs one process to its end.

        Args:
            context: of the step.
            extras: anything else for the process to know, as far as JSON can hold it.
            kwargs: whatever else the kind of process needs.
        """


class PipesClientCompletedInvocation:
    """What an external process has reported, once it has ended.

    Args:
        session: the process.
        metadata: facts to add to every result, such as a job's id that the process itself does not know.

    Example:
        >>> from daglab import PipesSubprocessClient, build_op_context, op
        >>> import sys
        >>> script = "from daglab.pipes import open_pipes; open_pipes().report_custom_message({'rows': 3})"
        >>> @op
        ... def count(context):
        ...     run = PipesSubprocessClient().run(context=context, command=[sys.executable, "-c", script])
        ...     return run.get_custom_messages()
        >>> count(build_op_context())
        ({'rows': 3},)
    """

    def __init__(self, session: PipesSession, metadata: RawMetadata | None = None) -> None:
        self._session = session
        self._metadata = normalize_metadata(metadata)

    @property
    def metadata(self) -> Mapping[str, MetadataValue]:
        """The facts that are added to every result."""
        return self._metadata

    def get_results(self, *, implicit_materializations: bool = True) -> Sequence[PipesExecutionResult]:
        """All results, in the order in which they were reported.

        Args:
            implicit_materializations: says of each asset of the step of which nothing was reported that it was made.
        """
        return self._session.get_results(implicit_materializations=implicit_materializations, metadata=self._metadata)

    def get_materialize_result(self, *, implicit_materialization: bool = True) -> MaterializeResult[Any]:
        """The one asset that was made, with the verdicts of its checks.

        Args:
            implicit_materialization: says so where nothing was reported, too.

        Raises:
            PipesError: none was made, or several.
        """
        return one_materialization(self.get_results(implicit_materializations=implicit_materialization))

    def get_asset_check_result(self) -> AssetCheckResult:
        """The one verdict that was given.

        Raises:
            PipesError: none was given, or several, or an asset was made.
        """
        return one_verdict(self.get_results())

    def get_custom_messages(self) -> Sequence[Any]:
        """What was told with `report_custom_message`."""
        return self._session.get_custom_messages()
