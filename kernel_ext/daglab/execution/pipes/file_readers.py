"""Reads messages from a file, while they are written."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import IO

from daglab.errors import PipesExecutionError
from daglab.execution.pipes.handler import PipesLaunchedData, PipesMessageHandler, PipesMessageReader
from daglab.external.message_writers import PipesDefaultMessageWriter
from daglab.external.protocol import PipesMessage, PipesParams

_PAUSE_SECONDS = 0.02


class PipesFileMessageReader(PipesMessageReader):
    """Reads messages from a file, while they are written.

    Args:
        path: the file; what stands in it is removed first.
        include_stdio_in_messages: has the process tell what it prints as messages, too.
        cleanup_file: removes the file in the end.

    Example:
        >>> PipesFileMessageReader("messages").no_messages_debug_text()
        "messages were expected in the file 'messages'"
    """

    def __init__(self, path: str, include_stdio_in_messages: bool = False, cleanup_file: bool = True) -> None:
        self._path = os.fspath(path)
        self._include_stdio_in_messages = include_stdio_in_messages
        self._cleanup_file = cleanup_file
        self.launched_payload: PipesLaunchedData | None = None

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Keeps what is known of the process since it was started."""
        self.launched_payload = launched_payload

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Follows the file in a thread."""
        with open(self._path, "wb"):
            pass
        file, is_over = open(self._path, "rb"), Event()  # noqa: SIM115 - the thread closes it
        thread = Thread(target=_follow, args=(file, handler, is_over), name="pipes-messages", daemon=True)
        thread.start()
        try:
            yield {
                PipesDefaultMessageWriter.FILE_PATH_KEY: self._path,
                PipesDefaultMessageWriter.INCLUDE_STDIO_IN_MESSAGES_KEY: self._include_stdio_in_messages,
            }
        finally:
            is_over.set()
            thread.join()
            if self._cleanup_file:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(self._path)

    def no_messages_debug_text(self) -> str:
        """Names the file."""
        return f"messages were expected in the file {self._path!r}"


class PipesTempFileMessageReader(PipesMessageReader):
    """Reads messages from a temporary file, while they are written.

    Args:
        include_stdio_in_messages: has the process tell what it prints as messages, too.

    Example:
        >>> PipesTempFileMessageReader().no_messages_debug_text()
        'messages were expected in a temporary file'
    """

    def __init__(self, include_stdio_in_messages: bool = False) -> None:
        self._include_stdio_in_messages = include_stdio_in_messages

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Follows a file of its own in a thread."""
        with tempfile.TemporaryDirectory(prefix="daglab-pipes-") as folder:
            reader = PipesFileMessageReader(
                os.path.join(folder, "messages"), include_stdio_in_messages=self._include_stdio_in_messages
            )
            with reader.read_messages(handler) as params:
                yield params

    def no_messages_debug_text(self) -> str:
        """Says so."""
        return "messages were expected in a temporary file"


def _follow(file: IO[bytes], handler: PipesMessageHandler, is_over: Event) -> None:
    try:
        with file:
            for number, line in enumerate(_lines_of(file, is_over), 1):
                try:
                    handler.handle_message(_message_in(line))
                except Exception:
                    handler.report_pipes_framework_exception(f"message {number} is left out", sys.exc_info())
    except Exception:
        handler.report_pipes_framework_exception("messages can no longer be read", sys.exc_info())


def _lines_of(file: IO[bytes], is_over: Event) -> Iterator[bytes]:
    """Gives each line once it is whole; the last one as it is when all is over."""
    pieces: list[bytes] = []
    while True:
        was_over = is_over.is_set()  # Asked before reading, so that nothing that was written until then is missed.
        piece = file.readline()
        if piece:
            pieces.append(piece)
        if piece.endswith(b"\n"):
            yield b"".join(pieces)
            pieces.clear()
        elif not piece and was_over:
            break
        elif not piece:
            is_over.wait(_PAUSE_SECONDS)
    if pieces:
        yield b"".join(pieces)


def _message_in(line: bytes) -> PipesMessage:
    text = line.decode("utf-8", "replace").rstrip("\n")
    try:
        found: PipesMessage = json.loads(text)
    except ValueError as error:
        cut = "" if line.endswith(b"\n") else ", and it is cut off: the process may have been killed while it wrote"
        raise PipesExecutionError(f"{text!r:.500} is no JSON ({error}){cut}") from None
    return found
