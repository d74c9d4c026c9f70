"""Writes `docs/reference/*.md` from the docstrings; with `--check`, only says whether they are up to date."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

from entries import described_by, entry

import daglab
from daglab import errors
from daglab.public_names import ALIASES, HOMES

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/reference.py from the docstrings; do not edit. -->\n"

# The pages, and which names stand on them: the first page whose pattern fits "<module>.<name>" has the name.
PAGES = {
    "errors": ("Errors", r"errors\."),
    "metadata": ("Metadata", r"definitions\.(metadata|table_metadata)\."),
    "types": ("Types", r"definitions\.types\."),
    "logging": ("Logging", r"definitions\.(loggers|contexts\.logs)\."),
    "partitions": ("Partitions", r"definitions\.partition"),
    "checks": ("Asset checks", r"definitions\.(check_|.*\.(load_)?asset_?checks?_|.*AssetCheck(?!.*Context))"),
    "contexts-and-testing": (
        "Contexts and testing helpers",
        r"definitions\.(contexts|invocation|io_contexts\.build_contexts)|.*\.(build_resources|build_init_\w+|InitResourceContext)$"
        r"|.*(instance_for_test|Context$)|.*build_\w*_context$|testing",
    ),
    "config": ("Config", r"definitions\.config\."),
    "io-managers": ("IO managers", r"io_managers\.|.*(IOManager|io_manager|InputManager|input_manager)|.*io_contexts"),
    "resources": ("Resources", r"definitions\.(resources\.|resource_)"),
    "pipes": ("Pipes", r"execution\.pipes\."),
    "schedules-and-sensors": (
        "Schedules, sensors and automation",
        r"definitions\.(automation|run_request|freshness_policy)|.*Automation|.*automation",
    ),
    "results-and-events": ("Results and events", r"definitions\.(results|user_events|user_errors|data_version)\."),
    "execution-and-instance": (
        "Execution and instance",
        r"(orchestration|history|execution|records|run_store|magics|notebooks)\.|definitions\.(executors?|executors_at_hand|reconstructable)\.|foundation\.",
    ),
    "ops-graphs-and-jobs": (
        "Ops, graphs and jobs",
        r"definitions\.(op_|graph_de|job_|nodes|dependencies|dynamic|hooks|retries|composition)",
    ),
    "assets": ("Assets and definitions", r"definitions\."),
}

# Words of older releases, as they are met in articles and answers, and what they are today.
OLD_WORDS = {
    "`pipeline`, `@pipeline`, `PipelineDefinition`": "a job, `@job`, `JobDefinition`; or assets, and no job at all",
    "`solid`, `@solid`, `SolidDefinition`": "an op: `@op`, `OpDefinition`",
    "`lambda_solid`": "`@op`: a function without a context parameter is enough",
    "`composite_solid`, `CompositeSolidDefinition`": "a graph: `@graph`, `GraphDefinition`",
    "`InputDefinition`, `OutputDefinition`": "`In`, `Out`",
    "`mode`, `ModeDefinition`": "one job for each: `graph.to_job(resource_defs=...)`",
    "`preset`, `PresetDefinition`": "`@job(config=...)`, `graph.to_job(config=...)`, or a `RunConfig` under a name",
    "`execute_pipeline(pipeline, run_config)`": "`job.execute_in_process(run_config=...)`; "
    "`execute_job(reconstructable(job), instance)` for steps in processes of their own",
    "`execute_solid(solid)`": "a call: `op(...)`, with `build_op_context()` where it takes a context",
    "`PipelineExecutionResult`, `SolidExecutionResult`": "`ExecuteInProcessResult`, `JobExecutionResult`",
    "`PipelineRun`": "`Run`",
    "`SolidExecutionContext`": "`OpExecutionContext`",
    "`solid_selection=['*some_solid+', 'other_solid']`": "`op_selection=['*some_op+', 'other_op']`; "
    "`*` before or after a name means all of that side, each `+` one step of it",
    "`solids:` in run config": "`ops:`",
    "`EventMetadataEntry`": "`metadata={...}` with plain values or `MetadataValue`",
    "`Materialization`": "`AssetMaterialization`; `MaterializeResult` from an asset",
    "`repository`": "`Definitions`; `@repository` works, and a notebook needs neither",
    "`workspace`, `workspace.yaml`": "`locations` in `[tool.daglab]`",
    "Dagit": "the live graph in JupyterLab",
    "`dagster pipeline execute -f x.py`": "`daglab job execute -f x.py`; for assets `daglab materialize -f x.ipynb`",
    "software-defined asset": "an asset: `%%asset` on a cell, or `@asset`",
}


def main() -> int:
    """Writes or checks; gives the exit code."""
    pages = {f"{page}.md": NOTE + "\n" + text for page, text in _pages().items()}
    if "--check" not in sys.argv:
        FOLDER.mkdir(exist_ok=True)
        for left_over in {one.name for one in FOLDER.glob("*.md")} - pages.keys():
            (FOLDER / left_over).unlink()
        for file, text in pages.items():
            (FOLDER / file).write_text(text, encoding="utf-8")
        return 0
    written = {one.name: one.read_text(encoding="utf-8") for one in FOLDER.glob("*.md")}
    stale = sorted(file for file in written.keys() | pages.keys() if written.get(file) != pages.get(file))
    if stale:
        sys.stderr.write(f"{', '.join(stale)}: not what the docstrings say; run: python docs/reference.py\n")
    return 1 if stale else 0


def _pages() -> dict[str, str]:
    names_of: dict[str, list[str]] = {page: [] for page in PAGES}
    for name in sorted(HOMES, key=lambda one: (one.casefold(), one)):
        names_of[page_of(name)].append(name)
    pages = {page: _page(page, names) for page, names in names_of.items()}
    return pages | {"index": _index(names_of), "names": _names()}


def page_of(name: str) -> str:
    """The page on which a name stands."""
    place = f"{HOMES[name]}.{name}"
    return next(page for page, (_, pattern) in PAGES.items() if re.match(pattern, place))


def _page(page: str, names: list[str]) -> str:
    groups: dict[object, list[str]] = {}
    for name in names:
        described = described_by(name)
        own = described is getattr(daglab, name)
        groups.setdefault(name if own else id(described), []).append(name)
    about = [inspect.cleandoc(errors.__doc__ or "")] if page == "errors" else []
    return "\n\n".join([f"# {PAGES[page][0]}", *about, *(entry(group) for group in groups.values())]) + "\n"


def _index(names_of: dict[str, list[str]]) -> str:
    lines = ["# Reference", "", "Everything that `import daglab` gives. Every example is run by the tests.", ""]
    for page, (title, _) in sorted(PAGES.items(), key=lambda one: one[1][0]):
        lines += [f"## [{title}]({page}.md)", "", ", ".join(f"`{name}`" for name in names_of[page]), ""]
    lines += [
        "## [Names from elsewhere](names.md)",
        "",
        "What a name of Dagster, or of its older releases, is called here.",
    ]
    return "\n".join(lines) + "\n"


def _names() -> str:
    aliases = "\n".join(f"| `{alias}` | {_link(name)} |" for alias, name in sorted(ALIASES.items()))
    words = "\n".join(f"| {old} | {today} |" for old, today in OLD_WORDS.items())
    return f"""# Names from elsewhere

