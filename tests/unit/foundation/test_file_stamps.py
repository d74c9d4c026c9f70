from dataclasses import replace
from pathlib import Path

import pytest

from daglab.foundation.file_stamps import FileStamp, file_stamp

SECOND = 1_000_000_000
OLD = FileStamp(modified=10 * SECOND, changed=10 * SECOND, size=5, inode=1, looked_at=20 * SECOND)


def test_file_that_lay_there_long_before_it_was_read_is_the_same() -> None:
    assert OLD.proves_same(replace(OLD, looked_at=30 * SECOND))


@pytest.mark.parametrize("difference", [{"modified": 9 * SECOND}, {"changed": 11 * SECOND}, {"size": 6}, {"inode": 2}])
def test_any_other_fact_is_another_file(difference: dict[str, int]) -> None:
    assert not OLD.proves_same(replace(OLD, looked_at=30 * SECOND, **difference))


@pytest.mark.parametrize("looked_at", [10 * SECOND, 10 * SECOND + 1, 12 * SECOND, 9 * SECOND])
def test_file_that_was_read_within_the_tick_of_its_change_is_read_again(looked_at: int) -> None:
    assert not replace(OLD, looked_at=looked_at).proves_same(replace(OLD, looked_at=30 * SECOND))


def test_file_that_is_gone(tmp_path: Path) -> None:
    assert file_stamp(tmp_path / "gone") is None
    assert not OLD.proves_same(None)


def test_stamp_of_a_file_and_of_what_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("12345")
    found = file_stamp(path)
    assert found is not None
    assert (found.size, found.modified) == (5, path.stat().st_mtime_ns)
    assert file_stamp("\0") is None
