"""How often a cell is tried again, as one word: `3`, `3:10s`, `3:10s:exponential`, `3:10s:linear:full`."""

from __future__ import annotations

import re

from daglab.definitions.retries import Backoff, Jitter, RetryPolicy

_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_DELAY = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")


def parse_retry(text: str) -> RetryPolicy:
    """Reads a retry policy.

    Raises:
        ValueError: it cannot be read; the message says why.

    Example:
        >>> parse_retry("3:500ms:exponential")
        RetryPolicy(max_retries=3, delay=0.5, backoff=<Backoff.EXPONENTIAL: 'EXPONENTIAL'>, jitter=None)
    """
    count, *rest = text.split(":")
    if not count.isdecimal() or int(count) < 1:
        raise ValueError(f"takes how many times, from 1, not {count!r}")
    if len(rest) > 3:
        raise ValueError(f"takes COUNT:DELAY:BACKOFF:JITTER, not {text!r}")
    delay, backoff, jitter = (*rest, "", "", "")[:3]
    found = _DELAY.fullmatch(delay)
    if delay and found is None:
        raise ValueError(f"takes a delay such as 10s, 500ms or 2m, not {delay!r}")
    seconds = float(found[1]) * _SECONDS[found[2]] if found and delay else None
    if seconds is None and (backoff or jitter):
        raise ValueError(f"needs a delay before {backoff or jitter!r}: {count}:10s:{backoff or jitter}")
    return RetryPolicy(
        max_retries=int(count),
        delay=seconds,
        backoff=Backoff[_one_of(backoff, Backoff)] if backoff else None,
        jitter=Jitter[_one_of(jitter, Jitter)] if jitter else None,
    )


def _one_of(text: str, kinds: type[Backoff] | type[Jitter]) -> str:
    name = text.upper().replace("-", "_")
    if name not in kinds.__members__:
        raise ValueError(f"takes {' or '.join(map(str.lower, kinds.__members__))}, not {text!r}")
    return name
