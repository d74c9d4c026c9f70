"""`PipesSubprocessClient`: runs a program on this machine."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.resource_annotations import TreatAsResourceParam
from daglab.errors import InvalidInvocationError, PipesExecutionError
from daglab.execution.pipes.child_process import ChildProcess
from daglab.execution.pipes.client import PipesClient, PipesClientCompletedInvocation
from daglab.execution.pipes.file_readers import PipesTempFileMessageReader
from daglab.execution.pipes.handler import PipesMessageReader
from daglab.execution.pipes.injectors import PipesContextInjector, PipesTempFileContextInjector
from daglab.execution.pipes.opening import open_pipes_session
from daglab.execution.pipes.session import PipesSession
from daglab.external.protocol import PipesExtras


class PipesSubprocessClient(PipesClient, TreatAsResourceParam):
    """Runs a program on this machine, which may report what it makes: see `daglab.pipes`.

    As the annotation of a parameter it asks for a resource.

    Args:
        env: environment variables for the program, on top of those of this process.
        cwd: the folder in which it runs.
        context_injector: puts the context where the program finds it; in a temporary file by default.
        message_reader: reads what it reports; from a temporary file by default.
        forward_termination: interrupts the program when the step is interrupted; else it goes on.
        forward_stdio: has what it prints in the log of the step.
        termination_timeout_seconds: how long a program that is interrupted may take before it is killed.

    Raises:
        InvalidInvocationError: an argument is of a wrong type.

    Example:
        >>> import sys
        >>> from daglab import AssetExecutionContext, asset, materialize
        >>> script = '''
        ... from daglab.pipes import open_pipes
        ... with open_pipes() as context:
        ...     context.report_asset_materialization(metadata={"rows": context.get_extra("rows")})
        ... '''
        >>> @asset
        ... def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        ...     command = [sys.executable, "-c", script]
        ...     return pipes.run(command=command, context=context, extras={"rows": 12}).get_materialize_result()
        >>> result = materialize([orders], resources={"pipes": PipesSubprocessClient()})
        >>> result.asset_materializations_for_node("orders")[0].metadata["rows"].value
        12
    """

    def __init__(
        self,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        context_injector: PipesContextInjector | None = None,
        message_reader: PipesMessageReader | None = None,
        forward_termination: bool = True,
        forward_stdio: bool = True,
        termination_timeout_seconds: float = 20,
    ) -> None:
        for name, value, kind in (
            ("context_injector", context_injector, PipesContextInjector),
            ("message_reader", message_reader, PipesMessageReader),
        ):
            if value is not None and not isinstance(value, kind):
                raise InvalidInvocationError(
                    f"PipesSubprocessClient was given {name}={value!r:.200}", hint=f"give a {kind.__name__}"
                )
        self.env = _checked(env)
        self.cwd = cwd
        self.context_injector = context_injector or PipesTempFileContextInjector()
        self.message_reader = message_reader or PipesTempFileMessageReader()
        self.forward_termination = forward_termination
        self.forward_stdio = forward_stdio
        self.termination_timeout_seconds = termination_timeout_seconds

    def run(  # type: ignore[override]  # a client names the arguments that its kind of process needs
        self,
        *,
        context: OpExecutionContext | AssetExecutionContext | AssetCheckExecutionContext,
        extras: PipesExtras | None = None,
        command: str | Sequence[str],
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> PipesClientCompletedInvocation:
        """Runs a program to its end.

        Args:
            context: of the step.
            extras: anything else for the program to know, as far as JSON can hold it.
            command: the program and its arguments, as `subprocess.Popen` takes them.
            env: environment variables, on top of those of the client.
            cwd: the folder in which it runs; that of the client by default.

        Raises:
            PipesExecutionError: it ended with an exit code other than 0.
            PipesError: JSON cannot hold the extras.
        """
        with open_pipes_session(context, self.context_injector, self.message_reader, extras) as session:
            given = {**os.environ, **self.env, **_checked(env), **session.get_bootstrap_env_vars()}
            process = ChildProcess(command, cwd=cwd or self.cwd, env=given, forward_stdio=self.forward_stdio)
            code = self._wait(process, session)
            if not process.finish_output():
                session.context.log.warning(
                    "[pipes] something that the external process left running could still print; that is not waited for"
                )
        if code:
            raise _failed(session, command, code)
        return PipesClientCompletedInvocation(session)

    def _wait(self, process: ChildProcess, session: PipesSession) -> int:
        if not self.forward_termination:
            return process.wait()
        with process.ended_with_us():
            try:
                return process.wait()
            except BaseException:
                self._interrupt(process, session)
                raise

    def _interrupt(self, process: ChildProcess, session: PipesSession) -> None:
        log = session.context.log
        log.info("[pipes] the step is interrupted, and so is the external process")
        try:
            ended = process.interrupt(self.termination_timeout_seconds)
        except BaseException:
            process.kill()  # Whoever interrupts twice does not want to wait.
            raise
        if not ended:
            log.warning(
                "[pipes] the external process did not end within %g seconds and was killed",
                self.termination_timeout_seconds,
            )
        process.finish_output()


def _failed(session: PipesSession, command: str | Sequence[str], code: int) -> PipesExecutionError:
    words = command if isinstance(command, str) else shlex.join(map(str, command))
    ended = f"with code {code}"
    if code < 0 and -code in signal.valid_signals():
        ended += f", by {signal.Signals(-code).name}"
    exception = session.message_handler.closing_exception
    why = f"\n{(exception.get('message') or '').strip()}" if exception else ""
    return PipesExecutionError(
        f"{session.context.describe_op()}: the external process ended {ended}: {_shortened(words)}{why}",
        hint="the log of the step has what it printed",
    )


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 200 else line[:200] + "…"


def _checked(env: Any) -> dict[str, str]:
    if not isinstance(env, Mapping | None):
        raise InvalidInvocationError(f"env={env!r:.200}", hint="give a dictionary, name to text")
    wrong = {
        name: value for name, value in (env or {}).items() if not (isinstance(name, str) and isinstance(value, str))
    }
    if wrong:
        # The values may be secrets: only what they are is told.
        kinds = ", ".join(f"{name!r} is of type {type(value).__name__}" for name, value in wrong.items())
        raise InvalidInvocationError(f"environment variables are text: {kinds}", hint="give str(...) of it")
    return dict(env or {})
