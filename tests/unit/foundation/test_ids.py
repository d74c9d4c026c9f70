import uuid

from daglab.foundation.ids import new_run_id

NEW_YEAR = 1_356_998_400_000_000_000


def test_it_is_a_uuid_of_version_seven() -> None:
    made = uuid.UUID(new_run_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_the_first_bits_are_milliseconds() -> None:
    assert uuid.UUID(new_run_id(nanoseconds=NEW_YEAR + 7_000_000)).int >> 80 == NEW_YEAR // 1_000_000 + 7


def test_text_sorts_in_the_order_of_creation_below_a_millisecond() -> None:
    made = [new_run_id(nanoseconds=NEW_YEAR + 250 * step) for step in range(8_000)]
    assert made == sorted(made)


def test_the_same_moment_gives_different_ids() -> None:
    assert len({new_run_id(nanoseconds=NEW_YEAR) for _ in range(1_000)}) == 1_000
