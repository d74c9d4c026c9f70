from __future__ import annotations

from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from daglab.foundation.distributions import installed_versions

KNOWN = packages_distributions()
MODULES = sorted(name for name in KNOWN if name.isidentifier() and not name.startswith("_") and name != "daglab")


@pytest.mark.parametrize("module", MODULES[:60])
def test_the_answer_is_that_of_the_standard_library(module: str) -> None:
    expected = {name.lower(): version(name) for name in KNOWN[module]}
    assert {name.lower(): one for name, one in installed_versions(module).items()} == expected


def test_nothing_is_known_of_what_is_not_installed() -> None:
    assert installed_versions("no_such_module") == {}
    assert installed_versions("") == {}


def distribution(folder: Path, name: str, **files: str) -> None:
    place = folder / "site-packages" / name
    place.mkdir(parents=True)
    for file, text in files.items():
        (place / file.replace("__", ".")).write_text(text, encoding="utf-8")


def test_editable_installations_are_the_users_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    distribution(
        tmp_path,
        "mine-1.dist-info",
        METADATA="Name: mine\nVersion: 1\n",
        RECORD="mine_module.py,,\n",
        direct_url__json='{"dir_info": {"editable": true}, "url": "file:///mine"}',
    )
    assert installed_versions("mine_module") == {}


def test_old_metadata_and_broken_metadata_are_read_as_far_as_they_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    info = "Name: Old.Thing\nVersion: 3\n"
    distribution(tmp_path, "old-3.egg-info", **{"PKG-INFO": info, "top_level__txt": "old_thing\n"})
    distribution(tmp_path, "bare-2.dist-info", RECORD="bare_thing/__init__.py,,\n", direct_url__json="{")
    assert installed_versions("old_thing") == {"Old.Thing": "3"}
    assert installed_versions("bare_thing") == {"bare": "2"}