Who comes from Dagster changes `from dagster import ...` to `from daglab import ...`: public names keep their
parameters and what they do, and the names of this table work under both spellings.

| Dagster's name | daglab's own |
|---|---|
{aliases}

## What differs

- A key is its written form: `AssetKey("raw/orders")` is `AssetKey(["raw", "orders"])`, and `str(key)` is `raw/orders`.
- Where Dagster raises an error of its internal checks, daglab raises one of its own, such as `InvalidDefinitionError`.
- A step that is interrupted (`KeyboardInterrupt`) cancels its run; what was made until then is kept.
- A fixed local time that comes twice on a day fires at its first occurrence.
- A run config that sets one field of a resource leaves the others as they were given.
- Results of asset jobs are loaded from where they are stored, so that a long run does not fill the memory.
- A message of an external process (Pipes) that nobody understands is left out, and those after it are read; a process
  that does not end when it is interrupted is killed. [Pipes](../pipes.md) tells more.
- Deprecated parameters, such as `compute_kind`, are left out.

Not there yet: what fires schedules and sensors by itself, automation conditions, backfills, a queue of runs,
and notebooks as single steps.

## Words of older releases

Articles and answers of past years use words that Dagster itself has given up. What they mean today:

| old | today |
|---|---|
{words}
"""


def _link(name: str) -> str:
    return f"[`{name}`]({page_of(name)}.md#{name.lower()})"


if __name__ == "__main__":
    sys.exit(main())
