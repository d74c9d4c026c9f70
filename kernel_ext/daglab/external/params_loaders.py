"""How a process finds the parameters that the step left for it."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from daglab.errors import PipesError
from daglab.external.protocol import (
    DAGSTER_PIPES_CONTEXT_ENV_VAR,
    DAGSTER_PIPES_MESSAGES_ENV_VAR,
    PipesParams,
    cli_argument,
    decode_param,
)


class PipesParamsLoader(ABC):
    """Finds the parameters by which context and messages are found."""

    @abstractmethod
    def is_dagster_pipes_process(self) -> bool:
        """Whether a step started this process, so that there are parameters to load."""

    @abstractmethod
    def load_context_params(self) -> PipesParams:
        """Where the context is."""

    @abstractmethod
    def load_messages_params(self) -> PipesParams:
        """Where messages go."""


class PipesMappingParamsLoader(PipesParamsLoader):
    """Finds the parameters in a mapping.

    Args:
        mapping: from the names of the environment variables to their values.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping

    def is_dagster_pipes_process(self) -> bool:
        """Whether the mapping says where the context is."""
        return DAGSTER_PIPES_CONTEXT_ENV_VAR in self._mapping

    def load_context_params(self) -> PipesParams:
        """Where the context is."""
        return self._load(DAGSTER_PIPES_CONTEXT_ENV_VAR)

    def load_messages_params(self) -> PipesParams:
        """Where messages go."""
        return self._load(DAGSTER_PIPES_MESSAGES_ENV_VAR)

    def _load(self, name: str) -> PipesParams:
        if name not in self._mapping:
            raise PipesError(
                f"{name} is not set, though this process was started by a step",
                hint="pass on all that session.get_bootstrap_env_vars() gives",
            )
        return _checked(decode_param(self._mapping[name]), name)


class PipesEnvVarParamsLoader(PipesMappingParamsLoader):
    """Finds the parameters in the environment."""

    def __init__(self) -> None:
        super().__init__(os.environ)


class PipesCliArgsParamsLoader(PipesParamsLoader):
    """Finds the parameters on the command line; the other arguments are left to the program.

    Args:
        arguments: the command line; that of this process by default.
    """

    def __init__(self, arguments: Sequence[str] | None = None) -> None:
        self._arguments = list(sys.argv if arguments is None else arguments)

    def is_dagster_pipes_process(self) -> bool:
        """Whether the command line says where the context is."""
        return self._find(DAGSTER_PIPES_CONTEXT_ENV_VAR) is not None

    def load_context_params(self) -> PipesParams:
        """Where the context is."""
        return self._load(DAGSTER_PIPES_CONTEXT_ENV_VAR)

    def load_messages_params(self) -> PipesParams:
        """Where messages go."""
        return self._load(DAGSTER_PIPES_MESSAGES_ENV_VAR)

    def _load(self, name: str) -> PipesParams:
        found = self._find(name)
        if found is None:
            raise PipesError(
                f"the command line has no {cli_argument(name)}",
                hint="pass on all that session.get_bootstrap_cli_arguments() gives",
            )
        return _checked(decode_param(found), cli_argument(name))

    def _find(self, name: str) -> str | None:
        option = cli_argument(name)
        for position, one in enumerate(self._arguments):
            if one == option and position + 1 < len(self._arguments):
                return self._arguments[position + 1]
            if one.startswith(option + "="):
                return one.removeprefix(option + "=")
        return None


def _checked(params: object, name: str) -> PipesParams:
    if not isinstance(params, dict):
        raise PipesError(f"{name} holds {params!r:.200} where a JSON object is expected")
    return params
