"""`open_pipes_session`: what stands around the start of an external process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.execution.pipes.context_data import context_data_of, makes_results
from daglab.execution.pipes.handler import PipesMessageHandler, PipesMessageReader
from daglab.execution.pipes.injectors import PipesContextInjector
from daglab.execution.pipes.session import PipesSession
from daglab.external.protocol import PipesExtras

_FORGOTTEN = (
    "return what the process has made: <client>.run(...).get_results() or .get_materialize_result();"
    " with open_pipes_session, `yield from session.get_results()` once its block has ended"
)


@contextmanager
def open_pipes_session(
    context: OpExecutionContext | AssetExecutionContext | AssetCheckExecutionContext,
    context_injector: PipesContextInjector,
    message_reader: PipesMessageReader,
    extras: PipesExtras | None = None,
) -> Iterator[PipesSession]:
    """Puts the context where an external process finds it, and reads what it reports, for as long as the block lasts.

    In the block, start the process with what `get_bootstrap_env_vars` gives, and wait for it. A step that makes assets
    has to give back what `get_results` gives.

    Args:
        context: of the step.
        context_injector: puts the context there.
        message_reader: reads what is reported.
        extras: anything else for the process to know, as far as JSON can hold it.

    Raises:
        PipesError: JSON cannot hold the extras.

    Example:
        >>> import os, subprocess, sys
        >>> from daglab import PipesTempFileContextInjector, PipesTempFileMessageReader, build_op_context, op
        >>> script = "from daglab.pipes import open_pipes; open_pipes().report_custom_message('done')"
        >>> @op
        ... def clean(context):
        ...     with open_pipes_session(
        ...         context, PipesTempFileContextInjector(), PipesTempFileMessageReader()
        ...     ) as session:
        ...         environment = {**os.environ, **session.get_bootstrap_env_vars()}
        ...         subprocess.run([sys.executable, "-c", script], env=environment, check=True)
        ...     return session.get_custom_messages()
        >>> clean(build_op_context())
        ('done',)
    """
    making = context.op_execution_context if isinstance(context, AssetCheckExecutionContext) else context
    if making.has_assets_def and makes_results(making):
        making.set_requires_typed_event_stream(error_message=_FORGOTTEN)
    data = context_data_of(making, extras)
    handler = PipesMessageHandler(making, message_reader)
    try:
        with context_injector.inject_context(data) as context_params, handler.handle_messages() as messages_params:
            yield PipesSession(
                context_data=data,
                message_handler=handler,
                context_injector_params=context_params,
                message_reader_params=messages_params,
                context=making,
            )
    finally:
        if not handler.received_opened_message:
            making.log.warning(
                "[pipes] the external process told nothing: it has to call open_pipes(), and to see where that looks."
                "\n%s: %s\n%s: %s",
                type(context_injector).__name__,
                context_injector.no_messages_debug_text(),
                type(message_reader).__name__,
                message_reader.no_messages_debug_text(),
            )
        elif not handler.received_closed_message:
            making.log.warning(
                "[pipes] the external process never closed its context, and what it told last may be missing: it has to"
                " use `with open_pipes() as context:`, or to call context.close() before it ends"
            )
