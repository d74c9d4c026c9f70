"""What user code is handed while it runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.errors import InvocationError


class AssetExecutionContext:
    """What an asset's code may ask of the run that it is part of.

    Take it as a first parameter named `context`, or annotate any first parameter with this class.

    Args:
        run_id: the run.
        step_key: the step.
        asset_keys: what the step makes, by output name.
        log: writes to the run's log.

    Example:
        >>> context = AssetExecutionContext(run_id="r", step_key="flights", asset_keys={"result": AssetKey("flights")})
        >>> context.add_output_metadata({"rows": 12})
        >>> context.asset_key.to_user_string()
        'flights'
    """

    def __init__(
        self,
        *,
        run_id: str,
        step_key: str,
        asset_keys: dict[str, AssetKey],
        log: logging.Logger | None = None,
    ) -> None:
        self.run_id = run_id
        self.step_key = step_key
        self.log = log or logging.getLogger(f"daglab.run.{run_id}")
        self._asset_keys = asset_keys
        self._metadata: dict[str, dict[str, MetadataValue]] = {}

    @property
    def asset_key(self) -> AssetKey:
        """The asset that this step makes.

        Raises:
            InvocationError: the step makes none, or several.
        """
        if len(self._asset_keys) != 1:
            made = ", ".join(map(str, self._asset_keys.values())) or "none"
            raise InvocationError(f"step {self.step_key!r} makes {made}", hint="use selected_asset_keys")
        return next(iter(self._asset_keys.values()))

    @property
    def selected_asset_keys(self) -> frozenset[AssetKey]:
        """Every asset that this step makes."""
        return frozenset(self._asset_keys.values())

    def add_output_metadata(self, metadata: RawMetadata, output_name: str | None = None) -> None:
        """Adds facts to the value that this step makes.

        Args:
            metadata: name to value.
            output_name: which output, where there are several.
        """
        name = output_name or self._only_output()
        self._metadata.setdefault(name, {}).update(normalize_metadata(metadata))

    def output_metadata(self, output_name: str) -> dict[str, MetadataValue]:
        """What has been added so far for one output."""
        return dict(self._metadata.get(output_name, {}))

    def _only_output(self) -> str:
        names: Sequence[str] = list(self._asset_keys)
        if len(names) != 1:
            raise InvocationError(
                f"step {self.step_key!r} has {len(names)} outputs",
                hint=f"say which: output_name={names[:1]!r}",
            )
        return names[0]
