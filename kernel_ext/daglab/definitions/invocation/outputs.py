"""What a direct call gives back is checked as in a run, and handed on as it is."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.function_compute import resolve_annotations
from daglab.definitions.invocation.arguments import Called
from daglab.definitions.nodes import Out
from daglab.definitions.results import AssetCheckResult, MaterializeResult, ObserveResult, Output
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.types.boundary import check_value, require_passed
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.errors import InvariantViolationError, suggest

_EVENTS = (AssetMaterialization, AssetObservation, AssetCheckEvaluation, ExpectationResult)


class OutputCheck:
    """Checks what one direct call gives back, piece by piece.

    Args:
        called: what was called.
        assets_def: the assets, where it makes some.
        context: the context of the call.
    """

    def __init__(self, called: Called, assets_def: Any, context: Any) -> None:
        self.called = called
        self.assets_def = assets_def
        self.context = context
        self._outs: Mapping[str, Out] = called.op.outs
        self._seen: set[str] = set()

    def check_yielded(self, event: Any) -> None:
        """Checks one thing that was yielded.

        Raises:
            InvariantViolationError: it is no output or event, or an output twice, or one that there is not.
            TypeCheckDidNotPass: its value is not of its type.
        """
        if isinstance(event, _EVENTS):
            return
        if is_asset_result(event):
            self._seen.add(self._output_of(event))
            for verdict in event.check_results or ():
                self._seen.add(self._output_of_check(verdict))
        elif isinstance(event, AssetCheckResult):
            self._seen.add(self._output_of_check(event))
        elif isinstance(event, (Output, DynamicOutput)):
            self._check_output(event)
        else:
            raise self._wrong(f"yielded {event!r}", "wrap it: yield Output(...)")

    def missing(self) -> list[Output[None]]:
        """Once all is yielded: the outputs that pass no value and are given on the way.

        Raises:
            InvariantViolationError: a required output was not yielded.
        """
        given: list[Output[None]] = []
        for name, out in self._outs.items():
            if name in self._seen or not out.is_required or out.is_dynamic:
                continue
            if out.carries_value or self._is_check(name) or getattr(self.assets_def, "is_observable", False):
                raise self._wrong(f"did not yield its output {name!r}", "yield it, or declare is_required=False")
            given.append(Output(None, output_name=name))
        return given

    def check_returned(self, result: Any) -> None:
        """Checks what was returned.

        Raises:
            InvariantViolationError: it is not what is declared.
            TypeCheckDidNotPass: a value is not of its type.
        """
        if isinstance(result, (AssetCheckResult, ObserveResult)):
            return
        if isinstance(result, _EVENTS):
            raise self._wrong(f"returned the event {result!r}", "yield it, or call context.log_event(...)")
        if not self._outs:
            if result is not None:
                raise self._wrong(f"returned {result!r} and has no outputs", "declare one, or return nothing")
            return
        if self.context.op_execution_context.requires_typed_event_stream:
            return  # What is recorded is given back as it is, in a tuple perhaps; here nothing is recorded.
        expected = self._expected(result)
        for position, (name, value) in enumerate(zip(expected, self._parts(result, expected), strict=True)):
            self._check_part(name, value, self._annotation(position, expected), returned=result)

    def _expected(self, result: Any) -> list[str]:
        """All outputs but those of checks whose verdicts come inside of a `MaterializeResult`."""
        parts = result if isinstance(result, tuple) else (result,)
        inside = [verdict for part in parts if is_asset_result(part) for verdict in part.check_results or ()]
        done = {self._output_of_check(verdict) for verdict in inside}
        return [name for name in self._outs if name not in done]

    def _parts(self, result: Any, expected: Sequence[str]) -> Sequence[Any]:
        if len(expected) <= 1:
            return [result][: len(expected)]
        if result is None and all(self._may_be_left_out(name) for name in expected):
            return [None] * len(expected)
        if not isinstance(result, tuple):
            raise self._wrong(
                f"returned a {type(result).__name__} and has {len(expected)} outputs",
                f"return a tuple of {', '.join(expected)}, or yield each",
            )
        if len(result) != len(expected):
            raise self._wrong(
                f"returned {len(result)} values and has {len(expected)} outputs", f"return {', '.join(expected)}"
            )
        return result

    def _may_be_left_out(self, name: str) -> bool:
        out = self._outs[name]
        return not out.carries_value and out.is_required

    def _check_part(self, name: str, value: Any, annotation: Any, *, returned: Any) -> None:
        out = self._outs[name]
        if out.is_dynamic:
            self._check_dynamic(name, value)
        elif is_asset_result(value):
            self._output_of(value)
        elif isinstance(value, AssetCheckResult):
            return
        elif isinstance(value, Output):
            if annotation is not inspect.Signature.empty and not _is_output_annotation(annotation):
                raise self._wrong(
                    f"returned an Output for {name!r}, which is annotated with {annotation!r}",
                    "annotate it with Output[...], or return the plain value",
                )
            self._check_name(value, name)
            self._check_value(name, value.value)
        elif _is_output_annotation(annotation):
            raise self._wrong(
                f"returned {value!r} for {name!r}, which is annotated with {annotation!r}", "return Output(...)"
            )
        else:
            if returned is None and not out.is_required:
                self.context.log.warning(
                    "op %r returned None for its optional output %r; to leave an output out, yield the others",
                    self.called.name,
                    name,
                )
            self._check_value(name, value)

    def _check_dynamic(self, name: str, value: Any) -> None:
        if not isinstance(value, list):
            raise self._wrong(
                f"returned a {type(value).__name__} for its dynamic output {name!r}", "return a list of DynamicOutput"
            )
        for one in value:
            if not isinstance(one, DynamicOutput):
                raise self._wrong(f"returned {one!r} in its dynamic output {name!r}", "wrap it: DynamicOutput(...)")
            self._check_name(one, name)
            self._check_value(name, one.value, one.mapping_key)

    def _check_name(self, output: Any, name: str) -> None:
        if output.output_name not in (name, "result"):
            raise self._wrong(
                f"returned an output named {output.output_name!r} in the place of {name!r}",
                "keep the order of the outputs, or yield them",
            )

    def _check_output(self, event: Any) -> None:
        name = event.output_name
        if name not in self._outs:
            raise self._wrong(
                f"yielded an output {name!r}, which it does not have",
                suggest(name, self._outs) or f"it has {list(self._outs)}",
            )
        if name in self._seen and not self._outs[name].is_dynamic:
            raise self._wrong(f"yielded its output {name!r} twice", "yield it once")
        self._check_value(name, event.value, getattr(event, "mapping_key", None))
        self._seen.add(name)

    def _check_value(self, name: str, value: Any, mapping_key: str | None = None) -> None:
        data_type = self._outs[name].type
        where = f"output {name!r} of op {self.called.name!r}"
        require_passed(check_value(data_type, value, self.context), data_type, value, where)
        self.context.op_execution_context.observe_output(name, mapping_key)

    def _annotation(self, position: int, expected: Sequence[str]) -> Any:
        returns = resolve_annotations(self.called.function).get("return", inspect.Signature.empty)
        if len(expected) <= 1:
            return returns
        parts = typing.get_args(returns)
        return parts[position] if len(parts) == len(expected) else inspect.Signature.empty

    def _is_check(self, name: str) -> bool:
        return self.assets_def is not None and name in self.assets_def.check_specs_by_output

    def _output_of(self, result: Any) -> str:
        specs: Mapping[str, AssetSpec] = self._assets("MaterializeResult").specs_by_output
        keys = {spec.key: name for name, spec in specs.items()}
        if result.asset_key is None:
            if len(keys) == 1:
                return next(iter(keys.values()))
            raise self._wrong(
                f"makes {len(keys)} assets, and its {type(result).__name__} says of none which it is",
                f"give it asset_key=..., one of {', '.join(map(str, keys))}",
            )
        key = AssetKey.from_coercible(result.asset_key)
        if key not in keys:
            raise self._wrong(
                f"gave back a {type(result).__name__} for {str(key)!r}, which it does not make",
                suggest(str(key), map(str, keys)) or f"it makes {', '.join(map(str, keys))}",
            )
        return keys[key]

    def _output_of_check(self, verdict: AssetCheckResult) -> str:
        specs: Mapping[str, AssetCheckSpec] = self._assets("AssetCheckResult").check_specs_by_output
        key = None if verdict.asset_key is None else AssetKey.from_coercible(verdict.asset_key)
        fitting = [
            output
            for output, spec in specs.items()
            if key in (None, spec.key.asset_key) and verdict.check_name in (None, spec.name)
        ]
        if len(fitting) == 1:
            return fitting[0]
        said = f"asset_key={verdict.asset_key!r}, check_name={verdict.check_name!r}"
        known = ", ".join(str(spec.key) for spec in specs.values()) or "none"
        raise self._wrong(
            f"gave back an AssetCheckResult({said}) that fits {len(fitting)} of its checks",
            f"say which; its checks are {known}",
        )

    def _assets(self, kind: str) -> Any:
        if self.assets_def is None:
            raise self._wrong(f"gave back a {kind} and makes no assets", "return an Output")
        return self.assets_def

    def _wrong(self, problem: str, hint: str = "") -> InvariantViolationError:
        return InvariantViolationError(f"op {self.called.name!r} {problem}", hint=hint)


def is_asset_result(value: Any) -> bool:
    """Whether it says that an asset was made or looked at."""
    return isinstance(value, (MaterializeResult, ObserveResult))


def _is_output_annotation(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.rpartition("[")[0].endswith("Output") or annotation.endswith("Output")
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, (Output, DynamicOutput))
