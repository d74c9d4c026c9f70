"""An IO manager that keeps values in memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from daglab.definitions.io_manager import InputContext, IOManager, OutputContext, StoredValue
from daglab.errors import ValueMissingError
from daglab.io_managers.describing import count_rows, describe
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

    def __init__(self) -> None:
        self._values: dict[tuple[object, ...], _Held] = {}
        self._counter = itertools.count(1)

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keeps the value until the next one of the same name."""
        identity = _identity(context)
        plain = _plain_bytes(obj)
        version = content_version(plain) if plain is not None else f"memory-{next(self._counter)}"
        self._values[identity] = _Held(value=obj, version=version)
        context.record_stored(
            StoredValue(
                reference={"memory": context.get_identifier()},
                data_version=version,
                size=len(plain) if plain is not None else None,
                rows=count_rows(obj),
            )
        )
        context.metadata = {**describe(obj), **context.metadata}

    def load_input(self, context: InputContext) -> Any:
        """The object that was stored last under this name.

        Raises:
            ValueMissingError: nothing was stored in this process.
        """
        held = self._values.get(_identity(context.upstream))
        if held is None:
            name = context.upstream.name
            raise ValueMissingError(
                f"the value of {name} is not in this process's memory",
                hint=f"materialize {name} again in this process",
            )
        return held.value

    def holds(self, context: InputContext) -> bool:
        """Whether a value of this name is in memory."""
        return _identity(context.upstream) in self._values


def _plain_bytes(value: Any) -> bytes | None:
    """How the file system would hold a value of a plain kind; None for every other kind."""
    chosen = choose_format(value, _HASHED)
    return chosen[1] if chosen and isinstance(chosen[1], bytes) else None


def _identity(output: OutputContext) -> tuple[object, ...]:
    """Tells the partition "b" of "a" from the asset "a/b", which the parts of the identifier do not."""
    if output.asset_key is not None:
        return output.asset_key, output.partition_key
    return output.run_id, output.step_key, output.output_name
