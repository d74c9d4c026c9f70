import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from round_trips import round_trip


def _assert_same(back: np.ndarray, array: np.ndarray) -> None:
    assert type(back) is np.ndarray
    assert (back.dtype, back.shape, back.dtype.isalignedstruct) == (
        array.dtype,
        array.shape,
        array.dtype.isalignedstruct,
    )
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable
    if array.flags.c_contiguous or array.flags.f_contiguous:
        assert (back.flags.c_contiguous, back.flags.f_contiguous) == (
            array.flags.c_contiguous,
            array.flags.f_contiguous,
        )


class Subarray(np.ndarray):
    pass


@given(hnp.arrays(hnp.scalar_dtypes() | hnp.nested_dtypes(max_leaves=4), hnp.array_shapes(min_dims=0, min_side=0)))
def test_arrays_come_back_the_same(array: np.ndarray) -> None:
    _assert_same(round_trip(array)[1], array)


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(6).reshape(2, 3)[:, ::2],
        np.array(5.5),
        np.arange(3, dtype=">i2"),
        np.array([-0.0, np.nan]),
        np.zeros(2, dtype=[("a", "i1"), ("b", "f8", (2,))]),
        np.array(["2020", "NaT"], dtype="M8[25s]"),
        np.broadcast_to(np.arange(3), (2, 3)),
        np.zeros((0, 3)),
    ],
)
def test_arrays_are_npy_files(array: np.ndarray) -> None:
    name, back = round_trip(array)
    assert name == "numpy"
    _assert_same(back, array)


@pytest.mark.parametrize(
    "array",
    [
        np.array([1, "a"], dtype=object),
        np.zeros(1, dtype=[("a", object)]),
        np.arange(2).view(Subarray),
        np.ma.masked_array([1, 2], mask=[0, 1]),
        np.zeros(1, dtype=np.dtype("i4", metadata={"unit": "m"})),
        np.float64(1.0),
        np.zeros(2, dtype=[("a", np.dtype("i4", metadata={"unit": "m"}))]),
        np.zeros(2, dtype=[(("title", "a"), "i4")]),
    ],
)
def test_what_npy_would_change_is_left_to_pickle(array: object) -> None:
    name, back = round_trip(array)
    assert name == "pickle" or (name == "numpy" and back.dtype.fields == array.dtype.fields)
