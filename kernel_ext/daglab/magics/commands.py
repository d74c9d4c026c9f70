"""The line magics, and the help of the cell magics."""

from __future__ import annotations

from collections.abc import Callable

from IPython.display import display

from daglab.errors import InvalidInvocationError
from daglab.magics.arguments import LineArguments
from daglab.magics.session import KernelSession
from daglab.notebooks.directive import ASSET_USAGE, CHECK_USAGE
from daglab.notebooks.function_cells import OP_USAGE, SENSOR_USAGE
from daglab.notebooks.schedule_line import SCHEDULE_USAGE

_FIRST_LINE = "%%{} works only as the first line of a cell, and only after %load_ext daglab in the same kernel"


class Commands:
    """The magics of one kernel.

    Args:
        session: the kernel's.
    """

    def __init__(self, session: KernelSession) -> None:
        self._session = session
        line = {
            "materialize": self.materialize,
            "dag": self.dag,
            "runs": self.runs,
            "daglab": self.daglab,
            "schedule": self.schedule,
            "load_asset": self.load_asset,
        }
        self.magics: dict[str, dict[str, Callable[..., object]]] = {
            "line": dict(line),
            "cell": {
                usage.split()[0].removeprefix("%%"): _with_usage(usage)
                for usage in (ASSET_USAGE, CHECK_USAGE, OP_USAGE, SENSOR_USAGE)
            },
        }

    def materialize(self, line: str) -> None:
        """Makes assets of this notebook in a clean process.

        %materialize [SELECTION] [--all] [--processes N]

        The notebook counts as it stands, what was run and not saved included; the kernel stays as it is. Without a
        SELECTION: all assets. What is fresh is left alone.

        SELECTION        "key", "+key" (with what it needs), "key+" (with what needs it), group:raw, "a or b", *
        --all            make what is fresh, too
        --processes N    that many steps side by side

        Interrupting the cell cancels the run. Variables of this kernel that are older versions of what was made are
        loaded again by the next %%asset cell that reads them.
        """
        from daglab.magics.materializing import materialize

        parser = LineArguments("materialize", "Makes assets in a clean process.")
        parser.add_argument("selection", nargs="*", metavar="SELECTION")
        parser.add_argument("--all", action="store_true")
        parser.add_argument(
            "--processes", type=int, default=self._session.instance.home.settings.processes, metavar="N"
        )
        given = parser.read(line)
        if given.processes < 1:
            parser.error(f"--processes is a whole number from 1, not {given.processes}")
        materialize(self._session, " ".join(given.selection), force=given.all, processes=given.processes)

    def dag(self, line: str) -> None:
        """Shows the live graph of this notebook and its project."""
        from daglab.magics.showing_graph import show_graph

        LineArguments("dag", "Shows the live graph.").read(line)
        show_graph(self._session)

    def runs(self, line: str) -> None:
        """Lists the last runs, newest first.

        %runs [-n N]
        """
        from daglab.magics.tables import runs_table

        parser = LineArguments("runs", "Lists the last runs.")
        parser.add_argument("-n", type=int, default=10, metavar="N")
        found = self._session.instance.store.runs(limit=max(parser.read(line).n, 1))
        display(runs_table(found))  # type: ignore[no-untyped-call]

    def schedule(self, line: str) -> None:
        """Says when a schedule of this notebook would fire next."""
        from daglab.magics.scheduling import show_times

        show_times(self._session, line)

    schedule.__doc__ = SCHEDULE_USAGE

    def load_asset(self, line: str) -> None:
        """Puts the stored values of assets into variables, the latest ones.

        %load_asset KEY [KEY ...] [--as NAME]

        KEY          an asset key, or the last part of one; the variable is called as that part
        --as NAME    another variable, for one KEY

        Nothing is made, and what the kernel held by that name is replaced. A cell that reads an asset needs no such
        line: what it reads is loaded for it.
        """
        from daglab.magics.loading_assets import load_assets

        parser = LineArguments("load_asset", "Loads stored values.")
        parser.add_argument("keys", nargs="+", metavar="KEY")
        parser.add_argument("--as", dest="name", metavar="NAME")
        given = parser.read(line)
        load_assets(self._session, given.keys, given.name)

    def daglab(self, line: str) -> None:
        """Says where things are kept, what this notebook declares, and which magics there are.

        %daglab [--quiet | --verbose]

        With --quiet, cells no longer say what they have recorded; --verbose undoes that.
        """
        from daglab.magics.tables import status_text

        parser = LineArguments("daglab", "Says where things are kept.")
        parser.add_argument("--quiet", action="store_true")
        parser.add_argument("--verbose", action="store_true")
        given = parser.read(line)
        if given.quiet or given.verbose:
            self._session.is_quiet = bool(given.quiet)
        else:
            print(status_text(self._session))  # noqa: T201


def _with_usage(usage: str) -> Callable[..., object]:
    name = usage.split()[0].removeprefix("%%")

    def refuse(line: str, cell: str | None = None) -> None:
        raise InvalidInvocationError(_FIRST_LINE.format(name), hint="put the other cell magic on the second line")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = usage
    return refuse
