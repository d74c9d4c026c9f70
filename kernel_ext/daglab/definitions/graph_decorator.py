"""`@graph`: a function that calls ops becomes a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, overload

from daglab.definitions.composition import Composition, compose
from daglab.definitions.config.config_mapping import ConfigMapping
from daglab.definitions.dependencies import InputMapping, OutputMapping
from daglab.definitions.docstrings import read_description, read_parameter_descriptions
from daglab.definitions.function_compute import Signature, read_signature
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.invoked_outputs import GraphInput, InvokedDynamicOutput, InvokedNodeOutput
from daglab.definitions.names import check_valid_name
from daglab.definitions.nodes import DEFAULT_OUTPUT, GraphIn, GraphOut
from daglab.definitions.op_signature import value_type
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError, suggest


@overload
def graph(compose_fn: Callable[..., Any], /) -> GraphDefinition: ...


@overload
def graph(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, Any] | None = None,
    config: Any = None,
) -> Callable[[Callable[..., Any]], GraphDefinition]: ...


def graph(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, Any] | None = None,
    config: Any = None,
) -> GraphDefinition | Callable[[Callable[..., Any]], GraphDefinition]:
    """Makes a function that calls ops a graph: what is passed from call to call is what depends on what.

    The function runs once, at once, and no op in it does; its parameters are the inputs of the graph, what it returns
    its outputs.

    Args:
        compose_fn: the function; given by Python when the decorator is used bare.
        name: the graph's name; the function's by default.
        description: Markdown; the docstring by default.
        ins: what is said of the inputs.
        out: the output, or several by name.
        tags: labels.
        config: a `ConfigMapping`; or the config of the nodes, as a dict.

    Raises:
        InvalidDefinitionError: a body that makes no graph: constants passed to ops, inputs or outputs not used, ...

    Example:
        >>> from daglab.definitions.op_decorator import op
        >>> @op
        ... def load(): return [1, 2]
        >>> @op
        ... def add_up(numbers): return sum(numbers)
        >>> @graph
        ... def report():
        ...     return add_up(load())
        >>> list(report.node_dict)
        ['load', 'add_up']
    """

    def decorate(function: Callable[..., Any]) -> GraphDefinition:
        own_name = str(name or getattr(function, "__name__", ""))
        made = compose_graph(
            function,
            name=own_name,
            decorator="@graph",
            ins=ins,
            out=out,
            description=description,
            tags=tags,
            config=as_config_mapping(config),
        )
        update_wrapper(made, function)
        return made

    return decorate(compose_fn) if compose_fn is not None else decorate


def as_config_mapping(config: Any) -> ConfigMapping | None:
    """The mapping that gives a graph's nodes their config: as it is, or one that always gives the same.

    Raises:
        InvalidDefinitionError: it is neither a mapping nor a dict.
    """
    if config is None or isinstance(config, ConfigMapping):
        return config
    if isinstance(config, Mapping):
        fixed = dict(config)
        return ConfigMapping(config_fn=lambda _: fixed, config_schema={})
    raise InvalidDefinitionError(f"the config of a graph is {config!r}", hint="give a ConfigMapping or a dict")


def compose_graph(
    function: Callable[..., Any],
    *,
    name: str,
    decorator: str,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    description: str | None = None,
    tags: Mapping[str, Any] | None = None,
    config: ConfigMapping | None = None,
) -> GraphDefinition:
    """Runs a body and makes a graph of what it recorded.

    Args:
        function: the body.
        name: the graph's name.
        decorator: how the body is decorated, for messages.
        ins: what is said of the inputs.
        out: the outputs; an empty dict for none, None for one that may be left out.
        description: Markdown; the docstring by default.
        tags: labels.
        config: makes the config of the nodes.

    Raises:
        InvalidDefinitionError: it is no graph.
    """
    check_valid_name(name, "a graph")
    who = f"{decorator} {name!r}"
    signature = read_signature(function, decorator=decorator, allows_context=False)
    inputs = _inputs(who, function, signature, ins)
    composition, returned = compose(name, decorator, lambda: function(**inputs))
    return GraphDefinition(
        name,
        description=description or read_description(function),
        nodes=composition.nodes,
        sources=composition.dependencies,
        input_mappings=_input_mappings(who, composition, inputs),
        output_mappings=_output_mappings(who, returned, signature, out),
        config=config,
        tags=tags,
        composition_fn=function,
        positional_inputs=signature.positional_inputs,
    )


def _inputs(
    who: str, function: Callable[..., Any], signature: Signature, ins: Mapping[str, GraphIn] | None
) -> dict[str, GraphInput]:
    parameters = [*signature.inputs, *signature.resource_parameters]
    if signature.config_parameter is not None:
        parameters.append(signature.config_parameter)
    unknown = [one for one in ins or {} if one not in parameters]
    if unknown and not signature.takes_any_input:
        raise InvalidDefinitionError(
            f"{who} has no parameter {unknown[0]!r}, which ins names",
            hint=suggest(unknown[0], parameters) or "add the parameter",
        )
    said = read_parameter_descriptions(function)
    made = {}
    for name in dict.fromkeys([*(ins or {}), *parameters]):
        check_valid_name(name, f"an input of {who}")
        declared = (ins or {}).get(name)
        annotation = signature.annotations.get(name, NO_VALUE)
        made[name] = GraphInput(
            name,
            (declared.description if declared is not None else None) or said.get(name),
            None if annotation is NO_VALUE or isinstance(annotation, str) else annotation,
        )
    return made


def _input_mappings(who: str, composition: Composition, inputs: Mapping[str, GraphInput]) -> list[InputMapping]:
    """The mappings, in the order of the inputs."""
    by_input: dict[str, list[InputMapping]] = {name: [] for name in inputs}
    for mapping in composition.input_mappings:
        by_input.setdefault(mapping.graph_input_name, []).append(mapping)
    for name, mappings in by_input.items():
        if not mappings:
            raise InvalidDefinitionError(
                f"{who}: its input {name!r} is not used", hint="pass it to a node or remove it"
            )
    return [mapping for mappings in by_input.values() for mapping in mappings]


def _output_mappings(
    who: str, returned: Any, signature: Signature, out: GraphOut | Mapping[str, GraphOut] | None
) -> list[OutputMapping]:
    declared = _declared_outputs(who, out)
    handles = _handles(who, returned, list(declared))
    missing = [name for name in declared if name not in handles]
    if missing and out is not None:
        raise InvalidDefinitionError(
            f"{who}: nothing is returned for its output {missing[0]!r}",
            hint="return the output of a node, or remove it",
        )
    said = value_type(signature.returns, who) if len(declared) == 1 else NO_VALUE
    return [
        OutputMapping(
            graph_output_name=name,
            mapped_node_name=handles[name].node_name,
            mapped_node_output_name=handles[name].output_name,
            graph_output_description=one.description,
            dagster_type=None if said is NO_VALUE else said,
            from_dynamic_mapping=isinstance(handles[name], InvokedDynamicOutput),
        )
        for name, one in declared.items()
        if name in handles
    ]


def _declared_outputs(who: str, out: GraphOut | Mapping[str, GraphOut] | None) -> dict[str, GraphOut]:
    if out is None or isinstance(out, GraphOut):
        return {DEFAULT_OUTPUT: out or GraphOut()}
    if not isinstance(out, Mapping):
        raise InvalidDefinitionError(f"{who}: out is {out!r}", hint='give a GraphOut, or {"name": GraphOut()}')
    for name, one in out.items():
        check_valid_name(name, f"an output of {who}")
        if not isinstance(one, GraphOut):
            raise InvalidDefinitionError(f"{who}: out has {one!r} for {name!r}", hint="give it a GraphOut")
    return dict(out)


def _handles(who: str, returned: Any, names: list[str]) -> dict[str, InvokedNodeOutput]:
    """What was returned, by output."""
    if returned is None:
        return {}
    if isinstance(returned, InvokedNodeOutput):
        if len(names) != 1:
            raise InvalidDefinitionError(
                f"{who} returns one output, {returned.node_name}.{returned.output_name}, but has {len(names)}: {names}",
                hint="return a dict, from output to what it is" if names else "return nothing",
            )
        return {names[0]: returned}
    if isinstance(returned, tuple) and all(isinstance(one, InvokedNodeOutput) for one in returned):
        if len(returned) < len(names):
            raise InvalidDefinitionError(
                f"{who} returns {len(returned)} outputs, but has {len(names)}: {names}", hint="return one for each"
            )
        return dict(zip(names, returned, strict=False))
    if isinstance(returned, dict):
        for name, handle in returned.items():
            if name not in names:
                raise InvalidDefinitionError(
                    f"{who} returns {name!r}, which is no output of it",
                    hint=suggest(str(name), names) or f"its outputs are {names}",
                )
            if not isinstance(handle, InvokedNodeOutput):
                raise InvalidDefinitionError(
                    f"{who} returns {handle!r} as {name!r}", hint="return the output of a node"
                )
        return returned
    raise InvalidDefinitionError(
        f"{who} returns {returned!r}", hint="return the output of a node, a dict or tuple of outputs, or nothing"
    )
