"""Assets and asset checks that are called directly, as functions: in tests and in notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daglab.definitions.invocation.direct import invoke_op
from daglab.errors import InvalidInvocationError

if TYPE_CHECKING:
    from daglab.definitions.assets import AssetsDefinition


def invoke_asset(assets_def: AssetsDefinition, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Calls the function of an asset or check; inputs, config and outputs are checked as in a run, nothing is stored.

    Assets that are backed by a graph refuse, as graphs do.

    Args:
        assets_def: the assets or checks.
        args: the arguments by position: the context first, where it takes one, then inputs, resources and config.
        kwargs: the arguments by name.

    Raises:
        InvalidInvocationError: the arguments do not fit, or it is no function: a cell, or made elsewhere.
    """
    node: Any = assets_def.node
    if node is None:
        made = ", ".join(sorted(map(str, assets_def.keys)))
        raise InvalidInvocationError(f"{made} is made elsewhere and cannot be called", hint="call what makes it")
    if not hasattr(node, "compute"):
        return node(*args, **kwargs)
    if not hasattr(node.compute, "function"):
        raise InvalidInvocationError(f"{node.name!r} is a cell and cannot be called", hint="run the cell")
    return invoke_op(node, args, kwargs, assets_def=assets_def)
