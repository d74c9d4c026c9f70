import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from round_trips import as_bytes, round_trip

from daglab.io_managers.formats import choose_format

_DTYPES = [
    "bool", "int8", "int64", "uint16", "uint64", "float32", "float64", "boolean", "Int8", "Int64", "UInt32", "Float64",
    "string", "category", "datetime64[ms]", "datetime64[us]", "datetime64[ns]",
    "datetime64[ns, Europe/Paris]", "datetime64[us, UTC]", "timedelta64[s]", "timedelta64[ns]", "text",
]  # fmt: skip
_NUMBERS = st.none() | st.integers(-100, 100)


def assert_identical(back: Any, value: Any) -> None:
    assert type(back) is type(value)
    compare = pd.testing.assert_frame_equal if isinstance(value, pd.DataFrame) else pd.testing.assert_series_equal
    compare(back, value, check_exact=True, check_freq=True, check_flags=True)
    assert type(back.index) is type(value.index)
    assert back.attrs == value.attrs
    for one, other in zip(_columns(back), _columns(value), strict=True):
        assert repr(one.dtype) == repr(other.dtype)
        assert type(getattr(one.dtype, "tz", None)) is type(getattr(other.dtype, "tz", None))
        if hasattr(one.dtype, "categories"):
            assert one.dtype.categories.dtype == other.dtype.categories.dtype
        if one.dtype == object:
            assert [(type(cell), repr(cell)) for cell in one] == [(type(cell), repr(cell)) for cell in other]
        if one.dtype.kind == "f":
            assert (np.signbit(one.fillna(1.0)) == np.signbit(other.fillna(1.0))).all()


def _columns(value: Any) -> list[Any]:
    return [value.iloc[:, i] for i in range(value.shape[1])] if isinstance(value, pd.DataFrame) else [value]


def make_column(dtype: str, numbers: list[int | None]) -> pd.Series:
    """A column of a dtype with missing values where the dtype has them."""
    if dtype in ("text", "string", "category"):
        texts = [None if number is None else f"wört {number}" for number in numbers]
        kind = object if dtype == "text" else dtype
        return pd.Series(texts, dtype=kind) if dtype != "category" else pd.Series(pd.Categorical(texts))
    holes = not (dtype == "bool" or dtype.startswith(("int", "uint")))
    filled = [number if number is not None or holes else 0 for number in numbers]
    if dtype in ("bool", "boolean"):
        return pd.Series([None if number is None else number > 0 for number in filled], dtype=dtype)
    if dtype.startswith(("uint", "UInt")):
        filled = [None if number is None else abs(number) for number in filled]
    if dtype.startswith("float"):
        filled = [-0.0 if number == 0 else number for number in filled]
    return pd.Series(filled, dtype=dtype)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    height = draw(st.integers(0, 6))
    dtypes = draw(st.lists(st.sampled_from(_DTYPES), min_size=1, max_size=5))
    rows = st.lists(_NUMBERS, min_size=height, max_size=height)
    frame = pd.DataFrame({f"c {position}": make_column(dtype, draw(rows)) for position, dtype in enumerate(dtypes)})
    index = draw(st.sampled_from(["range", "shifted", "int64", "string", "datetime64[ns]", "named", "multi"]))
    if index == "shifted":
        frame.index = pd.RangeIndex(5, 5 + 3 * height, 3, name="row")
    elif index == "multi":
        frame.index = pd.MultiIndex.from_arrays([range(height), range(height)])
    elif index != "range":
        dtype = "int64" if index == "named" else index
        frame.index = pd.Index(make_column(dtype, draw(rows)), name="key" if index == "named" else None)
    return frame


@settings(deadline=None, max_examples=150)
@given(frames())
def test_frames_come_back_identical(frame: pd.DataFrame) -> None:
    assert_identical(round_trip(frame)[1], frame)


@settings(deadline=None, max_examples=60)
@given(frames(), st.sampled_from([None, "name", "c 0"]))
def test_series_come_back_identical(frame: pd.DataFrame, name: str | None) -> None:
    series = frame.iloc[:, 0].rename(name)
    assert_identical(round_trip(series)[1], series)


@pytest.mark.parametrize("dtype", _DTYPES)
def test_every_listed_dtype_is_parquet(dtype: str) -> None:
    frame = pd.DataFrame({"a": make_column(dtype, [1, None, 3])})
    name, back = round_trip(frame)
    assert name == "pandas-frame"
    assert_identical(back, frame)


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2]})


def _with_attrs() -> pd.DataFrame:
    frame = _frame()
    frame.attrs["source"] = "x"
    return frame


class Subframe(pd.DataFrame):
    pass


_LEFT_TO_PICKLE = {
    "mixed objects": pd.DataFrame({"a": [1, "x"]}),
    "objects with both kinds of missing": pd.DataFrame({"a": pd.Series(["x", None, np.nan], dtype=object)}),
    "objects of a subclass of str": pd.DataFrame({"a": pd.Series([np.str_("x"), "y"], dtype=object)}),
    "dates": pd.DataFrame({"a": [dt.date(2013, 1, 1)]}),
    "lone surrogate": pd.DataFrame({"a": pd.Series(["\ud800"], dtype=object)}),
    "int columns": pd.DataFrame([[1, 2]]),
    "duplicate columns": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "two-level columns": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
    "multi-index": _frame().set_index(["a", pd.Index([1, 2])]).assign(b=1),
    "attrs": _with_attrs(),
    "flags": _frame().set_flags(allows_duplicate_labels=False),
    "freq": pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2013", periods=2, freq="D")),
    "period": pd.DataFrame({"a": pd.period_range("2013", periods=2, freq="M")}),
    "interval": pd.DataFrame({"a": pd.interval_range(0, 2)}),
    "sparse": pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}),
    "complex": pd.DataFrame({"a": [1j]}),
    "half": pd.DataFrame({"a": np.array([1], dtype="float16")}),
    "number categories": pd.DataFrame({"a": pd.Categorical([1, 2])}),
    "subclass": Subframe({"a": [1]}),
    "index named like a column": pd.DataFrame({"a": [1]}, index=pd.Index([2], name="a")),
    "number as index name": pd.DataFrame({"a": [1]}, index=pd.Index([2], name=7)),
    "no columns": pd.DataFrame(index=[1, 2]),
    "series of objects": pd.Series([{}, []]),
    "series with tuple name": pd.Series([1], name=("a", 1)),
    "series with attrs": _with_attrs()["a"] if _with_attrs()["a"].attrs else _with_attrs(),
}


