from __future__ import annotations

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_in import AssetIn
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.nodes import Origin
from daglab.definitions.specs import AssetDep, AssetSpec
from daglab.errors import InvalidDefinitionError, InvalidInvocationError


def test_function_becomes_an_asset_with_its_parameters_as_inputs() -> None:
    @asset(deps=["other", "orders"])
    def total(orders: list[int]) -> int:
        """The sum."""
        return sum(orders)

    assert (total.key, total.description) == (AssetKey("total"), "The sum.")
    assert total.needed_keys == (AssetKey("orders"), AssetKey("other"))
    assert total.dependency_keys == {AssetKey("orders"), AssetKey("other")}
    assert total([1, 2]) == 3


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({}, ["f"]),
        ({"name": "g"}, ["g"]),
        ({"key_prefix": "raw"}, ["raw", "f"]),
        ({"key_prefix": ["raw", "eu"], "name": "g"}, ["raw", "eu", "g"]),
        ({"key": "raw/h"}, ["raw", "h"]),
        ({"key": ["x"]}, ["x"]),
    ],
)
def test_key_of_an_asset(arguments: dict[str, object], key: list[str]) -> None:
    def f() -> None: ...

    found = asset(**arguments)(f)  # type: ignore[call-overload]
    assert (found.key, found.node.name) == (AssetKey(key), "__".join(key))


def test_key_excludes_name_and_prefix() -> None:
    with pytest.raises(InvalidDefinitionError, match="asset 'f' has a key and also a name or a prefix"):

        @asset(key="a", name="b")
        def f() -> None: ...


def test_ins_say_which_asset_a_parameter_is() -> None:
    @asset(ins={"rows": "raw/orders"})
    def total(rows: list[int], rate: int) -> int:
        return sum(rows) * rate

    assert total.keys_by_input == {"rows": AssetKey(["raw", "orders"]), "rate": AssetKey("rate")}


def test_ins_of_no_parameter_are_refused_with_the_nearest_one() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:

        @asset(ins={"row": "raw/orders"})
        def total(rows: list[int]) -> int:
            return sum(rows)

    assert str(caught.value) == (
        "asset 'total': ins names ['row'], which are no parameters of its function\n  → did you mean 'rows'?"
    )


def test_parameter_that_cannot_be_named_is_refused() -> None:
    for function in (lambda *args: 0, eval("lambda a, /: 0")):
        with pytest.raises(InvalidDefinitionError, match="name each input"):
            asset(name="f")(function)


def test_context_is_taken_by_name_or_by_annotation() -> None:
    @asset
    def by_name(context, orders) -> None: ...  # type: ignore[no-untyped-def]

    @asset
    def by_annotation(told: AssetExecutionContext, orders: int) -> None: ...

    found = [list(one.keys_by_input) for one in (by_name, by_annotation)]
    assert found == [["orders"], ["orders"]]


def test_check_takes_the_asset_as_its_first_parameter_whatever_its_name() -> None:
    @asset_check(asset=AssetKey(["raw", "orders"]), additional_ins={"rate": AssetIn("rate")})
    def ok(rows: list[int], rate: int) -> bool:
        return True

    assert ok.keys_by_input == {"rows": AssetKey(["raw", "orders"]), "rate": AssetKey("rate")}
    assert [str(key) for key in ok.check_keys] == ["raw/orders:ok"]
    assert ok.node.name == "raw__orders_ok"


def test_check_that_takes_no_value_still_comes_after_its_asset() -> None:
    @asset_check(asset="orders", name="always", blocking=True)
    def ok() -> bool:
        return True

    assert (ok.needed_keys, [spec.blocking for spec in ok.check_specs]) == (
        (AssetKey("orders"),),
        [True],
    )


def test_definition_with_no_single_key_says_so() -> None:
    @asset_check(asset="orders")
    def ok() -> bool:
        return True

    with pytest.raises(InvalidInvocationError, match="makes 0 assets"):
        _ = ok.key


def test_deps_count_once_and_take_definitions() -> None:
    @asset
    def orders() -> int:
        return 1

    spec = AssetSpec("total", deps=[orders, "orders", AssetDep("other"), AssetKey("other")])
    assert [dep.asset_key for dep in spec.deps] == [AssetKey("orders"), AssetKey("other")]


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin(location="n.ipynb", cell=3, cell_id="x"), "n.ipynb, cell 3"),
        (Origin(location="flows"), "flows"),
    ],
)
def test_origin_as_text(origin: Origin, text: str) -> None:
    assert str(origin) == text
