"""Loggers."""

from __future__ import annotations

import json
import logging

import pytest

from daglab.definitions.loggers import (
    build_init_logger_context,
    colored_console_logger,
    json_console_logger,
    logger,
)
from daglab.errors import InvalidConfigError, InvalidDefinitionError, InvalidInvocationError


@logger(config_schema={"name": str}, description="Words.")
def named(init_context):
    return logging.getLogger(init_context.logger_config["name"])


@logger
def plain(init_context):
    return logging.getLogger("plain")


def test_made_with_its_config():
    assert named(build_init_logger_context(logger_config={"name": "n"})).name == "n"
    assert named.configured({"name": "fixed"})(None).name == "fixed"
    assert (plain(None).name, named.description) == ("plain", "Words.")


def test_config_and_arguments_that_do_not_fit():
    with pytest.raises(InvalidConfigError):
        named(build_init_logger_context(logger_config={"name": 3}))
    with pytest.raises(InvalidConfigError):
        named(None)
    for arguments in [{}, {"other": None}]:
        with pytest.raises(InvalidInvocationError):
            plain(**arguments)


def test_json_lines_go_to_standard_error(capsys):
    made = json_console_logger(build_init_logger_context(logger_config={"name": "n", "log_level": "debug"}))
    made.debug("%d rows, é", 3)
    line = json.loads(capsys.readouterr().err)
    assert (line["msg"], line["levelname"], line["name"]) == ("3 rows, é", "DEBUG", "n")


def test_text_lines_go_to_standard_error(capsys):
    made = colored_console_logger(None)
    made.debug("hidden")
    made.error("shown")
    assert capsys.readouterr().err.endswith("ERROR shown\n")


def test_an_unknown_level_is_refused():
    with pytest.raises(InvalidDefinitionError, match="LOUD"):
        colored_console_logger(build_init_logger_context(logger_config={"log_level": "LOUD"}))
