"""From the run config of a job to what each of its ops, resources and loggers gets; all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from daglab.definitions.config.config_schema import ConfigSchema, as_plain
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.execution_config import (
    DEFAULT_EXECUTOR,
    DEFAULT_EXECUTOR_CONFIG,
    DEFAULT_LOGGER_CONFIGS,
)
from daglab.definitions.config.node_config import Level, NodePath, NodeWalk, OpRunConfig, graph_level, ops_of
from daglab.definitions.config.problems import Path, quoted, raise_problems
from daglab.definitions.config.run_config import RunConfig, as_run_config
from daglab.definitions.sentinel import NO_VALUE

PARTS = ("ops", "resources", "loggers", "execution", "inputs")
ALL_ASSETS_JOB = "__ASSET_JOB"


@dataclass(frozen=True, kw_only=True)
class ResolvedRunConfig:
    """A run config with defaults filled in and environment variables read: it may hold secrets, so it is never stored.

    Args:
        ops: by the names that lead to each op or graph; `()` is the job's own graph, whose inputs "inputs" gives.
        resources: by key, what each resource gets as config; without those that nobody needs or configures.
        execution: the config of the executor.
        executor: its name.
        loggers: by name, the config of the loggers that are asked for.
    """

    ops: Mapping[NodePath, OpRunConfig] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    execution: Any = None
    executor: str = DEFAULT_EXECUTOR
    loggers: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dicts, with what was left out filled in."""
        return {
            "ops": {
                ".".join(path): {
                    "config": as_plain(one.config),
                    "inputs": dict(one.inputs),
                    "outputs": dict(one.outputs) or None,
                }
                for path, one in self.ops.items()
                if path
            },
            "execution": {self.executor: self.execution},
            "resources": {key: {"config": as_plain(value)} for key, value in self.resources.items()},
            "loggers": {name: {"config": as_plain(value)} for name, value in self.loggers.items()},
        }


def validate_run_config(job_def: Any, run_config: Any = None) -> Mapping[str, Any]:
    """Checks a run config against a job.

    Args:
        job_def: the job.
        run_config: a dict or `RunConfig`; by default the job's own.

    Returns:
        the run config with all defaults filled in.

    Raises:
        InvalidConfigError: it does not fit; all problems are listed.
        ConfigMappingError: a config mapping raised.

    Example:
        >>> from daglab.definitions.job_decorator import job
        >>> from daglab.definitions.op_decorator import op
        >>> @op(config_schema={"day": str})
        ... def read(context): ...
        >>> @job
        ... def etl():
        ...     read()
        >>> validate_run_config(etl, {"ops": {"read": {"config": {"day": "2024-01-31"}}}})["ops"]["read"]["config"]
        {'day': '2024-01-31'}
    """
    return resolve_run_config(job_def, run_config).to_dict()


def resolve_run_config(
    job: Any, run_config: Any = None, *, resolve_env: bool = True, any_execution: bool = False
) -> ResolvedRunConfig:
    """Works out what each part of a job gets from a run config.

    Args:
        job: a job of ops, or of assets.
        run_config: a dict, `RunConfig` or None for the job's own.
        resolve_env: whether environment variables are read.
        any_execution: whether "execution" is not looked at, as where a run ignores it.

    Raises:
        InvalidConfigError: it does not fit; all problems are listed, with the path of each.
        ConfigMappingError: a config mapping raised.
    """
    given = run_config_of(job, run_config)
    walk = Walk(resolve_env=resolve_env)
    if not isinstance(given, Mapping):
        walk.expect(None, "a dict", given)
        raise_problems(f"the run config of the job {job.name!r}", walk.problems, given)
    parts = {name: given.get(name, {}) for name in PARTS}
    for name in given:
        if name not in PARTS:
            walk.refuse((None, str(name)), f"there is no part {quoted(name)}", given[name], walk.suggest(name, PARTS))
    ops = _ops(job, parts, walk)
    resources = _resources(job, parts["resources"], walk)
    executor, execution = _execution(job, given.get("execution", {}), walk, any_execution)
    loggers = _loggers(job, parts["loggers"], walk)
    if walk.problems:
        raise_problems(f"the run config of the job {job.name!r}", walk.problems, given)
    return ResolvedRunConfig(ops=ops, resources=resources, execution=execution, executor=executor, loggers=loggers)


