"""What reads the messages of an external process, and what they become.

Both are in one file because each needs the other.
"""

from __future__ import annotations

import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, TypedDict

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.data_version import DataVersion
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult
from daglab.errors import PipesExecutionError, suggest
from daglab.execution.boundary import failure_from
from daglab.execution.pipes.external_metadata import metadata_from_external
from daglab.execution.pipes.results import PipesExecutionResult
from daglab.external.protocol import PipesException, PipesMessage, PipesOpenedData, PipesParams


class PipesLaunchedData(TypedDict):
    """What is only known of an external process once it was started; `PipesSession.report_launched` takes it.

    Example:
        >>> launched: PipesLaunchedData = {"extras": {"job_id": 7}}
    """

    extras: Mapping[str, Any]


class PipesMessageReader(ABC):
    """Reads what an external process reports, while it runs, and gives it to a `PipesMessageHandler`.

    Example:
        >>> from contextlib import contextmanager
        >>> class Silence(PipesMessageReader):
        ...     @contextmanager
        ...     def read_messages(self, handler):
        ...         yield {"path": "/dev/null"}
        ...
        ...     def no_messages_debug_text(self):
        ...         return "nobody listens"
        >>> Silence().no_messages_debug_text()
        'nobody listens'
    """

    @abstractmethod
    def read_messages(self, handler: PipesMessageHandler) -> AbstractContextManager[PipesParams]:
        """Reads for as long as the block lasts, and at its end all that was written until then.

        Args:
            handler: takes the messages, from any thread.

        Returns:
            A context manager for what the process needs to know in order to write where this reads.
        """

    @abstractmethod
    def no_messages_debug_text(self) -> str:
        """Where messages were expected, for whoever wonders why none came."""

    def on_opened(self, opened_payload: PipesOpenedData) -> None:  # noqa: B027 - most readers need not know
        """Called with what the process says of itself when it opens its context."""

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:  # noqa: B027
        """Called with what `PipesSession.report_launched` was told."""


