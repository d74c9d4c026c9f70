"""Names that any key or partition can have on any file system, and that never lead out of a folder."""

from __future__ import annotations

import re
from hashlib import blake2b

_LONGEST = 200  # bytes; most file systems allow 255, and there is a temporary name to come
_KEPT_OF_LONG = 160
_UNSAFE = re.compile(r'[%/\\<>:"|?*\x00-\x1f\x7f\ud800-\udfff]|^\.|[. ]$|^ ')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)


def safe_name(part: str) -> str:
    """One path part for any text; different texts have different names, and letters of all scripts stay readable.

    Characters that some file system reserves are written as "%" and hexadecimal digits; what is too long is cut and
    ends with a hash. Two texts that differ in upper and lower case alone (or in Unicode normalization) share a
    folder where the file system takes them for the same; values do not mix there, because files are named by content.

    Example:
        >>> safe_name("Zürich"), safe_name(".."), safe_name("a/b"), safe_name(""), safe_name("con")
        ('Zürich', '%2E%2E', 'a%2Fb', '%', '%63on')
    """
    if not part:
        return "%"
    name = _UNSAFE.sub(_escape, part)
    if _DEVICES.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    encoded = name.encode()
    if len(encoded) <= _LONGEST:
        return name
    digest = blake2b(part.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return f"{encoded[:_KEPT_OF_LONG].decode(errors='ignore')}%~{digest}"


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode(errors="surrogatepass"))
