"""Why an asset comes out different from what is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from daglab.records.assets import Materialization


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known of an asset that came out different.

    Args:
        recorded: its latest materialization.
        remade: what a clean process made.
        again: what a second one made; None where it made nothing.
        by_hand: whether a cell that somebody ran in a kernel made what is recorded.
        now: the recorded data version of each asset.
        stored_with: the versions of the libraries that stored what is recorded, as far as they are known.
        remade_with: of those that stored what was made now.
    """

    recorded: Materialization
    remade: Materialization
    again: Materialization | None
    by_hand: bool
    now: Mapping[str, str]
    stored_with: Mapping[str, str] = field(default_factory=dict)
    remade_with: Mapping[str, str] = field(default_factory=dict)


def likely_causes(known: Circumstances) -> tuple[str, ...]:
    """Says why it differs, the surest cause first."""
    return tuple(_found(known)) or (_unknown(known),)


def _found(known: Circumstances) -> Iterator[str]:
    recorded, remade, again = known.recorded, known.remade, known.again
    if again is not None and again.data_version != remade.data_version:
        other = [key for key, version in remade.input_versions.items() if again.input_versions.get(key) != version]
        if other:
            yield f"two clean runs differ, because {_named(other)} came out different in each"
        else:
            yield (
                "it is not deterministic: two clean runs of the same code on the same inputs differ; "
                "seed what is random, and sort what has no order"
            )
    if recorded.code_version != remade.code_version:
        if known.by_hand:
            yield (
                "hidden state: it was run by hand, with another text of its cell, or of a helper, than the notebook has"
            )
        else:
            yield "its code changed since it was materialized"
    yield from _of_inputs(known)
    yield from changed_libraries(known.stored_with, known.remade_with)


def changed_libraries(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Says which libraries have other versions than those that stored a value.

    Example:
        >>> list(changed_libraries({"pandas": "2.3.0"}, {"pandas": "3.0.1"}))
        ['the environment differs: it was stored with pandas 2.3.0, and now there is pandas 3.0.1']
    """
    others = [name for name in before if after.get(name, before[name]) != before[name]]
    if others:
        was, now = (", ".join(f"{name} {versions[name]}" for name in others) for versions in (before, after))
        yield f"the environment differs: it was stored with {was}, and now there is {now}"


def _of_inputs(known: Circumstances) -> Iterator[str]:
    was, now = known.recorded.input_versions, known.remade.input_versions
    older = [key for key in was if key in now and was[key] not in (now[key], known.now.get(key))]
    remade = [key for key in was if key in now and was[key] == known.now.get(key) != now[key]]
    if older:
        yield f"it was made from an older version of {_named(older)}"
    if remade:
        yield f"its input {_named(remade)} came out different, too"
    for word, keys in (("gone from", was.keys() - now.keys()), ("new among", now.keys() - was.keys())):
        if keys:
            yield f"{word} its inputs: {_named(sorted(keys))}"


def _unknown(known: Circumstances) -> str:
    if known.by_hand:
        return (
            "hidden state: code and inputs are as recorded, so the kernel in which it was run by hand held something "
            "else: a variable of a plain cell, an option, a random state; or a file or service it reads has changed"
        )
    return (
        "code and inputs are as recorded: a file or service that it reads has changed, "
        "or the versions of Python or of libraries have"
    )


def _named(keys: list[str]) -> str:
    return ", ".join(map(repr, keys))
