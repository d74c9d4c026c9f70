"""The other side of Pipes: what a process imports that a step of a pipeline has started.

Light, and of the standard library alone. The same process can use the package `dagster-pipes` instead: both speak the
same protocol.
"""

from __future__ import annotations

from daglab.errors import PipesError
from daglab.external.chunk_writers import (
    PipesBlobStoreMessageWriter,
    PipesBlobStoreMessageWriterChannel,
    PipesBufferedFilesystemMessageWriterChannel,
)
from daglab.external.context import PipesContext
from daglab.external.context_loaders import PipesContextLoader, PipesDefaultContextLoader
from daglab.external.message_writers import (
    PipesBufferedStreamMessageWriterChannel,
    PipesDefaultMessageWriter,
    PipesFileMessageWriterChannel,
    PipesMessageWriter,
    PipesMessageWriterChannel,
    PipesStreamMessageWriterChannel,
)
from daglab.external.opening import PipesWarning, open_pipes
from daglab.external.params_loaders import (
    PipesCliArgsParamsLoader,
    PipesEnvVarParamsLoader,
    PipesMappingParamsLoader,
    PipesParamsLoader,
)
from daglab.external.protocol import (
    DAGSTER_PIPES_CONTEXT_ENV_VAR,
    DAGSTER_PIPES_MESSAGES_ENV_VAR,
    PipesContextData,
    PipesDataProvenance,
    PipesExtras,
    PipesMessage,
    PipesMetadataRawValue,
    PipesMetadataValue,
    PipesOpenedData,
    PipesParams,
    PipesPartitionKeyRange,
    PipesTimeWindow,
    decode_param,
    encode_param,
)

# What the package dagster-pipes calls them, so that a program only changes where it imports from.
open_dagster_pipes = open_pipes
DagsterPipesError = PipesError
DagsterPipesWarning = PipesWarning

__all__ = [
    "DAGSTER_PIPES_CONTEXT_ENV_VAR",
    "DAGSTER_PIPES_MESSAGES_ENV_VAR",
    "DagsterPipesError",
    "DagsterPipesWarning",
    "PipesBlobStoreMessageWriter",
    "PipesBlobStoreMessageWriterChannel",
    "PipesBufferedFilesystemMessageWriterChannel",
    "PipesBufferedStreamMessageWriterChannel",
    "PipesCliArgsParamsLoader",
    "PipesContext",
    "PipesContextData",
    "PipesContextLoader",
    "PipesDataProvenance",
    "PipesDefaultContextLoader",
    "PipesDefaultMessageWriter",
    "PipesEnvVarParamsLoader",
    "PipesError",
    "PipesExtras",
    "PipesFileMessageWriterChannel",
    "PipesMappingParamsLoader",
    "PipesMessage",
    "PipesMessageWriter",
    "PipesMessageWriterChannel",
    "PipesMetadataRawValue",
    "PipesMetadataValue",
    "PipesOpenedData",
    "PipesParams",
    "PipesParamsLoader",
    "PipesPartitionKeyRange",
    "PipesStreamMessageWriterChannel",
    "PipesTimeWindow",
    "PipesWarning",
    "decode_param",
    "encode_param",
    "open_dagster_pipes",
    "open_pipes",
]
