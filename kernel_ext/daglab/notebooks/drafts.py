"""Asset cells before it is known whether they can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from daglab.errors import suggest
from daglab.notebooks.analysis import RefusedAsset
from daglab.notebooks.directive import AssetDirective
from daglab.notebooks.naming import output_candidates
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.slicer import Slice


@dataclass(kw_only=True, slots=True)
class AssetDraft:
    """An asset cell on its way; `message` says why it is refused."""

    parsed: ParsedCell
    directive: AssetDirective
    names: tuple[str, ...]
    message: str | None = None
    line: int | None = None
    slice: Slice = field(default_factory=Slice)
    deps: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The asset keys of its names."""
        return tuple(map(self.directive.key_of, self.names))

    def refused(self) -> RefusedAsset:
        """What is left to show of it if it cannot be used."""
        return RefusedAsset(names=self.names, keys=self.keys, cell=self.parsed.cell, message=self.message or "")


def draft_asset(parsed: ParsedCell) -> AssetDraft:
    """Finds the names that an asset cell hands on."""
    directive = parsed.directive
    if not isinstance(directive, AssetDirective):
        return AssetDraft(parsed=parsed, directive=AssetDirective(), names=(), message=parsed.problem, line=parsed.line)
    names = directive.names
    message = parsed.problem
    if message is None and names:
        message = _unbound_outputs(parsed, names)
    elif message is None:
        names = output_candidates(parsed.names)
        message = _unclear_output(names)
    return AssetDraft(parsed=parsed, directive=directive, names=names, message=message, line=parsed.line)


def _unbound_outputs(parsed: ParsedCell, names: Sequence[str]) -> str | None:
    bound = parsed.names.all_binds
    missing = [name for name in names if name not in bound]
    if not missing or parsed.names.dynamic or parsed.names.star_imports:
        return None
    public = sorted(name for name in bound if not name.startswith("_"))
    found = f"it binds {', '.join(public)}" if public else "it binds no name"
    advice = suggest(missing[0], public) or f"{found}; assign to {missing[0]!r}, or name what it makes there"
    return f"the cell does not bind {', '.join(map(repr, missing))}, which its first line names; {advice}"


def _unclear_output(candidates: Sequence[str]) -> str | None:
    if len(candidates) == 1:
        return None
    if not candidates:
        return "it binds no public name, so there is nothing to keep; assign the result, or write %%asset NAME"
    listed = ", ".join(candidates)
    return f"it may mean any of {listed}; write %%asset NAME with one of them (or several)"