@pytest.mark.parametrize("case", _LEFT_TO_PICKLE)
def test_what_parquet_would_change_is_left_to_pickle(case: str) -> None:
    assert round_trip(_LEFT_TO_PICKLE[case])[0] == "pickle"


_PARIS = ZoneInfo("Europe/Paris")

_BACK_IN_ANY_CASE = {
    "NaN beside NA": pd.DataFrame({"a": pd.array([0.0, None], dtype="Float64") / 0}),
    "seconds": pd.DataFrame({"a": make_column("datetime64[s]", [1, None])}),
    "utc index": pd.DataFrame({"a": [1]}, index=pd.to_datetime(["2013"], utc=True)),
    "zoneinfo": pd.DataFrame({"a": pd.to_datetime(["2013-07-01"]).tz_localize(_PARIS)}),
    "zoneinfo utc": pd.DataFrame({"a": pd.to_datetime(["2013"]).tz_localize(ZoneInfo("UTC"))}),
    "fixed offset": pd.DataFrame({"a": pd.to_datetime(["2013"]).tz_localize(dt.timezone(dt.timedelta(hours=2)))}),
    "utc object": pd.DataFrame({"a": pd.to_datetime(["2013"]).tz_localize(dt.UTC)}),
    "ordered categories": pd.DataFrame({"a": pd.Categorical(["b"], ["z", "b", "a"], ordered=True)}),
    "unused categories": pd.DataFrame({"a": pd.Categorical([None, "b"], ["z", "b", "a"])}),
    "object categories": pd.DataFrame({"a": pd.Categorical(["x"], pd.Index(["x", "y"], dtype=object))}),
    "ordered object categories": pd.DataFrame(
        {"a": pd.Categorical(["x"], pd.Index(["x", "y"], dtype=object), ordered=True)}
    ),
    "text categories": pd.DataFrame({"a": pd.Categorical(["x"], pd.Index(["x", "y"], dtype="string"))}),
    "no category": pd.DataFrame({"a": pd.Categorical([None, None], [])}),
    "no rows": pd.DataFrame({"a": pd.Categorical([], ["z", "b", "a"]), "b": np.zeros(0, "datetime64[s]")}),
    "named columns": pd.DataFrame([[1]], columns=pd.Index(["a"], name="what")),
    "object columns index": pd.DataFrame([[1]], columns=pd.Index(["a"], dtype=object)),
    "empty": pd.DataFrame(),
    "all missing text": pd.DataFrame({"a": pd.Series([None, None], dtype=object)}),
    "nan text": pd.DataFrame({"a": pd.Series(["x", np.nan], dtype=object)}),
    "text index": pd.DataFrame({"a": [1, 2]}, index=["x", "y"]),
    "category index": pd.DataFrame({"a": [1, 2]}, index=pd.CategoricalIndex(["x", "y"])),
    "big endian": pd.DataFrame({"a": np.array([1], dtype=">i4")}),
    "far datetimes": pd.DataFrame({"a": np.array(["-5000-01-01", "9999-12-31"], dtype="datetime64[s]")}),
    "python strings": pd.DataFrame({"a": pd.array(["x", None], dtype="string[python]")}),
    "arrow strings": pd.DataFrame({"a": pd.array(["x", None], dtype="string[pyarrow]")}),
    "arrow dtype": pd.DataFrame({"a": pd.array([1, None], dtype="int64[pyarrow]")}),
    "empty name": pd.Series([1], name=""),
    "extreme integers": pd.DataFrame({"a": np.array([2**64 - 1, 0], "uint64"), "b": [-(2**63), 2**63 - 1]}),
}


@pytest.mark.parametrize("case", _BACK_IN_ANY_CASE)
def test_borderline_frames_come_back_identical_however_they_are_kept(case: str) -> None:
    value = _BACK_IN_ANY_CASE[case]
    assert_identical(round_trip(value)[1], value)


def test_many_categories_over_several_row_groups_keep_their_order() -> None:
    categories = [f"category {position:05}" for position in range(9_999, -1, -1)]
    codes = np.random.default_rng(1).integers(-1, 5_000, 2_500_000)
    frame = pd.DataFrame({"a": pd.Categorical.from_codes(codes, categories)})
    name, back = round_trip(frame)
    assert name == "pandas-frame"
    assert_identical(back, frame)


def test_equal_frames_have_equal_bytes_however_they_came_to_be() -> None:
    length = 200_000
    whole = pd.DataFrame({"a": [f"text {i}" for i in range(length)], "b": np.arange(float(length))})
    pieces = pd.concat([whole.iloc[:1_234], whole.iloc[1_234:77_777], whole.iloc[77_777:]])
    sliced = pd.concat([whole, whole]).iloc[:length]
    pieces.index = sliced.index = whole.index
    kept = {as_bytes(choose_format(frame)[1]) for frame in (whole, whole.copy(), pieces, sliced)}
    assert len(kept) == 1
