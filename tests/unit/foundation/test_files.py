import errno
from pathlib import Path
from typing import BinaryIO

import pytest

from daglab.foundation.files import write_atomically


def test_bytes_arrive_and_nothing_else_stays(tmp_path: Path) -> None:
    write_atomically(tmp_path / "deep" / "value", b"abc")
    assert {file.name: file.read_bytes() for file in (tmp_path / "deep").iterdir()} == {"value": b"abc"}


def test_a_writer_gets_an_open_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "value", lambda file: file.write(b"abc"), durable=True)
    assert (tmp_path / "value").read_bytes() == b"abc"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "no space left"), KeyboardInterrupt()])
def test_what_was_there_stays_if_writing_fails(tmp_path: Path, error: BaseException) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"half of it")
        raise error

    (tmp_path / "value").write_bytes(b"before")
    with pytest.raises(type(error)) as caught:
        write_atomically(tmp_path / "value", write)
    assert caught.value is error
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"value": b"before"}
