from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from daglab.orchestration.processes import identity_of, is_alive, is_here, this_process


def test_this_process_is_here_and_alive() -> None:
    assert (is_here(this_process()), is_alive(this_process())) == (True, True)


def test_process_of_another_machine_is_not_here() -> None:
    assert not is_here(replace(this_process(), host="elsewhere"))


def test_process_that_took_over_a_number_is_another_one() -> None:
    assert not is_alive(replace(this_process(), started=this_process().started - 60))


def test_process_that_ended_is_not_alive_even_before_it_is_asked_for() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    identity = identity_of(process.pid)
    assert is_alive(identity)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    process.stdout.read()  # ends when the process does
    process.stdout.close()
    while is_alive(identity):
        pass  # a zombie by now, or a moment later
    process.wait()
    assert not is_alive(identity)
