from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from daglab.foundation.module_places import ModuleFinder, ModulePlace


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


def test_a_package_goes_before_a_module_and_both_before_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "one/__init__.py", "one.py", "two.py", "two/inner.py", "three/inner.py")
    finder = ModuleFinder([str(tmp_path)])
    one, two, three = finder.find("one"), finder.find("two"), finder.find("three")
    assert one == ModulePlace(name="one", file=f"{tmp_path}/one/__init__.py", folders=(f"{tmp_path}/one",))
    assert two == ModulePlace(name="two", file=f"{tmp_path}/two.py")
    assert three == ModulePlace(name="three", folders=(f"{tmp_path}/three",))
    assert finder.find("two.inner") is None


def test_a_namespace_package_lies_in_several_folders(tmp_path: Path) -> None:
    write(tmp_path, "a/space/x.py", "b/space/y.py")
    finder = ModuleFinder([str(tmp_path / "a"), str(tmp_path / "b")])
    assert (finder.find("space.x"), finder.find("space.y")) == (
        ModulePlace(name="space.x", file=f"{tmp_path}/a/space/x.py"),
        ModulePlace(name="space.y", file=f"{tmp_path}/b/space/y.py"),
    )


def test_python_itself_and_what_is_installed_are_told_apart() -> None:
    finder = ModuleFinder(sys.path)
    names = ("json", "json.decoder", "sys", "yaml", "yaml.nodes")
    kinds = [place.kind for name in names if (place := finder.find(name)) is not None]
    assert kinds == ["standard", "standard", "standard", "installed", "installed"]


def test_what_an_editable_installation_maps_is_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "src/mapped/__init__.py")

    class Mapped:
        @classmethod
        def find_spec(cls, name: str, path: object = None, target: object = None) -> object:
            found = SimpleNamespace(
                origin=f"{tmp_path}/src/mapped/__init__.py",
                submodule_search_locations=[f"{tmp_path}/src/mapped"],
                has_location=True,
            )
            return found if name == "mapped" else None

    Mapped.__module__ = "__editable___mapped_finder"
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Mapped])
    place = ModuleFinder([]).find("mapped")
    assert place is not None
    assert (place.kind, place.file) == ("local", f"{tmp_path}/src/mapped/__init__.py")
