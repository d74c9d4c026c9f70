"""The assets that a notebook may read although it does not make them, by what a cell may call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

# To find the nearest of very many names takes longer than all the rest.
_MOST_SUGGESTED = 2_000


class NamedKeys(Protocol):
    """What the names that nothing in a notebook binds may mean."""

    def named(self, name: str) -> tuple[str, ...]:
        """The keys that a name may mean, none if nothing has it, several if it does not say which."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Names to suggest."""
        ...


class SettledKeys:
    """The keys of names of which it is known already what they mean.

    Args:
        keys: by name.
    """

    def __init__(self, keys: Mapping[str, str] | None = None) -> None:
        self._keys = keys or {}

    def named(self, name: str) -> tuple[str, ...]:
        """The key that a name means, if it means one."""
        return (self._keys[name],) if name in self._keys else ()

    def __iter__(self) -> Iterator[str]:
        """Names to suggest."""
        return iter(self._keys)


class KeyNames:
    """Keys by name: the whole key, or its last part. Made once for all notebooks of a workspace.

    Args:
        keys: keys as text.

    Example:
        >>> KeyNames(["raw/orders", "orders", "raw/prices"]).named("orders", hidden=frozenset())
        ('orders',)
        >>> KeyNames(["raw/orders", "old/orders"]).named("orders", hidden=frozenset({"old/orders"}))
        ('raw/orders',)
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._by_name: dict[str, dict[str, None]] = {}
        self.add(keys)

    def add(self, keys: Iterable[str]) -> None:
        """Adds further keys."""
        for key in sorted(set(keys)):
            for name in (key, key.rpartition("/")[2]):
                self._by_name.setdefault(name, {})[key] = None

    def named(self, name: str, *, hidden: frozenset[str]) -> tuple[str, ...]:
        """The keys that a name may mean; one that is the name exactly goes before those that end with it.

        Args:
            name: a key, or the last part of one.
            hidden: keys that do not count.
        """
        found = tuple(key for key in self._by_name.get(name, ()) if key not in hidden)
        return (name,) if name in found else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


class KnownKeys:
    """What one notebook can know of other assets, and which names it asked for.

    Args:
        elsewhere: keys of the rest of the workspace.
        own: keys that the notebook's asset cells make; they hide equal ones elsewhere.
        functions: keys of assets that its plain cells define as functions.
    """

    def __init__(self, elsewhere: KeyNames, *, own: Iterable[str] = (), functions: Iterable[str] = ()) -> None:
        self._elsewhere = elsewhere
        self._functions = KeyNames(functions)
        self._hidden = frozenset(own)
        self.asked: set[str] = set()

    def named(self, name: str) -> tuple[str, ...]:
        """The keys that a name may mean, none if nothing has it, several if it does not say which."""
        self.asked.add(name)
        found = dict.fromkeys(
            (*self._functions.named(name, hidden=frozenset()), *self._elsewhere.named(name, hidden=self._hidden))
        )
        return (name,) if name in found else tuple(sorted(found))

    def __iter__(self) -> Iterator[str]:
        """Names to suggest."""
        yield from self._functions
        yield from islice(self._elsewhere, _MOST_SUGGESTED)


def relevant(elsewhere: KeyNames, asked: Iterable[str], own: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """What of the rest of a workspace a notebook that asks for these names has to do with."""
    return {name: found for name in sorted(asked) if (found := elsewhere.named(name, hidden=own))}
