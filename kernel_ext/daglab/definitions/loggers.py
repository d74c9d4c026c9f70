"""Loggers that a run writes its log to, besides its own.

`colored_console_logger` and `json_console_logger` write to standard error, the one in colour, the other as JSON.

Example:
    >>> json_console_logger.description
    'Writes to standard error, one JSON object a line.'
    >>> json_console_logger(build_init_logger_context({"log_level": "WARNING"})).level == logging.WARNING
    True
"""

from __future__ import annotations

import inspect
import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, overload

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.config.execution_config import CONSOLE_LOGGER_CONFIG
from daglab.definitions.docstrings import read_description
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError, InvalidInvocationError

_LEVELS = ("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL")
_COLOURS = {"DEBUG": 32, "WARNING": 33, "ERROR": 31, "CRITICAL": 31}
_NO_RUN = "__EPHEMERAL_RUN_ID"


@dataclass(frozen=True)
class InitLoggerContext:
    """What the function that makes a logger is handed.

    Args:
        logger_config: the logger's config.
        logger_def: its definition.
        job_def: the job; None outside a run.
        run_id: the run; None outside one.

    Example:
        >>> InitLoggerContext({"level": "INFO"}).logger_config
        {'level': 'INFO'}
    """

    logger_config: Any
    logger_def: LoggerDefinition | None = None
    job_def: Any = None
    run_id: str | None = None

    @property
    def job_name(self) -> str | None:
        """The name of the job."""
        return None if self.job_def is None else str(self.job_def.name)


