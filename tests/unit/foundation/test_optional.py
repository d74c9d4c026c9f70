from pathlib import Path

import pytest

from daglab.errors import MissingExtraError
from daglab.foundation.optional import require


def test_a_package_that_is_there_is_imported() -> None:
    assert require("importlib.util", "example").__name__ == "importlib.util"


@pytest.mark.parametrize("name", ["no_such_package", "no_such_package.inner"])
def test_a_missing_package_names_the_extra(name: str) -> None:
    with pytest.raises(MissingExtraError, match=r'pip install "daglab\[example\]"'):
        require(name, "example")


def test_a_package_that_misses_another_one_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "incomplete_package.py").write_text("import no_such_package")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        require("incomplete_package", "example")
