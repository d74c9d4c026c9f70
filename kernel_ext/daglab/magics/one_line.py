"""What a cell shows when it has been recorded: one quiet line."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from daglab.execution.ports import StepOutcome
from daglab.foundation.text import format_bytes, format_duration, plural
from daglab.records.assets import CheckEvaluation, Materialization

_QUIET = (
    "color:var(--jp-ui-font-color2,#757575);font-size:var(--jp-ui-font-size1,13px);"
    "font-family:var(--jp-ui-font-family,sans-serif)"
)
_STRONG = "color:var(--jp-ui-font-color1,inherit)"
_PASSED = "color:var(--jp-success-color1,#388e3c)"
_FAILED = "color:var(--jp-error-color1,#d32f2f)"
_WARNED = "color:var(--jp-warn-color1,#b26a00)"


@dataclass(frozen=True, kw_only=True)
class OneLine:
    """A line of parts: a bold first one, a coloured one perhaps, and plain ones.

    Args:
        subject: what it is about.
        parts: what there is to say.
        verdict: a word that is coloured, and its style.
    """

    subject: str
    parts: Sequence[str] = ()
    verdict: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        """The line without markup."""
        return " · ".join([self.subject, *([self.verdict[0]] if self.verdict else []), *self.parts])

    @property
    def markup(self) -> str:
        """The line as HTML in the colours of the front end."""
        pieces = [f'<span style="{_STRONG}">{html.escape(self.subject)}</span>']
        if self.verdict:
            pieces.append(f'<span style="{self.verdict[1]}">{html.escape(self.verdict[0])}</span>')
        pieces += [html.escape(part) for part in self.parts]
        return f'<div style="{_QUIET}">{" · ".join(pieces)}</div>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.markup}


def outcome_lines(outcome: StepOutcome, seconds: float) -> list[OneLine]:
    """The lines for what a cell has made and for the verdicts it has given."""
    made = [_made_line(one, seconds) for one in outcome.materializations]
    return made + [_check_line(one, seconds) for one in outcome.checks]


def _made_line(made: Materialization, seconds: float) -> OneLine:
    stored = made.stored
    rows = [plural(stored.rows, "row")] if stored and stored.rows is not None else []
    size = [format_bytes(stored.size)] if stored and stored.size is not None else []
    return OneLine(subject=made.asset_key, parts=[*rows, format_duration(seconds), *size])


def _check_line(check: CheckEvaluation, seconds: float) -> OneLine:
    style = _PASSED if check.passed else _WARNED if check.severity.value == "WARN" else _FAILED
    word = "✓ passed" if check.passed else "✗ failed" + (" (warning)" if check.severity.value == "WARN" else "")
    message = [check.message] if check.message else []
    subject = f"{check.asset_key}: {check.check_name}"
    return OneLine(subject=subject, verdict=(word, style), parts=[*message, format_duration(seconds)])
