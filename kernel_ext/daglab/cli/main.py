"""The command line: `daglab`."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Any

import click

from daglab.errors import DaglabError, suggest
from daglab.foundation.version import __version__

FAILED = 1
REFUSED = 2
INTERRUPTED = 130

# Where each command lives; imported when it is used, so that none waits for what another one needs.
_COMMANDS = {
    "analyze": "analyze.analyze",
    "asset": "assets.asset",
    "assets": "assets.assets",
    "definitions": "definitions.definitions",
    "graph": "graph.graph",
    "job": "jobs.job",
    "jobs": "jobs.jobs",
    "logs": "logs.logs",
    "materialize": "materialize.materialize",
    "promote": "promote.promote_command",
    "prune": "prune.prune",
    "run": "runs.run",
    "runs": "runs.runs",
    "verify": "verify.verify",
}


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        nearest = suggest(arguments[0], _COMMANDS)
        if arguments[0] not in _COMMANDS and nearest:
            context.fail(f"there is no command {arguments[0]!r}; {nearest}")
        return super().resolve_command(context, arguments)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[name].partition(".")
        command: click.Command = getattr(import_module(f"daglab.cli.{module}"), attribute)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="daglab")
@click.option("--home", type=click.Path(file_okay=False), help="The folder that daglab keeps its things in.")
def daglab(home: str | None) -> None:
    """The notebook is the pipeline: materialize assets, follow runs, look at the graph.

    Exit codes: 0 done, 1 a run or check failed, 2 refused, 130 interrupted.
    """
    if home:
        os.environ["DAGLAB_HOME"] = os.path.abspath(home)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # A terminal of few characters is no reason to fail.
    try:
        code: Any = daglab.main(args=arguments, prog_name="daglab", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return REFUSED
    except DaglabError as error:
        click.echo(f"{click.style('error', fg='red')}: {error}", err=True)
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about it when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    main()
