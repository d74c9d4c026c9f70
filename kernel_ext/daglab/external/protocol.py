"""The dagster-pipes protocol: how a step and the process that it starts find each other, and what they tell.

The step leaves two parameters in the environment (or on the command line): where its context is, and where messages
go. The process writes one message a line, each a JSON object with a method and its parameters.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict, get_args

from daglab.errors import PipesError

PIPES_PROTOCOL_VERSION = "0.1"
PIPES_PROTOCOL_VERSION_FIELD = "__dagster_pipes_version"
DAGSTER_PIPES_CONTEXT_ENV_VAR = "DAGSTER_PIPES_CONTEXT"
DAGSTER_PIPES_MESSAGES_ENV_VAR = "DAGSTER_PIPES_MESSAGES"

PipesExtras: TypeAlias = Mapping[str, Any]
PipesParams: TypeAlias = Mapping[str, Any]

Method = Literal[
    "opened",
    "closed",
    "log",
    "report_asset_materialization",
    "report_asset_check",
    "report_custom_message",
    "log_external_stream",
]
PipesAssetCheckSeverity = Literal["WARN", "ERROR"]
PipesMetadataRawValue: TypeAlias = int | float | str | Mapping[str, Any] | Sequence[Any] | bool | None
PipesMetadataType = Literal[
    "__infer__",
    "text",
    "url",
    "path",
    "notebook",
    "json",
    "md",
    "float",
    "int",
    "bool",
    "dagster_run",
    "asset",
    "null",
    "table",
    "table_schema",
    "table_column_lineage",
    "timestamp",
]
METADATA_TYPES: tuple[str, ...] = get_args(PipesMetadataType)
PIPES_METADATA_TYPE_INFER = "__infer__"


class PipesOpenedData(TypedDict):
    """What a process says of itself when it opens its context."""

    extras: PipesExtras


# Its key would be a private name in the body of a class.
PipesMessage = TypedDict(
    "PipesMessage", {"__dagster_pipes_version": str, "method": str, "params": Mapping[str, Any] | None}
)
PipesMessage.__doc__ = "What the process tells the step."


class PipesPartitionKeyRange(TypedDict):
    """The first and the last partition."""

    start: str
    end: str


class PipesTimeWindow(TypedDict):
    """The time that partitions cover, as ISO 8601."""

    start: str
    end: str


class PipesDataProvenance(TypedDict):
    """What the last materialization of an asset was made from."""

    code_version: str
    input_data_versions: Mapping[str, str]
    is_user_provided: bool


class PipesContextData(TypedDict):
    """What the step tells the process."""

    asset_keys: Sequence[str] | None
    code_version_by_asset_key: Mapping[str, str | None] | None
    provenance_by_asset_key: Mapping[str, PipesDataProvenance | None] | None
    partition_key: str | None
    partition_key_range: PipesPartitionKeyRange | None
    partition_time_window: PipesTimeWindow | None
    run_id: str
    job_name: str | None
    retry_number: int
    extras: Mapping[str, Any]


class PipesMetadataValue(TypedDict):
    """A fact, with the type that says how it is shown."""

    type: PipesMetadataType
    raw_value: PipesMetadataRawValue


class PipesException(TypedDict):
    """An exception of the process; its cause and its context are exceptions, too."""

    message: str
    stack: Sequence[str]
    name: str | None
    cause: PipesException | None
    context: PipesException | None


def message_of(method: Method, params: Mapping[str, Any] | None) -> PipesMessage:
    """A message in the form in which it is written."""
    return {"__dagster_pipes_version": PIPES_PROTOCOL_VERSION, "method": method, "params": params}


def encode_param(value: Any) -> str:
    """Writes a parameter as text that any environment takes: JSON, packed with zlib, in base64.

    Raises:
        PipesError: JSON cannot hold it.

    Example:
        >>> decode_param(encode_param({"path": "messages"}))
        {'path': 'messages'}
    """
    try:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise PipesError(f"the parameter {value!r:.200} has no JSON form: {error}", hint="give plain values") from None
    return base64.b64encode(zlib.compress(text.encode())).decode()


def decode_param(value: str) -> Any:
    """Reads what `encode_param` wrote.

    Raises:
        PipesError: it was not written so.
    """
    try:
        return json.loads(zlib.decompress(base64.b64decode(value)))
    except (binascii.Error, zlib.error, ValueError, TypeError) as error:
        raise PipesError(
            f"{value!r:.60} is no parameter of dagster-pipes: {error}",
            hint="pass what session.get_bootstrap_env_vars() gives as it is",
        ) from None


def cli_argument(environment_variable: str) -> str:
    """The command line's name for a parameter.

    Example:
        >>> cli_argument(DAGSTER_PIPES_CONTEXT_ENV_VAR)
        '--dagster-pipes-context'
    """
    return "--" + environment_variable.lower().replace("_", "-")
