"""Who may be unpickled: a key per home, and the signature that goes before a pickle.

Unpickling runs whatever the pickle says, so only what was written under the same key is ever handed to `pickle`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from pathlib import Path

from daglab.errors import UntrustedValueError, ValueStoreError

KEY_FILE = "secret.key"
_MAGIC = b"daglab-pickle-1 "
_DIGEST_LENGTH = 64
_HEADER_LENGTH = len(_MAGIC) + _DIGEST_LENGTH + 1


class PickleSigner:
    """Puts a signature before pickles, and takes it off again only where it is right.

    Args:
        read_key: gives the key; called once, at the first signature.

    Example:
        >>> signer = PickleSigner(lambda: b"a key of this home")
        >>> bytes(signer.unseal(signer.seal(b"payload")))
        b'payload'
    """

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        self._read_key = read_key
        self._key: bytes | None = None

    def seal(self, payload: bytes) -> bytes:
        """The signature line and the payload."""
        return b"".join((_MAGIC, self._sign(payload), b"\n", payload))

    def unseal(self, sealed: bytes) -> memoryview:
        """The payload.

        Raises:
            UntrustedValueError: there is no signature, or not this home's.
        """
        header, payload = sealed[:_HEADER_LENGTH], memoryview(sealed)[_HEADER_LENGTH:]
        if not header.startswith(_MAGIC) or not header.endswith(b"\n"):
            raise UntrustedValueError("the pickle has no signature; nothing was loaded", hint=_HOW_TO_TRUST)
        if not hmac.compare_digest(header[len(_MAGIC) : -1], self._sign(payload)):
            raise UntrustedValueError(
                "the pickle was signed under another home or key, or changed since; nothing was loaded",
                hint=_HOW_TO_TRUST,
            )
        return payload

    def _sign(self, payload: bytes | memoryview) -> bytes:
        if self._key is None:
            self._key = self._read_key()
        return hmac.digest(self._key, payload, hashlib.sha256).hex().encode()


_HOW_TO_TRUST = (
    "materialize it again; or, if you trust where it comes from as you trust your own code, "
    f"copy that home's {KEY_FILE} into this home"
)


def read_or_create_key(home: Path) -> bytes:
    """The home's key, made by whichever process asks first; all others get the same one.

    Args:
        home: the folder of `secret.key`.

    Raises:
        ValueStoreError: the file is not a key, or can be neither read nor made.
    """
    path = home / KEY_FILE
    try:
        text = _read(path) or _create(path)
    except OSError as error:
        raise ValueStoreError(
            f"the key that signs pickles, {str(path)!r}, can be neither read nor made: {error.strerror or error}",
            hint="make the folder writable, or the file readable, for the user that daglab runs as",
        ) from error
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) < 16:
        raise ValueStoreError(
            f"{str(path)!r} holds no key",
            hint="put back the original, or delete it and materialize again what it signed",
        )
    return key


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _create(path: Path) -> bytes:
    """Writes the key under another name and links it into place: the link fails where a key is already there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = os.urandom(32).hex().encode()
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(text + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_bytes()


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links (FAT, some network shares): two first processes may race there.
        if not path.exists():
            os.replace(draft, path)
