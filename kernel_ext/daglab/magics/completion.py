"""What the tab key offers on the line of a magic: options, asset keys, groups, kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from daglab.definitions.labels import DEFAULT_GROUP
from daglab.magics.session import KernelSession
from daglab.notebooks.directive import ASSET_FLAGS, ASSET_OPTIONS, CHECK_FLAGS, CHECK_OPTIONS
from daglab.notebooks.function_cells import OP_OPTIONS, SENSOR_FLAGS, SENSOR_OPTIONS
from daglab.notebooks.naming import output_candidates
from daglab.notebooks.schedule_line import SCHEDULE_FLAGS, SCHEDULE_OPTIONS
from daglab.notebooks.scope import analyze_cell
from daglab.notebooks.transform import to_python
from daglab.orchestration.locations import LoadedWorkspace

_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "%%asset": (*ASSET_OPTIONS, *ASSET_FLAGS),
    "%%check": (*CHECK_OPTIONS, *CHECK_FLAGS),
    "%%op": OP_OPTIONS,
    "%%sensor": (*SENSOR_OPTIONS, *SENSOR_FLAGS),
    "%schedule": (*SCHEDULE_OPTIONS, *SCHEDULE_FLAGS),
    "%materialize": ("--all", "--processes"),
    "%load_asset": ("--as",),
    "%runs": ("-n",),
    "%daglab": ("--quiet", "--verbose"),
    "%dag": (),
}
_FLAGS: Final = frozenset({*ASSET_FLAGS, *CHECK_FLAGS, *SENSOR_FLAGS, *SCHEDULE_FLAGS, "--all", "--quiet", "--verbose"})
_TAKE_KEYS: Final = frozenset({"%%check", "%schedule", "%materialize", "%load_asset"})
_LINE: Final = re.compile(r"(?P<magic>%%?\w+)[ \t](?P<rest>.*)", re.DOTALL)
# What a key or an option may hold; what stands before it (a comma, "+", "(", a quote) stays.
_FRAGMENT: Final = re.compile(r"[\w./\-]*\Z")
_MOST: Final = 500


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What may stand in place of the fragment before the cursor."""

    fragment: str
    words: tuple[str, ...]


class MagicCompletion:
    """Completes the lines of the magics; one of IPython's matchers.

    Args:
        session: the kernel's.
    """

    matcher_api_version = 2
    matcher_identifier = "daglab"
    matcher_priority = 1000.0

    def __init__(self, session: KernelSession) -> None:
        self._session = session
        self.__qualname__ = "MagicCompletion"

    def __call__(self, context: Any) -> dict[str, Any]:
        """What IPython asks."""
        from IPython.core.completer import SimpleCompletion

        found: Offer | None = None
        with suppress(Exception):  # The tab key is no place for errors; running the line tells them.
            found = offer(context.text_until_cursor, _code_below(context), self._session.workspace)
        if found is None:
            return {"completions": []}
        completions = [SimpleCompletion(text=word, type="magic") for word in found.words]
        return {"completions": completions, "matched_fragment": found.fragment, "suppress": True, "ordered": True}


def offer(line: str, code: str | None, workspace: Callable[[], LoadedWorkspace]) -> Offer | None:
    """What may come next on a line.

    Args:
        line: its text up to the cursor.
        code: what is below it in the cell; None if it is not the first line, where a cell magic is none.
        workspace: gives what there is to choose from.

    Returns:
        None if the line is none of daglab's.
    """
    found = _LINE.fullmatch(line.lstrip())
    magic = found["magic"] if found else ""
    if found is None or magic not in _OPTIONS or (magic.startswith("%%") and code is None):
        return None
    rest = found["rest"]
    last = _FRAGMENT.search(rest)
    fragment = last[0] if last else ""
    option = _open_option(rest[: len(rest) - len(fragment)])
    if option is None and fragment.startswith("-"):
        words: Iterable[str] = (one for one in _OPTIONS[magic] if one not in rest.split())
    else:
        words = _values(magic, option, code or "", workspace)
    chosen = sorted({one for one in words if one.lower().startswith(fragment.lower())})
    return Offer(fragment=fragment, words=tuple(chosen[:_MOST]))


def _open_option(before: str) -> str | None:
    """The option whose value is being written; None where a word stands by itself."""
    words = before.split()
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            is_written = place < len(words) - 1 or not before[-1:].isspace()
            ended = before[-1:].isspace() and (is_written or bool(equals)) and not words[-1].endswith(",")
            return None if ended or name in _FLAGS else name
    return None


def _values(magic: str, option: str | None, code: str, workspace: Callable[[], LoadedWorkspace]) -> Iterable[str]:
    if option is None:
        if magic == "%%asset":
            return output_candidates(analyze_cell(to_python(code)))
        return workspace().graph.nodes if magic in _TAKE_KEYS else ()
    if option == "--severity":
        return ("ERROR", "WARN")
    if option == "--job":
        return (one.name for one in workspace().jobs)
    if option in ("--io", "--io-manager"):
        return workspace().resources
    if option in ("--deps", "--assets") or (option, magic) == ("--ins", "%%asset"):
        return workspace().graph.nodes
    specs = (
        [node.spec for node in workspace().graph.nodes.values()] if option in ("--group", "--kinds", "--owners") else []
    )
    if option == "--group":
        return (one.group_name for one in specs if one.group_name and one.group_name != DEFAULT_GROUP)
    return (word for one in specs for word in (one.kinds if option == "--kinds" else one.owners))


def _code_below(context: Any) -> str | None:
    lines = context.full_text.split("\n")
    above = lines[: context.cursor_line]
    return None if any(map(str.strip, above)) else "\n".join(lines[context.cursor_line + 1 :])