class LoggerDefinition:
    """A way to make a logger.

    Args:
        logger_fn: makes a `logging.Logger`, of its `InitLoggerContext`.
        config_schema: what its config may be; anything by default.
        description: Markdown.

    Example:
        >>> LoggerDefinition(lambda init_context: logging.getLogger("audit"))(None).name
        'audit'
    """

    def __init__(
        self, logger_fn: Callable[..., logging.Logger], config_schema: Any = None, description: str | None = None
    ) -> None:
        if not callable(logger_fn):
            raise InvalidDefinitionError(f"a logger is made by {logger_fn!r}", hint="give it a function")
        self.logger_fn = logger_fn
        self.config_schema: ConfigSchema | None = ConfigSchema.of(config_schema)
        self.description = description

    def configured(
        self, config_or_config_fn: Any, config_schema: Any = None, description: str | None = None
    ) -> LoggerDefinition:
        """The same with its config given.

        Args:
            config_or_config_fn: the config, or a function that makes it of other config.
            config_schema: what that other config may be.
            description: Markdown.
        """
        return LoggerDefinition(
            self.logger_fn,
            ConfiguredSchema.over(self.config_schema, config_or_config_fn, config_schema),
            description or self.description,
        )

    def make(self, config: Any = None, *, job_def: Any = None, run_id: str | None = None) -> logging.Logger:
        """The logger, of config that has been processed."""
        context = InitLoggerContext(config, self, job_def, run_id)
        return self.logger_fn(context) if inspect.signature(self.logger_fn).parameters else self.logger_fn()

    def __call__(self, *args: Any, **kwargs: Any) -> logging.Logger:
        """Makes the logger, for tests.

        Args:
            *args: what `build_init_logger_context` gave; None for nothing.
            **kwargs: the same by the name of the function's parameter.

        Raises:
            InvalidInvocationError: arguments that do not fit.
            InvalidConfigError: config that does not fit.
        """
        context = self._given(args, kwargs)
        raw = NO_VALUE if context is None or context.logger_config is None else context.logger_config
        schema = self.config_schema
        config = (None if raw is NO_VALUE else raw) if schema is None else schema.process(raw).or_raise("the logger")
        return self.make(config, job_def=getattr(context, "job_def", None), run_id=getattr(context, "run_id", _NO_RUN))

    def _given(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        names = list(inspect.signature(self.logger_fn).parameters)
        if len(args) + len(kwargs) > 1:
            raise InvalidInvocationError(
                f"a logger is made with one argument, not with {len(args) + len(kwargs)}", hint="give it the context"
            )
        if names and not args and not kwargs:
            raise InvalidInvocationError(
                f"the function that makes the logger takes {names[0]!r}, and nothing is given",
                hint="give it build_init_logger_context(...)",
            )
        if kwargs and names[:1] != list(kwargs):
            raise InvalidInvocationError(
                f"the function that makes the logger has no parameter {next(iter(kwargs))!r}",
                hint=f"it takes {', '.join(names) or 'nothing'}",
            )
        return args[0] if args else next(iter(kwargs.values()), None)


@overload
def logger(config_schema: Callable[..., logging.Logger], /) -> LoggerDefinition: ...


@overload
def logger(
    config_schema: Any = None, description: str | None = None
) -> Callable[[Callable[..., logging.Logger]], LoggerDefinition]: ...


def logger(
    config_schema: Any = None, description: str | None = None
) -> LoggerDefinition | Callable[[Callable[..., logging.Logger]], LoggerDefinition]:
    """Makes a function that makes a `logging.Logger` a definition of a logger.

    Args:
        config_schema: what its config may be; or the function, when the decorator is used bare.
        description: Markdown; the docstring by default.

    Example:
        >>> @logger(config_schema={"name": str})
        ... def file_logger(init_context):
        ...     return logging.getLogger(init_context.logger_config["name"])
        >>> file_logger(build_init_logger_context(logger_config={"name": "audit"})).name
        'audit'
    """

    def decorate(function: Callable[..., logging.Logger], schema: Any) -> LoggerDefinition:
        made = LoggerDefinition(function, schema, description or read_description(function))
        update_wrapper(made, function)
        return made

    if inspect.isroutine(config_schema):
        return decorate(config_schema, None)
    return lambda function: decorate(function, config_schema)


def build_init_logger_context(logger_config: Any = None, job_def: Any = None) -> InitLoggerContext:
    """What a logger is called with in tests.

    Args:
        logger_config: the logger's config.
        job_def: the job.

    Example:
        >>> build_init_logger_context(logger_config={"log_level": "DEBUG"}).logger_config
        {'log_level': 'DEBUG'}
    """
    return InitLoggerContext(logger_config, None, job_def, _NO_RUN)


class _CurrentStderr(logging.StreamHandler[Any]):
    """Writes to what `sys.stderr` is when it writes: notebooks and tests put another one there."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error, now."""
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        """Changes nothing."""


class _Coloured(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        colour = _COLOURS.get(record.levelname)
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and _shows_colours() else text


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        shown = {**record.__dict__, "msg": record.getMessage(), "args": []}
        if record.exc_info:
            shown["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(shown, sort_keys=True, default=repr)


def _shows_colours() -> bool:
    return hasattr(sys.stderr, "isatty") and bool(sys.stderr.isatty())


def _console(init_context: InitLoggerContext, formatter: logging.Formatter) -> logging.Logger:
    config = init_context.logger_config
    level = str(config["log_level"]).upper()
    if level not in _LEVELS:
        raise InvalidDefinitionError(f"there is no log level {config['log_level']!r}", hint=f"use {', '.join(_LEVELS)}")
    made = logging.Logger(str(config["name"]))
    made.setLevel(level)
    handler = _CurrentStderr()
    handler.setFormatter(formatter)
    made.addHandler(handler)
    return made


def _make_coloured_console(init_context: InitLoggerContext) -> logging.Logger:
    return _console(init_context, _Coloured("%(asctime)s %(name)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S %z"))


def _make_json_console(init_context: InitLoggerContext) -> logging.Logger:
    return _console(init_context, _Json())


colored_console_logger = LoggerDefinition(
    _make_coloured_console, CONSOLE_LOGGER_CONFIG, "Writes to standard error, in colour where it is a terminal."
)
json_console_logger = LoggerDefinition(
    _make_json_console, CONSOLE_LOGGER_CONFIG, "Writes to standard error, one JSON object a line."
)


def default_loggers() -> dict[str, LoggerDefinition]:
    """The loggers of jobs that were given none.

    Example:
        >>> list(default_loggers())
        ['console']
    """
    return {"console": colored_console_logger}
