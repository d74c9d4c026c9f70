"""daglab makes the notebook the pipeline.

A cell that begins with `%%asset` is a data asset; what it depends on is read from its code. See `daglab.asset`,
`daglab.materialize`, `daglab.load`, and `%load_ext daglab`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from daglab.foundation.version import __version__ as __version__
from daglab.public_names import ALIASES, HOMES

if TYPE_CHECKING:
    from daglab.definitions.asset_decorator import asset
    from daglab.definitions.asset_dep import AssetDep
    from daglab.definitions.asset_in import AssetIn
    from daglab.definitions.asset_job import UnresolvedAssetJobDefinition, define_asset_job
    from daglab.definitions.asset_key import AssetKey
    from daglab.definitions.asset_loaders import (
        load_asset_checks_from_current_module,
        load_asset_checks_from_modules,
        load_asset_checks_from_package_module,
        load_asset_checks_from_package_name,
        load_assets_from_current_module,
        load_assets_from_modules,
        load_assets_from_package_module,
        load_assets_from_package_name,
    )
    from daglab.definitions.asset_out import AssetOut
    from daglab.definitions.asset_selection.selection import AssetSelection
    from daglab.definitions.asset_value_loader import AssetValueLoader
    from daglab.definitions.assets import AssetsDefinition
    from daglab.definitions.automation.asset_sensor import AssetSensorDefinition, asset_sensor
    from daglab.definitions.automation.multi_asset_context import (
        MultiAssetSensorEvaluationContext,
        build_multi_asset_sensor_context,
    )
    from daglab.definitions.automation.multi_asset_sensor import MultiAssetSensorDefinition, multi_asset_sensor
    from daglab.definitions.automation.partitioned_schedule import build_schedule_from_partitioned_job
    from daglab.definitions.automation.run_status_context import (
        RunFailureSensorContext,
        RunStatusSensorContext,
        build_run_status_sensor_context,
    )
    from daglab.definitions.automation.run_status_sensor import (
        RunStatusSensorDefinition,
        run_failure_sensor,
        run_status_sensor,
    )
    from daglab.definitions.automation.schedule_context import ScheduleEvaluationContext, build_schedule_context
    from daglab.definitions.automation.schedule_decorator import schedule
    from daglab.definitions.automation.schedule_definition import DefaultScheduleStatus, ScheduleDefinition
    from daglab.definitions.automation.sensor_context import SensorEvaluationContext, build_sensor_context
    from daglab.definitions.automation.sensor_decorator import sensor
    from daglab.definitions.automation.sensor_definition import DefaultSensorStatus, SensorDefinition
    from daglab.definitions.automation.sensor_result import SensorResult
    from daglab.definitions.check_decorator import AssetChecksDefinition, asset_check, multi_asset_check
    from daglab.definitions.check_factories import (
        build_column_schema_change_checks,
        build_last_update_freshness_checks,
        build_metadata_bounds_checks,
        build_time_partition_freshness_checks,
    )
    from daglab.definitions.config.choices import Noneable, ScalarUnion, Selector
    from daglab.definitions.config.config import Config, PermissiveConfig
    from daglab.definitions.config.config_files import (
        config_from_files,
        config_from_pkg_resources,
        config_from_yaml_strings,
    )
    from daglab.definitions.config.config_mapping import ConfigMapping, config_mapping
    from daglab.definitions.config.configured import configured
    from daglab.definitions.config.enums import Enum, EnumValue
    from daglab.definitions.config.env_var import EnvVar
    from daglab.definitions.config.job_config import validate_run_config
    from daglab.definitions.config.run_config import RunConfig
    from daglab.definitions.config.schema_types import Array, Field, Map, Permissive, Shape
    from daglab.definitions.config.sources import BoolSource, IntSource, StringSource
    from daglab.definitions.contexts.asset_context import AssetExecutionContext
    from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
    from daglab.definitions.contexts.hook_context import HookContext
    from daglab.definitions.contexts.logs import get_logger
    from daglab.definitions.contexts.logs import get_logger as get_dagster_logger
    from daglab.definitions.contexts.op_context import OpExecutionContext
    from daglab.definitions.data_version import DataProvenance, DataVersion, DataVersionsByPartition
    from daglab.definitions.definitions import Definitions
    from daglab.definitions.definitions_loaders import (
        load_definitions_from_current_module,
        load_definitions_from_module,
        load_definitions_from_modules,
        load_definitions_from_package_module,
        load_definitions_from_package_name,
    )
    from daglab.definitions.dependencies import (
        DependencyDefinition,
        InputMapping,
        MultiDependencyDefinition,
        NodeInvocation,
        OutputMapping,
    )
    from daglab.definitions.dynamic import DynamicOutput
    from daglab.definitions.executor import Executor, RetryMode, StepDependencyConfig
    from daglab.definitions.executors import (
        ExecutorDefinition,
        ExecutorRequirement,
        InitExecutorContext,
        executor,
        in_process_executor,
        multi_or_in_process_executor,
        multiple_process_executor_requirements,
        multiprocess_executor,
    )
    from daglab.definitions.executors_at_hand import InProcessExecutor, MultiprocessExecutor
    from daglab.definitions.freshness_policy import FreshnessPolicy
    from daglab.definitions.graph_asset import graph_asset, graph_multi_asset
    from daglab.definitions.graph_decorator import graph
    from daglab.definitions.graph_definition import GraphDefinition
    from daglab.definitions.hooks import HookDefinition, failure_hook, success_hook
    from daglab.definitions.invocation.direct_contexts import (
        build_asset_check_context,
        build_asset_context,
        build_op_context,
    )
    from daglab.definitions.invocation.direct_hook import build_hook_context
    from daglab.definitions.io_contexts.build_contexts import build_input_context, build_output_context
    from daglab.definitions.io_contexts.input_context import InputContext
    from daglab.definitions.io_contexts.output_context import OutputContext
    from daglab.definitions.io_contexts.stored_value import StoredValue
    from daglab.definitions.job_decorator import job
    from daglab.definitions.job_definition import JobDefinition
    from daglab.definitions.loggers import (
        InitLoggerContext,
        LoggerDefinition,
        build_init_logger_context,
        colored_console_logger,
        default_loggers,
        json_console_logger,
        logger,
    )
    from daglab.definitions.map_specs import map_asset_specs
    from daglab.definitions.metadata import (
        BoolMetadataValue,
        DagsterAssetMetadataValue,
        DagsterJobMetadataValue,
        DagsterRunMetadataValue,
        FloatMetadataValue,
        IntMetadataValue,
        JsonMetadataValue,
        MarkdownMetadataValue,
        MetadataValue,
        NotebookMetadataValue,
        NullMetadataValue,
        PathMetadataValue,
        PoolMetadataValue,
        PythonArtifactMetadataValue,
        TableColumnLineageMetadataValue,
        TableMetadataValue,
        TableSchemaMetadataValue,
        TextMetadataValue,
        TimestampMetadataValue,
        UrlMetadataValue,
    )
    from daglab.definitions.multi_asset import multi_asset, multi_observable_source_asset
    from daglab.definitions.nodes import DynamicOut, GraphIn, GraphOut, In, Out
    from daglab.definitions.op_decorator import op
    from daglab.definitions.op_definition import OpDefinition
    from daglab.definitions.partitions.backfill_policy import BackfillPolicy
    from daglab.definitions.partitions.calendar_partitions import (
        DailyPartitionsDefinition,
        HourlyPartitionsDefinition,
        MonthlyPartitionsDefinition,
        WeeklyPartitionsDefinition,
    )
    from daglab.definitions.partitions.dynamic import DynamicPartitionsDefinition
    from daglab.definitions.partitions.dynamic_requests import (
        AddDynamicPartitionsRequest,
        DeleteDynamicPartitionsRequest,
    )
    from daglab.definitions.partitions.loading import PartitionLoadingContext, partition_loading_context
    from daglab.definitions.partitions.mapping.all_partitions import AllPartitionMapping
    from daglab.definitions.partitions.mapping.dimension import DimensionPartitionMapping
    from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
    from daglab.definitions.partitions.mapping.last_partition import LastPartitionMapping
    from daglab.definitions.partitions.mapping.multi import MultiPartitionMapping
    from daglab.definitions.partitions.mapping.multi_to_single import MultiToSingleDimensionPartitionMapping
    from daglab.definitions.partitions.mapping.partition_mapping import PartitionMapping, UpstreamPartitionsResult
    from daglab.definitions.partitions.mapping.specific_partitions import SpecificPartitionsPartitionMapping
    from daglab.definitions.partitions.mapping.static import StaticPartitionMapping
    from daglab.definitions.partitions.mapping.time_window import TimeWindowPartitionMapping
    from daglab.definitions.partitions.multi import MultiPartitionsDefinition
    from daglab.definitions.partitions.multi_partition_key import MultiPartitionKey
    from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
    from daglab.definitions.partitions.partitioned_config import (
        PartitionedConfig,
        daily_partitioned_config,
        dynamic_partitioned_config,
        hourly_partitioned_config,
        monthly_partitioned_config,
        partitioned_config,
        static_partitioned_config,
        weekly_partitioned_config,
    )
    from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
    from daglab.definitions.partitions.schedule_type import ScheduleType
    from daglab.definitions.partitions.static import StaticPartitionsDefinition
    from daglab.definitions.partitions.subset import PartitionsSubset
    from daglab.definitions.partitions.time_window import TimeWindow
    from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
    from daglab.definitions.reconstructable import reconstructable
    from daglab.definitions.repository import RepositoryDefinition, repository
    from daglab.definitions.resource_annotations import ResourceParam, TreatAsResourceParam
    from daglab.definitions.resources.build_init_context import build_init_resource_context
    from daglab.definitions.resources.building import build_resources
    from daglab.definitions.resources.configurable_io_manager import ConfigurableIOManager, ConfigurableIOManagerFactory
    from daglab.definitions.resources.configurable_resource import ConfigurableResource, ConfigurableResourceFactory
    from daglab.definitions.resources.init_context import InitResourceContext
    from daglab.definitions.resources.input_manager_definition import InputManagerDefinition, input_manager
    from daglab.definitions.resources.io_interfaces import InputManager, IOManager
    from daglab.definitions.resources.io_manager_definition import IOManagerDefinition, io_manager
    from daglab.definitions.resources.resource_decorator import resource
    from daglab.definitions.resources.resource_definition import ResourceDefinition, make_values_resource
    from daglab.definitions.resources.resource_fields import ResourceDependency
    from daglab.definitions.results import (
        AssetCheckResult,
        AssetCheckSeverity,
        MaterializeResult,
        ObserveResult,
        Output,
    )
    from daglab.definitions.retries import Backoff, Jitter, RetryPolicy
    from daglab.definitions.run_request import RunRequest, SkipReason
    from daglab.definitions.source_asset import SourceAsset
    from daglab.definitions.source_asset_decorator import observable_source_asset
    from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec, AssetSpec
    from daglab.definitions.table_metadata import (
        TableColumn,
        TableColumnConstraints,
        TableColumnDep,
        TableColumnLineage,
        TableConstraints,
        TableRecord,
        TableSchema,
    )
    from daglab.definitions.types.checking import check_data_type
    from daglab.definitions.types.checking import check_data_type as check_dagster_type
    from daglab.definitions.types.contexts import TypeCheckContext, TypeLoaderContext
    from daglab.definitions.types.contexts import TypeLoaderContext as DagsterTypeLoaderContext
    from daglab.definitions.types.data_type import DataType
    from daglab.definitions.types.data_type import DataType as DagsterType
    from daglab.definitions.types.names import Any, Bool, Dict, Float, Int, List, Optional, Set, String, Tuple
    from daglab.definitions.types.nothing import Nothing
    from daglab.definitions.types.python_object_type import PythonObjectType
    from daglab.definitions.types.python_object_type import PythonObjectType as PythonObjectDagsterType
    from daglab.definitions.types.registry import make_python_type_usable_as_data_type, usable_as_data_type
    from daglab.definitions.types.registry import (
        make_python_type_usable_as_data_type as make_python_type_usable_as_dagster_type,
    )
    from daglab.definitions.types.registry import usable_as_data_type as usable_as_dagster_type
    from daglab.definitions.types.type_check import TypeCheck
    from daglab.definitions.types.type_loader import TypeLoader, type_loader
    from daglab.definitions.types.type_loader import TypeLoader as DagsterTypeLoader
    from daglab.definitions.types.type_loader import type_loader as dagster_type_loader
    from daglab.definitions.user_errors import Failure, RetryRequested
    from daglab.definitions.user_events import (
        AssetCheckEvaluation,
        AssetMaterialization,
        AssetObservation,
        ExpectationResult,
    )
    from daglab.definitions.with_resources import with_resources
    from daglab.errors import (
        CellError,
        CheckFailedError,
        ConfigMappingError,
        CycleError,
        DaglabError,
        DuplicateAssetError,
        ExecutionInterruptedError,
        ExecutionStepNotFoundError,
        HandleOutputError,
        HookError,
        InvalidConfigDefinitionError,
        InvalidConfigError,
        InvalidDefinitionError,
        InvalidInvocationError,
        InvalidSubsetError,
        InvariantViolationError,
        LoadInputError,
        MaxRetriesExceededError,
        MissingExtraError,
        NotebookError,
        PipesError,
        PipesExecutionError,
        PlanError,
        ResourceFunctionError,
        RunNotFoundError,
        RunStoreError,
        SettingsError,
        StepError,
        StepOutputNotFoundError,
        StoreUnavailableError,
        StoreVersionError,
        SubprocessError,
        TypeCheckDidNotPass,
        TypeCheckError,
        TypeLoadingError,
        UnknownPartitionError,
        UnknownResourceError,
        UnmetExecutorRequirementsError,
        UnstorableValueError,
        UntrustedValueError,
        UserCodeError,
        ValueHandlingError,
        ValueMissingError,
        ValueStoreError,
    )
    from daglab.errors import CheckFailedError as DagsterAssetCheckFailedError
    from daglab.errors import ConfigMappingError as DagsterConfigMappingFunctionError
    from daglab.errors import CycleError as DagsterCircularDependencyError
    from daglab.errors import DaglabError as DagsterError
    from daglab.errors import ExecutionInterruptedError as DagsterExecutionInterruptedError
    from daglab.errors import ExecutionStepNotFoundError as DagsterExecutionStepNotFoundError
    from daglab.errors import HandleOutputError as DagsterExecutionHandleOutputError
    from daglab.errors import InvalidConfigDefinitionError as DagsterInvalidConfigDefinitionError
    from daglab.errors import InvalidConfigDefinitionError as DagsterInvalidPythonicConfigDefinitionError
    from daglab.errors import InvalidConfigError as DagsterInvalidConfigError
    from daglab.errors import InvalidDefinitionError as DagsterInvalidDefinitionError
    from daglab.errors import InvalidInvocationError as DagsterInvalidInvocationError
    from daglab.errors import InvalidSubsetError as DagsterInvalidSubsetError
    from daglab.errors import InvariantViolationError as DagsterInvariantViolationError
    from daglab.errors import LoadInputError as DagsterExecutionLoadInputError
    from daglab.errors import MaxRetriesExceededError as DagsterMaxRetriesExceededError
    from daglab.errors import PipesError as DagsterPipesError
    from daglab.errors import PipesExecutionError as DagsterPipesExecutionError
    from daglab.errors import ResourceFunctionError as DagsterResourceFunctionError
    from daglab.errors import RunNotFoundError as DagsterRunNotFoundError
    from daglab.errors import StepError as DagsterExecutionStepExecutionError
    from daglab.errors import StepOutputNotFoundError as DagsterStepOutputNotFoundError
    from daglab.errors import SubprocessError as DagsterSubprocessError
    from daglab.errors import TypeCheckDidNotPass as DagsterTypeCheckDidNotPass
    from daglab.errors import TypeCheckError as DagsterTypeCheckError
    from daglab.errors import UnknownPartitionError as DagsterUnknownPartitionError
    from daglab.errors import UnknownResourceError as DagsterUnknownResourceError
    from daglab.errors import UnmetExecutorRequirementsError as DagsterUnmetExecutorRequirementsError
    from daglab.errors import UserCodeError as DagsterUserCodeExecutionError
    from daglab.execution.pipes.chunk_readers import PipesBlobStoreMessageReader
    from daglab.execution.pipes.client import PipesClient, PipesClientCompletedInvocation
    from daglab.execution.pipes.file_readers import PipesFileMessageReader, PipesTempFileMessageReader
    from daglab.execution.pipes.handler import PipesLaunchedData, PipesMessageHandler, PipesMessageReader
    from daglab.execution.pipes.injectors import (
        PipesContextInjector,
        PipesEnvContextInjector,
        PipesFileContextInjector,
        PipesTempFileContextInjector,
    )
    from daglab.execution.pipes.log_reader import PipesLogReader
    from daglab.execution.pipes.opening import open_pipes_session
    from daglab.execution.pipes.results import PipesExecutionResult
    from daglab.execution.pipes.session import PipesSession
    from daglab.execution.pipes.subprocess_client import PipesSubprocessClient
    from daglab.history.instance_records import (
        AssetRecordsFilter,
        EventRecordsFilter,
        EventRecordsResult,
        RunRecord,
        RunStatusChangeRecordsFilter,
    )
    from daglab.history.job_results import ExecuteInProcessResult
    from daglab.history.log_entries import LogEntry, LogRecord
    from daglab.history.log_entries import LogEntry as EventLogEntry
    from daglab.history.log_entries import LogRecord as EventLogRecord
    from daglab.history.run_events import RunEvent, RunEventType
    from daglab.history.run_events import RunEvent as DagsterEvent
    from daglab.history.run_events import RunEventType as DagsterEventType
    from daglab.io_managers.filesystem import FilesystemIOManager
    from daglab.io_managers.memory import InMemoryIOManager, mem_io_manager
    from daglab.io_managers.pickle_files import fs_io_manager
    from daglab.io_managers.upath import UPathIOManager
    from daglab.magics.showing_graph import dag
    from daglab.orchestration.comparing import compare
    from daglab.orchestration.instance import Instance
    from daglab.orchestration.instance import Instance as DagsterInstance
    from daglab.orchestration.job_runs import JobExecutionResult, execute_job
    from daglab.orchestration.materialize import load, materialize, materialize_to_memory
    from daglab.orchestration.reexecution import ReexecutionOptions
    from daglab.orchestration.runtime_limit import MAX_RUNTIME_SECONDS_TAG
    from daglab.orchestration.testing_instance import instance_for_test
    from daglab.records.run_filter import RunsFilter
    from daglab.records.runs import Run, RunStatus
    from daglab.records.runs import Run as DagsterRun
    from daglab.records.runs import RunStatus as DagsterRunStatus

__all__ = [
    "MAX_RUNTIME_SECONDS_TAG",
    "AddDynamicPartitionsRequest",
    "AllPartitionMapping",
    "Any",
    "Array",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetChecksDefinition",
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetObservation",
    "AssetOut",
    "AssetRecordsFilter",
    "AssetSelection",
    "AssetSensorDefinition",
    "AssetSpec",
    "AssetValueLoader",
    "AssetsDefinition",
    "BackfillPolicy",
    "Backoff",
    "Bool",
    "BoolMetadataValue",
    "BoolSource",
    "CellError",
    "CheckFailedError",
    "Config",
    "ConfigMapping",
    "ConfigMappingError",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableResource",
    "ConfigurableResourceFactory",
    "CycleError",
    "DaglabError",
    "DagsterAssetCheckFailedError",
    "DagsterAssetMetadataValue",
    "DagsterCircularDependencyError",
    "DagsterConfigMappingFunctionError",
    "DagsterError",
    "DagsterEvent",
    "DagsterEventType",
    "DagsterExecutionHandleOutputError",
    "DagsterExecutionInterruptedError",
    "DagsterExecutionLoadInputError",
    "DagsterExecutionStepExecutionError",
    "DagsterExecutionStepNotFoundError",
    "DagsterInstance",
    "DagsterInvalidConfigDefinitionError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvalidPythonicConfigDefinitionError",
    "DagsterInvalidSubsetError",
    "DagsterInvariantViolationError",
    "DagsterJobMetadataValue",
    "DagsterMaxRetriesExceededError",
    "DagsterPipesError",
    "DagsterPipesExecutionError",
    "DagsterResourceFunctionError",
    "DagsterRun",
    "DagsterRunMetadataValue",
    "DagsterRunNotFoundError",
    "DagsterRunStatus",
    "DagsterStepOutputNotFoundError",
    "DagsterSubprocessError",
    "DagsterType",
    "DagsterTypeCheckDidNotPass",
    "DagsterTypeCheckError",
    "DagsterTypeLoader",
    "DagsterTypeLoaderContext",
    "DagsterUnknownPartitionError",
    "DagsterUnknownResourceError",
    "DagsterUnmetExecutorRequirementsError",
    "DagsterUserCodeExecutionError",
    "DailyPartitionsDefinition",
    "DataProvenance",
    "DataType",
    "DataVersion",
    "DataVersionsByPartition",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "Definitions",
    "DeleteDynamicPartitionsRequest",
    "DependencyDefinition",
    "Dict",
    "DimensionPartitionMapping",
    "DuplicateAssetError",
    "DynamicOut",
    "DynamicOutput",
    "DynamicPartitionsDefinition",
    "Enum",
    "EnumValue",
    "EnvVar",
    "EventLogEntry",
    "EventLogRecord",
    "EventRecordsFilter",
    "EventRecordsResult",
    "ExecuteInProcessResult",
    "ExecutionInterruptedError",
    "ExecutionStepNotFoundError",
    "Executor",
    "ExecutorDefinition",
    "ExecutorRequirement",
    "ExpectationResult",
    "Failure",
    "Field",
    "FilesystemIOManager",
    "Float",
    "FloatMetadataValue",
    "FreshnessPolicy",
    "GraphDefinition",
    "GraphIn",
    "GraphOut",
    "HandleOutputError",
    "HookContext",
    "HookDefinition",
    "HookError",
    "HourlyPartitionsDefinition",
    "IOManager",
    "IOManagerDefinition",
    "IdentityPartitionMapping",
    "In",
    "InMemoryIOManager",
    "InProcessExecutor",
    "InitExecutorContext",
    "InitLoggerContext",
    "InitResourceContext",
    "InputContext",
    "InputManager",
    "InputManagerDefinition",
    "InputMapping",
    "Instance",
    "Int",
    "IntMetadataValue",
    "IntSource",
    "InvalidConfigDefinitionError",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidSubsetError",
    "InvariantViolationError",
    "Jitter",
    "JobDefinition",
    "JobExecutionResult",
    "JsonMetadataValue",
    "LastPartitionMapping",
    "List",
    "LoadInputError",
    "LogEntry",
    "LogRecord",
    "LoggerDefinition",
    "Map",
    "MarkdownMetadataValue",
    "MaterializeResult",
    "MaxRetriesExceededError",
    "MetadataValue",
    "MissingExtraError",
    "MonthlyPartitionsDefinition",
    "MultiAssetSensorDefinition",
    "MultiAssetSensorEvaluationContext",
    "MultiDependencyDefinition",
    "MultiPartitionKey",
    "MultiPartitionMapping",
    "MultiPartitionsDefinition",
    "MultiToSingleDimensionPartitionMapping",
    "MultiprocessExecutor",
    "NodeInvocation",
    "Noneable",
    "NotebookError",
    "NotebookMetadataValue",
    "Nothing",
    "NullMetadataValue",
    "ObserveResult",
    "OpDefinition",
    "OpExecutionContext",
    "Optional",
    "Out",
    "Output",
    "OutputContext",
    "OutputMapping",
    "PartitionKeyRange",
    "PartitionLoadingContext",
    "PartitionMapping",
    "PartitionedConfig",
    "PartitionsDefinition",
    "PartitionsSubset",
    "PathMetadataValue",
    "Permissive",
    "PermissiveConfig",
    "PipesBlobStoreMessageReader",
    "PipesClient",
    "PipesClientCompletedInvocation",
    "PipesContextInjector",
    "PipesEnvContextInjector",
    "PipesError",
    "PipesExecutionError",
    "PipesExecutionResult",
    "PipesFileContextInjector",
    "PipesFileMessageReader",
    "PipesLaunchedData",
    "PipesLogReader",
    "PipesMessageHandler",
    "PipesMessageReader",
    "PipesSession",
    "PipesSubprocessClient",
    "PipesTempFileContextInjector",
    "PipesTempFileMessageReader",
    "PlanError",
    "PoolMetadataValue",
    "PythonArtifactMetadataValue",
    "PythonObjectDagsterType",
    "PythonObjectType",
    "ReexecutionOptions",
    "RepositoryDefinition",
    "ResourceDefinition",
    "ResourceDependency",
    "ResourceFunctionError",
    "ResourceParam",
    "RetryMode",
    "RetryPolicy",
    "RetryRequested",
    "Run",
    "RunConfig",
    "RunEvent",
    "RunEventType",
    "RunFailureSensorContext",
    "RunNotFoundError",
    "RunRecord",
    "RunRequest",
    "RunStatus",
    "RunStatusChangeRecordsFilter",
    "RunStatusSensorContext",
    "RunStatusSensorDefinition",
    "RunStoreError",
    "RunsFilter",
    "ScalarUnion",
    "ScheduleDefinition",
    "ScheduleEvaluationContext",
    "ScheduleType",
    "Selector",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorResult",
    "Set",
    "SettingsError",
    "Shape",
    "SkipReason",
    "SourceAsset",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
    "StaticPartitionsDefinition",
    "StepDependencyConfig",
    "StepError",
    "StepOutputNotFoundError",
    "StoreUnavailableError",
    "StoreVersionError",
    "StoredValue",
    "String",
    "StringSource",
    "SubprocessError",
    "TableColumn",
    "TableColumnConstraints",
    "TableColumnDep",
    "TableColumnLineage",
    "TableColumnLineageMetadataValue",
    "TableConstraints",
    "TableMetadataValue",
    "TableRecord",
    "TableSchema",
    "TableSchemaMetadataValue",
    "TextMetadataValue",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "TimestampMetadataValue",
    "TreatAsResourceParam",
    "Tuple",
    "TypeCheck",
    "TypeCheckContext",
    "TypeCheckDidNotPass",
    "TypeCheckError",
    "TypeLoader",
    "TypeLoaderContext",
    "TypeLoadingError",
    "UPathIOManager",
    "UnknownPartitionError",
    "UnknownResourceError",
    "UnmetExecutorRequirementsError",
    "UnresolvedAssetJobDefinition",
    "UnstorableValueError",
    "UntrustedValueError",
    "UpstreamPartitionsResult",
    "UrlMetadataValue",
    "UserCodeError",
    "ValueHandlingError",
    "ValueMissingError",
    "ValueStoreError",
    "WeeklyPartitionsDefinition",
    "asset",
    "asset_check",
    "asset_sensor",
    "build_asset_check_context",
    "build_asset_context",
    "build_column_schema_change_checks",
    "build_hook_context",
    "build_init_logger_context",
    "build_init_resource_context",
    "build_input_context",
    "build_last_update_freshness_checks",
    "build_metadata_bounds_checks",
    "build_multi_asset_sensor_context",
    "build_op_context",
    "build_output_context",
    "build_resources",
    "build_run_status_sensor_context",
    "build_schedule_context",
    "build_schedule_from_partitioned_job",
    "build_sensor_context",
    "build_time_partition_freshness_checks",
    "check_dagster_type",
    "check_data_type",
    "colored_console_logger",
    "compare",
    "config_from_files",
    "config_from_pkg_resources",
    "config_from_yaml_strings",
    "config_mapping",
    "configured",
    "dag",
    "dagster_type_loader",
    "daily_partitioned_config",
    "default_loggers",
    "define_asset_job",
    "dynamic_partitioned_config",
    "execute_job",
    "executor",
    "failure_hook",
    "fs_io_manager",
    "get_dagster_logger",
    "get_logger",
    "graph",
    "graph_asset",
    "graph_multi_asset",
    "hourly_partitioned_config",
    "in_process_executor",
    "input_manager",
    "instance_for_test",
    "io_manager",
    "job",
    "json_console_logger",
    "load",
    "load_asset_checks_from_current_module",
    "load_asset_checks_from_modules",
    "load_asset_checks_from_package_module",
    "load_asset_checks_from_package_name",
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
    "load_definitions_from_current_module",
    "load_definitions_from_module",
    "load_definitions_from_modules",
    "load_definitions_from_package_module",
    "load_definitions_from_package_name",
    "logger",
    "make_python_type_usable_as_dagster_type",
    "make_python_type_usable_as_data_type",
    "make_values_resource",
    "map_asset_specs",
    "materialize",
    "materialize_to_memory",
    "mem_io_manager",
    "monthly_partitioned_config",
    "multi_asset",
    "multi_asset_check",
    "multi_asset_sensor",
    "multi_observable_source_asset",
    "multi_or_in_process_executor",
    "multiple_process_executor_requirements",
    "multiprocess_executor",
    "observable_source_asset",
    "op",
    "open_pipes_session",
    "partition_loading_context",
    "partitioned_config",
    "reconstructable",
    "repository",
    "resource",
    "run_failure_sensor",
    "run_status_sensor",
    "schedule",
    "sensor",
    "static_partitioned_config",
    "success_hook",
    "type_loader",
    "usable_as_dagster_type",
    "usable_as_data_type",
    "validate_run_config",
    "weekly_partitioned_config",
    "with_resources",
]


def __getattr__(name: str) -> Any:
    home = HOMES.get(ALIASES.get(name, name))
    if home is None:
        raise AttributeError(f"module 'daglab' has no attribute {name!r}")
    value = getattr(import_module(f"daglab.{home}"), ALIASES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext daglab` calls."""
    from daglab.magics.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext daglab` calls."""
    from daglab.magics.extension import unload

    unload(shell)
