"""What a workspace declares, as JSON: all that is shown and planned with, and nothing that could be run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.io_manager import InputContext, IOManager, OutputContext
from daglab.definitions.nodes import Origin
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvalidInvocationError
from daglab.orchestration.locations import LoadedWorkspace, LocatedFinding, Refused
from daglab.planning.graph import AssetGraph, code_of, code_version


def workspace_to_json(workspace: LoadedWorkspace) -> dict[str, Any]:
    """A workspace as JSON can hold it."""
    graph = workspace.graph
    nodes = (node.definition for node in graph.nodes.values())
    checks = (check.definition for several in graph.checks.values() for check in several)
    distinct = {id(one): one for one in (*nodes, *checks)}
    return {
        "definitions": [_definition_to_json(one) for one in distinct.values()],
        "findings": [asdict(one) for one in workspace.findings],
        "refused": [asdict(one) for one in workspace.refused.values()],
        "io_managers": [key for key, one in workspace.resources.items() if isinstance(one, IOManager)],
    }


def workspace_from_json(data: Mapping[str, Any]) -> LoadedWorkspace:
    """A workspace that can be shown and planned with; its computations and IO managers are stand-ins."""
    return LoadedWorkspace(
        graph=AssetGraph.build(map(_definition_from_json, data["definitions"])),
        resources={key: _UnaskedIOManager() for key in data["io_managers"]},
        findings=tuple(LocatedFinding(**one) for one in data["findings"]),
        refused={one["key"]: Refused(**one) for one in data["refused"]},
    )


def _definition_to_json(one: AssetsDefinition) -> dict[str, Any]:
    return {
        "name": one.node.name,
        "code_version": code_version(one),
        "code_parts": dict(code_of(one, next(iter(one.specs_by_output.values()), None)).parts),
        "assets": {name: _spec_to_json(one, spec) for name, spec in one.specs_by_output.items()},
        "checks": {name: _check_to_json(spec) for name, spec in one.check_specs_by_output.items()},
        "inputs": {name: str(key) for name, key in one.keys_by_input.items()},
        "origin": asdict(one.origin) if one.origin else None,
    }


def _spec_to_json(one: AssetsDefinition, spec: AssetSpec) -> dict[str, Any]:
    return {
        "key": str(spec.key),
        "deps": [str(dep.asset_key) for dep in spec.deps],
        "description": spec.description,
        "group_name": spec.group_name,
        "code_version": code_version(one, spec),
        "owners": list(spec.owners),
        "tags": spec.plain_tags,
        "kinds": sorted(spec.kinds),
    }


def _check_to_json(spec: AssetCheckSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "asset": str(spec.key.asset_key),
        "description": spec.description,
        "blocking": spec.blocking,
    }


def _definition_from_json(data: Mapping[str, Any]) -> AssetsDefinition:
    return AssetsDefinition(
        node=OpDefinition(name=data["name"], compute=_absent(data), code_version=data["code_version"]),
        specs={name: AssetSpec(**_with_keys(one)) for name, one in data["assets"].items()},
        check_specs={
            name: AssetCheckSpec(**{**one, "asset": AssetKey.from_user_string(one["asset"])})
            for name, one in data["checks"].items()
        },
        keys_by_input={name: AssetKey.from_user_string(key) for name, key in data["inputs"].items()},
        origin=Origin(**data["origin"]) if data["origin"] else None,
        deps_are_complete=True,
    )


def _absent(data: Mapping[str, Any]) -> _Absent:
    return _Absent(name=data["name"], code_parts=data["code_parts"])


def _with_keys(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {**spec, "key": AssetKey.from_user_string(spec["key"]), "deps": list(_keys(spec["deps"]))}


def _keys(texts: Iterable[str]) -> Iterable[AssetKey]:
    return map(AssetKey.from_user_string, texts)


@dataclass(frozen=True, kw_only=True)
class _Absent:
    """Stands where a computation was."""

    name: str
    code_parts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, context: object, inputs: Mapping[str, object]) -> object:
        _refuse(f"the computation of {self.name!r}")


class _UnaskedIOManager(IOManager):
    """Stands for an IO manager of the user's own, whose code is not run here; its values count as there."""

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        _refuse("an IO manager")

    def load_input(self, context: InputContext) -> Any:
        _refuse("an IO manager")


def _refuse(what: str) -> NoReturn:
    raise InvalidInvocationError(f"{what} is not in this process", hint="start a run instead")
