"""`PipesSession`: one external process, as the code of the step that starts it sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import MaterializeResult
from daglab.execution.pipes.handler import PipesLaunchedData, PipesMessageHandler
from daglab.execution.pipes.results import PipesExecutionResult
from daglab.external.protocol import (
    DAGSTER_PIPES_CONTEXT_ENV_VAR,
    DAGSTER_PIPES_MESSAGES_ENV_VAR,
    PipesContextData,
    PipesParams,
    cli_argument,
    encode_param,
)
from daglab.foundation.graphs import topological_order


@dataclass
class PipesSession:
    """One external process, as the code of the step that starts it sees it; `open_pipes_session` makes it.

    Args:
        context_data: what the process may ask for.
        message_handler: takes what it reports.
        context_injector_params: where it finds the context.
        message_reader_params: where it writes messages.
        context: of the step.
        created_at: when the session began, in local time.

    Example:
        >>> from daglab import PipesEnvContextInjector, PipesTempFileMessageReader, build_op_context, op
        >>> @op
        ... def start(context):
        ...     parts = {"context_injector": PipesEnvContextInjector(), "message_reader": PipesTempFileMessageReader()}
        ...     with open_pipes_session(context, **parts) as session:
        ...         return sorted(session.get_bootstrap_env_vars())
        >>> from daglab import open_pipes_session
        >>> start(build_op_context())
        ['DAGSTER_PIPES_CONTEXT', 'DAGSTER_PIPES_MESSAGES']
    """

    context_data: PipesContextData
    message_handler: PipesMessageHandler
    context_injector_params: PipesParams
    message_reader_params: PipesParams
    context: OpExecutionContext | AssetExecutionContext
    created_at: datetime = field(default_factory=datetime.now)

    def __post_init__(self) -> None:
        # The context of a direct call knows of no assets any more once the call has ended.
        self._keys = self._keys_in_order()

    def get_bootstrap_params(self) -> Mapping[str, Any]:
        """What the process has to be given, by the name of the environment variable, as it is."""
        return {
            DAGSTER_PIPES_CONTEXT_ENV_VAR: self.context_injector_params,
            DAGSTER_PIPES_MESSAGES_ENV_VAR: self.message_reader_params,
        }

    def get_bootstrap_env_vars(self) -> Mapping[str, str]:
        """What the process has to be given, as environment variables."""
        return {name: encode_param(value) for name, value in self.get_bootstrap_params().items()}

    def get_bootstrap_cli_arguments(self) -> Mapping[str, str]:
        """What the process has to be given, as options of its command line."""
        return {cli_argument(name): encode_param(value) for name, value in self.get_bootstrap_params().items()}

    def get_results(
        self, *, implicit_materializations: bool = True, metadata: Mapping[str, MetadataValue] | None = None
    ) -> Sequence[PipesExecutionResult]:
        """What the process has reported so far.

        Args:
            implicit_materializations: says of each asset of the step of which nothing was reported that it was made.
            metadata: facts to add to every result.
        """
        results = list(self.message_handler.get_reported_results())
        if implicit_materializations:
            told = {one.asset_key for one in results if isinstance(one, MaterializeResult)}
            results += [MaterializeResult(asset_key=key) for key in self._keys if key not in told]
        return tuple(replace(one, metadata={**(one.metadata or {}), **(metadata or {})}) for one in results)

    def get_reported_results(self) -> Sequence[PipesExecutionResult]:
        """What the process has reported so far, and nothing else."""
        return self.message_handler.get_reported_results()

    def get_custom_messages(self) -> Sequence[Any]:
        """What the process has told so far with `report_custom_message`."""
        return self.message_handler.get_custom_messages()

    def report_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Tells the message reader what is only known of the process once it was started."""
        self.message_handler.on_launched(launched_payload)

    def _keys_in_order(self) -> list[AssetKey]:
        """The assets of the step, each after those that it is made from."""
        selected = {str(key): key for key in self.context.selected_asset_keys}
        specs = self.context.assets_def.specs if self.context.has_assets_def else ()
        edges = {
            str(spec.key): [str(dep.asset_key) for dep in spec.deps if dep.asset_key in selected.values()]
            for spec in specs
            if spec.key in selected.values()
        }
        order = topological_order({key: edges.get(key, []) for key in sorted(selected)})
        return [selected[key] for key in order]
