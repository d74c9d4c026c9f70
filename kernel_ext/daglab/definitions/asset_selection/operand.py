"""What every part of a selection can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Set
from dataclasses import dataclass

from daglab.definitions.asset_selection.scope import CheckName, Scope


@dataclass(frozen=True, kw_only=True)
class Operand(ABC):
    """One part of a selection: it means assets and checks of whatever graph it is evaluated over."""

    @abstractmethod
    def keys(self, scope: Scope) -> Set[str]:
        """The assets that it means.

        Raises:
            InvalidSubsetError: an asset that it names is not there.
        """

    def checks(self, scope: Scope) -> Set[CheckName]:
        """The checks that it means: those of its assets, unless it says otherwise."""
        keys = self.keys(scope)
        return {name for name in scope.check_names if name[0] in keys}

    @property
    def is_compound(self) -> bool:
        """Whether its text needs parentheses inside of another."""
        return False

    def text(self) -> str:
        """The text that means the same.

        Raises:
            NotImplementedError: there is none.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be written as text")

    def operand_text(self) -> str:
        """Its text as a part of another."""
        return f"({self.text()})" if self.is_compound else self.text()
