"""What went wrong, in a form that can be stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An exception of user code, or of ours, as text.

    Args:
        kind: the exception's class name.
        message: its message.
        frames: the user's frames, outermost first, as Python prints them; ours are left out.
        cause: what it was raised from.
        hint: what to do, where we know it.
    """

    kind: str
    message: str
    frames: tuple[str, ...] = ()
    cause: Failure | None = None
    hint: str = ""

    @property
    def headline(self) -> str:
        """Kind and message in one line."""
        first = self.message.strip().splitlines()
        return f"{self.kind}: {first[0]}" if first else self.kind

    def render(self) -> str:
        """The whole story, as Python would print it."""
        lines = [*self.frames, f"{self.kind}: {self.message}" if self.message else self.kind]
        if self.hint:
            lines.append(f"  → {self.hint}")
        text = "\n".join(lines)
        if self.cause is None:
            return text
        return f"{self.cause.render()}\n\nwhich led to\n\n{text}"
