from __future__ import annotations

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.definitions import Definitions
from daglab.errors import DefinitionError, DuplicateAssetError


@asset
def orders() -> int:
    return 1


@asset_check(asset=orders)
def ok(orders: int) -> bool:
    return True


def test_assets_and_checks_are_kept_in_order() -> None:
    assert Definitions(assets=[orders], asset_checks=[ok]).all == (orders, ok)


def test_duplicates_are_all_named() -> None:
    with pytest.raises(DuplicateAssetError) as caught:
        Definitions(assets=[orders, orders], asset_checks=[ok, ok])
    assert str(caught.value) == (
        "'orders' is defined 2 times: Python, Python; 'orders:ok' is defined 2 times: Python, Python\n"
        "  → rename all but one"
    )


def test_undecorated_function_is_refused() -> None:
    def plain() -> int:
        return 1

    with pytest.raises(DefinitionError, match=r"assets= holds <function .*plain.*>, which is no asset\n"):
        Definitions(assets=[plain])  # type: ignore[list-item]
