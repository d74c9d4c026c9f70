"""Tags, kinds, owners and group names: the words by which assets are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from daglab.errors import InvalidDefinitionError

DEFAULT_GROUP = "default"
KIND_PREFIX = "dagster/kind/"
MOST_KINDS = 10

_SECTION = r"[\w.-]{1,63}"
_TAG_KEY = re.compile(rf"({_SECTION}/)?{_SECTION}")
_TAG_VALUE = re.compile(r"[\w.-]{0,63}")
_OWN_PREFIXES = ("dagster/", "daglab/")
_GROUP = re.compile(r"\w+(/\w+)*")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_TEAM = "team:"


def checked_tags(tags: Mapping[str, str] | None, owner: str) -> dict[str, str]:
    """Tags as they were given, once all of them are found to be tags.

    Args:
        tags: key to value.
        owner: whose they are, for messages.

    Raises:
        InvalidDefinitionError: keys or values that cannot be; all are listed.
    """
    problems = []
    for key, value in (tags or {}).items():
        own = isinstance(key, str) and key.startswith(_OWN_PREFIXES)
        if not isinstance(key, str) or not (own or _TAG_KEY.fullmatch(key)):
            problems.append(f"the tag key {key!r}")
        elif not isinstance(value, str):
            problems.append(f"the value {value!r} of {key!r}, which is a {type(value).__name__} and no text")
        elif not (own or _TAG_VALUE.fullmatch(value)):
            problems.append(f"the value {value!r} of {key!r}")
    if problems:
        raise InvalidDefinitionError(
            f"{owner} has tags that cannot be: {', '.join(problems)}",
            hint="use letters, digits, '_', '-' and '.', at most 63; a key may have one '/' after a namespace",
        )
    return dict(tags or {})


def kind_tags(kinds: Iterable[str] | None) -> dict[str, str]:
    """The tags that say which kinds an asset has."""
    found = sorted(set(kinds or ()))
    if len(found) > MOST_KINDS:
        raise InvalidDefinitionError(f"{len(found)} kinds are given", hint=f"give at most {MOST_KINDS}")
    return {f"{KIND_PREFIX}{kind}": "" for kind in found}


def kinds_in(tags: Mapping[str, str]) -> frozenset[str]:
    """The kinds that tags say."""
    return frozenset(key.removeprefix(KIND_PREFIX) for key in tags if key.startswith(KIND_PREFIX))


def without_kinds(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that say something else."""
    return {key: value for key, value in tags.items() if not key.startswith(KIND_PREFIX)}


def checked_owners(owners: Iterable[str] | None, owned: str) -> list[str]:
    """Owners as they were given, once all of them are found to be some.

    Raises:
        InvalidDefinitionError: one is neither an e-mail address nor a team.
    """
    found = list(owners or ())
    for one in found:
        text = one if isinstance(one, str) else ""
        if not _EMAIL.fullmatch(text) and not (text.startswith(_TEAM) and len(text) > len(_TEAM)):
            raise InvalidDefinitionError(
                f"{owned} has the owner {one!r}", hint="give an e-mail address, or a team as 'team:name'"
            )
    return found


def checked_group(group_name: str | None) -> str | None:
    """A group's name as it was given, once it is found to be one.

    Raises:
        InvalidDefinitionError: it is empty, or holds other characters than letters, digits, "_" and "/".
    """
    if group_name is not None and not (isinstance(group_name, str) and _GROUP.fullmatch(group_name)):
        raise InvalidDefinitionError(
            f"{group_name!r} is no name of a group", hint="use letters, digits and '_', and '/' between nested groups"
        )
    return group_name
