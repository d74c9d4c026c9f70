"""`PendingNodeInvocation`: an op or graph with what is said of one use of it, ready to be called."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from daglab.definitions.composition import Composition, current_composition
from daglab.definitions.doors import door
from daglab.definitions.graph_nodes import Definition
from daglab.definitions.invoked_outputs import Collected, GraphInput, InvokedDynamicOutput, InvokedNodeOutput
from daglab.definitions.names import check_valid_name
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError, suggest

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition

_ASSET_CLASSES = ("AssetsDefinition", "SourceAsset", "AssetSpec")


class PendingNodeInvocation:
    """An op or graph with a name, tags, hooks or a retry policy for one use; made by `.alias` and the like.

    Args:
        node_def: the op or graph.
        given_alias: what it is called in the graph.
        tags: labels of this use.
        hook_defs: hooks of this use.
        retry_policy: what happens here when it raises.
    """

    def __init__(
        self,
        node_def: Any,
        given_alias: str | None = None,
        tags: Mapping[str, Any] | None = None,
        hook_defs: Iterable[HookDefinition] | None = None,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.node_def = node_def
        self.given_alias = (
            None if given_alias is None else check_valid_name(given_alias, f"an alias of {node_def.name!r}")
        )
        self.tags: Mapping[str, str] = normalize_tags(tags, f"{node_def.node_type} {node_def.name!r}")
        self.hook_defs = frozenset(hook_defs or ())
        if retry_policy is not None and not isinstance(retry_policy, RetryPolicy):
            raise InvalidDefinitionError(
                f"{node_def.node_type} {node_def.name!r}: its retry policy is {retry_policy!r}",
                hint="give a RetryPolicy",
            )
        self.retry_policy = retry_policy
        composition = current_composition()
        if composition is not None:
            composition.pending[id(self)] = self

    def alias(self, name: str) -> PendingNodeInvocation:
        """The same under another name."""
        return self._with(given_alias=name)

    def tag(self, tags: Mapping[str, Any] | None) -> PendingNodeInvocation:
        """The same with more tags."""
        return self._with(tags={**self.tags, **(tags or {})})

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> PendingNodeInvocation:
        """The same with more hooks."""
        return self._with(hook_defs=self.hook_defs | checked_hooks(hook_defs))

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingNodeInvocation:
        """The same with another retry policy."""
        return self._with(retry_policy=retry_policy)

    def _with(self, **changes: Any) -> PendingNodeInvocation:
        composition = current_composition()
        if composition is not None:
            composition.pending.pop(id(self), None)
        kept = {
            "given_alias": self.given_alias,
            "tags": self.tags,
            "hook_defs": self.hook_defs,
            "retry_policy": self.retry_policy,
        }
        return PendingNodeInvocation(self.node_def, **{**kept, **changes})

    @property
    def name(self) -> str:
        """What it is called in the graph."""
        return self.given_alias or str(self.node_def.name)

    def describe_node(self) -> str:
        """How messages call it."""
        return f"{self.node_def.node_type} {self.name!r}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """In the body of a graph: uses the node there. Outside: runs the op."""
        composition = current_composition()
        if composition is None:
            if self.node_def.node_type == "op":
                return door("invoke_op")(self.node_def, args, kwargs)
            raise InvariantViolationError(
                f"the graph {self.name!r} was called outside of a graph",
                hint="call it in a function decorated with @graph or @job, or use .execute_in_process()",
            )
        inputs = _bind(composition, self, args, kwargs)
        return _outputs(self.node_def, composition.record(self, inputs))

    def to_job(self, **options: Any) -> Any:
        """A job that runs the graph; see `GraphDefinition.to_job`."""
        tags = {**self.tags, **(options.pop("tags", None) or {})}
        hooks = self.hook_defs | frozenset(options.pop("hooks", None) or ())
        options.setdefault("op_retry_policy", self.retry_policy)
        options.setdefault("name", self.given_alias)
        return self._graph().to_job(tags=tags, hooks=hooks or None, **options)

    def execute_in_process(
        self,
        run_config: Any = None,
        instance: Any = None,
        resources: Mapping[str, object] | None = None,
        raise_on_error: bool = True,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
    ) -> Any:
        """Runs the graph in this process; see `GraphDefinition.execute_in_process`."""
        job = self.to_job(resource_defs=resources, input_values=input_values)
        return job.execute_in_process(
            run_config=run_config, instance=instance, raise_on_error=raise_on_error, run_id=run_id
        )

    def _graph(self) -> Any:
        if self.node_def.node_type != "graph":
            raise InvalidInvocationError(
                f"the op {self.name!r} is no graph", hint="call it in the body of a graph and make a job of that"
            )
        return self.node_def


def checked_hooks(hook_defs: Iterable[HookDefinition]) -> frozenset[HookDefinition]:
    """The hooks as a set.

    Raises:
        InvalidDefinitionError: something that is no hook.
    """
    found = list(hook_defs) if isinstance(hook_defs, Iterable) and not isinstance(hook_defs, str) else [hook_defs]
    for one in found:
        if not hasattr(one, "hook_fn"):
            raise InvalidDefinitionError(f"{one!r} is no hook", hint="decorate a function with @success_hook")
    return frozenset(found)


def _bind(composition: Composition, invocation: PendingNodeInvocation, args: Any, kwargs: Any) -> dict[str, Any]:
    """What each input of a call is given."""
    definition = invocation.node_def
    who = f"{composition.where}, {invocation.describe_node()}"
    positional = _positional_inputs(definition)
    if len(args) > len(positional):
        raise InvalidDefinitionError(
            f"{who}: {len(args)} inputs by position, but only {len(positional)} can be given so",
            hint=f"its inputs are {list(definition.ins)}; give them by name",
        )
    inputs = {name: _checked(who, name, value) for name, value in zip(positional, args, strict=False)}
    for name, value in kwargs.items():
        if name in inputs:
            raise InvalidInvocationError(f"{who}: the input {name!r} is given twice", hint="give it once")
        if name not in definition.ins:
            raise InvalidDefinitionError(
                f"{who} has no input {name!r}",
                hint=suggest(name, definition.ins) or f"its inputs are {list(definition.ins)}",
            )
        inputs[name] = _checked(who, name, value)
    return inputs


def _positional_inputs(definition: Definition) -> tuple[str, ...]:
    """The inputs that may be given by position; one that is no parameter, such as `In(Nothing)`, comes last."""
    others = [name for name in definition.ins if name not in definition.positional_inputs]
    return (*definition.positional_inputs, *(others if len(others) == 1 else ()))


def _checked(who: str, name: str, value: Any) -> Any:
    """What an input was given, if an input can be given that."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            if not isinstance(one, (InvokedNodeOutput, GraphInput)) or isinstance(one, InvokedDynamicOutput):
                raise InvalidDefinitionError(
                    f"{who}: the list for the input {name!r} has {one!r} at index {index}",
                    hint="a list can only hold outputs of nodes and inputs of the graph",
                )
        return value
    if isinstance(value, InvokedDynamicOutput):
        raise InvalidDefinitionError(
            f"{who}: the input {name!r} is given the dynamic output {value.node_name}.{value.output_name}",
            hint="use .map(...) to run something for each value, or .collect() to get all of them",
        )
    if isinstance(value, (InvokedNodeOutput, GraphInput, Collected)) or _is_asset(value):
        return value
    raise _refusal(who, name, value)


