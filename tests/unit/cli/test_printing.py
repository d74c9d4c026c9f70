from __future__ import annotations

import pytest

from daglab.cli.printing import print_table, printable, width


def test_table_is_aligned_whatever_its_letters_are_wide(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("asset", "rows"), [("値", "1"), ("größe", "1,000")], right=("rows",))
    assert capsys.readouterr().out == "asset   rows\n値         1\ngröße  1,000\n"


def test_table_without_rows_is_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [])
    assert capsys.readouterr().out == "a  b\n"


@pytest.mark.parametrize(
    ("text", "shown"), [("a\nb", "a b"), ("\x1b[31mred", "�[31mred"), ("tab\there", "tab�here"), ("", "")]
)
def test_text_cannot_move_the_cursor(text: str, shown: str) -> None:
    assert (printable(text), width(text)) == (shown, len(shown))
