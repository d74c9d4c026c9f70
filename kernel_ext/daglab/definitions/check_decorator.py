"""`@asset_check`: a function becomes a check of an asset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.function_compute import FunctionCompute, read_signature
from daglab.definitions.nodes import In, NodeDefinition, Out
from daglab.definitions.specs import AssetCheckSpec, key_of

OUTPUT_NAME = "result"


def asset_check(
    *, asset: object, name: str | None = None, description: str | None = None, blocking: bool = False
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function a check of an asset: it gives back an `AssetCheckResult`, or True or False.

    A first parameter that is neither the context nor the name of another asset receives the asset's value.

    Args:
        asset: the asset: its key, its name, or its definition.
        name: the check's name; the function's by default.
        description: what it makes sure of; the docstring by default.
        blocking: whether assets downstream do not run when it fails.

    Example:
        >>> @asset_check(asset="orders", blocking=True)
        ... def not_empty(orders):
        ...     return len(orders) > 0
        >>> [str(key) for key in not_empty.check_keys]
        ['orders:not_empty']
    """
    target = key_of(asset)

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        takes_context, inputs = read_signature(function)
        spec = AssetCheckSpec(
            name=name or function.__name__,
            asset=target,
            description=description or function.__doc__,
            blocking=blocking,
        )
        keys = {one: AssetKey(one) for one in inputs}
        if inputs and target not in keys.values():
            keys[inputs[0]] = target
        node = NodeDefinition(
            name=check_step_key(spec),
            compute=FunctionCompute(function=function, takes_context=takes_context),
            ins={one: In() for one in inputs},
            outs={OUTPUT_NAME: Out(carries_value=False)},
            description=spec.description,
        )
        return AssetsDefinition(node=node, check_specs={OUTPUT_NAME: spec}, keys_by_input=keys)

    return decorate


def check_step_key(spec: AssetCheckSpec) -> str:
    """The step that evaluates a check."""
    return f"{key_of(spec.asset).to_python_identifier()}_{spec.name}"
