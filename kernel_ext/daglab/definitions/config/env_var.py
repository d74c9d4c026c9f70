"""`EnvVar`: a config value that is read from the environment when a run starts, and never stored."""

from __future__ import annotations

import builtins
import os
from typing import Any, TypeGuard


def _direct_access(name: str, kind: str) -> RuntimeError:
    return RuntimeError(
        f"the value of {kind}({name!r}) is only known when a run starts; give it to config or a resource as it is, "
        f"or read it here and now: {kind}({name!r}).get_value()"
    )


class IntEnvVar(int):
    """An environment variable that holds a whole number; made by `EnvVar.int`."""

    name: str

    @classmethod
    def create(cls, name: str) -> IntEnvVar:
        """The variable of that name."""
        variable = cls(0)
        variable.name = name
        return variable

    @property
    def env_var_name(self) -> str:
        """The name of the variable."""
        return self.name

    def get_value(self, default: builtins.int | None = None) -> builtins.int | None:
        """What the variable holds now, else the default."""
        value = os.environ.get(self.name)
        return default if value is None or value == "" else int(value)

    def __int__(self) -> builtins.int:
        raise _direct_access(self.name, "EnvVar.int")

    def __str__(self) -> str:
        raise _direct_access(self.name, "EnvVar.int")

    def __repr__(self) -> str:
        return f"EnvVar.int({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IntEnvVar) and other.name == self.name

    def __hash__(self) -> builtins.int:
        return hash(("EnvVar.int", self.name))

    def __reduce__(self) -> tuple[object, ...]:
        return (IntEnvVar.create, (self.name,))


class EnvVar(str):
    """An environment variable as a config value: read when a run starts; stored by its name only.

    Example:
        >>> EnvVar("DATABASE_URL")
        EnvVar('DATABASE_URL')
        >>> EnvVar("NOT_SET_ANYWHERE").get_value("nothing")
        'nothing'
    """

    @classmethod
    def int(cls, name: str) -> IntEnvVar:
        """An environment variable that holds a whole number."""
        return IntEnvVar.create(name)

    @property
    def env_var_name(self) -> str:
        """The name of the variable."""
        return str.__str__(self)

    def get_value(self, default: str | None = None) -> str | None:
        """What the variable holds now, else the default."""
        return os.environ.get(self.env_var_name, default)

    def __str__(self) -> str:
        raise _direct_access(self.env_var_name, "EnvVar")

    def __repr__(self) -> str:
        return f"EnvVar({str.__repr__(self)})"

    def __reduce__(self) -> tuple[object, ...]:
        return (EnvVar, (str.__str__(self),))


def is_env_var(value: object) -> TypeGuard[EnvVar | IntEnvVar]:
    """Whether the value stands for an environment variable."""
    return isinstance(value, EnvVar | IntEnvVar)


def env_var_reference(variable: EnvVar | IntEnvVar) -> dict[str, Any]:
    """The form in which a variable is stored.

    Example:
        >>> env_var_reference(EnvVar("TOKEN"))
        {'env': 'TOKEN'}
    """
    return {"env": variable.env_var_name}
