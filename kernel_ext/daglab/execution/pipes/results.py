"""`PipesExecutionResult`: what an external process may report, a `MaterializeResult` or an `AssetCheckResult`.

Example:
    >>> from daglab import MaterializeResult
    >>> isinstance(MaterializeResult("flights"), PipesExecutionResult)
    True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from daglab.definitions.results import AssetCheckResult, MaterializeResult
from daglab.errors import PipesError

# Of the plain classes, so that isinstance takes it.
PipesExecutionResult: TypeAlias = MaterializeResult | AssetCheckResult  # type: ignore[type-arg]


def one_materialization(results: Sequence[PipesExecutionResult]) -> MaterializeResult[Any]:
    """The one asset that was made, with the verdicts of its checks.

    Raises:
        PipesError: there is none, or several, or a verdict is of another asset.
    """
    made = [one for one in results if isinstance(one, MaterializeResult)]
    verdicts = [one for one in results if isinstance(one, AssetCheckResult)]
    if len(made) != 1:
        keys = ", ".join(sorted(repr(str(one.asset_key)) for one in made))
        raise PipesError(
            f"the external process made {len(made)} assets, {keys}" if made else "the external process made no asset",
            hint="use get_results() where it makes several" if made else "report it, or leave it to be implied",
        )
    strange = [one for one in verdicts if one.asset_key and one.asset_key != made[0].asset_key]
    if strange:
        raise PipesError(
            f"the external process made {str(made[0].asset_key)!r} and checked {str(strange[0].asset_key)!r}",
            hint="use get_results() where that is meant",
        )
    return replace(made[0], check_results=[*made[0].check_results, *verdicts]) if verdicts else made[0]


def one_verdict(results: Sequence[PipesExecutionResult]) -> AssetCheckResult:
    """The one verdict that was given.

    Raises:
        PipesError: there is none, or several, or an asset was made.
    """
    verdicts = [one for one in results if isinstance(one, AssetCheckResult)]
    if len(results) != 1 or not verdicts:
        raise PipesError(
            f"the external process gave {len(verdicts)} verdicts and made {len(results) - len(verdicts)} assets",
            hint="one verdict and nothing else is expected here; use get_results() for several",
        )
    return verdicts[0]
