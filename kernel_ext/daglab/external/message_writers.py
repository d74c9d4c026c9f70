"""How a process writes its messages to where the step reads them."""

from __future__ import annotations

import json
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Generic, TextIO, TypeVar, final

from daglab.errors import PipesError
from daglab.external.protocol import PipesExtras, PipesMessage, PipesOpenedData, PipesParams
from daglab.external.standard_streams import streams_as_messages


class PipesMessageWriterChannel(ABC):
    """Takes messages."""

    @abstractmethod
    def write_message(self, message: PipesMessage) -> None:
        """Writes a message, from any thread."""


Channel = TypeVar("Channel", bound=PipesMessageWriterChannel)


class PipesMessageWriter(ABC, Generic[Channel]):
    """Opens the channel that the step's message reader reads."""

    @abstractmethod
    def open(self, params: PipesParams) -> AbstractContextManager[Channel]:
        """Gives the channel, for as long as the block lasts.

        Args:
            params: what the message reader said of where it reads.
        """

    @final
    def get_opened_payload(self) -> PipesOpenedData:
        """What the first message says of this process."""
        return {"extras": self.get_opened_extras()}

    def get_opened_extras(self) -> PipesExtras:
        """What the step can only know once this process runs; nothing, unless a subclass says so."""
        return {}


class PipesFileMessageWriterChannel(PipesMessageWriterChannel):
    """Writes each message as a line of a file.

    Args:
        path: the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write_message(self, message: PipesMessage) -> None:
        """Appends a line."""
        line = (json.dumps(message) + "\n").encode()
        # One write of a file that is opened to append, so that lines of several processes do not mix.
        with self._lock, open(self._path, "ab", buffering=0) as file:
            file.write(line)


class PipesStreamMessageWriterChannel(PipesMessageWriterChannel):
    """Writes each message as a line of a stream.

    Args:
        stream: an open stream of text.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write_message(self, message: PipesMessage) -> None:
        """Writes a line at once."""
        with self._lock:
            self._stream.write(json.dumps(message) + "\n")
            self._stream.flush()


class PipesBufferedStreamMessageWriterChannel(PipesMessageWriterChannel):
    """Keeps messages, and writes them as lines of a stream when it is flushed.

    Args:
        stream: an open stream of text.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: list[str] = []

    def write_message(self, message: PipesMessage) -> None:
        """Keeps a line."""
        self._lines.append(json.dumps(message) + "\n")

    def flush(self) -> None:
        """Writes what is kept."""
        lines, self._lines = self._lines, []
        self._stream.writelines(lines)
        self._stream.flush()


@contextmanager
def told_streams(channel: PipesMessageWriterChannel) -> Iterator[PipesMessageWriterChannel]:
    """Gives a channel on which what is printed meanwhile is told, too."""
    with ExitStack() as streams:
        streams.enter_context(streams_as_messages(channel.write_message))
        yield _ToldStreams(channel, streams)


class _ToldStreams(PipesMessageWriterChannel):
    def __init__(self, channel: PipesMessageWriterChannel, streams: ExitStack) -> None:
        self._channel = channel
        self._streams = streams

    def write_message(self, message: PipesMessage) -> None:
        if message["method"] == "closed":
            self._streams.close()  # What was printed is told before it is said that nothing more comes.
        self._channel.write_message(message)


class PipesDefaultMessageWriter(PipesMessageWriter[PipesMessageWriterChannel]):
    """Writes messages to a file, or to the standard output or the standard error."""

    FILE_PATH_KEY = "path"
    STDIO_KEY = "stdio"
    BUFFERED_STDIO_KEY = "buffered_stdio"
    STDERR = "stderr"
    STDOUT = "stdout"
    INCLUDE_STDIO_IN_MESSAGES_KEY = "include_stdio_in_messages"

    @contextmanager
    def open(self, params: PipesParams) -> Iterator[PipesMessageWriterChannel]:
        """Gives the channel that the parameters name.

        Raises:
            PipesError: they name none.
        """
        if self.FILE_PATH_KEY in params:
            path = _text_of(params, self.FILE_PATH_KEY)
            if params.get(self.INCLUDE_STDIO_IN_MESSAGES_KEY):
                with told_streams(PipesFileMessageWriterChannel(path)) as channel:
                    yield channel
            else:
                yield PipesFileMessageWriterChannel(path)
        elif self.STDIO_KEY in params:
            yield PipesStreamMessageWriterChannel(self._stream(params, self.STDIO_KEY))
        elif self.BUFFERED_STDIO_KEY in params:
            buffered = PipesBufferedStreamMessageWriterChannel(self._stream(params, self.BUFFERED_STDIO_KEY))
            try:
                yield buffered
            finally:
                buffered.flush()
        else:
            raise PipesError(
                f"messages are to be written to {dict(params)!r:.200}, which names neither a path nor a stream",
                hint="the step's message reader needs a writer of its own: open_pipes(message_writer=...)",
            )

    def _stream(self, params: PipesParams, key: str) -> TextIO:
        name = _text_of(params, key)
        if name not in (self.STDERR, self.STDOUT):
            raise PipesError(f"messages are to be written to {name!r}", hint="it is 'stdout' or 'stderr'")
        return sys.stderr if name == self.STDERR else sys.stdout


def _text_of(params: PipesParams, key: str) -> str:
    value = params[key]
    if not isinstance(value, str):
        raise PipesError(f"messages are to be written to {value!r:.200}, given as {key!r}", hint="give text")
    return value
