"""The border to user code: its exceptions become failures that can be stored, without frames of ours."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from pathlib import Path

from daglab.errors import DaglabError
from daglab.records.failure import Failure

_OURS = str(Path(__file__).resolve().parents[1])
_INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
_MOST_FRAMES = 50
_LONGEST_MESSAGE = 20_000


def failure_from(error: BaseException) -> Failure:
    """Describes an exception, its causes included, as the user should see it."""
    return _describe(error, seen=frozenset())


def _describe(error: BaseException, seen: frozenset[int]) -> Failure:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    ours = isinstance(error, DaglabError)
    follow = earlier is not None and id(earlier) not in seen and len(seen) < 20
    if ours and earlier is not None and not _has_user_code(earlier):
        follow = False  # Our message says it all; how a library came to fail is no news to the user.
    return Failure(
        kind=type(error).__qualname__,
        message=_shortened(error.message if isinstance(error, DaglabError) else _text_of(error)),
        frames=() if ours and not _has_user_code(error) else _user_frames(error),
        cause=_describe(earlier, seen | {id(error)}) if earlier is not None and follow else None,
        hint=error.hint if isinstance(error, DaglabError) else "",
    )


def _text_of(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, SystemExit):
        return f"the code called sys.exit({error.code!r})"
    try:
        return str(error)
    except Exception as second:
        return f"<its message cannot be read: {type(second).__name__}>"


def _shortened(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + f"… ({len(text):,} characters in all)"


def _user_frames(error: BaseException) -> tuple[str, ...]:
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not _is_ours(one.filename)]
    lines = [line.rstrip("\n") for line in traceback.StackSummary.from_list(frames[-_MOST_FRAMES:]).format()]
    return tuple(lines)


def _has_user_code(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return not all(_is_ours(one.filename) or one.filename.startswith(_INSTALLED) for one in frames)


def is_frame_of_ours(line: str) -> bool:
    """Whether a line of a printed traceback is a frame that no user needs to see."""
    _, quote, rest = line.partition('File "')
    return bool(quote) and _is_ours(rest)


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OURS, "<frozen ")) or filename == sys.executable
