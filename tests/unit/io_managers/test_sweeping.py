import os
import time

from daglab.io_managers.placing import sweep_drafts


def test_only_old_drafts_are_removed(tmp_path):
    folder = tmp_path / "orders"
    folder.mkdir()
    old, young, value = folder / ".aa.tmp", folder / ".bb.tmp", folder / "abc.json"
    for path in (old, young, value):
        path.write_bytes(b"1")
    hour_ago = time.time() - 3600
    os.utime(old, (hour_ago, hour_ago))
    os.utime(value, (hour_ago, hour_ago))

    assert sweep_drafts(tmp_path, older_than=time.time() - 60) == 1
    assert sorted(path.name for path in folder.iterdir()) == [".bb.tmp", "abc.json"]


def test_a_folder_that_is_not_there_holds_no_drafts(tmp_path):
    assert sweep_drafts(tmp_path / "nowhere", older_than=time.time()) == 0
