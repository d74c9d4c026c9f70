import pytest
from hypothesis import given
from hypothesis import strategies as st

from daglab.io_managers.safe_names import safe_name

_parts = st.text(st.characters(exclude_categories=()), max_size=300)


@given(_parts)
def test_a_name_fits_every_file_system(part: str) -> None:
    name = safe_name(part)
    assert 0 < len(name.encode()) <= 200
    assert not set(name) & set('/\\<>:"|?*')
    assert min(name) >= " "
    assert not name.startswith(".")
    assert name[-1] not in ". "


@given(_parts, _parts)
def test_different_parts_have_different_names(one: str, other: str) -> None:
    assert (safe_name(one) == safe_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("flights", "flights"),
        ("Zürich 東京", "Zürich 東京"),
        ("2013-01-01", "2013-01-01"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("", "%"),
        ("%", "%25"),
        ("a/b\\c\0", "a%2Fb%5Cc%00"),
        ("NUL.txt", "%4EUL.txt"),
        ("null", "null"),
        ("end.", "end%2E"),
        ("2013-01-01T00:00", "2013-01-01T00%3A00"),
    ],
)
def test_names_stay_readable(part: str, name: str) -> None:
    assert safe_name(part) == name


def test_long_parts_that_begin_alike_stay_apart() -> None:
    one, other = safe_name("ü" * 300 + "a"), safe_name("ü" * 300 + "b")
    assert one != other
    assert one.startswith("ü" * 80)
