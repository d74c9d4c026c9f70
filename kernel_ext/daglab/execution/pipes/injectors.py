"""How the context of a step gets to the process that it starts."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from daglab.external.context_loaders import PipesDefaultContextLoader
from daglab.external.protocol import PipesContextData, PipesParams


class PipesContextInjector(ABC):
    """Puts the context where an external process can load it.

    Example:
        >>> issubclass(PipesTempFileContextInjector, PipesContextInjector)
        True
    """

    @abstractmethod
    def inject_context(self, context_data: PipesContextData) -> AbstractContextManager[PipesParams]:
        """Has the context there for as long as the block lasts.

        Args:
            context_data: the context.

        Returns:
            A context manager for what the process needs to know in order to find it.
        """

    @abstractmethod
    def no_messages_debug_text(self) -> str:
        """Where the context was put, for whoever wonders why the process told nothing."""


class PipesFileContextInjector(PipesContextInjector):
    """Writes the context to a file, which is removed in the end.

    Args:
        path: the file.

    Example:
        >>> PipesFileContextInjector("context.json").no_messages_debug_text()
        "the context was in the file 'context.json'"
    """

    def __init__(self, path: str) -> None:
        self._path = os.fspath(path)

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Has the context in the file."""
        with open(self._path, "w", encoding="utf-8") as file:
            json.dump(context_data, file)
        try:
            yield {PipesDefaultContextLoader.FILE_PATH_KEY: self._path}
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.remove(self._path)

    def no_messages_debug_text(self) -> str:
        """Names the file."""
        return f"the context was in the file {self._path!r}"


class PipesTempFileContextInjector(PipesContextInjector):
    """Writes the context to a temporary file.

    Example:
        >>> PipesTempFileContextInjector().no_messages_debug_text()
        'the context was in a temporary file'
    """

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Has the context in a file of its own."""
        with (
            tempfile.TemporaryDirectory(prefix="daglab-pipes-") as folder,
            PipesFileContextInjector(os.path.join(folder, "context")).inject_context(context_data) as params,
        ):
            yield params

    def no_messages_debug_text(self) -> str:
        """Says so."""
        return "the context was in a temporary file"


class PipesEnvContextInjector(PipesContextInjector):
    """Hands the context over itself, with the parameters: in an environment variable, as a rule.

    Example:
        >>> PipesEnvContextInjector().no_messages_debug_text()
        'the context was in the environment'
    """

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Has the context in the parameters."""
        yield {PipesDefaultContextLoader.DIRECT_KEY: context_data}

    def no_messages_debug_text(self) -> str:
        """Says so."""
        return "the context was in the environment"
