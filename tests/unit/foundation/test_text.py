from datetime import UTC, datetime, timedelta

import pytest

from daglab.foundation.text import format_age, format_bytes, format_duration, plural

NOW = datetime(2013, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "<1 ms"),
        (0.001, "1 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3599.7, "1 h"),
        (3661, "1 h 1 min"),
        (86_399, "1 d"),
    ],
)
def test_durations_round_into_the_next_unit(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_600, "1.0 MB"),
        (10**12, "1.0 TB"),
        (10**19, "10000 PB"),
    ],
)
def test_sizes_round_into_the_next_unit(size: int, text: str) -> None:
    assert format_bytes(size) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [(-5, "just now"), (0.5, "just now"), (59.9, "59 s ago"), (60, "1 min ago"), (7200, "2 h ago")],
)
def test_ages_are_never_rounded_up(age: float, text: str) -> None:
    assert format_age(NOW - timedelta(seconds=age), NOW) == text


def test_plurals_may_be_given() -> None:
    assert [plural(count, "entry", "entries") for count in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
