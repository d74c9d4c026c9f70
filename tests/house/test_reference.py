"""The reference says what the docstrings say, has every public name once, and its examples run as they stand."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import daglab
from daglab.public_names import ALIASES, HOMES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted((DOCS / "reference").glob("*.md"))


def test_the_pages_say_what_the_docstrings_say():
    command = [sys.executable, str(DOCS / "reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_public_name_has_one_entry():
    headings = [line for page in PAGES for line in re.findall(r"^## (\w[^\[\n]*)$", page.read_text(), re.MULTILINE)]
    names = [name for heading in headings for name in heading.split(", ") if name in HOMES]
    assert sorted(names) == sorted(HOMES)


def test_every_alias_is_in_the_table_of_names():
    table = (DOCS / "reference" / "names.md").read_text()
    assert [alias for alias in ALIASES if f"| `{alias}` |" not in table] == []


def test_what_old_words_are_called_today_exists():
    table = (DOCS / "reference" / "names.md").read_text().partition("## Words of older releases")[2]
    today = "".join(line.split(" | ")[-1] for line in table.splitlines() if line.startswith("| "))
    named = set(re.findall(r"`@?([A-Z]\w+|execute_job|reconstructable|build_op_context)\b", today))
    assert [name for name in sorted(named) if not hasattr(daglab, name)] == []


def test_links_lead_to_pages_and_headings():
    for page in PAGES:
        for file, anchor in re.findall(r"\]\(([\w-]*\.md)?#?([\w-]*)\)", page.read_text()):
            target = page.with_name(file) if file else page
            assert target in PAGES, (page.name, file)
            assert not anchor or f"\n## {anchor}\n" in target.read_text().lower(), (page.name, anchor)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_run_with_the_imports_that_they_show(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    printed = []
    for block in re.findall(r"^```python\n(>>> .*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        example = doctest.DocTestParser().get_doctest(block, {"__name__": "__main__"}, page.name, str(page), 0)
        runner.run(example, out=printed.append)
    assert runner.failures == 0, "".join(printed)