class PipesMessageHandler:
    """Takes the messages of an external process: logs go to the step's log, results are kept for its code.

    Args:
        context: of the step.
        message_reader: is told when the process has opened its context.

    Example:
        >>> from daglab import PipesTempFileMessageReader, build_op_context
        >>> handler = PipesMessageHandler(build_op_context(), PipesTempFileMessageReader())
        >>> handler.handle_message({"method": "report_custom_message", "params": {"payload": 7}})
        >>> handler.get_custom_messages()
        (7,)
    """

    def __init__(self, context: OpExecutionContext | AssetExecutionContext, message_reader: PipesMessageReader) -> None:
        self._context = context
        self._message_reader = message_reader
        self._results: list[PipesExecutionResult] = []
        self._custom_messages: list[Any] = []
        self._is_opened = self._is_closed = False
        self._closing_exception: PipesException | None = None
        # As they are now: whoever prints from another thread must not meet the streams of a later step.
        self._streams = {"stdout": sys.stdout, "stderr": sys.stderr}

    @contextmanager
    def handle_messages(self) -> Iterator[PipesParams]:
        """Reads messages for as long as the block lasts."""
        with self._message_reader.read_messages(self) as params:
            yield params

    @property
    def received_opened_message(self) -> bool:
        """Whether the process has opened its context."""
        return self._is_opened

    @property
    def received_closed_message(self) -> bool:
        """Whether the process has closed its context."""
        return self._is_closed

    @property
    def closing_exception(self) -> PipesException | None:
        """The exception with which the process has closed its context."""
        return self._closing_exception

    def get_reported_results(self) -> Sequence[PipesExecutionResult]:
        """The results that were reported so far."""
        return tuple(self._results)

    def get_custom_messages(self) -> Sequence[Any]:
        """What was told so far with `report_custom_message`."""
        return tuple(self._custom_messages)

    def handle_message(self, message: PipesMessage) -> None:
        """Does what one message asks for.

        Raises:
            PipesExecutionError: it is no message of the protocol.
        """
        if not isinstance(message, Mapping) or not isinstance(message.get("method"), str):
            raise PipesExecutionError(f"{message!r:.500} is no message of dagster-pipes")
        method, params = message["method"], message.get("params")
        handlers = self._handlers()
        if method not in handlers:
            raise PipesExecutionError(f"there is no message {method!r}", hint=suggest(method, handlers))
        if self._is_closed and method != "log_external_stream":  # What was printed may come late.
            self._context.log.warning("[pipes] a message came after the last one: %.500r", dict(message))
        if not isinstance(params or {}, Mapping):
            raise PipesExecutionError(f"the message {method!r} has the parameters {params!r:.500}")
        try:
            handlers[method](dict(params or {}))
        except KeyError as error:
            raise PipesExecutionError(f"the message {method!r} lacks {error}: {params!r:.500}") from None
        except PipesExecutionError as error:
            raise PipesExecutionError(f"the message {method!r}: {error.message}", hint=error.hint) from None

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Passes on what is known of the process since it was started."""
        self._context.log.info("[pipes] more is known of the external process since it was started")
        self._message_reader.on_launched(launched_payload)

    def report_pipes_framework_exception(
        self, origin: str, exc_info: tuple[type[BaseException], BaseException, TracebackType] | Any
    ) -> None:
        """Tells in the step's log that reading went wrong.

        Args:
            origin: what went wrong.
            exc_info: what `sys.exc_info()` gives.
        """
        self._context.log.error("[pipes] %s: %s", origin, failure_from(exc_info[1]).render())

    def _handlers(self) -> Mapping[str, Callable[[dict[str, Any]], None]]:
        return {
            "opened": self._take_opened,
            "closed": self._take_closed,
            "log": self._take_log,
            "log_external_stream": self._take_printed,
            "report_asset_materialization": self._take_materialization,
            "report_asset_check": self._take_verdict,
            "report_custom_message": lambda params: self._custom_messages.append(params["payload"]),
        }

    def _take_opened(self, params: dict[str, Any]) -> None:
        self._is_opened = True
        self._context.log.info("[pipes] the external process has opened its context")
        self._message_reader.on_opened({"extras": {}, **params})  # type: ignore[typeddict-item]

    def _take_closed(self, params: dict[str, Any]) -> None:
        self._is_closed = True
        exception = params.get("exception")
        if exception:
            self._closing_exception = exception
            self._context.log.error("[pipes] the external process ended with an exception\n%s", told(exception))

    def _take_log(self, params: dict[str, Any]) -> None:
        self._context.log.log(_level(params.get("level", "INFO")), "%s", _text(params, "message"))

    def _take_printed(self, params: dict[str, Any]) -> None:
        stream = self._streams.get(params["stream"])
        if stream is None:
            raise PipesExecutionError(f"there is no stream {params['stream']!r}", hint="it is 'stdout' or 'stderr'")
        stream.write(_text(params, "text"))

    def _take_materialization(self, params: dict[str, Any]) -> None:
        version = params.get("data_version")
        result: MaterializeResult[Any] = MaterializeResult(
            asset_key=AssetKey.from_escaped_user_string(_text(params, "asset_key")),
            metadata=metadata_from_external(params.get("metadata")),
            data_version=None if version is None else DataVersion(_text(params, "data_version")),
        )
        self._results.append(result)

    def _take_verdict(self, params: dict[str, Any]) -> None:
        severity, passed = params.get("severity", "ERROR"), params["passed"]
        if severity not in list(AssetCheckSeverity):
            raise PipesExecutionError(f"{severity!r} is no severity", hint="it is 'WARN' or 'ERROR'")
        if not isinstance(passed, bool):
            raise PipesExecutionError(f"'passed' is {passed!r:.200}", hint="it is true or false")
        self._results.append(
            AssetCheckResult(
                asset_key=AssetKey.from_escaped_user_string(_text(params, "asset_key")),
                check_name=_text(params, "check_name"),
                passed=passed,
                severity=AssetCheckSeverity(severity),
                metadata=metadata_from_external(params.get("metadata")),
            )
        )


def told(exception: PipesException) -> str:
    """An exception of another process as text, its causes first."""
    earlier = exception.get("cause") or exception.get("context")
    before = f"{told(earlier)}\n\n" if earlier else ""
    return before + "".join([*(exception.get("stack") or ()), exception.get("message") or ""]).rstrip()


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params[name]
    if not isinstance(value, str):
        raise PipesExecutionError(f"{name!r} is {value!r:.200}", hint="it is text")
    return value


def _level(level: object) -> int:
    names = logging.getLevelNamesMapping()
    if isinstance(level, str) and level.upper() in names:
        return names[level.upper()]
    number = str(level).removeprefix("Level ")  # How Python calls a level that nobody has named.
    if number.isdecimal():
        return int(number)
    raise PipesExecutionError(f"there is no level {level!r}", hint=suggest(str(level).upper(), names))
