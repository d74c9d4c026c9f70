"""The format for everything that has no simpler one."""

from __future__ import annotations

import pickle
from importlib import import_module
from typing import Any, BinaryIO

from daglab.io_managers.signing import PickleSigner


class SignedPickle:
    """Any value that cloudpickle can take, signed with the home's key.

    Functions and classes that were defined in a notebook travel with the value.

    Args:
        signer: signs and checks.
    """

    name = "pickle"
    extension = "pkl"

    def __init__(self, signer: PickleSigner) -> None:
        self._signer = signer

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return True

    def dump(self, value: object) -> bytes:
        """See `ValueFormat`; raises whatever the value raises when it refuses to be pickled."""
        return self._signer.seal(import_module("cloudpickle").dumps(value))

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`.

        Raises:
            UntrustedValueError: this home did not sign it; nothing was unpickled.
        """
        return pickle.loads(self._signer.unseal(file.read()))
