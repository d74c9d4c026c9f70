"""All figures, as `make bench` prints them."""

from __future__ import annotations

import flights_notebook
import importing
import papermill_command
import trivial_assets
from measure import Figure, print_figures


def main() -> None:
    """Measures one after the other, so that none disturbs another, and prints one table."""
    figures: list[Figure] = []
    for module in (importing, trivial_assets, flights_notebook, papermill_command):
        print(f"  {(module.__doc__ or '').splitlines()[0]}", flush=True)
        figures += module.measure()
    print_figures(figures)


if __name__ == "__main__":
    main()
