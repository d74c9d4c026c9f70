from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, OutputContext, StoredValue
from daglab.errors import UnstorableValueError, UntrustedValueError, ValueMissingError, ValueStoreError
from daglab.io_managers.filesystem import FilesystemIOManager


def make_output(key: str = "flights", partition: str | None = None) -> OutputContext:
    return OutputContext(
        step_key=key, output_name="result", run_id="run", asset_key=AssetKey(key), partition_key=partition
    )


def store_value(
    store: FilesystemIOManager, value: Any, key: str = "flights", partition: str | None = None
) -> InputContext:
    output = make_output(key, partition)
    store.handle_output(output, value)
    return InputContext(upstream=output, stored=output.stored)


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def store(tmp_path: Path) -> FilesystemIOManager:
    return FilesystemIOManager(tmp_path / "storage", home=tmp_path)


def path_of(store: FilesystemIOManager, stored: InputContext) -> Path:
    assert stored.stored is not None
    return store.base_dir / stored.stored.reference["path"]


def test_the_reference_tells_all(store: FilesystemIOManager) -> None:
    stored = store_value(store, [1, 2], "flights", "2013-01-01").stored
    assert stored is not None
    version, _, form = (stored.data_version or "").partition("-")
    assert form == "json"
    assert stored == StoredValue(
        reference={"path": f"flights/2013-01-01/{version}.json", "format": "json"},
        data_version=f"{version}-json",
        size=6,
    )
    assert files_in(store.base_dir) == [f"flights/2013-01-01/{version}.json"]
    assert len(version) == 24


def test_the_same_bytes_are_written_once(store: FilesystemIOManager) -> None:
    for value in ("text", np.arange(5), pd.DataFrame({"a": [1]}), (1, 2)):
        first = path_of(store, store_value(store, value)).stat()
        again = path_of(store, store_value(store, value)).stat()
        assert first.st_ino == again.st_ino
    assert len(files_in(store.base_dir)) == 4


def test_a_shortened_file_is_written_anew(store: FilesystemIOManager) -> None:
    stored = store_value(store, "some text")
    path_of(store, stored).write_bytes(b"some")
    assert not store.holds(stored)
    assert store.load_input(store_value(store, "some text")) == "some text"


@pytest.mark.parametrize("value", ["some text", np.arange(3)])
def test_a_damaged_file_is_written_anew(store: FilesystemIOManager, value: Any) -> None:
    path = path_of(store, store_value(store, value))
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    assert np.array_equal(store.load_input(store_value(store, value)), value)


@pytest.mark.parametrize(
    ("one", "other"), [(1, "1"), ("text", b"text"), (pd.DataFrame({"a": [1]}), pd.Series([1], name="a"))]
)
def test_the_same_bytes_in_another_format_are_another_version(store: FilesystemIOManager, one: Any, other: Any) -> None:
    stored, replaced = store_value(store, one).stored, store_value(store, other).stored
    assert stored and replaced and stored.data_version != replaced.data_version


@pytest.mark.parametrize("key", ["..", ".", "a\\b", "CON", "x" * 300, "日本" * 100, "~", "%2E", "a:b", "*", " "])
@pytest.mark.parametrize("partition", [None, "..", "../../etc/passwd", "/etc", "\0", "\ud800", "y" * 5_000, "a\nb"])
def test_hostile_names_stay_inside(tmp_path: Path, key: str, partition: str | None) -> None:
    store = FilesystemIOManager(tmp_path / "deep" / "storage", home=tmp_path)
    assert store.load_input(store_value(store, 42, key, partition)) == 42
    assert all(name.startswith("deep/storage/") for name in files_in(tmp_path))


@pytest.mark.parametrize("path", ["../secret.json", "/etc/passwd", "link/secret.json", "", "a\0b", "\ud800", 7])
def test_a_reference_that_leads_out_is_refused(store: FilesystemIOManager, tmp_path: Path, path: object) -> None:
    (tmp_path / "secret.json").write_text("1")
    store.base_dir.mkdir()
    (store.base_dir / "link").symlink_to(tmp_path)
    wanted = InputContext(upstream=make_output(), stored=StoredValue(reference={"path": path, "format": "json"}))
    with pytest.raises(ValueStoreError):
        store.load_input(wanted)
    assert not store.holds(wanted)


def test_a_format_of_the_future_is_named(store: FilesystemIOManager) -> None:
    store_value(store, 1)
    wanted = InputContext(upstream=make_output(), stored=StoredValue(reference={"path": "x", "format": "jsom"}))
    with pytest.raises(ValueStoreError, match=r"'jsom'.*\n.*'json'"):
        store.load_input(wanted)


def test_a_file_that_is_gone_is_missing(store: FilesystemIOManager) -> None:
    stored = store_value(store, 1)
    path_of(store, stored).unlink()
    assert not store.holds(stored)
    with pytest.raises(ValueMissingError, match=r"flights.*\.json.*\n.*materialize flights again"):
        store.load_input(stored)


