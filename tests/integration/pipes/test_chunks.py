"""Messages that come in chunks, as from a bucket; the bucket is a folder."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import contextmanager

import pytest

from daglab import (
    InvalidInvocationError,
    OpExecutionContext,
    PipesBlobStoreMessageReader,
    PipesEnvContextInjector,
    PipesLogReader,
    build_op_context,
    op,
    open_pipes_session,
)
from daglab.execution.pipes import chunk_readers


class FolderReader(PipesBlobStoreMessageReader):
    """Reads chunks from a folder."""

    def __init__(self, path, **more):
        super().__init__(interval=0.02, **more)
        self.path = path

    @contextmanager
    def get_params(self):
        yield {"path": str(self.path), "bucket": "b"}

    def messages_are_readable(self, params):
        return os.path.isdir(params["path"])

    def download_messages_chunk(self, index, params):
        place = self.path / f"{index}.json"
        return place.read_text() if place.exists() else None

    def no_messages_debug_text(self):
        return f"messages were expected in the folder {self.path}"


WRITER = """
from contextlib import contextmanager
from PACKAGE import PipesBlobStoreMessageWriter, PipesBufferedFilesystemMessageWriterChannel, open_dagster_pipes
class FolderWriter(PipesBlobStoreMessageWriter):
    def make_channel(self, params):
        assert params["bucket"] == "b"
        return PipesBufferedFilesystemMessageWriterChannel(params["path"], interval=0.05)
    def get_opened_extras(self): return {"cluster": "c7"}
"""


def started(command, reader):
    """What an op hears of a program, and the lines of its log."""
    lines = []

    @op
    def start(context: OpExecutionContext):
        context.log.filters.clear()
        context.log.addFilter(lambda record: lines.append(record.getMessage()) or True)
        with open_pipes_session(context, PipesEnvContextInjector(), reader) as session:
            subprocess.run(command, env={**os.environ, **session.get_bootstrap_env_vars()}, check=True)
        context.log.filters.clear()
        return session.get_custom_messages()

    return start(build_op_context()), lines


@pytest.fixture(params=["dagster_pipes", "daglab.pipes"])
def writing(request, program):
    return lambda text: program(WRITER.replace("PACKAGE", request.param) + text)


def test_messages_of_several_chunks_come_in_order(writing, tmp_path):
    command = writing(
        "import time\nwith open_dagster_pipes(message_writer=FolderWriter()) as context:\n"
        "    for number in range(5): context.report_custom_message(number); time.sleep(0.1)\n"
    )
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    reader = FolderReader(bucket)
    heard, lines = started(command, reader)
    assert heard == (0, 1, 2, 3, 4)
    assert reader.opened_payload == {"extras": {"cluster": "c7"}}
    assert not [line for line in lines if "left out" in line]


def test_folder_that_is_made_later(writing, tmp_path):
    bucket = tmp_path / "bucket"
    command = writing(
        f"import os\nos.mkdir({str(bucket)!r})\n"
        "with open_dagster_pipes(message_writer=FolderWriter()) as context: context.report_custom_message('ü')\n"
    )
    assert started(command, FolderReader(bucket))[0] == ("ü",)


def test_what_is_printed_comes_with_the_chunks(program, tmp_path, capsys):
    command = program(
        WRITER.replace("PACKAGE", "daglab.pipes") + "class Telling(FolderWriter):\n"
        "    def open(self, params): return super().open({**params, 'include_stdio_in_messages': True})\n"
        "with open_dagster_pipes(message_writer=Telling()) as context: print('printed')\n"
    )
    (tmp_path / "bucket").mkdir()
    _, lines = started(command, FolderReader(tmp_path / "bucket"))
    assert "printed" in capsys.readouterr().out
    assert not [line for line in lines if "after the last one" in line]


def test_chunk_with_a_broken_line_is_read_all_the_same(program, tmp_path):
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    closed = '{"__dagster_pipes_version": "0.1", "method": "closed", "params": {}}'
    (bucket / "1.json").write_text('{"method": "opened", "params": {}}\n{oops\n\n' + closed)
    _, lines = started(program("pass"), FolderReader(bucket))
    assert [line for line in lines if "message 2 of chunk 1, '{oops', is left out" in line]
    assert not [line for line in lines if "never closed" in line]


def test_bucket_that_never_comes_is_told(program, tmp_path, monkeypatch):
    monkeypatch.setattr(chunk_readers, "LATE_CHUNK_SECONDS", 0.1)
    _, lines = started(program("pass"), FolderReader(tmp_path / "no"))
    [line] = [line for line in lines if "found nothing to read messages from" in line]
    assert f"messages were expected in the folder {tmp_path / 'no'}" in line


class Printed(PipesLogReader):
    """Waits for a cluster, and says what it read."""

    debug_info = "look at the page of the cluster"

    def __init__(self, wanted, mark):
        self.wanted, self.mark, self.read, self.thread = wanted, mark, [], None

    def target_is_readable(self, params):
        return params.get("extras", {}).get("cluster") == self.wanted

    def start(self, params, is_session_closed):
        self.thread = threading.Thread(target=lambda: (is_session_closed.wait(60), self.read.append("all")))
        self.thread.start()
        self.mark.touch()

    def stop(self):
        self.thread.join()

    def is_running(self):
        return self.thread is not None and self.thread.is_alive()


def test_logs_are_read_once_the_process_says_where_they_are(writing, tmp_path, monkeypatch):
    monkeypatch.setattr(chunk_readers, "LATE_LOG_SECONDS", 0.1)
    (tmp_path / "bucket").mkdir()
    mark = tmp_path / "mark"
    right, wrong = Printed("c7", mark), Printed("c8", mark)
    reader = FolderReader(tmp_path / "bucket", log_readers=[right])
    reader.add_log_reader(wrong)
    command = writing(
        "import os, time\nwith open_dagster_pipes(message_writer=FolderWriter()) as context:\n"
        f"    while not os.path.exists({str(mark)!r}): time.sleep(0.01)\n"
    )
    _, lines = started(command, reader)
    assert (right.read, right.is_running(), wrong.read) == (["all"], False, [])
    [line] = [line for line in lines if "nothing to read came within 0.1 seconds" in line]
    assert "look at the page of the cluster" in line


def test_log_reader_that_is_none_is_refused(tmp_path):
    with pytest.raises(InvalidInvocationError, match="7 is no log reader"):
        FolderReader(tmp_path, log_readers=[7])


def test_upload_that_fails_is_tried_again(program, tmp_path):
    command = program(
        WRITER.replace("PACKAGE", "daglab.pipes") + "class Flaky(PipesBufferedFilesystemMessageWriterChannel):\n"
        "    failed = 0\n"
        "    def upload_messages_chunk(self, payload, index):\n"
        "        if self.failed < 2: Flaky.failed += 1; raise ConnectionError('busy')\n"
        "        super().upload_messages_chunk(payload, index)\n"
        "class FlakyWriter(FolderWriter):\n"
        "    def make_channel(self, params): return Flaky(params['path'], interval=0.01)\n"
        "import time\n"
        "with open_dagster_pipes(message_writer=FlakyWriter()) as context:\n"
        "    context.report_custom_message('kept')\n"
        "    while Flaky.failed < 2: time.sleep(0.01)\n"
    )
    (tmp_path / "bucket").mkdir()
    assert started(command, FolderReader(tmp_path / "bucket"))[0] == ("kept",)
