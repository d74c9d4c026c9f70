"""The parts that the decorators of assets and checks have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.docstrings import read_description
from daglab.definitions.function_compute import Signature
from daglab.definitions.nodes import In, Out
from daglab.definitions.op_decorator import gather_resource_keys, read_config_schema, wear_function
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.specs import AssetCheckSpec
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError


def make_op(
    function: Callable[..., Any],
    signature: Signature,
    *,
    name: str,
    ins: Mapping[str, In],
    outs: Mapping[str, Out],
    description: str | None,
    config_schema: Any,
    required_resource_keys: Iterable[str] | None,
    resource_defs: Mapping[str, object] | None,
    tags: Mapping[str, Any] | None,
    retry_policy: RetryPolicy | None,
    code_version: str | None,
    pool: str | None,
) -> OpDefinition:
    """The op of a decorated function.

    Raises:
        InvalidDefinitionError: a name, a config or resources that cannot be.
    """
    if not re.fullmatch(r"\w+", name):
        raise InvalidDefinitionError(f"{name!r} is not a valid name", hint="use letters, digits and '_'")
    keys = gather_resource_keys(signature, required_resource_keys, owner=name)
    made = OpDefinition(
        compute=signature.to_compute(function),
        name=name,
        ins=ins,
        outs=outs,
        description=description or read_description(function),
        config=read_config_schema(signature, config_schema, owner=name),
        required_resource_keys={*keys, *(resource_defs or {})},
        tags=tags,
        retry_policy=retry_policy,
        code_version=code_version,
        pool=pool,
    )
    return wear_function(made, function)


def check_outputs(
    check_specs: Iterable[AssetCheckSpec] | None, keys: Iterable[AssetKey], owner: str
) -> dict[str, AssetCheckSpec]:
    """The checks that run along with assets, by the name of the output that carries the verdict.

    Raises:
        InvalidDefinitionError: one of another asset, one twice, or something else.
    """
    made = list(keys)
    found: dict[str, AssetCheckSpec] = {}
    for one in check_specs or ():
        if not isinstance(one, AssetCheckSpec):
            raise InvalidDefinitionError(f"{owner}: check_specs has {one!r}", hint="give it an AssetCheckSpec")
        if one.asset_key not in made:
            raise InvalidDefinitionError(
                f"{owner}: the check {one.name!r} is of {str(one.asset_key)!r}, which is not made here",
                hint=f"make it a check of {' or '.join(map(repr, map(str, made)))}",
            )
        output = one.get_python_identifier()
        if output in found:
            raise InvalidDefinitionError(f"{owner}: the check {one.name!r} is there twice", hint="rename one of them")
        found[output] = one
    return found


def verdict_outs(checks: Mapping[str, AssetCheckSpec], *, is_required: bool = True) -> dict[str, Out]:
    """The outputs that carry verdicts."""
    return {name: Out(Nothing, is_required=is_required) for name in checks}
