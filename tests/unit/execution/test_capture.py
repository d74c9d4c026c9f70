from __future__ import annotations

import logging
import sys
import threading

import pytest
from running import Run

from daglab.definitions.asset_decorator import asset
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.execution.capture import captured_output
from daglab.records.events import LogLine


def captured(*texts: str, limit: int = 1_000_000) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    with captured_output(lambda stream, text: told.append((stream, text)), limit=limit):
        for text in texts:
            sys.stdout.write(text)
    return told


def test_lines_go_out_when_they_end() -> None:
    assert captured("a", "b\nc", "d\n", "e") == [("stdout", "ab"), ("stdout", "cd"), ("stdout", "e")]


def test_errors_are_a_stream_of_their_own() -> None:
    told: list[tuple[str, str]] = []
    with captured_output(lambda stream, text: told.append((stream, text))):
        print("out")
        print("error", file=sys.stderr)
    assert told == [("stdout", "out"), ("stderr", "error")]


def test_more_than_the_limit_is_dropped_and_said_once() -> None:
    told = captured("12345\n", "67890\n", "more\n", "more\n", limit=10)
    assert told == [
        ("stdout", "12345"),
        ("stdout", "6789\n… more was printed than is kept; the rest is left out"),
    ]


def test_one_endless_line_is_passed_on_in_pieces() -> None:
    told = captured(*["x" * 1000] * 20)
    assert "".join(text for _, text in told) == "x" * 20_000
    assert len(told) > 1


def test_streams_come_back_after_an_exception() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(ValueError, match="no"), captured_output(lambda stream, text: None):
        raise ValueError("no")
    assert (sys.stdout, sys.stderr) == before


def test_code_that_closes_its_output_harms_nobody() -> None:
    told: list[str] = []
    with captured_output(lambda stream, text: told.append(text)):
        sys.stdout.close()
        print("still here")
    assert told == ["still here"]


def test_threads_may_print_at_once() -> None:
    told: list[str] = []
    with captured_output(lambda stream, text: told.append(text)):
        threads = [threading.Thread(target=lambda: [print("line") for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [line for text in told for line in text.split("\n")].count("line") == 400


def test_prints_and_logs_of_a_step_are_events_of_it() -> None:
    @asset
    def talkative(context: AssetExecutionContext) -> int:
        print("hello")
        context.log.warning("careful, %s", "you")
        logging.getLogger("elsewhere").warning("not ours")
        return 1

    run = Run([talkative])
    assert [one for one in run.sink.payloads(LogLine) if isinstance(one, LogLine) and "not ours" not in one.text] == [
        LogLine(text="hello", stream="stdout"), LogLine(text="careful, you", level="WARNING")
    ]  # fmt: skip
