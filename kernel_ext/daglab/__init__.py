"""daglab makes the notebook the pipeline.

A cell that begins with `%%asset` is a data asset; what it depends on is read from its code. See `daglab.asset`,
`daglab.materialize`, `daglab.load`, and `%load_ext daglab`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from daglab.foundation.version import __version__ as __version__

if TYPE_CHECKING:
    from daglab.definitions.asset_decorator import asset
    from daglab.definitions.asset_key import AssetKey
    from daglab.definitions.check_decorator import asset_check
    from daglab.definitions.context import AssetExecutionContext
    from daglab.definitions.definitions import Definitions
    from daglab.definitions.io_manager import InputContext, IOManager, OutputContext, StoredValue
    from daglab.definitions.metadata import MetadataValue
    from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult, Output
    from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec, AssetDep, AssetSpec
    from daglab.errors import DaglabError
    from daglab.io_managers.filesystem import FilesystemIOManager
    from daglab.io_managers.memory import InMemoryIOManager
    from daglab.magics.showing_graph import dag
    from daglab.orchestration.instance import Instance
    from daglab.orchestration.materialize import MaterializeOutcome, load, materialize

# Where each public name lives; imported when it is first asked for, so that `import daglab` costs next to nothing.
_HOMES = {
    "AssetCheckKey": "definitions.specs",
    "AssetCheckResult": "definitions.results",
    "AssetCheckSeverity": "definitions.results",
    "AssetCheckSpec": "definitions.specs",
    "AssetDep": "definitions.specs",
    "AssetExecutionContext": "definitions.context",
    "AssetKey": "definitions.asset_key",
    "AssetSpec": "definitions.specs",
    "DaglabError": "errors",
    "Definitions": "definitions.definitions",
    "FilesystemIOManager": "io_managers.filesystem",
    "IOManager": "definitions.io_manager",
    "InMemoryIOManager": "io_managers.memory",
    "InputContext": "definitions.io_manager",
    "Instance": "orchestration.instance",
    "MaterializeOutcome": "orchestration.materialize",
    "MaterializeResult": "definitions.results",
    "MetadataValue": "definitions.metadata",
    "Output": "definitions.results",
    "OutputContext": "definitions.io_manager",
    "StoredValue": "definitions.io_manager",
    "asset": "definitions.asset_decorator",
    "asset_check": "definitions.check_decorator",
    "dag": "magics.showing_graph",
    "load": "orchestration.materialize",
    "materialize": "orchestration.materialize",
}

__all__ = [
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetDep",
    "AssetExecutionContext",
    "AssetKey",
    "AssetSpec",
    "DaglabError",
    "Definitions",
    "FilesystemIOManager",
    "IOManager",
    "InMemoryIOManager",
    "InputContext",
    "Instance",
    "MaterializeOutcome",
    "MaterializeResult",
    "MetadataValue",
    "Output",
    "OutputContext",
    "StoredValue",
    "asset",
    "asset_check",
    "dag",
    "load",
    "materialize",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'daglab' has no attribute {name!r}")
    value = getattr(import_module(f"daglab.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext daglab` calls."""
    from daglab.magics.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext daglab` calls."""
    from daglab.magics.extension import unload

    unload(shell)
