import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from daglab.errors import UntrustedValueError, ValueStoreError
from daglab.io_managers.signing import PickleSigner, read_or_create_key

_OURS = PickleSigner(lambda: b"ours")


def test_what_was_signed_is_handed_back() -> None:
    assert bytes(_OURS.unseal(_OURS.seal(b"payload"))) == b"payload"


@pytest.mark.parametrize(
    "sealed",
    [
        b"",
        b"daglab-pickle-1 ",
        pickle.dumps(1),
        PickleSigner(lambda: b"theirs").seal(b"payload"),
        _OURS.seal(b"payload") + b"x",
        _OURS.seal(b"payload")[:-1],
        _OURS.seal(b"payload").replace(b"-1 ", b"-2 "),
        _OURS.seal(b"payload").replace(b"\n", b" "),
        b"daglab-pickle-1 " + b"\xff" * 64 + b"\npayload",
    ],
)
def test_anything_else_is_refused_with_what_to_do(sealed: bytes) -> None:
    with pytest.raises(UntrustedValueError, match="nothing was loaded") as caught:
        _OURS.unseal(sealed)
    assert "secret.key" in caught.value.hint


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = read_or_create_key(tmp_path / "home")
    assert read_or_create_key(tmp_path / "home") == first
    assert len(first) == 32
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["secret.key"]
    assert (tmp_path / "home" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("hello")
    with pytest.raises(ValueStoreError, match="holds no key"):
        read_or_create_key(tmp_path)
    assert (tmp_path / "secret.key").read_text() == "hello"


def test_an_empty_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(ValueStoreError, match="holds no key"):
        read_or_create_key(tmp_path)


_MAKE_KEY = """
import sys
from pathlib import Path
from daglab.io_managers.signing import read_or_create_key
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
print(read_or_create_key(Path(sys.argv[1])).hex())
"""


def test_processes_that_race_for_the_first_key_get_the_same_one(tmp_path: Path) -> None:
    for attempt in range(3):
        home = tmp_path / str(attempt)
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", _MAKE_KEY, str(home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(6)
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        keys = {racer.communicate(timeout=30)[0] for racer in racers}
        assert keys == {read_or_create_key(home).hex() + "\n"}
        assert [file.name for file in home.iterdir()] == ["secret.key"]
