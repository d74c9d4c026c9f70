"""How a run goes, in the output of a cell."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Protocol

from IPython.display import display

from daglab.foundation.text import format_duration
from daglab.records.runs import Run, StepRecord, StepStatus

_BOX = "font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px)"
_TRACK = "height:3px;margin:4px 0;width:320px;max-width:100%;background:var(--jp-border-color2,#e0e0e0)"
_ERROR = "color:var(--jp-error-color1,#d32f2f)"
_DONE = (StepStatus.SUCCESS, StepStatus.SKIPPED)


class Progress(Protocol):
    """Shows how a run goes."""

    def show(self, run: Run, steps: Sequence[StepRecord]) -> None:
        """Takes what is known by now."""
        ...

    def say(self, text: str) -> None:
        """Takes a word from the one who follows the run."""
        ...


def progress_for(shell: Any) -> Progress:
    """What the front end can show: outputs that change, or lines."""
    return UpdatedProgress() if getattr(shell, "kernel", None) is not None else PrintedProgress()


class UpdatedProgress:
    """One output that changes as the run goes on."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._word = ""
        self._shown: tuple[str, str] | None = None

    def show(self, run: Run, steps: Sequence[StepRecord]) -> None:
        """Updates the output if it would look different."""
        bundle = (progress_text(run, steps, self._word), progress_markup(run, steps, self._word))
        if bundle == self._shown:
            return
        self._shown = bundle
        data = {"text/plain": bundle[0], "text/html": bundle[1]}
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True)

    def say(self, text: str) -> None:
        """Shows it from the next update on."""
        self._word = text


class PrintedProgress:
    """One line for each step that ends."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def show(self, run: Run, steps: Sequence[StepRecord]) -> None:
        """Prints what has ended since."""
        for step in steps:
            if step.step_key not in self._told and step.ended_at is not None:
                self._told.add(step.step_key)
                print(_step_line(step, f"{len(self._told)}/{len(steps)}"))  # noqa: T201

    def say(self, text: str) -> None:
        """Prints it."""
        print(text)  # noqa: T201


def progress_text(run: Run, steps: Sequence[StepRecord], word: str = "") -> str:
    """How the run goes, as text."""
    return "\n".join([_headline(run, steps, word), *(step.failure.render() for step in steps if step.failure)])


def progress_markup(run: Run, steps: Sequence[StepRecord], word: str = "") -> str:
    """How the run goes, as HTML in the colours of the front end."""
    share = 100 * sum(step.status in _DONE for step in steps) / (len(steps) or 1)
    failed = any(step.failure for step in steps)
    color = "var(--jp-error-color1,#d32f2f)" if failed else "var(--jp-brand-color1,#1976d2)"
    bar = f'<div style="{_TRACK}"><div style="height:100%;width:{share:.0f}%;background:{color}"></div></div>'
    failures = "".join(
        f'<div style="{_ERROR}">{html.escape(step.step_key)}</div><pre>{html.escape(step.failure.render())}</pre>'
        for step in steps
        if step.failure
    )
    return f'<div style="{_BOX}">{html.escape(_headline(run, steps, word))}{bar}{failures}</div>'


def _headline(run: Run, steps: Sequence[StepRecord], word: str) -> str:
    running = [step.step_key for step in steps if step.status is StepStatus.STARTED]
    done = sum(step.status in _DONE for step in steps)
    parts = [f"{done}/{len(steps)}" if steps else "starting a clean process"]
    if run.status.is_finished:
        parts.append(run.status.value.lower())
    elif running:
        parts.append(", ".join(running))
    if run.started_at and run.ended_at:
        parts.append(format_duration((run.ended_at - run.started_at).total_seconds()))
    return " · ".join([*parts, *([word] if word and not run.status.is_finished else [])])


def _step_line(step: StepRecord, place: str) -> str:
    seconds = [format_duration(step.seconds)] if step.seconds is not None else []
    parts = [place, step.step_key, step.status.value.lower(), *seconds, *([step.reason] if step.reason else [])]
    return " · ".join(parts) + (f"\n{step.failure.render()}" if step.failure else "")