def run_config_of(job: Any, run_config: Any) -> Any:
    """The run config as plain dicts, mapped if the job has a config mapping; what is not given is the job's own.

    The job's own holds for each op at the top, and each resource, that the given one does not name.
    """
    mapping = getattr(job, "config_mapping", None)
    if mapping is not None:
        return mapping.resolve_from_unvalidated_config({} if run_config is None else run_config)
    given, own = as_run_config(run_config), as_run_config(getattr(job, "run_config", None))
    if not isinstance(given, Mapping):
        return given
    if isinstance(run_config, RunConfig):
        given = {name: part for name, part in given.items() if part}
    both = [part for part in ("ops", "resources", "inputs") if part in own and part in given]
    merged = {part: {**own[part], **given[part]} for part in both if isinstance(given[part], Mapping)}
    return {**own, **given, **merged}


def _ops(job: Any, parts: Mapping[str, Any], walk: Walk) -> dict[NodePath, OpRunConfig]:
    nodes = NodeWalk(walk, _resource_defs(job))
    assets = getattr(job, "assets", None)
    if assets or job.graph is None:
        nodes.through_level(_asset_level(job, assets or ()), parts["ops"], (None, "ops"), ())
        return nodes.found
    graph = job.graph
    known = frozenset(getattr(job, "input_values", None) or ())
    inputs = nodes.inputs(graph, parts["inputs"], (None, "inputs"), known)
    if getattr(graph, "config_mapping", None) is None:
        level = replace(graph_level(graph, inputs), ignored=_left_out(job))
        nodes.through_level(level, parts["ops"], (None, "ops"), ())
    elif isinstance(parts["ops"], Mapping):
        nodes.through_graph(graph, parts["ops"], (None, "ops"), (), inputs)
        _refuse_others(parts["ops"], ("config",), (None, "ops"), walk, "part")
    else:
        walk.expect((None, "ops"), "a dict with 'config'", parts["ops"])
    nodes.found[()] = OpRunConfig(None, inputs, {})
    return nodes.found


def _left_out(job: Any) -> frozenset[str]:
    """The names of what the job that this is a part of has; their config may be written, and is not looked at."""
    parent = getattr(job, "parent_job", None)
    if parent is None:
        return frozenset()
    assets = getattr(parent, "assets", None)
    names = {one.node.name for one in assets} if assets else set(parent.graph.node_dict)
    return frozenset(names) | _left_out(parent)


def _asset_level(job: Any, assets: Any) -> Level:
    selected = getattr(job, "selected_keys", None)
    definitions: dict[str, Any] = {}
    connected: dict[str, frozenset[str]] = {}
    ignored = set(_left_out(job))
    for one in assets:
        name = one.node.name
        wanted = selected is None or not one.keys or bool(one.keys & selected)
        if not wanted:
            ignored.add(name)
            continue
        definitions[name] = one.node
        connected[name] = frozenset(one.keys_by_input) | connected.get(name, frozenset())
    return Level(
        definitions=definitions,
        connected=connected,
        ignored=frozenset(ignored),
        takes_others=job.name.startswith(ALL_ASSETS_JOB),
    )


def _resource_defs(job: Any) -> Mapping[str, Any]:
    return getattr(job, "resource_defs", None) or {}


def required_resource_keys(job: Any) -> frozenset[str]:
    """The resources that the ops of a job need, and those that these need."""
    definitions = _resource_defs(job)
    assets = getattr(job, "assets", None) or ()
    nodes = {one.node.name: one.node for one in assets} if assets or job.graph is None else {job.graph.name: job.graph}
    pending: set[str] = set()
    for op in ops_of(nodes):
        pending |= op.required_resource_keys
        pending |= {out.io_manager_key for out in op.outs.values() if out.carries_value}
        pending |= {one.input_manager_key for one in op.ins.values() if one.input_manager_key}
    found: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in found:
            found.add(key)
            pending |= _needed_by(definitions.get(key), definitions)
    return frozenset(found)


