"""An IO manager that keeps values in memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, IOManager, OutputContext, StoredValue
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.resources.io_manager_definition import io_manager
from daglab.errors import ValueMissingError
from daglab.io_managers.describing import count_rows
from daglab.io_managers.formats import choose_format
from daglab.io_managers.placing import content_version
from daglab.io_managers.plain import JsonTree, RawBytes, Utf8Text

_HASHED = (RawBytes(), Utf8Text(), JsonTree())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    value: Any
    version: str


class InMemoryIOManager(IOManager):
    """Keeps the latest value of each asset and output in this process, the object itself and no copy of it.

    The data version of bytes, text and plain JSON-like data is that of `FilesystemIOManager`, so equal values have
    equal versions; any other value counts as new each time, because hashing it would cost as much as storing it.

    Example:
        >>> store = InMemoryIOManager()
        >>> output = OutputContext(step_key="answer", output_name="result", run_id="r")
        >>> store.handle_output(output, 42)
        >>> store.load_input(InputContext(upstream=output, stored=output.stored))
        42
    """

    keeps_versions = False

    def __init__(self) -> None:
        self._values: dict[tuple[object, ...], _Held] = {}
        self._counter = itertools.count(1)

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keeps the value until the next one of the same name."""
        plain = _plain_bytes(obj)
        version = content_version(plain) if plain is not None else f"memory-{next(self._counter)}"
        for identity in _identities(context):
            self._values[identity] = _Held(value=obj, version=version)
        context.record_stored(
            StoredValue(
                reference={"memory": context.value_path},
                data_version=version,
                size=len(plain) if plain is not None else None,
                rows=count_rows(obj),
            )
        )

    def load_input(self, context: InputContext) -> Any:
        """The object that was stored last under this name; several partitions are a dictionary.

        Where one of them alone is held, or one object was made for all, it is that object.

        Raises:
            ValueMissingError: nothing was stored in this process.
        """
        if not context.has_asset_partitions or len(context.asset_partition_keys) == 1:
            [identity] = _identities(context if context.has_asset_partitions else context.upstream)
            return self._held(context, identity)
        keys = list(map(str, context.asset_partition_keys))
        values = {key: self._values[context.asset_key, key].value for key in keys if self.has(context.asset_key, key)}
        if keys and not values:
            self._held(context, (context.asset_key, keys[0]))
        first = next(iter(values.values()), None)
        return first if all(one is first for one in values.values()) else values

    def has(self, asset_key: AssetKey, partition: str) -> bool:
        """Whether a partition is in memory."""
        return (asset_key, partition) in self._values

    def _held(self, context: InputContext, identity: tuple[object, ...]) -> Any:
        held = self._values.get(identity)
        if held is None:
            name = context.upstream.label
            raise ValueMissingError(
                f"the value of {name} is not in this process's memory",
                hint=f"materialize {name} again in this process",
            )
        return held.value

    def holds(self, context: InputContext) -> bool:
        """Whether a value of this name is in memory."""
        [identity] = _identities(context.upstream)
        return identity in self._values


def _plain_bytes(value: Any) -> bytes | None:
    """How the file system would hold a value of a plain kind; None for every other kind."""
    chosen = choose_format(value, _HASHED)
    return chosen[1] if chosen and isinstance(chosen[1], bytes) else None


def _identities(context: OutputContext | InputContext) -> list[tuple[object, ...]]:
    """Tell the partition "b" of "a" from the asset "a/b", which the parts of the identifier do not."""
    if not context.has_asset_key:
        return [tuple(context.get_identifier())]
    if context.has_asset_partitions:
        return [(context.asset_key, str(key)) for key in context.asset_partition_keys]
    return [(context.asset_key, None)]


@io_manager(description="Keeps values in this process.")
def mem_io_manager(_init_context: InitResourceContext) -> InMemoryIOManager:
    """Keeps values in this process, for as long as it is open.

    Example:
        >>> from daglab import build_init_resource_context
        >>> type(mem_io_manager(build_init_resource_context())).__name__
        'InMemoryIOManager'
    """
    return InMemoryIOManager()
