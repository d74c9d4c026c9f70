"""Loads the notebooks of a folder: for the first time, in a new process, or after one of them changed."""

import ast
import json
import sys
import time
from pathlib import Path

folder, what = Path(sys.argv[1]), sys.argv[2]


def parse():
    for path in sorted(folder.glob("*.ipynb")):
        with open(path) as file:
            for cell in json.load(file)["cells"]:
                source = "".join(cell["source"])
                ast.parse(source.partition("\n")[2] if source.startswith("%%") else source)


def load(index):
    workspace = load_workspace(workspace_specs(["*.ipynb"], folder), index=index)
    assert not workspace.errors, workspace.errors


if what != "parse":
    from daglab.orchestration.index_files import IndexFiles
    from daglab.orchestration.location_specs import workspace_specs
    from daglab.orchestration.locations import load_workspace
    from daglab.orchestration.notebook_index import NotebookIndex

    home = folder / ".daglab"
    home.mkdir(exist_ok=True)
    index = NotebookIndex(IndexFiles(home))
if what == "change":
    load(index)
    one = folder / "n0005.ipynb"
    one.write_text(one.read_text().replace("range(10)", "range(11)"))

wall, cpu = time.perf_counter(), time.process_time()
if what == "parse":
    parse()
else:
    load(index)
print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
