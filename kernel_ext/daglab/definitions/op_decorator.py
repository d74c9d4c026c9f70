"""`@op`: a function becomes an op."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, overload

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.docstrings import read_description
from daglab.definitions.function_compute import Signature, read_signature
from daglab.definitions.names import check_valid_name
from daglab.definitions.nodes import In, Out
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.op_signature import infer_ins, infer_outs
from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError


@overload
def op(compute_fn: Callable[..., Any], /) -> OpDefinition: ...


@overload
def op(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, Any] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    pool: str | None = None,
) -> Callable[[Callable[..., Any]], OpDefinition]: ...


def op(
    compute_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, Any] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    pool: str | None = None,
) -> OpDefinition | Callable[[Callable[..., Any]], OpDefinition]:
    """Makes a function an op: its parameters are inputs, what it returns or yields are outputs.

    A first parameter `context` is handed the context, a parameter `config` the config, and a parameter annotated with
    a resource's class the resource of that name.

    Args:
        compute_fn: the function; given by Python when the decorator is used bare.
        name: the op's name; the function's by default.
        description: Markdown; the docstring by default.
        ins: what the signature does not say of the inputs.
        out: the output, or several by name; by default one, of the type that the function is annotated with.
        config_schema: what the config may be; anything by default.
        required_resource_keys: resources that it uses through the context.
        tags: labels.
        version: an old name of `code_version`.
        retry_policy: what happens when it raises.
        code_version: changes when the code does.
        pool: the name of a limit on how many of its kind run at once.

    Raises:
        InvalidDefinitionError: parameters, inputs or names that cannot be.
        InvariantViolationError: an annotation that does not fit the outputs.

    Example:
        >>> @op
        ... def double(x: int = 2) -> int:
        ...     return 2 * x
        >>> double.ins["x"].default_value
        2
    """

    def decorate(function: Callable[..., Any]) -> OpDefinition:
        signature = read_signature(function)
        own_name = check_valid_name(name or signature.name, "an op")
        version_given = code_version or version
        made = OpDefinition(
            compute=signature.to_compute(function),
            name=own_name,
            ins=infer_ins(signature, function, ins, owner=own_name),
            outs=infer_outs(signature, function, out, owner=own_name, code_version=version_given),
            description=description or read_description(function),
            config=read_config_schema(signature, config_schema, owner=own_name),
            required_resource_keys=gather_resource_keys(signature, required_resource_keys, owner=own_name),
            tags=tags,
            retry_policy=retry_policy,
            code_version=version_given,
            pool=pool,
        )
        return wear_function(made, function)

    return decorate(compute_fn) if compute_fn is not None else decorate


def read_config_schema(signature: Signature, config_schema: Any, *, owner: str) -> ConfigSchema | None:
    """What the config may be: as it was declared, or as the parameter `config` is annotated.

    Raises:
        InvalidDefinitionError: both, or a parameter without an annotation that says what the config is.
    """
    parameter = signature.config_parameter
    if parameter is None:
        return ConfigSchema.of(config_schema)
    if config_schema:
        raise InvalidDefinitionError(
            f"{owner!r} has a parameter {parameter!r} and a config_schema", hint="keep one of them"
        )
    annotation = signature.annotations.get(parameter)
    if annotation is None or isinstance(annotation, str):
        raise InvalidDefinitionError(
            f"{owner!r}: what its config is cannot be told from its parameter {parameter!r}"
            + (f", annotated with {annotation!r}" if annotation else ""),
            hint="annotate it with a Config class, or with int, str, float, bool, list or dict",
        )
    if signature.config_class is not None and parameter in signature.defaults:
        raise InvalidDefinitionError(
            f"{owner!r}: its parameter {parameter!r} has a default", hint="give the fields of the class defaults"
        )
    return ConfigSchema.of_annotation(annotation, **_default(signature, parameter))


def _default(signature: Signature, parameter: str) -> dict[str, Any]:
    return {"default": signature.defaults[parameter]} if parameter in signature.defaults else {}


def gather_resource_keys(signature: Signature, declared: Iterable[str] | None, *, owner: str) -> frozenset[str]:
    """The resources that a function uses.

    Raises:
        InvalidDefinitionError: they are declared, and there are parameters that take some, too.
    """
    keys = frozenset(declared or ())
    if keys and signature.resource_parameters:
        raise InvalidDefinitionError(
            f"{owner!r} declares required_resource_keys {sorted(keys)} and takes resources by parameters "
            f"{sorted(signature.resource_parameters)}",
            hint="use one of the two ways",
        )
    return keys | frozenset(signature.resource_parameters.values())


def wear_function(made: OpDefinition, function: Callable[..., Any]) -> OpDefinition:
    """Gives a definition the name, module and docstring of the function that it was made of."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        if hasattr(function, name):
            object.__setattr__(made, name, getattr(function, name))
    object.__setattr__(made, "__wrapped__", function)
    return made
