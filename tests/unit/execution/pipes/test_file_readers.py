from __future__ import annotations

import json

import pytest

from daglab import (
    PipesEnvContextInjector,
    PipesFileContextInjector,
    PipesFileMessageReader,
    PipesMessageHandler,
    PipesTempFileContextInjector,
    PipesTempFileMessageReader,
    build_op_context,
)


class Heard:
    """Keeps what a reader hands over, and what it complains of."""

    def __init__(self):
        self.messages, self.problems = [], []

    def handle_message(self, message):
        self.messages.append(message)

    def report_pipes_framework_exception(self, origin, exc_info):
        self.problems.append(f"{origin}: {exc_info[1]}")


def said(text):
    return {"method": "log", "params": {"message": text}}


def read(tmp_path, *pieces, **options):
    """What is heard of a file to which these pieces are written, one after the other."""
    heard, path = Heard(), tmp_path / "messages"
    with (
        PipesFileMessageReader(str(path), **options).read_messages(heard) as params,
        open(params["path"], "ab") as file,
    ):
        for piece in pieces:
            file.write(piece)
            file.flush()
    return heard


def line(text):
    return json.dumps(said(text), ensure_ascii=False).encode() + b"\n"


def test_lines_that_come_in_pieces_are_whole(tmp_path):
    whole = line("größe 🌱")
    heard = read(
        tmp_path, *(whole[place : place + 1] for place in range(len(whole))), line("2") + line("3")[:7], line("3")[7:]
    )
    assert (heard.messages, heard.problems) == ([said("größe 🌱"), said("2"), said("3")], [])


def test_last_line_needs_no_end(tmp_path):
    assert read(tmp_path, line("1"), line("2").rstrip(b"\n")).messages == [said("1"), said("2")]


def test_nothing_that_was_written_until_the_end_is_missed(tmp_path):
    many = [line(str(number)) for number in range(5_000)]
    assert len(read(tmp_path, *many).messages) == 5_000


def test_half_a_line_is_told(tmp_path):
    heard = read(tmp_path, line("1"), b'{"method": ')
    assert heard.messages == [said("1")]
    assert "message 2 is left out" in heard.problems[0] and "it is cut off" in heard.problems[0]


def test_handler_that_fails_is_told_and_asked_again(tmp_path):
    heard = Heard()

    def fail_once(message):
        heard.handle_message = heard.messages.append
        raise RuntimeError("of our own")

    heard.handle_message = fail_once
    with PipesFileMessageReader(str(tmp_path / "m")).read_messages(heard) as params, open(params["path"], "wb") as file:
        file.write(line("1") + line("2"))
    assert (heard.messages, heard.problems) == ([said("2")], ["message 1 is left out: of our own"])


@pytest.mark.parametrize("stays", [True, False])
def test_file_is_removed_in_the_end_unless_it_is_to_stay(tmp_path, stays):
    (tmp_path / "messages").write_bytes(line("of an earlier process"))
    heard = read(tmp_path, line("1"), cleanup_file=not stays)
    assert heard.messages == [said("1")]
    assert (tmp_path / "messages").exists() is stays


def test_file_that_the_process_removes_is_no_problem(tmp_path):
    heard = Heard()
    with PipesFileMessageReader(str(tmp_path / "m")).read_messages(heard):
        (tmp_path / "m").unlink()
    assert heard.problems == []


def test_folder_that_is_not_there_is_told_at_once(tmp_path):
    reading = PipesFileMessageReader(str(tmp_path / "no" / "m")).read_messages(Heard())
    with pytest.raises(FileNotFoundError), reading:
        pass


def test_temporary_files_are_gone_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with (
        PipesTempFileContextInjector().inject_context({"run_id": "r"}) as where,
        PipesTempFileMessageReader(include_stdio_in_messages=True).read_messages(Heard()) as there,
    ):
        with open(where["path"]) as file:
            assert json.load(file) == {"run_id": "r"}
        assert there["include_stdio_in_messages"] is True
    assert list(tmp_path.iterdir()) == []


def test_context_in_a_file_of_ones_own_or_in_the_parameters(tmp_path):
    path = tmp_path / "größe.json"
    with PipesFileContextInjector(str(path)).inject_context({"run_id": "é"}) as params:
        assert json.loads(path.read_text()) == {"run_id": "é"}
        path.unlink()  # The process may remove it when it has read it.
    assert params == {"path": str(path)}
    with PipesEnvContextInjector().inject_context({"run_id": "é"}) as params:
        assert params == {"data": {"run_id": "é"}}


def test_reader_is_told_what_is_known_later():
    class Told(PipesTempFileMessageReader):
        def on_opened(self, opened_payload):
            self.opened = opened_payload

        def on_launched(self, launched_payload):
            self.launched = launched_payload

    reader = Told()
    handler = PipesMessageHandler(build_op_context(), reader)
    handler.handle_message({"method": "opened", "params": {"extras": {"cluster": 7}}})
    handler.on_launched({"extras": {"job": 8}})
    assert (reader.opened, reader.launched) == ({"extras": {"cluster": 7}}, {"extras": {"job": 8}})
    assert handler.received_opened_message and not handler.received_closed_message
