import re

import pytest
from notebook_text import analyze

from daglab import DefaultScheduleStatus
from daglab.errors import InvalidDefinitionError
from daglab.notebooks.schedule_line import ScheduleLine, parse_schedule_line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@daily", ScheduleLine(cron="@daily")),
        ('"0 6 * * 1-5" group:raw or b', ScheduleLine(cron="0 6 * * 1-5", selection="group:raw or b")),
        (
            "'0 6 * * *' --name nightly --timezone Europe/Zurich --running",
            ScheduleLine(cron="0 6 * * *", name="nightly", timezone="Europe/Zurich", is_running=True),
        ),
    ],
)
def test_line(line, expected):
    assert parse_schedule_line(line) == expected


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "it does not say when"),
        ("0 6 * * *", "'0' are no times; put the five fields into quotes"),
        ("tomorrow", "'tomorrow' are no times; write "),
        ("@daily --timezone Mars/Crater", "Mars/Crater"),
        ("@daily --name 1st", "'1st' cannot be the name of a schedule"),
        ("@daily --nam x", "did you mean '--name'"),
    ],
)
def test_line_that_cannot_be(line, problem):
    with pytest.raises(InvalidDefinitionError, match=re.escape(problem)):
        parse_schedule_line(line)


def test_schedule_of_a_notebook_asks_for_its_assets():
    [found] = analyze("%%asset a\na = 1", "%%asset b --key-prefix raw\nb = 2", "%schedule @daily").schedules
    schedule = found.definition()
    assert (schedule.name, schedule.cron_schedule, schedule.default_status) == (
        "n_schedule",
        "@daily",
        DefaultScheduleStatus.STOPPED,
    )
    assert found.keys == ("a", "raw/b")


def test_schedule_with_a_selection():
    [found] = analyze("%%asset a\na = 1", "x = 1\n%schedule @daily a --name nightly").schedules
    assert (found.name, found.definition().job.name) == ("nightly", "nightly_job")


def test_problems_are_told_with_cell_and_line():
    told = analyze("x = 1\n%schedule soon", "%schedule @daily").findings
    assert [(one.cell, one.line) for one in told] == [(1, 2), (2, 1)]
    assert "'soon' are no times" in told[0].message
    assert "the notebook has no assets" in told[1].message


def test_second_schedule_needs_a_name():
    [told] = analyze("%%asset a\na = 1", "%schedule @daily", "%schedule @hourly").findings
    assert told.message == "%schedule: cell 2 has a schedule 'n_schedule' already; give this one a --name"


def test_question_is_no_schedule():
    analysis = analyze("%%asset a\na = 1", "%schedule?", "%schedule --help")
    assert (analysis.schedules, analysis.findings) == ((), ())
