"""The "ops" part of a run config: what each op of a job, at whatever depth, gets as config, inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.problems import Path, quoted
from daglab.definitions.config.schema_types import Field
from daglab.definitions.sentinel import NO_VALUE

NodePath = tuple[str, ...]


@dataclass(frozen=True)
class OpRunConfig:
    """What the run config says of one op or graph.

    Args:
        config: what its code gets: an instance of its `Config` class, or plain values; None without any.
        inputs: config of the inputs that nothing is connected to, for their types' loaders.
        outputs: config of the outputs, for their IO managers.
    """

    config: Any = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Level:
    """What lies side by side: the nodes of one graph, or the computations of an asset job.

    Args:
        definitions: ops and graphs by name.
        connected: for each, the inputs that need no config: something is connected to them, or they are assets.
        pushed: for each, config that was given for an input of the graph around it.
        ignored: names that may be written though they are not part of the run.
        takes_others: whether any further names may be written.
    """

    definitions: Mapping[str, Any]
    connected: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pushed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    takes_others: bool = False


class NodeWalk:
    """Goes through the nodes of a job and their config.

    Args:
        walk: collects what is wrong.
        resources: the definitions of the resources, which say what the config of inputs and outputs may be.
    """

    def __init__(self, walk: Walk, resources: Mapping[str, Any]) -> None:
        self._walk = walk
        self._resources = resources
        self.found: dict[NodePath, OpRunConfig] = {}

    def through_level(self, level: Level, written: Any, path: Path, above: NodePath) -> None:
        """Goes through the nodes of one level.

        Args:
            level: the nodes.
            written: what the user wrote, by name.
            path: where it is written.
            above: the names of the graphs around it.
        """
        if not isinstance(written, Mapping):
            self._walk.expect(path, "a dict with the names of ops", written)
            return
        for name, definition in level.definitions.items():
            entry = written.get(name, {})
            node_path = (*above, name)
            connected = level.connected.get(name, frozenset())
            self._through_node(definition, entry, (path, name), node_path, connected, level.pushed.get(name, {}))
        self._refuse_others(level, written, path)

    def _refuse_others(self, level: Level, written: Mapping[Any, Any], path: Path) -> None:
        for name in written:
            if name not in level.definitions and name not in level.ignored and not level.takes_others:
                hint = self._walk.suggest(name, level.definitions)
                self._walk.refuse((path, str(name)), f"there is no op {quoted(name)} here", written[name], hint)

    def _through_node(
        self,
        definition: Any,
        entry: Any,
        path: Path,
        node_path: NodePath,
        connected: frozenset[str],
        pushed: Mapping[str, Any],
    ) -> None:
        is_graph = hasattr(definition, "node_dict")
        mapping = getattr(definition, "config_mapping", None) if is_graph else None
        part = "ops" if is_graph and mapping is None else "config"
        if not isinstance(entry, Mapping):
            self._walk.expect(path, f"a dict with {part!r}", entry)
            return
        inputs = {**pushed, **self.inputs(definition, entry.get("inputs", NO_VALUE), (path, "inputs"), connected)}
        outputs = self._outputs(definition, entry.get("outputs", NO_VALUE), (path, "outputs"))
        for name in entry:
            if name not in (part, "inputs", "outputs"):
                hint = self._walk.suggest(name, (part, "inputs"))
                self._walk.refuse((path, str(name)), f"{quoted(name)} cannot be set here", entry[name], hint)
        config = None
        if is_graph:
            self.through_graph(definition, entry, path, node_path, inputs)
        else:
            config = self._op_config(definition, entry, path)
        self.found[node_path] = OpRunConfig(config, inputs, outputs)

    def _op_config(self, definition: Any, entry: Mapping[str, Any], path: Path) -> Any:
        schema: ConfigSchema | None = definition.config_schema if hasattr(definition, "config_schema") else None
        if schema is None:
            return entry.get("config")
        return schema.walk_through(entry.get("config", NO_VALUE), self._walk, (path, "config"))

    def through_graph(
        self, graph: Any, entry: Mapping[str, Any], path: Path, node_path: NodePath, inputs: Mapping[str, Any]
    ) -> None:
        """Goes through what is in a graph; its own config is mapped first if it has one."""
        mapping = getattr(graph, "config_mapping", None)
        level = graph_level(graph, inputs)
        if mapping is None:
            self.through_level(level, entry.get("ops", {}), (path, "ops"), node_path)
            return
        written = entry.get("config", NO_VALUE)
        before = len(self._walk.problems)
        config = mapping.config_schema.walk_through(written, self._walk, (path, "config"))
        if len(self._walk.problems) == before:
            made = mapping.map_config(written, config)
            self.through_level(level, made, (path, f"what the config mapping of {graph.name!r} gave"), node_path)

    def inputs(self, definition: Any, written: Any, path: Path, connected: frozenset[str]) -> dict[str, Any]:
        """The config of the inputs that can be configured: nothing is connected to them, and something loads them."""
        fields: dict[str, ConfigSchema] = {}
        for name, declared in definition.ins.items():
            field_ = None if name in connected else self._input_field(declared)
            if field_ is not None:
                fields[name] = field_
        return self._part(fields, written, path, "input")

    def _input_field(self, declared: Any) -> ConfigSchema | None:
        if not declared.passes_value:
            return None
        if declared.input_manager_key:
            manager = self._resources.get(declared.input_manager_key)
            return _schema(getattr(manager, "input_config_schema", None))
        if declared.asset_key is not None:
            return None
        loader = declared.type.loader
        if loader is None:
            return None
        return ConfigSchema(Field(_config_type_of(loader.schema_type), is_required=not declared.has_default))

    def _outputs(self, definition: Any, written: Any, path: Path) -> dict[str, Any]:
        fields: dict[str, ConfigSchema] = {}
        for name, declared in definition.outs.items():
            manager = self._resources.get(getattr(declared, "io_manager_key", ""))
            schema = _schema(getattr(manager, "output_config_schema", None))
            if schema is not None:
                fields[name] = schema
        return self._part(fields, written, path, "output")

    def _part(self, schemas: Mapping[str, ConfigSchema], written: Any, path: Path, what: str) -> dict[str, Any]:
        given = {} if written is NO_VALUE else written
        if not isinstance(given, Mapping):
            self._walk.expect(path, f"a dict with the names of {what}s", written)
            return {}
        for name in given:
            if name not in schemas:
                hint = self._walk.suggest(name, schemas) if schemas else "it is connected, or nothing can load it"
                self._walk.refuse(
                    (path, str(name)), f"there is no {what} {quoted(name)} to configure", given[name], hint
                )
        values = {}
        for name, schema in schemas.items():
            if name in given or schema.is_required:
                values[name] = schema.walk_through(given.get(name, NO_VALUE), self._walk, (path, name))
            elif schema.default is not NO_VALUE:
                values[name] = schema.walk_through(NO_VALUE, self._walk, (path, name))
        return values


def graph_level(graph: Any, inputs: Mapping[str, Any]) -> Level:
    """The nodes of a graph; `inputs` is config that was given for the graph's own inputs."""
    connected: dict[str, set[str]] = {name: set(graph.dependencies.get(name, ())) for name in graph.node_dict}
    pushed: dict[str, dict[str, Any]] = {}
    for mapping in graph.input_mappings:
        connected[mapping.mapped_node_name].add(mapping.mapped_node_input_name)
        if mapping.graph_input_name in inputs and mapping.fan_in_index is None:
            given = inputs[mapping.graph_input_name]
            pushed.setdefault(mapping.mapped_node_name, {})[mapping.mapped_node_input_name] = given
    return Level(
        definitions={name: node.definition for name, node in graph.node_dict.items()},
        connected={name: frozenset(names) for name, names in connected.items()},
        pushed=pushed,
        ignored=frozenset(getattr(graph, "ignored_node_names", ())),
    )


def ops_of(definitions: Mapping[str, Any]) -> Iterator[Any]:
    """Every op among some nodes, at every depth."""
    for definition in definitions.values():
        if hasattr(definition, "node_dict"):
            yield from ops_of({name: node.definition for name, node in definition.node_dict.items()})
        else:
            yield definition


def _schema(candidate: Any) -> ConfigSchema | None:
    return candidate if isinstance(candidate, ConfigSchema) else None


def _config_type_of(raw: Any) -> Any:
    schema = ConfigSchema.of(raw)
    return Any if schema is None else schema.field.config_type