@pytest.mark.parametrize("value", [[1, 2], "text", b"bytes", np.arange(9), pd.DataFrame({"a": [1]}), (1, 2)], ids=str)
@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied"])
def test_a_damaged_file_is_noticed(store: FilesystemIOManager, value: Any, damage: str) -> None:
    stored = store_value(store, value)
    path = path_of(store, stored)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[-1] ^= 1
    path.write_bytes({"truncated": content[:-1], "flipped": content, "emptied": b""}[damage])
    with pytest.raises(ValueStoreError, match=r"damaged.*\n.*materialize") as caught:
        store.load_input(stored)
    assert str(path) in str(caught.value)


class Mine:
    """Comes back by pickle."""

    def __init__(self) -> None:
        self.answer = 42


def test_any_object_comes_back(store: FilesystemIOManager) -> None:
    number = 3
    assert store.load_input(store_value(store, lambda x: x + number))(4) == 7
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2013", periods=2, freq="D"))
    frame.attrs["source"] = "x"
    stored = store_value(store, frame)
    back = store.load_input(stored)
    pd.testing.assert_frame_equal(back, frame, check_freq=True)
    assert back.attrs == frame.attrs
    assert stored.stored is not None
    assert (stored.stored.rows, stored.stored.reference["format"]) == (2, "pickle")


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_a_foreign_pickle_is_refused_and_not_executed(tmp_path: Path) -> None:
    theirs = FilesystemIOManager(tmp_path / "storage", home=tmp_path / "theirs")
    ours = FilesystemIOManager(tmp_path / "storage", home=tmp_path / "ours")
    stored = store_value(theirs, Bomb(tmp_path / "executed"))
    with pytest.raises(UntrustedValueError, match=r"flights.*nothing was loaded.*\n.*secret.key"):
        ours.load_input(stored)
    assert not (tmp_path / "executed").exists()
    theirs.load_input(stored)
    assert (tmp_path / "executed").exists()


def test_a_bare_pickle_is_refused_and_not_executed(store: FilesystemIOManager, tmp_path: Path) -> None:
    from daglab.io_managers.placing import place_bytes

    os.makedirs(store.base_dir)
    content = pickle.dumps(Bomb(tmp_path / "executed"))
    placed = place_bytes(str(store.base_dir), content, "pkl", durable=False)
    stored = StoredValue(reference={"path": f"{placed.version}.pkl", "format": "pickle"}, size=placed.size)
    with pytest.raises(UntrustedValueError, match="no signature"):
        store.load_input(InputContext(upstream=make_output(), stored=stored))
    assert not (tmp_path / "executed").exists()


def test_a_copied_key_makes_another_homes_pickles_good(tmp_path: Path) -> None:
    theirs = FilesystemIOManager(tmp_path / "storage", home=tmp_path / "theirs")
    stored = store_value(theirs, (1, 2))
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "secret.key").write_bytes((tmp_path / "theirs" / "secret.key").read_bytes())
    assert FilesystemIOManager(tmp_path / "storage", home=tmp_path / "ours").load_input(stored) == (1, 2)


def test_without_a_home_the_key_lies_where_no_asset_can(tmp_path: Path) -> None:
    store = FilesystemIOManager(tmp_path)
    assert store.load_input(store_value(store, (1, 2), ".daglab")) == (1, 2)
    assert files_in(tmp_path)[:1] != [".daglab"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["%2Edaglab", ".daglab"]


class Refusing:
    def __reduce__(self) -> tuple[object, ...]:
        raise RuntimeError("not me")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ((number for number in ()), "generator"),
        (threading.Lock(), "lock"),
        ([(1, threading.Lock())], "list"),
        (Refusing(), "Refusing"),
    ],
    ids=["generator", "lock", "nested", "refusing"],
)
def test_what_cannot_be_pickled_is_refused_with_advice(store: FilesystemIOManager, value: Any, kind: str) -> None:
    with pytest.raises(UnstorableValueError, match=rf"(?s)flights: a value of type .*{kind}.*plain cell"):
        store_value(store, value)
    assert not store.base_dir.exists()


def test_an_open_file_is_refused(store: FilesystemIOManager, tmp_path: Path) -> None:
    with open(tmp_path / "x", "w") as file, pytest.raises(UnstorableValueError, match="TextIOWrapper"):
        store_value(store, file)


def test_a_figure_is_one_pickle_and_comes_back(store: FilesystemIOManager) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure()
    figure.subplots().plot([1, 2])
    stored = store_value(store, figure)
    assert type(store.load_input(stored)) is figures.Figure
    assert len(files_in(store.base_dir)) == 1


def test_large_arrays_come_back_without_a_hash(store: FilesystemIOManager) -> None:
    array = np.arange(9_000_000)
    stored = store_value(store, array)
    assert (store.load_input(stored) == array).all()
    with open(path_of(store, stored), "ab") as file:
        file.write(b"x")
    with pytest.raises(ValueStoreError, match="damaged"):
        store.load_input(stored)


