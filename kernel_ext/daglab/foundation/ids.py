"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import os
import time


def new_run_id(*, nanoseconds: int | None = None) -> str:
    """Makes a UUID of version 7: unique, and as text in the order of creation.

    The first 48 bits are milliseconds, the next 12 a fraction of one (RFC 9562, 6.2, method 3), so that ids
    made a quarter of a microsecond apart are in order without a counter that threads and forks would have to
    share.

    Args:
        nanoseconds: since 1970; the present if left out.

    Example:
        >>> new_run_id(nanoseconds=1_356_998_400_000_000_000)[:18]
        '013bf368-5800-7000'
        >>> new_run_id() < new_run_id(nanoseconds=time.time_ns() + 1_000_000)
        True
    """
    moment = time.time_ns() if nanoseconds is None else nanoseconds
    milliseconds, rest = divmod(moment, 1_000_000)
    fraction = (rest << 12) // 1_000_000
    noise = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | noise
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
