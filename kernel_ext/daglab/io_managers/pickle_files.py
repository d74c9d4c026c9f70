"""`fs_io_manager`: each value as a pickle at a path that can be told beforehand."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from daglab.definitions.config.schema_types import Field
from daglab.definitions.config.sources import StringSource
from daglab.definitions.io_manager import InputContext, OutputContext
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.resources.io_manager_definition import io_manager
from daglab.errors import InvalidInvocationError, UnstorableValueError
from daglab.io_managers.upath import UPathIOManager


class PickleFilesIOManager(UPathIOManager):
    """Keeps each value as a pickle: an asset at `<base_dir>/<asset key>`, another output at `<run>/<step>/<output>`.

    A later value of an asset replaces the earlier one. The files can be read without daglab; they are not signed, so
    whoever may write to the folder may run code where they are loaded.

    Args:
        base_dir: the folder.

    Example:
        >>> import tempfile
        >>> files = PickleFilesIOManager(tempfile.mkdtemp())
        >>> output = OutputContext(step_key="load", name="result", run_id="r")
        >>> files.handle_output(output, {1, 2})
        >>> files.load_input(InputContext(upstream_output=output))
        {1, 2}
    """

    def __init__(self, base_dir: str | Path | None = None) -> None:
        self.base_dir = None if base_dir is None else str(base_dir)
        super().__init__(None if base_dir is None else Path(base_dir))

    def dump_to_path(self, context: OutputContext, obj: Any, path: Any) -> None:
        """Pickles the value.

        Raises:
            UnstorableValueError: it cannot be pickled.
        """
        try:
            content = pickle.dumps(obj, protocol=pickle.HIGHEST_PROTOCOL)
        except (AttributeError, ImportError, RecursionError, TypeError, pickle.PicklingError) as error:
            raise UnstorableValueError(
                f"{context.label}: a value of type {type(obj).__name__} cannot be pickled: {error}",
                hint="use another IO manager, such as mem_io_manager where all steps run in one process",
            ) from error
        with path.open("wb") as file:
            file.write(content)

    def load_from_path(self, context: InputContext, path: Any) -> Any:
        """Unpickles the value."""
        with path.open("rb") as file:
            return pickle.load(file)


@io_manager(
    config_schema={"base_dir": Field(StringSource, is_required=False)},
    description="Keeps each value as a pickle at a path that can be told beforehand.",
)
def fs_io_manager(init_context: InitResourceContext) -> PickleFilesIOManager:
    """Keeps each value as a pickle below `base_dir`; below the instance's storage folder if that is left out.

    Example:
        >>> from daglab import build_init_resource_context
        >>> fs_io_manager(build_init_resource_context(config={"base_dir": "values"})).base_dir
        'values'
    """
    base_dir = (init_context.resource_config or {}).get("base_dir") or _storage_of(init_context.instance)
    return PickleFilesIOManager(base_dir)


def _storage_of(instance: Any) -> str:
    storage = getattr(instance, "storage_directory", None)
    if storage is None:
        raise InvalidInvocationError(
            "fs_io_manager has no folder: there is neither base_dir nor an instance",
            hint="fs_io_manager.configured({'base_dir': '...'})",
        )
    return str(storage() if callable(storage) else storage)
