"""`PipesContext`: what a process that a step started may ask of it, and what it may tell it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, ClassVar, Self

from daglab.errors import PipesError, suggest
from daglab.external.context_loaders import PipesContextLoader
from daglab.external.exceptions import described
from daglab.external.message_writers import PipesMessageWriter
from daglab.external.params_loaders import PipesParamsLoader
from daglab.external.protocol import (
    Method,
    PipesAssetCheckSeverity,
    PipesException,
    PipesExtras,
    message_of,
)
from daglab.external.reported_metadata import Metadata, typed_metadata
from daglab.external.step_facts import StepFacts


class PipesContext(StepFacts):
    """What a process that a step started may ask of it, and what it may tell it.

    `open_pipes` makes it; `PipesContext.get()` gives the same one wherever it is needed afterwards.

    Args:
        params_loader: finds out where context and messages are.
        context_loader: loads the context.
        message_writer: writes messages.
    """

    _instance: ClassVar[PipesContext | None] = None

    def __init__(
        self,
        params_loader: PipesParamsLoader,
        context_loader: PipesContextLoader,
        message_writer: PipesMessageWriter[Any],
    ) -> None:
        context_params, messages_params = params_loader.load_context_params(), params_loader.load_messages_params()
        self._opened = ExitStack()
        super().__init__(self._opened.enter_context(context_loader.load_context(context_params)))
        self._channel = self._opened.enter_context(message_writer.open(messages_params))
        self._channel.write_message(message_of("opened", message_writer.get_opened_payload()))
        self._log = logging.Logger("daglab.pipes")
        self._log.addHandler(_Reporting(self))
        self._materialized: set[str] = set()
        self._is_closed = False

    @classmethod
    def is_initialized(cls) -> bool:
        """Whether this process has opened its context."""
        return cls._instance is not None

    @classmethod
    def set(cls, context: PipesContext) -> None:
        """Makes a context the one that `get` gives."""
        cls._instance = context

    @classmethod
    def get(cls) -> PipesContext:
        """The context of this process.

        Raises:
            PipesError: it was not opened.
        """
        if cls._instance is None:
            raise PipesError("this process has not opened its context", hint="call open_pipes() first")
        return cls._instance

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended_well = kind is None or (isinstance(error, SystemExit) and error.code in (None, 0))
        self.close(None if ended_well or kind is None or error is None else described(kind, error, trace))

    def close(self, exc: PipesException | None = None) -> None:
        """Says that nothing more comes, and sees to it that all that was told has gone out; once is enough.

        Args:
            exc: why it ends, where that is an exception.
        """
        if self._is_closed:
            return
        self._is_closed = True
        with self._opened:
            self._channel.write_message(message_of("closed", {"exception": exc} if exc else {}))

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._is_closed

    @property
    def log(self) -> logging.Logger:
        """Writes to the log of the step."""
        return self._log

    def report_asset_materialization(
        self, metadata: Metadata | None = None, data_version: str | None = None, asset_key: str | None = None
    ) -> None:
        """Says that an asset was made, once for each asset.

        Args:
            metadata: facts about it: plain values, or `{"raw_value": ..., "type": ...}`.
            data_version: the version of its data.
            asset_key: which asset, where the step makes several.

        Raises:
            PipesError: an argument cannot be reported, the step does not make the asset, or it was told already.
        """
        method: Method = "report_asset_materialization"
        key = self._asset_key(asset_key, method)
        if key in self._materialized:
            raise PipesError(
                f"{method} was called twice for {key!r}", hint="report all of its metadata in one call, at the end"
            )
        _require(data_version is None or isinstance(data_version, str), method, "data_version", data_version, "text")
        said = {"asset_key": key, "data_version": data_version, "metadata": typed_metadata(metadata, method)}
        self._tell(method, said)
        self._materialized.add(key)

    def report_asset_check(
        self,
        check_name: str,
        passed: bool,
        severity: PipesAssetCheckSeverity = "ERROR",
        metadata: Metadata | None = None,
        asset_key: str | None = None,
    ) -> None:
        """Gives the verdict of a check.

        Args:
            check_name: the check.
            passed: whether the asset is as it should be.
            severity: how bad it is if it is not: "WARN" or "ERROR".
            metadata: facts that explain the verdict.
            asset_key: which asset, where the step makes several, or none.

        Raises:
            PipesError: an argument cannot be reported, or the step does not make the asset.
        """
        method: Method = "report_asset_check"
        key = self._asset_key(asset_key, method)
        _require(isinstance(check_name, str), method, "check_name", check_name, "text")
        _require(isinstance(passed, bool), method, "passed", passed, "True or False")
        _require(severity in ("WARN", "ERROR"), method, "severity", severity, "'WARN' or 'ERROR'")
        self._tell(
            method,
            {
                "asset_key": key,
                "check_name": check_name,
                "passed": passed,
                "metadata": typed_metadata(metadata, method),
                "severity": severity,
            },
        )

    def report_custom_message(self, payload: Any) -> None:
        """Tells the step's code anything that JSON can hold; there, `get_custom_messages` gives it.

        Raises:
            PipesError: JSON cannot hold it.
        """
        try:
            json.dumps(payload)
        except (TypeError, ValueError) as error:
            raise PipesError(
                f"report_custom_message was given {payload!r:.200}, which has no JSON form: {error}",
                hint="give numbers, text, lists and dictionaries",
            ) from None
        self._tell("report_custom_message", {"payload": payload})

    def log_external_stream(self, stream: str, text: str, extras: PipesExtras | None = None) -> None:
        """Tells what was printed elsewhere, such as by the workers of a cluster.

        Args:
            stream: "stdout" or "stderr".
            text: what was printed.
            extras: anything else to say of it.
        """
        self._tell("log_external_stream", {"stream": stream, "text": text, "extras": extras or {}})

    def _tell(self, method: Method, params: Mapping[str, Any]) -> None:
        if self._is_closed:
            raise PipesError(
                f"{method} comes after the context was closed", hint="call it within the block of open_pipes()"
            )
        self._channel.write_message(message_of(method, params))

    def _asset_key(self, given: str | None, method: str) -> str:
        _require(given is None or isinstance(given, str), method, "asset_key", given, "text")
        keys = self._data["asset_keys"] or ()
        if given and keys and given not in keys:
            raise PipesError(
                f"{method} was given the asset {given!r}, which the step does not make",
                hint=suggest(given, keys) or f"it makes {', '.join(map(repr, keys))}",
            )
        if given:
            return given
        if len(keys) != 1:
            made = f"{len(keys)} assets, {', '.join(map(repr, keys))}" if keys else "no asset"
            raise PipesError(f"{method} names no asset, and the step makes {made}", hint="say which: asset_key=...")
        return keys[0]


class _Reporting(logging.Handler):
    def __init__(self, context: PipesContext) -> None:
        super().__init__()
        self._context = context
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._context._tell("log", {"message": self.format(record), "level": record.levelname})


def _require(is_right: bool, method: str, name: str, value: object, expected: str) -> None:
    if not is_right:
        raise PipesError(f"{method} was given {name}={value!r:.200}", hint=f"give {expected}")
