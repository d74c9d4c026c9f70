"""`%schedule` and `%load_asset` in a real kernel."""

from __future__ import annotations

from live_kernel import LiveKernel


def test_schedule_shows_its_next_times_and_belongs_to_the_notebook(kernel: LiveKernel) -> None:
    kernel.run("%%asset nights\nnights = [1, 2]", "nights")
    ran = kernel.run('%schedule "30 6 * * *" nights --timezone Europe/Zurich --name nightly', "schedule")
    assert ran.printed.splitlines()[0] == "nightly: nights"
    assert ran.printed.count("06:30") == 3
    assert "(Europe/Zurich)" in ran.printed
    code = (
        "from daglab.magics.session import session_of as _s\n"
        "[(one.name, one.cron_schedule) for one in _s(get_ipython()).workspace().schedules]"
    )
    assert kernel.run(code).result == "[('nightly', '30 6 * * *')]"


def test_schedule_that_cannot_be_says_why(kernel: LiveKernel) -> None:
    ran = kernel.run("%schedule 0 6 * * *")
    assert "put the five fields into quotes" in ran.traceback + ran.error


def test_stored_value_is_put_into_a_variable(kernel: LiveKernel) -> None:
    kernel.run("%%asset hours --key-prefix raw\nhours = [1, 2]", "hours")
    kernel.run("del hours")
    assert kernel.run("%load_asset hours", "load").printed.startswith("hours: raw/hours, made ")
    assert kernel.run("hours").result == "[1, 2]"
    kernel.run("%load_asset raw/hours --as before")
    assert kernel.run("before").result == "[1, 2]"


def test_value_that_is_loaded_counts_as_the_asset(kernel: LiveKernel) -> None:
    kernel.run("%%asset loaded\nloaded = [1]", "loaded")
    kernel.run("loaded = None")
    kernel.run("%load_asset loaded")
    ran = kernel.run("%%asset doubled\ndoubled = loaded * 2\ndoubled", "doubled")
    assert (ran.result, ran.printed) == ("[1, 1]", "")


def test_wrong_names_are_told(kernel: LiveKernel) -> None:
    kernel.run("%%asset minutes\nminutes = 1", "minutes")
    for line, told in (
        ("%load_asset minuets", "there is no asset 'minuets'"),
        ("%load_asset", "the following arguments are required: KEY"),
        ("%load_asset minutes --as 1x", "'1x' cannot be the name of a variable"),
        ("%load_asset minutes minutes --as x", "--as x is one name for 2 assets"),
    ):
        ran = kernel.run(line)
        assert told in ran.printed + ran.error + ran.traceback, (line, ran)
