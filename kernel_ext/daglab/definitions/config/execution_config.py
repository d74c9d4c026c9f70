"""What the config of the built-in executors and loggers may be."""

from __future__ import annotations

from typing import Any

from daglab.definitions.config.choices import Noneable, ScalarUnion, Selector
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.schema_types import Field
from daglab.definitions.config.sources import IntSource

_RETRIES = Field(
    Selector({"enabled": {}, "disabled": {}}), default_value={"enabled": {}}, description="Whether steps are retried."
)
_STEP_DEPENDENCIES = Field(
    {"require_upstream_step_success": Field(bool, is_required=False, default_value=True)},
    is_required=False,
    description="Whether a step runs only if all steps before it succeeded, or also if what it reads was made by one "
    "that has failed since.",
)
_TAG_LIMIT = {
    "key": str,
    "value": Field(ScalarUnion(str, {"applyLimitPerUniqueValue": bool}), is_required=False),
    "limit": int,
}

IN_PROCESS_FIELDS: dict[str, Any] = {
    "retries": _RETRIES,
    "marker_to_close": Field(str, is_required=False, description="Without meaning."),
    "step_dependency_config": _STEP_DEPENDENCIES,
}
MULTIPROCESS_FIELDS: dict[str, Any] = {
    "max_concurrent": Field(
        Noneable(IntSource), default_value=None, description="How many processes at once; by default one a CPU."
    ),
    "tag_concurrency_limits": Field([_TAG_LIMIT], is_required=False, description="How many steps of a tag at once."),
    "start_method": Field(
        Selector({"spawn": {}, "forkserver": {"preload_modules": Field([str], is_required=False)}}),
        is_required=False,
        description="Either way a process is a fresh one and serves the whole run, so that nothing is preloaded.",
    ),
    "retries": _RETRIES,
    "step_dependency_config": _STEP_DEPENDENCIES,
}
IN_PROCESS_CONFIG = ConfigSchema(Field(IN_PROCESS_FIELDS))
MULTIPROCESS_CONFIG = ConfigSchema(Field(MULTIPROCESS_FIELDS))
DEFAULT_EXECUTOR = "multi_or_in_process_executor"
DEFAULT_EXECUTOR_CONFIG = ConfigSchema(
    Field(
        Selector({"in_process": IN_PROCESS_FIELDS, "multiprocess": MULTIPROCESS_FIELDS}),
        default_value={"multiprocess": {}},
    )
)

CONSOLE_LOGGER_CONFIG = ConfigSchema(
    Field(
        {
            "log_level": Field(str, is_required=False, default_value="INFO", description="From which level on."),
            "name": Field(str, is_required=False, default_value="daglab", description="The name of the logger."),
        }
    )
)
DEFAULT_LOGGER_CONFIGS = {"console": CONSOLE_LOGGER_CONFIG}
