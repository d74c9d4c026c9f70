"""Names, values and output in any script."""

from __future__ import annotations

from project import Project

NAME = "Größen & mehr/Übersicht der Flüge.ipynb"
CELLS = (
    "%%asset\ngröße = 'größe 🚀'\nprint('🚀 läuft\\t\\x1b[2J')",
    "%%asset ñandú --group Äpfel --kinds π\nñandú = größe * 2",
    "%%asset 値\n値 = {'ключ': größe}['нет']",
)


def test_names_and_values_in_any_script(project: Project) -> None:
    project.notebook(*CELLS, name=NAME)
    done = project.materialize(name=NAME).without_traceback()
    assert (done.code, done.steps) == (1, ["größe", "ñandú", "値"])
    assert f"failed 値 ({NAME}, cell 3)\n" in done.out
    assert 'File "Übersicht der Flüge.ipynb cell 3", line 2, in <module>' in done.out
    assert "KeyError: 'нет'" in done.out
    assert project.load("ñandú") == "'größe 🚀größe 🚀'"
    assert project.statuses(NAME) == {"größe": "fresh", "ñandú": "fresh", "値": "failed"}
    assert project.daglab("asset", "show", "größe", "-f", NAME).out.endswith("\ngröße 🚀\n")
    assert "🚀 läuft" in project.daglab("logs", project.latest_run()).out
    assert project.materialize("group:Äpfel", "--all", "-j", "2", name=NAME).steps == ["ñandú"]


def test_terminal_of_few_characters_gets_escapes(project: Project) -> None:
    message = project.daglab("run", "show", "nothing", env={"PYTHONIOENCODING": "latin-1"}).refused()
    assert message == "error: no run has an id that begins with 'nothing'\n  \\u2192 `daglab runs` lists them\n"
