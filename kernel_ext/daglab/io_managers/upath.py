"""`UPathIOManager`: a base class for IO managers that keep each value as a file of its own."""

from __future__ import annotations

import asyncio
import inspect
from abc import abstractmethod
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from daglab.definitions.io_manager import InputContext, IOManager, OutputContext
from daglab.definitions.metadata import MetadataValue
from daglab.errors import InvariantViolationError, MissingExtraError
from daglab.io_managers.path_parts import file_path, partition_path, relative_parts


class UPathIOManager(IOManager):
    """Keeps each value as one file below a folder; subclasses say how a file is written and read.

    The folder is a `pathlib.Path`, or a `UPath` of universal-pathlib for `s3://` and other stores. The file of an
    asset is `<folder>/<asset key>`, that of a partition lies below it, that of another output is
    `<folder>/<run>/<step>/<output>`. Loading several partitions gives a dict by partition key.

    Args:
        base_path: the folder.

    Example:
        >>> import tempfile
        >>> class TextFiles(UPathIOManager):
        ...     extension = ".txt"
        ...     def dump_to_path(self, context, obj, path):
        ...         path.write_text(obj)
        ...     def load_from_path(self, context, path):
        ...         return path.read_text()
        >>> files = TextFiles(Path(tempfile.mkdtemp()))
        >>> output = OutputContext(step_key="load", name="result", run_id="r")
        >>> files.handle_output(output, "hello")
        >>> files.load_input(InputContext(upstream_output=output))
        'hello'
    """

    extension: ClassVar[str | None] = None

    def __init__(self, base_path: Any = None) -> None:
        if self.extension and "." not in self.extension:
            raise InvariantViolationError(
                f"{type(self).__name__}.extension is {self.extension!r}", hint=f"write '.{self.extension}'"
            )
        self._base_path = Path(".") if base_path is None else Path(base_path) if _is_local(base_path) else base_path

    @abstractmethod
    def dump_to_path(self, context: OutputContext, obj: Any, path: Any) -> None:
        """Writes the value to the file."""

    @abstractmethod
    def load_from_path(self, context: InputContext, path: Any) -> Any:
        """Reads the value from the file; may be a coroutine, then partitions are loaded concurrently."""

    @property
    def fs(self) -> Any:
        """The `fsspec` file system of the folder.

        Raises:
            MissingExtraError: fsspec is not installed.
        """
        if hasattr(self._base_path, "fs"):
            return self._base_path.fs
        try:
            local = import_module("fsspec.implementations.local")  # optional
        except ImportError:
            raise MissingExtraError("fsspec", extra="cloud") from None
        return local.LocalFileSystem()

    @property
    def storage_options(self) -> dict[str, Any]:
        """What `fsspec` was told to reach the folder."""
        return dict(getattr(self._base_path, "storage_options", {}))

    def get_metadata(self, context: OutputContext, obj: Any) -> dict[str, MetadataValue]:
        """Facts about the value for its materialization; none unless this is overridden."""
        return {}

    def unlink(self, path: Any) -> None:
        """Removes a file."""
        path.unlink()

    def path_exists(self, path: Any) -> bool:
        """Whether there is such a file."""
        return bool(path.exists())

    def make_directory(self, path: Any) -> None:
        """Makes a folder, and those around it; override it for stores that have none."""
        path.mkdir(parents=True, exist_ok=True)

    def has_output(self, context: OutputContext) -> bool:
        """Whether the value is there."""
        return self.path_exists(self._get_path(context))

    def make_safe_partition_path(self, base_path: Any, partition: str) -> Any:
        """The path of a partition; no key leads out of the folder."""
        return partition_path(base_path, partition)

    def get_path_for_partition(self, context: InputContext | OutputContext, path: Any, partition: str) -> Any:
        """Where a partition lies, without extension; override it together with `load_partitions` for other layouts.

        Args:
            context: the input or output.
            path: the asset's path.
            partition: the key; the dimensions of a multi-dimensional one, in order, joined by "/".
        """
        return self.make_safe_partition_path(path, partition)

    def get_asset_relative_path(self, context: InputContext | OutputContext) -> Any:
        """Where an asset lies below the folder, without partition and extension."""
        return Path(*context.asset_key.path)

    def get_op_output_relative_path(self, context: InputContext | OutputContext) -> Any:
        """Where another output lies below the folder, without extension."""
        return Path(*context.get_identifier())

    def get_loading_input_log_message(self, path: Any) -> str:
        """What is logged before a file is read."""
        return f"{type(self).__name__} reads {path}"

    def get_writing_output_log_message(self, path: Any) -> str:
        """What is logged before a file is written."""
        return f"{type(self).__name__} writes {path}"

    def get_loading_input_partition_log_message(self, path: Any, partition_key: str) -> str:
        """What is logged before a partition's file is read."""
        return f"{type(self).__name__} reads partition {partition_key!r} from {path}"

    def get_missing_partition_log_message(self, partition_key: str) -> str:
        """What is logged where a partition is left out because it has no file."""
        return f"partition {partition_key!r} has no file and is left out, as allow_missing_partitions says"

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Writes the value to its file and notes the path.

        Raises:
            InvariantViolationError: the output is of several partitions.
        """
        path = self._path_to_write(context)
        self.make_directory(path.parent)
        context.log.debug(self.get_writing_output_log_message(path))
        self.dump_to_path(context=context, obj=obj, path=path)
        # A step that gives None mostly wrote its data elsewhere; the path of a file that holds None would mislead.
        facts: dict[str, Any] = {} if obj is None else {"path": MetadataValue.path(str(path))}
        context.add_output_metadata({**facts, **self.get_metadata(context=context, obj=obj)})

    def load_input(self, context: InputContext) -> Any:
        """Reads the value; a dict by partition key where several partitions are asked for, None where none is."""
        if not context.has_asset_key or not context.has_asset_partitions:
            path = self._get_path(context)
            context.log.debug(self.get_loading_input_log_message(path))
            return _finished(self.load_from_path(context=context, path=path))
        if not context.asset_partition_keys:
            return None
        if inspect.iscoroutinefunction(self.load_from_path):
            return self.load_partitions_async(context)
        return self.load_partitions(context)

    def load_partitions(self, context: InputContext) -> Any:
        """Reads the partitions that the context asks for, one after the other."""
        paths = self._get_paths_for_partitions(context)
        if len(paths) == 1:
            ((key, path),) = paths.items()
            return self._load_partition(context, key, path)
        found = {key: self._load_partition(context, key, path) for key, path in paths.items()}
        return {key: value for key, value in found.items() if value is not None}

    def load_partitions_async(self, context: InputContext) -> dict[str, Any]:
        """Reads the partitions that the context asks for, all at once."""
        paths = self._get_paths_for_partitions(context)

        async def load_all() -> list[Any]:
            loading = (self.load_from_path(context=context, path=path) for path in paths.values())
            return await asyncio.gather(*loading, return_exceptions=True)

        found: dict[str, Any] = {}
        errors: list[BaseException] = []
        for key, loaded in zip(paths, asyncio.run(load_all()), strict=True):
            if isinstance(loaded, FileNotFoundError) and _may_be_missing(context):
                context.log.warning(self.get_missing_partition_log_message(key))
            elif isinstance(loaded, BaseException):
                context.log.error("partition %r cannot be read: %s", key, loaded)
                errors.append(loaded)
            elif loaded is not None:
                found[key] = loaded
        if errors:
            raise RuntimeError(f"{len(errors)} of {len(paths)} partitions cannot be read: {errors[0]}") from errors[0]
        return found

    def _load_partition(self, context: InputContext, key: str, path: Any) -> Any:
        context.log.debug(self.get_loading_input_partition_log_message(path, key))
        try:
            return _finished(self.load_from_path(context=context, path=path))
        except FileNotFoundError:
            if not _may_be_missing(context):
                raise
            context.log.warning(self.get_missing_partition_log_message(key))
            return None

    def _path_to_write(self, context: OutputContext) -> Any:
        if not context.has_asset_partitions:
            return self._get_path(context)
        paths = self._get_paths_for_partitions(context)
        if len(paths) != 1:
            raise InvariantViolationError(
                f"{type(self).__name__} stores one partition at a time, and {context.label} has {len(paths)} here",
                hint="run one partition per run (BackfillPolicy.multi_run()), or let the step keep its data itself",
            )
        path = next(iter(paths.values()))
        if path.parent.is_file():  # from the time before the asset had partitions
            context.log.warning(f"{path.parent} is removed: {context.label} has partitions now")
            path.parent.unlink()
        return path

    def _with_extension(self, path: Any) -> Any:
        return file_path(path, self.extension)

    def _get_path_without_extension(self, context: InputContext | OutputContext) -> Any:
        of_asset = context.has_asset_key
        found = self.get_asset_relative_path(context) if of_asset else self.get_op_output_relative_path(context)
        return self._base_path.joinpath(*relative_parts(found))

    def _get_path(self, context: InputContext | OutputContext) -> Any:
        return self._with_extension(self._get_path_without_extension(context))

    def _get_paths_for_partitions(self, context: InputContext | OutputContext) -> dict[str, Any]:
        """The file of each partition that the context is about."""
        whole = self._get_path_without_extension(context)
        return {
            key: self._with_extension(self.get_path_for_partition(context, whole, _as_parts(key)))
            for key in context.asset_partition_keys
        }


def _as_parts(key: str) -> str:
    """A partition key as part of a path: the dimensions of a multi-dimensional one by their names' order."""
    dimensions: Mapping[str, str] = getattr(key, "keys_by_dimension", {})
    return "/".join(value for _, value in sorted(dimensions.items())) if dimensions else key


def _may_be_missing(context: InputContext) -> bool:
    allowed = context.definition_metadata.get("allow_missing_partitions", False)
    return bool(getattr(allowed, "value", allowed))


def _finished(loaded: Any) -> Any:
    return asyncio.run(loaded) if inspect.iscoroutine(loaded) else loaded


def _is_local(base_path: object) -> bool:
    return isinstance(base_path, str) and "://" not in base_path
