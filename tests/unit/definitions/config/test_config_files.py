from __future__ import annotations

from pathlib import Path

import pytest

from daglab.definitions.config.config_files import (
    config_from_files,
    config_from_pkg_resources,
    config_from_yaml_strings,
)
from daglab.errors import InvariantViolationError


def test_texts_are_merged_and_later_ones_win() -> None:
    assert config_from_yaml_strings(["a: {b: 1, c: {d: 2}}", "", "a: {b: 3, c: {e: [1]}}", "f: naïve"]) == {
        "a": {"b": 3, "c": {"d": 2, "e": [1]}},
        "f": "naïve",
    }


@pytest.mark.parametrize("text", ["a: {", "- 1", "3"])
def test_text_that_is_no_config(text: str) -> None:
    with pytest.raises(InvariantViolationError, match="text 2"):
        config_from_yaml_strings(["a: 1", text])


def test_text_that_would_run_code() -> None:
    with pytest.raises(InvariantViolationError):
        config_from_yaml_strings(["a: !!python/object/apply:os.getcwd []"])


def test_files_and_patterns(tmp_path: Path) -> None:
    for name, text in {"b.yaml": "x: 2", "a.yaml": "x: 1\ny: 1", "c.yml": "z: 3"}.items():
        (tmp_path / name).write_text(text)
    assert config_from_files([str(tmp_path / "*.yaml"), str(tmp_path / "c.yml")]) == {"x": 2, "y": 1, "z": 3}
    with pytest.raises(InvariantViolationError, match=r"no file fits .*nothing"):
        config_from_files([str(tmp_path / "nothing*.yaml")])


def test_files_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "config_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "run.yaml").write_text("x: 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert config_from_pkg_resources([("config_package", "run.yaml")]) == {"x": 1}
    for missing in [("config_package", "other.yaml"), ("no_such_package", "run.yaml")]:
        with pytest.raises(InvariantViolationError, match="has no file"):
            config_from_pkg_resources([missing])
