"""How a decorated function is called: what it asks for by its parameters, and how it gets it."""

from __future__ import annotations

import functools
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from daglab.definitions.config.config_schema import is_config_class
from daglab.definitions.resources.annotations import is_resource_annotation
from daglab.definitions.resources.available import Resources
from daglab.errors import InvalidDefinitionError

CONFIG_PARAMETER = "config"
_CONTEXT_PARAMETERS = ("context", "_context", "context_", "_", "__")
_CONTEXT_KINDS = {
    "OpExecutionContext": "op",
    "AssetExecutionContext": "asset",
    "AssetCheckExecutionContext": "check",
}


@dataclass(frozen=True, kw_only=True)
class FunctionCompute:
    """Calls a user's function with what its parameters ask for, inputs by name.

    Args:
        function: the function as it was written.
        takes_context: whether its first parameter is the context.
        context_kind: "op", "asset" or "check" where the annotation asks for one of them; None for what is at hand.
        config_parameter: the parameter that takes the config.
        config_class: the class of the config, where it is one.
        resource_parameters: the resource of each parameter that takes one.
        positional_inputs: the inputs that may be given by position, in order.
    """

    function: Callable[..., Any]
    takes_context: bool
    context_kind: str | None = None
    config_parameter: str | None = None
    config_class: type | None = None
    resource_parameters: Mapping[str, str] = field(default_factory=dict)
    positional_inputs: tuple[str, ...] = ()

    def __call__(self, context: Any, inputs: Mapping[str, object]) -> object:
        """Calls the function."""
        arguments = dict(inputs)
        of_op = getattr(context, "op_execution_context", context)
        if self.config_parameter is not None:
            arguments[self.config_parameter] = self.make_config(getattr(of_op, "processed_config", of_op.op_config))
        for parameter, key in self.resource_parameters.items():
            arguments[parameter] = resource_named(of_op.resources, key)
        if self.takes_context:
            return self.function(of_op if self.context_kind == "op" else context, **arguments)
        return self.function(**arguments)

    @property
    def decorated_fn(self) -> Callable[..., Any]:
        """The function as it was written."""
        return self.function

    def make_config(self, config: Any) -> Any:
        """The config as the function wants it: an instance where it names a class."""
        if self.config_class is None or isinstance(config, self.config_class):
            return config
        return self.config_class(**(config or {}))


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a function asks for.

    Args:
        name: the function's name.
        takes_context: whether its first parameter is the context.
        context_kind: which context the annotation asks for.
        inputs: its other parameters, in order, without config and resources.
        positional_inputs: those of them that may be given by position.
        takes_any_input: whether it takes further inputs as `**kwargs`.
        annotations: the annotation of each parameter that has one; text where it could not be resolved.
        returns: the annotation of what it gives back; `inspect.Signature.empty` where there is none.
        config_parameter: the parameter that takes the config.
        config_class: the class of the config, where it is one.
        resource_parameters: the resource of each parameter that takes one.
        defaults: the default of each parameter that has one.
    """

    name: str
    takes_context: bool
    context_kind: str | None
    inputs: tuple[str, ...]
    positional_inputs: tuple[str, ...]
    takes_any_input: bool
    annotations: Mapping[str, Any]
    returns: Any
    config_parameter: str | None
    config_class: type | None
    resource_parameters: Mapping[str, str]
    defaults: Mapping[str, Any]

    def to_compute(self, function: Callable[..., Any]) -> FunctionCompute:
        """How the function is called."""
        return FunctionCompute(
            function=function,
            takes_context=self.takes_context,
            context_kind=self.context_kind,
            config_parameter=self.config_parameter,
            config_class=self.config_class,
            resource_parameters=self.resource_parameters,
            positional_inputs=self.positional_inputs,
        )


def read_signature(function: Callable[..., Any], *, decorator: str = "@op", allows_context: bool = True) -> Signature:
    """Reads from a function's parameters and annotations what it asks for.

    Args:
        function: the function; annotations that are text are resolved.
        decorator: how it is decorated, for messages.
        allows_context: whether a first parameter `context` is the context, and not an input.

    Raises:
        InvalidDefinitionError: parameters that cannot be given by name, or a context of a class that there is not.

    Example:
        >>> def clean(context, rows: list, limit: int = 3): ...
        >>> read_signature(clean).inputs
        ('rows', 'limit')
    """
    signature = inspect.signature(function)
    name = getattr(function, "__name__", type(function).__name__)
    parameters = list(signature.parameters.values())
    annotations = resolve_annotations(function)
    returns = annotations.pop("return", inspect.Signature.empty)
    takes_context = allows_context and bool(parameters) and _is_context(parameters[0], annotations)
    context_kind = _context_kind(name, annotations.get(parameters[0].name)) if takes_context else None
    others = parameters[1:] if takes_context else parameters
    _refuse_nameless(decorator, name, others)
    resources = {one.name: one.name for one in others if is_resource_annotation(annotations.get(one.name))}
    config = next((one.name for one in others if one.name == CONFIG_PARAMETER and one.name not in resources), None)
    inputs = [
        one for one in others if one.name != config and one.name not in resources and one.kind is not one.VAR_KEYWORD
    ]
    return Signature(
        name=name,
        takes_context=takes_context,
        context_kind=context_kind,
        inputs=tuple(one.name for one in inputs),
        positional_inputs=tuple(one.name for one in inputs if one.kind is one.POSITIONAL_OR_KEYWORD),
        takes_any_input=any(one.kind is one.VAR_KEYWORD for one in others),
        annotations=annotations,
        returns=returns,
        config_parameter=config,
        config_class=annotations[config] if config and is_config_class(annotations.get(config)) else None,
        resource_parameters=resources,
        defaults={one.name: one.default for one in others if one.default is not one.empty},
    )


def resource_named(resources: Any, key: str) -> Any:
    """The resource that a parameter takes: the object that was defined, where it is one that code uses itself."""
    originals = resources.original_resource_dict if isinstance(resources, Resources) else {}
    return originals[key] if key in originals else getattr(resources, key)


def resolve_annotations(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a function, those that are text resolved where that is possible.

    Classes of an enclosing function are found while that function runs.

    Example:
        >>> def f(x: "int") -> None: ...
        >>> resolve_annotations(f)
        {'x': <class 'int'>, 'return': <class 'NoneType'>}
    """
    target: Any = function
    while isinstance(target, functools.partial):
        target = target.func
    if not inspect.isroutine(target):
        target = type(target).__call__
    explicit = getattr(function, "__signature__", None)
    raw = _annotations_of_signature(explicit) if explicit is not None else getattr(target, "__annotations__", {})
    if not any(isinstance(one, str) for one in raw.values()) and not _holds_text(raw):
        return {name: type(None) if one is None else one for name, one in raw.items()}
    names = getattr(inspect.unwrap(target), "__globals__", {})
    return {name: _resolve(one, names) for name, one in raw.items()}


