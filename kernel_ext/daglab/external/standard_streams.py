"""What a process prints, told as messages, too."""

from __future__ import annotations

import codecs
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from daglab.external.protocol import PipesMessage, message_of

Write = Callable[[PipesMessage], None]
_PATIENCE_SECONDS = 5.0


@contextmanager
def streams_as_messages(write: Write) -> Iterator[None]:
    """Tells what is printed meanwhile, by this process or by those that it starts; it is still printed, as well."""
    with ExitStack() as stack:
        stack.enter_context(_told("stdout", write))
        stack.enter_context(_told("stderr", write))
        yield


@contextmanager
def _told(name: str, write: Write) -> Iterator[None]:
    # The streams as Python found them: what stands in sys.stdout may be somebody's substitute without a file number.
    stream = getattr(sys, f"__{name}__")
    try:
        number = stream.fileno()
    except (AttributeError, OSError, ValueError):
        yield  # A process without this stream prints nothing to it.
        return
    stream.flush()
    earlier = os.dup(number)
    source, sink = os.pipe()
    os.dup2(sink, number)
    os.close(sink)
    thread = threading.Thread(target=_pass_on, args=(name, source, earlier, write), name=f"pipes-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stream.flush()
        os.dup2(earlier, number)
        # A program that this process leaves behind may hold the other end for ever.
        thread.join(_PATIENCE_SECONDS)


def _pass_on(name: str, source: int, earlier: int, write: Write) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while piece := os.read(source, 65536):
        os.write(earlier, piece)
        text = decoder.decode(piece)
        if text:
            write(message_of("log_external_stream", {"stream": name, "text": text, "extras": {}}))
    os.close(source)
    os.close(earlier)
