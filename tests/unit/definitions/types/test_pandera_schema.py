from __future__ import annotations

import typing
import warnings
from typing import Any

import pandas as pd
import polars as pl
import pytest

from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.resolution import resolve_type

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pandera, when it is imported
    pa = pytest.importorskip("pandera.pandas")
    pa_polars = pytest.importorskip("pandera.polars")
    import pandera.typing
    import pandera.typing.polars


class Orders(pa.DataFrameModel):  # type: ignore[misc,name-defined]
    """Orders of one day."""

    price: float = pa.Field(gt=0, description="in Euro")
    name: str = pa.Field(unique=True)

    class Config:
        strict = True


class Prices(pa_polars.DataFrameModel):  # type: ignore[misc,name-defined]
    price: float = pa_polars.Field(gt=0)


GOOD = pd.DataFrame({"price": [1.0], "name": ["ü"]})
BAD = pd.DataFrame({"price": [1.0, -1.0, *[-2.0] * 7], "name": list("aabcdefgh"), "z": 1})


def every_form() -> list[Any]:
    return [Orders, Orders.to_schema(), pandera.typing.DataFrame[Orders]]


@pytest.mark.parametrize("form", every_form())
def test_frame_that_fits(form: Any) -> None:
    assert resolve_type(form).type_check(None, GOOD).success


@pytest.mark.parametrize("form", every_form())
def test_every_failing_check_is_told(form: Any) -> None:
    verdict = resolve_type(form).type_check(None, BAD)
    assert not verdict.success
    assert verdict.description == (
        "Orders: 3 checks failed\n"
        "- columns that the schema does not have: z\n"
        "- column 'price', greater_than(0): 8 failures, -1.0 (row 1), -2.0 (row 2), -2.0 (row 3), -2.0 (row 4), "
        "-2.0 (row 5), …\n"
        "- column 'name', field_uniqueness: 2 failures, 'a' (row 0), 'a' (row 1)"
    )
    facts = dict(resolve_type(form).type_check(None, BAD).metadata)
    assert (facts["failed_checks"].value, facts["failed_values"].value) == (3, 11)
    assert facts["failures"].value[2] == {
        "column": "name",
        "check": "field_uniqueness",
        "count": 2,
        "examples": ["'a' (row 0)", "'a' (row 1)"],
    }


@pytest.mark.parametrize(
    ("form", "value", "description"),
    [
        (Orders, pd.DataFrame(), "Orders: 1 check failed\n- columns that are missing: price, name"),
        (Orders, "abc", "expected pandas frame that fits Orders, got str: 'abc'"),
        (Orders, None, "expected pandas frame that fits Orders, got None"),
        (
            Orders,
            pl.DataFrame({"a": [1]}),
            "expected pandas frame that fits Orders, got polars.DataFrame of shape (1, 1)",
        ),
        (list[Orders], [GOOD, 3], "at [1]: expected pandas frame that fits Orders, got int: 3"),
        (typing.Optional[Orders], 3, "expected pandas frame that fits Orders, got int: 3"),  # noqa: UP045
        (
            Prices,
            pl.DataFrame({"price": [-1.0, 2.0]}),
            "Prices: 1 check failed\n- column 'price', greater_than(0): 1 failure, -1.0 (row 0)",
        ),
        (Prices, pd.DataFrame(), "expected polars frame that fits Prices, got pandas.DataFrame of shape (0, 0)"),
        (
            pandera.typing.polars.LazyFrame[Prices],
            pl.DataFrame({"price": [1.0]}),
            "expected polars LazyFrame that fits Prices, got polars.DataFrame of shape (1, 1)",
        ),
        (pandera.typing.Series[float], 3, "expected pandas.Series, got int: 3"),
    ],
)
def test_other_values(form: Any, value: object, description: str) -> None:
    assert resolve_type(form).type_check(None, value).description == description


def test_check_on_the_whole_frame_names_no_column() -> None:
    schema = pa.DataFrameSchema({"a": pa.Column(int)}, checks=pa.Check(lambda frame: frame.a < 2, name="small"))
    verdict = resolve_type(schema).type_check(None, pd.DataFrame({"a": [1, 2]}))
    assert verdict.description == "DataFrameSchema: 1 check failed\n- small: 1 failure, 2 (row 1)"


def test_columns_are_shown_as_a_table_schema() -> None:
    found = resolve_type(Orders)
    assert (found.display_name, found.description) == ("Orders", "Orders of one day.")
    assert [column.name for column in found.metadata["schema"].value.columns] == ["price", "name"]
    price = found.metadata["schema"].value.columns[0]
    assert (price.type, price.description, list(price.constraints.other)) == ("float64", "in Euro", ["greater_than(0)"])


def test_schemas_without_a_name_are_different_types() -> None:
    first, second = pa.DataFrameSchema({"a": pa.Column(int)}), pa.DataFrameSchema({"b": pa.Column(int)})
    assert resolve_type(first) != resolve_type(second)
    assert isinstance(resolve_type(first), DataType)
    assert resolve_type(Orders) is resolve_type(Orders)