def _refusal(who: str, name: str, value: Any) -> InvalidDefinitionError:
    fields = getattr(value, "_fields", None)
    if fields:
        said, hint = "is given several outputs at once", f"give it one of {list(fields)}"
    elif isinstance(value, PendingNodeInvocation) or hasattr(value, "node_type"):
        said, hint = f"is given {value.name!r}, which is not called", "add the parentheses"
    else:
        said = f"is given {value!r}"
        hint = "give it the output of a node or an input of the graph; a constant goes into the config or an op"
    return InvalidDefinitionError(f"{who}: the input {name!r} {said}", hint=hint)


def _is_asset(value: Any) -> bool:
    # By name: assets are made of ops, so their modules import this one.
    return any(one.__name__ in _ASSET_CLASSES for one in type(value).__mro__)


def _outputs(definition: Definition, name: str) -> Any:
    """What a call gives back: nothing, one output, or a named tuple of them."""
    handles = [
        (InvokedDynamicOutput if out.is_dynamic else InvokedNodeOutput)(name, output, definition.node_type)
        for output, out in definition.outs.items()
    ]
    if len(handles) < 2:
        return handles[0] if handles else None
    return _tuple_of(f"{definition.name}_outputs", tuple(definition.outs))(*handles)


@lru_cache(maxsize=1024)
def _tuple_of(name: str, fields: tuple[str, ...]) -> Callable[..., tuple[InvokedNodeOutput, ...]]:
    return namedtuple(f"_{name}", fields, rename=True)
