"""`OpDefinition`: a named computation with named inputs and outputs; assets and checks are made of them, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from daglab.definitions.composition import is_in_composition
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.doors import door
from daglab.definitions.function_compute import FunctionCompute
from daglab.definitions.names import check_valid_name
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.nodes import DEFAULT_OUTPUT, Compute, In, Out
from daglab.definitions.pending_invocation import PendingNodeInvocation
from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from daglab.definitions.config.schema_types import Field
    from daglab.definitions.hooks import HookDefinition

CONCURRENCY_TAG = "dagster/concurrency_key"


@dataclass(frozen=True, eq=False, init=False)
class OpDefinition:
    """A named computation with named inputs and outputs.

    Usually made by `@op`. In the body of a graph, calling it uses it there; elsewhere, calling it runs it.

    Args:
        compute_fn: the computation: called with the context and the inputs by name; yields or returns outputs.
        name: unique among what runs together.
        ins: its inputs by the names under which the computation gets them.
        outs: its outputs by name; one named "result" by default.
        description: Markdown.
        config_schema: what its config may be; anything goes, and none is needed, where it is left out.
        required_resource_keys: resources that it uses, those of its parameters included.
        tags: labels.
        version: an old name of `code_version`.
        retry_policy: what happens when it raises.
        code_version: changes when the code does; "" where nobody can say.
        pool: the name of a limit on how many of its kind run at once.
        compute: the same as `compute_fn`.
        config: the same as `config_schema`, ready-made.

    Raises:
        InvalidDefinitionError: a name, tag or pool that cannot be.

    Example:
        >>> double = OpDefinition(lambda context, inputs: inputs["x"] * 2, "double", ins={"x": In(int)})
        >>> list(double.outs)
        ['result']
    """

    name: str
    compute: Compute
    ins: Mapping[str, In] = field(default_factory=dict)
    outs: Mapping[str, Out] = field(default_factory=dict)
    description: str | None = None
    code_version: str = ""
    config: ConfigSchema | None = None
    required_resource_keys: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    retry_policy: RetryPolicy | None = None
    pool: str | None = None

    def __init__(
        self,
        compute_fn: Callable[..., Any] | None = None,
        name: str = "",
        ins: Mapping[str, In] | None = None,
        outs: Mapping[str, Out] | None = None,
        description: str | None = None,
        config_schema: Any = None,
        required_resource_keys: Iterable[str] | None = None,
        tags: Mapping[str, Any] | None = None,
        version: str | None = None,
        retry_policy: RetryPolicy | None = None,
        code_version: str | None = None,
        pool: str | None = None,
        *,
        compute: Compute | None = None,
        config: ConfigSchema | None = None,
    ) -> None:
        made_by = compute if compute is not None else compute_fn
        if not callable(made_by):
            raise InvalidDefinitionError(f"op {name!r}: compute_fn is {made_by!r}", hint="give it a function")
        if retry_policy is not None and not isinstance(retry_policy, RetryPolicy):
            raise InvalidDefinitionError(f"op {name!r}: retry_policy is {retry_policy!r}", hint="give a RetryPolicy")
        own_tags = normalize_tags(tags, f"op {name!r}")
        values = {
            "name": name if compute is not None else check_valid_name(name, "an op"),
            "compute": made_by,
            "ins": dict(ins or {}),
            "outs": {DEFAULT_OUTPUT: Out()} if outs is None else dict(outs),
            "description": description,
            "code_version": code_version or version or "",
            "config": config if config is not None else ConfigSchema.of(config_schema),
            "required_resource_keys": frozenset(required_resource_keys or ()),
            "tags": own_tags,
            "retry_policy": retry_policy,
            "pool": _checked_pool(name, pool, own_tags),
        }
        for key, value in values.items():
            object.__setattr__(self, key, value)

    @property
    def node_type(self) -> str:
        """What messages call it."""
        return "op"

    @property
    def compute_fn(self) -> Compute:
        """The computation."""
        return self.compute

    @property
    def config_field(self) -> Field | None:
        """The same as a field; None where anything goes and none is needed."""
        return None if self.config is None else self.config.field

    @property
    def config_schema(self) -> ConfigSchema | None:
        """What its config may be; None where anything goes and none is needed."""
        return self.config

    @property
    def version(self) -> str | None:
        """The code version, if one was given."""
        return self.code_version or None

    @property
    def positional_inputs(self) -> tuple[str, ...]:
        """The inputs that may be given by position, in order."""
        if isinstance(self.compute, FunctionCompute):
            return self.compute.positional_inputs
        return tuple(self.ins)

    @property
    def input_dict(self) -> Mapping[str, In]:
        """Its inputs by name."""
        return self.ins

    @property
    def output_dict(self) -> Mapping[str, Out]:
        """Its outputs by name."""
        return self.outs

    @property
    def pools(self) -> frozenset[str]:
        """The limits that it counts for."""
        return frozenset({self.pool} if self.pool else ())

    def has_input(self, name: str) -> bool:
        """Whether it has an input of that name."""
        return name in self.ins

    def has_output(self, name: str) -> bool:
        """Whether it has an output of that name."""
        return name in self.outs

    def all_dagster_types(self) -> Iterator[Any]:
        """The types of its inputs and outputs."""
        yield from (one.type for one in self.ins.values())
        yield from (one.type for one in self.outs.values())

    def iterate_op_defs(self) -> Iterator[OpDefinition]:
        """Itself."""
        yield self

    def describe_node(self) -> str:
        """How messages call it."""
        return f"op {self.name!r}"

    def alias(self, name: str) -> PendingNodeInvocation:
        """The op under another name, to be called in the body of a graph.

        Example:
            >>> OpDefinition(print, "load").alias("load_orders").name
            'load_orders'
        """
        return PendingNodeInvocation(self, given_alias=name)

    def tag(self, tags: Mapping[str, Any] | None) -> PendingNodeInvocation:
        """The op with more tags, to be called in the body of a graph."""
        return PendingNodeInvocation(self, tags=tags)

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> PendingNodeInvocation:
        """The op with hooks, to be called in the body of a graph."""
        return PendingNodeInvocation(self).with_hooks(hook_defs)

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingNodeInvocation:
        """The op with another retry policy, to be called in the body of a graph."""
        return PendingNodeInvocation(self, retry_policy=retry_policy)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """In the body of a graph: uses the op there. Outside: runs it, with the context first if it takes one."""
        if is_in_composition():
            return PendingNodeInvocation(self)(*args, **kwargs)
        return door("invoke_op")(self, args, kwargs)

    def configured(
        self, config_or_config_fn: Any, name: str, config_schema: Any = None, description: str | None = None
    ) -> OpDefinition:
        """An op of another name, with its config given.

        Args:
            config_or_config_fn: the config, or a function that makes it of other config.
            name: the name of the new op.
            config_schema: what that other config may be.
            description: Markdown; that of this op by default.

        Example:
            >>> load = OpDefinition(print, "load", config_schema={"rows": int})
            >>> load.configured({"rows": 3}, name="load_three").name
            'load_three'
        """
        return replace(
            self,
            name=check_valid_name(name, "an op"),
            config=ConfiguredSchema.over(self.config, config_or_config_fn, config_schema),
            description=description or self.description,
        )

    def replaced(self, **changes: Any) -> OpDefinition:
        """The same with some fields changed."""
        return replace(self, **changes)

    def with_replaced_properties(self, name: str, **changes: Any) -> OpDefinition:
        """The same under another name, with some fields changed."""
        return replace(self, name=name, **changes)

    def __repr__(self) -> str:
        return f"OpDefinition({self.name!r})"


def _checked_pool(name: str, pool: str | None, tags: Mapping[str, str]) -> str | None:
    if pool is None or pool == "":
        return None
    if not isinstance(pool, str) or not re.fullmatch(r"\S+", pool):
        raise InvalidDefinitionError(f"op {name!r}: the pool {pool!r} is no name", hint="leave out the white space")
    tagged = tags.get(CONCURRENCY_TAG)
    if tagged and tagged != pool:
        raise InvalidDefinitionError(
            f"op {name!r}: its pool is {pool!r} and its tag {CONCURRENCY_TAG!r} says {tagged!r}", hint="keep one"
        )
    return pool