def _holds_text(raw: Mapping[str, Any]) -> bool:
    """Whether an annotation has text inside, as in `list["Row"]`."""
    return any(getattr(one, "__args__", None) for one in raw.values())


def _annotations_of_signature(signature: inspect.Signature) -> dict[str, Any]:
    found = {one.name: one.annotation for one in signature.parameters.values() if one.annotation is not one.empty}
    if signature.return_annotation is not signature.empty:
        found["return"] = signature.return_annotation
    return found


def _resolve(annotation: Any, names: Mapping[str, Any]) -> Any:
    """One annotation, resolved; text that names nothing stays as it is."""
    if annotation is None:
        return type(None)
    holder = type("holder", (), {"__annotations__": {"it": annotation}})
    try:
        return typing.get_type_hints(holder, dict(names), {}, include_extras=True)["it"]
    except NameError as error:
        around = _local_names(error.name, sys._getframe(1))
    except (TypeError, SyntaxError, AttributeError):
        return annotation
    try:
        return typing.get_type_hints(holder, dict(names), around, include_extras=True)["it"]
    except (NameError, TypeError, SyntaxError, AttributeError):
        return annotation


def _local_names(name: str | None, frame: FrameType | None) -> Mapping[str, Any]:
    """The local names of the nearest caller that knows a name."""
    while frame is not None:
        if name in frame.f_locals:
            return frame.f_locals
        frame = frame.f_back
    return {}


def _refuse_nameless(decorator: str, name: str, parameters: list[inspect.Parameter]) -> None:
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise InvalidDefinitionError(
                f"{decorator} {name!r} has the parameter {str(parameter)!r}, which cannot be given by name",
                hint="name each input; inputs are given by name",
            )


def _is_context(parameter: inspect.Parameter, annotations: Mapping[str, Any]) -> bool:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return False
    return parameter.name in _CONTEXT_PARAMETERS or _class_name(annotations.get(parameter.name)) in _CONTEXT_KINDS


def _context_kind(name: str, annotation: Any) -> str | None:
    if annotation is None or annotation is Any or annotation is object:
        return None
    kind = _CONTEXT_KINDS.get(_class_name(annotation))
    if kind is None and not isinstance(annotation, str):
        raise InvalidDefinitionError(
            f"the context of {name!r} is annotated with {annotation!r}",
            hint=f"annotate it with {', '.join(_CONTEXT_KINDS)}, or not at all",
        )
    return kind


def _class_name(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation.rpartition(".")[2]
    return getattr(annotation, "__name__", "")