_KILLED = """
import os, signal, sys
import numpy as np
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import OutputContext
from daglab.io_managers import placing
from daglab.io_managers.filesystem import FilesystemIOManager

written = placing._HashingWriter.write
def write(self, data):
    count = written(self, data)
    self._file.flush()
    if self.size > 1_000_000:
        os.kill(os.getpid(), signal.SIGKILL)
    return count
placing._HashingWriter.write = write
output = OutputContext(step_key="a", output_name="result", run_id="r", asset_key=AssetKey("flights"))
FilesystemIOManager(sys.argv[1]).handle_output(output, np.arange(4_000_000))
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_process_leaves_no_half_value(store: FilesystemIOManager) -> None:
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(store.base_dir)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    [left] = files_in(store.base_dir)
    assert left.startswith("flights/.")
    assert left.endswith(".tmp")
    array = np.arange(4_000_000)
    assert (store.load_input(store_value(store, array)) == array).all()


def _mount(folder: Path, options: str) -> None:
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    _mount(folder, "size=1m")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    "value",
    [
        b"x" * 4_000_000,
        np.arange(1_000_000),
        pd.DataFrame({"a": np.random.default_rng(1).random(500_000)}),
        ("x" * 4_000_000,),
    ],
    ids=["bytes", "array", "frame", "pickle"],
)
def test_a_full_disk_is_told_with_what_is_free_and_nothing_stays(small_disk: Path, tmp_path: Path, value: Any) -> None:
    store = FilesystemIOManager(small_disk / "storage", home=tmp_path)
    with pytest.raises(ValueStoreError, match=r"flights cannot be stored: No space left.*free\)\n.*free some space"):
        store_value(store, value)
    assert files_in(small_disk) == []
    assert store.load_input(store_value(store, 42)) == 42


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "read-only"
    _mount(folder, "size=1m")
    (folder / "flights").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("key", ["flights", "planes"])
def test_a_read_only_folder_is_told(read_only: Path, tmp_path: Path, key: str) -> None:
    store = FilesystemIOManager(read_only, home=tmp_path)
    with pytest.raises(ValueStoreError, match=rf"{key} cannot be stored: Read-only file system: '{read_only}"):
        store_value(store, 42, key)


def test_what_the_user_says_of_columns_is_kept(store: FilesystemIOManager) -> None:
    output = make_output()
    output.add_output_metadata({"columns": "two of them", "note": 1})
    store.handle_output(output, pd.DataFrame({"a": [1]}))
    assert {name: entry.value for name, entry in output.get_logged_metadata().items()} == {
        "columns": "two of them",
        "note": 1,
    }


class FailsToLoad:
    def __reduce__(self) -> tuple[object, ...]:
        return open, ("/no/such/file",)


def test_an_error_of_unpickling_is_not_taken_for_a_missing_file(store: FilesystemIOManager) -> None:
    stored = store_value(store, FailsToLoad())
    with pytest.raises(ValueStoreError, match="cannot be read as pickle: FileNotFoundError"):
        store.load_input(stored)


def test_a_removed_folder_is_made_again(store: FilesystemIOManager) -> None:
    import shutil

    store_value(store, 1)
    shutil.rmtree(store.base_dir)
    for value in (1, np.arange(3)):
        assert np.array_equal(store.load_input(store_value(store, value)), value)
        shutil.rmtree(store.base_dir)


def test_threads_may_store_the_same_value_at_once(store: FilesystemIOManager) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(50):
                assert store.load_input(store_value(store, [number % 5])) == [number % 5]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(files_in(store.base_dir)) == 5


@pytest.mark.parametrize(
    "value",
    [[1, 2], "text", np.arange(9), pd.DataFrame({"a": ["x", None]}), pd.Series([1.5]), (1, 2)],
    ids=str,
)
def test_files_too_large_to_hash_are_read_from_the_disk(
    store: FilesystemIOManager, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store_value(store, value)
    monkeypatch.setattr("daglab.io_managers.filesystem._CHECKED_SIZE", -1)
    back = store.load_input(stored)
    assert type(back) is type(value)
    assert pickle.dumps(back) == pickle.dumps(value) or np.array_equal(back, value) or back.equals(value)


def test_without_pyarrow_frames_are_pickled(store: FilesystemIOManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daglab.io_managers.pandas_tables.can_write_parquet", lambda: False)
    stored = store_value(store, pd.DataFrame({"a": [1]}))
    assert stored.stored is not None
    assert stored.stored.reference["format"] == "pickle"
    pd.testing.assert_frame_equal(store.load_input(stored), pd.DataFrame({"a": [1]}))


_LIGHT = """
import sys, tempfile
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, OutputContext
from daglab.io_managers.filesystem import FilesystemIOManager
store = FilesystemIOManager(tempfile.mkdtemp())
output = OutputContext(step_key="a", output_name="result", run_id="r", asset_key=AssetKey("a"))
for value in (1, "text", [1], b"bytes"):
    store.handle_output(output, value)
    store.load_input(InputContext(upstream=output, stored=output.stored))
print(sorted({"numpy", "pandas", "polars", "pyarrow", "cloudpickle", "matplotlib"} & set(sys.modules)))
"""


def test_plain_values_import_no_library() -> None:
    done = subprocess.run([sys.executable, "-c", _LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