def _resources(job: Any, written: Any, walk: Walk) -> dict[str, Any]:
    path: Path = (None, "resources")
    if not isinstance(written, Mapping):
        walk.expect(path, "a dict with the keys of resources", written)
        return {}
    definitions = _resource_defs(job)
    required = required_resource_keys(job)
    configs = {}
    for key, definition in definitions.items():
        schema = schema_of_definition(definition)
        if key in written or key in required:
            configs[key] = _config_entry(schema, written.get(key, {}), walk, (path, key))
    if not job.name.startswith(ALL_ASSETS_JOB):
        _refuse_others(written, {*definitions, *required}, path, walk, "resource")
    for key in required - definitions.keys():
        if key in written:
            configs[key] = _config_entry(None, written[key], walk, (path, key))
    return configs


def _needed_by(resource: Any, definitions: Mapping[str, Any]) -> set[str]:
    """The resources that a resource needs, those that it holds in its fields included."""
    definition = _behind(resource)
    ask = getattr(definition, "get_required_resource_keys", None)
    needed = getattr(definition, "required_resource_keys", ()) if ask is None else ask(definitions)
    return set(needed) if isinstance(needed, frozenset | set | tuple) else set()


def _behind(resource: Any) -> Any:
    """The definition behind a resource object; anything else as it is."""
    # A class may mark resources (`TreatAsResourceParam`) whose objects are given as they are.
    is_resource = getattr(type(resource), "_is_resource_annotation", False) is True
    return (
        resource.get_resource_definition() if is_resource and hasattr(resource, "get_resource_definition") else resource
    )


def schema_of_definition(definition: Any) -> ConfigSchema | None:
    """What the config of a resource, executor or logger may be; None where it says nothing of it."""
    for name in ("config_schema", "config"):
        schema = getattr(_behind(definition), name, None)
        if isinstance(schema, ConfigSchema):
            return schema
    return None


def _config_entry(schema: ConfigSchema | None, entry: Any, walk: Walk, path: Path) -> Any:
    """The config in `{"config": ...}`."""
    if not isinstance(entry, Mapping):
        return walk.expect(path, "a dict with 'config'", entry)
    _refuse_others(entry, ("config",), path, walk, "part")
    if schema is None:
        return entry.get("config")
    return schema.walk_through(entry.get("config", NO_VALUE), walk, (path, "config"))


def _refuse_others(written: Mapping[Any, Any], known: Any, path: Path, walk: Walk, what: str) -> None:
    valid = sorted(known)
    for name in written:
        if name not in known:
            hint = walk.suggest(name, valid)
            walk.refuse((path, str(name)), f"there is no {what} {quoted(name)} here", written[name], hint)


def _execution(job: Any, written: Any, walk: Walk, any_execution: bool) -> tuple[str, Any]:
    definition = getattr(job, "executor_def", None)
    schema = schema_of_definition(definition) if definition is not None else DEFAULT_EXECUTOR_CONFIG
    name = getattr(definition, "name", DEFAULT_EXECUTOR)
    if any_execution:
        return name, written
    return name, _config_entry(schema, written, walk, (None, "execution"))


def _loggers(job: Any, written: Any, walk: Walk) -> dict[str, Any]:
    path: Path = (None, "loggers")
    if not isinstance(written, Mapping):
        walk.expect(path, "a dict with the names of loggers", written)
        return {}
    definitions = getattr(job, "logger_defs", None)
    schemas: Mapping[str, ConfigSchema | None] = DEFAULT_LOGGER_CONFIGS
    if definitions:
        schemas = {name: schema_of_definition(one) for name, one in definitions.items()}
    _refuse_others(written, schemas, path, walk, "logger")
    return {
        name: _config_entry(schemas[name], entry, walk, (path, name))
        for name, entry in written.items()
        if name in schemas
    }
