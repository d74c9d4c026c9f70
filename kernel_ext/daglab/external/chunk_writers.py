"""How a process leaves its messages in chunks, where a file cannot be followed: in a bucket, on a mounted drive."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Generic, TypeVar

from daglab.external.message_writers import PipesMessageWriter, PipesMessageWriterChannel, told_streams
from daglab.external.protocol import PipesMessage, PipesParams


class PipesBlobStoreMessageWriterChannel(PipesMessageWriterChannel):
    """Gathers messages, and uploads them in chunks that are numbered from 1.

    Args:
        interval: seconds between two uploads.
    """

    def __init__(self, *, interval: float = 10) -> None:
        self._interval = interval
        self._waiting: list[PipesMessage] = []
        self._lock = threading.Lock()
        self._counter = 1

    @abstractmethod
    def upload_messages_chunk(self, payload: IO[str], index: int) -> None:
        """Uploads a chunk.

        Args:
            payload: one message a line.
            index: its number.
        """

    def write_message(self, message: PipesMessage) -> None:
        """Keeps a message for the next chunk."""
        with self._lock:
            self._waiting.append(message)

    def flush_messages(self) -> Sequence[PipesMessage]:
        """Gives the messages that wait, and forgets them."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    @contextmanager
    def buffered_upload_loop(self) -> Iterator[None]:
        """Uploads every now and then while the block lasts, and in the end what is left."""
        is_over = threading.Event()
        thread = threading.Thread(target=self._upload_until, args=(is_over,), name="pipes-upload", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            self._upload()

    def _upload_until(self, is_over: threading.Event) -> None:
        while not is_over.wait(self._interval):
            try:
                self._upload()
            except Exception as error:
                sys.stderr.write(f"messages could not be uploaded and are kept for the next time: {error!r}\n")

    def _upload(self) -> None:
        waiting = self.flush_messages()
        if not waiting:
            return
        try:
            self.upload_messages_chunk(io.StringIO("\n".join(json.dumps(one) for one in waiting)), self._counter)
        except BaseException:
            with self._lock:
                self._waiting[:0] = waiting
            raise
        self._counter += 1


Channel = TypeVar("Channel", bound=PipesBlobStoreMessageWriterChannel)


class PipesBlobStoreMessageWriter(PipesMessageWriter[PipesMessageWriterChannel], Generic[Channel]):
    """Uploads messages in chunks; a subclass makes the channel that knows where to.

    Args:
        interval: seconds between two uploads.
    """

    INCLUDE_STDIO_IN_MESSAGES_KEY = "include_stdio_in_messages"

    def __init__(self, *, interval: float = 10) -> None:
        self.interval = interval

    @abstractmethod
    def make_channel(self, params: PipesParams) -> Channel:
        """Makes the channel.

        Args:
            params: what the message reader said of where it reads.
        """

    @contextmanager
    def open(self, params: PipesParams) -> Iterator[PipesMessageWriterChannel]:
        """Gives the channel, and uploads while the block lasts."""
        channel = self.make_channel(params)
        with channel.buffered_upload_loop():
            if params.get(self.INCLUDE_STDIO_IN_MESSAGES_KEY):
                with told_streams(channel) as told:
                    yield told
            else:
                yield channel


class PipesBufferedFilesystemMessageWriterChannel(PipesBlobStoreMessageWriterChannel):
    """Writes each chunk to a file of a folder: "1.json", "2.json", ...

    Args:
        path: the folder.
        interval: seconds between two chunks.
    """

    def __init__(self, path: str, *, interval: float = 10) -> None:
        super().__init__(interval=interval)
        self._path = path

    def upload_messages_chunk(self, payload: IO[str], index: int) -> None:
        """Writes a file, which is there only once it is whole."""
        place = os.path.join(self._path, f"{index}.json")
        with open(f"{place}.part", "w", encoding="utf-8") as file:
            file.write(payload.read())
        os.replace(f"{place}.part", place)
