"""How a process loads the context that the step left for it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from daglab.errors import PipesError
from daglab.external.protocol import PipesContextData, PipesParams


class PipesContextLoader(ABC):
    """Loads the context from where the step's context injector has put it."""

    @abstractmethod
    def load_context(self, params: PipesParams) -> AbstractContextManager[PipesContextData]:
        """Gives the context, for as long as the block lasts.

        Args:
            params: what the context injector said of where it is.
        """


class PipesDefaultContextLoader(PipesContextLoader):
    """Loads the context from a file, or from the parameters themselves."""

    FILE_PATH_KEY = "path"
    DIRECT_KEY = "data"

    @contextmanager
    def load_context(self, params: PipesParams) -> Iterator[PipesContextData]:
        """Gives the context.

        Raises:
            PipesError: the parameters name neither a file nor data, or what they name is no context.
        """
        if self.FILE_PATH_KEY in params:
            yield _checked(_read(params[self.FILE_PATH_KEY]))
        elif self.DIRECT_KEY in params:
            yield _checked(params[self.DIRECT_KEY])
        else:
            raise PipesError(
                f"the context is to be found by {dict(params)!r:.200}, which names neither 'path' nor 'data'",
                hint="the step's context injector needs a loader of its own: open_pipes(context_loader=...)",
            )


def _read(path: object) -> object:
    if not isinstance(path, str):
        raise PipesError(f"the context is to be read from {path!r:.200}, which is no path")
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise PipesError(
            f"the context cannot be read: {error}", hint="the step and this process have to see the same files"
        ) from error
    except ValueError as error:
        raise PipesError(f"the context in {path} is no JSON: {error}") from None


def _checked(data: object) -> PipesContextData:
    missing = [name for name in PipesContextData.__annotations__ if not isinstance(data, dict) or name not in data]
    if missing:
        raise PipesError(
            f"the context lacks {', '.join(missing)}", hint="the context injector has to pass it on as it is"
        )
    return cast(PipesContextData, data)
