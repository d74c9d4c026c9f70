"""A notebook open in JupyterLab, its cells and its live graph, as a user handles them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, expect

CURRENT = "window.jupyterapp.shell.currentWidget"

# Statuses of the cards, by key; a card that is not drawn yet is not there.
_STATUSES = """() => Object.fromEntries(
  [...document.querySelectorAll('.jp-OutputArea .daglab-card')].map(card => [card.dataset.key, card.dataset.status])
)"""

# What the cards showed, in order and without repetitions, from now on.
_RECORD = """() => {
  window.seenStatuses = {};
  const note = card => {
    const seen = (window.seenStatuses[card.dataset.key] ??= []);
    if (seen.at(-1) !== card.dataset.status) seen.push(card.dataset.status);
  };
  const cards = document.querySelectorAll('.jp-OutputArea .daglab-card');
  cards.forEach(card => {
    note(card);
    new MutationObserver(() => note(card)).observe(card, {attributes: true, attributeFilter: ['data-status']});
  });
}"""


def write_notebook(path: Path, cells: list[str]) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text, id=f"cell-{place}") for place, text in enumerate(cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, path)


class NotebookPage:
    """The notebook in front, with a kernel that takes cells."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext !== undefined")
        page.evaluate(f"async () => {{ await {CURRENT}.sessionContext.ready; }}")
        self.await_idle()

    def await_idle(self) -> None:
        """What is run before the kernel is idle is lost."""
        self.page.wait_for_function(f"() => {CURRENT}.sessionContext.session?.kernel?.status === 'idle'")

    def command(self, name: str) -> None:
        self.page.evaluate("async name => { await window.jupyterapp.commands.execute(name); }", name)

    # ---- cells

    def source(self, index: int, text: str) -> None:
        """Types into a cell, replacing what was there."""
        self.page.evaluate(
            f"([index, text]) => {CURRENT}.content.widgets[index].model.sharedModel.setSource(text)", [index, text]
        )

    def run(self, *indexes: int) -> None:
        """Runs cells, one after the other, and waits until they are done."""
        for index in indexes:
            self.start(index)
            self.page.wait_for_function("() => window.cellIsDone")

    def start(self, index: int) -> None:
        """Runs a cell and does not wait."""
        self.page.evaluate(
            f"""index => {{
              {CURRENT}.content.activeCellIndex = index;
              window.cellIsDone = false;
              window.jupyterapp.commands.execute('notebook:run-cell').then(() => {{ window.cellIsDone = true; }});
            }}""",
            index,
        )

    def append(self, text: str) -> int:
        """Adds a cell at the end."""
        return int(
            self.page.evaluate(
                f"""text => {{
                  const model = {CURRENT}.content.model.sharedModel;
                  model.insertCell(model.cells.length, {{cell_type: 'code', source: text}});
                  return model.cells.length - 1;
                }}""",
                text,
            )
        )

    def run_text(self, text: str) -> str:
        """Runs a new cell and gives the text of its output."""
        index = self.append(text)
        self.run(index)
        return self.text(index)

    def text(self, index: int) -> str:
        """What a cell has put out, as plain text, errors included."""
        return str(
            self.page.evaluate(
                f"""index => {CURRENT}.content.widgets[index].model.outputs.toJSON().map(output =>
                  output.text ?? output.traceback?.join('\\n') ?? output.data['text/plain']).flat().join('')
                  .replace(/\\x1b\\[[0-9;]*m/g, '')""",
                index,
            )
        )

    def output(self, index: int) -> Locator:
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}'] .jp-OutputArea")

    def execute(self, text: str) -> None:
        """Runs code that is in no cell."""
        self.page.evaluate(
            f"""async code => {{
              const reply = await {CURRENT}.sessionContext.session.kernel.requestExecute({{code, silent: true}}).done;
              if (reply.content.status !== 'ok') throw new Error(JSON.stringify(reply.content));
            }}""",
            text,
        )

    # ---- the live graph

    @property
    def graph(self) -> Locator:
        return self.page.locator(".jp-OutputArea .daglab")

    def card(self, key: str) -> Locator:
        return self.graph.locator(f".daglab-card[data-key='{key}']")

    def act(self, action: str) -> Locator:
        """A button of the graph, by what it does."""
        return self.graph.locator(f"[data-daglab='{action}']")

    def details(self, key: str) -> Locator:
        """Selects a card and gives the details that open."""
        self.card(key).click()
        expect(self.graph.locator(".daglab-details-name")).to_have_text(key)
        return self.graph.locator(".daglab-details")

    def statuses(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(_STATUSES)
        return found

    def await_statuses(self, **expected: str) -> None:
        """Waits until the cards show these statuses."""
        try:
            self.page.wait_for_function(
                f"expected => {{ const found = ({_STATUSES})();"
                " return Object.entries(expected).every(([key, status]) => found[key] === status); }",
                arg=expected,
            )
        except Exception as error:
            raise AssertionError(f"expected {expected}, the graph shows {self.statuses()}") from error

    def record(self) -> None:
        """Notes from now on what the cards show."""
        self.page.evaluate(_RECORD)

    def recorded(self) -> dict[str, list[str]]:
        found: dict[str, Any] = self.page.evaluate("() => window.seenStatuses")
        return found
