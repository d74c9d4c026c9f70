"""All figures, as `make bench` prints them."""

from __future__ import annotations

import analysing_cells
import asset_graphs
import first_asset
import flights_notebook
import importing
import indexing_notebooks
import memory
import papermill_command
import planning_assets
import trivial_assets
from measure import Figure, print_figures


def main() -> None:
    """Measures one after the other, so that none disturbs another, and prints one table."""
    figures: list[Figure] = []
    modules = (
        importing,
        first_asset,
        trivial_assets,
        asset_graphs,
        planning_assets,
        analysing_cells,
        indexing_notebooks,
        memory,
        flights_notebook,
        papermill_command,
    )
    for module in modules:
        print(f"  {(module.__doc__ or '').splitlines()[0]}", flush=True)
        figures += module.measure()
    print_figures(figures)


if __name__ == "__main__":
    main()
