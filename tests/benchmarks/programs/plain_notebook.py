"""A notebook without its magics: what any tool that runs cells in order can run."""

import sys

import nbformat


def read_plain(path: str) -> nbformat.NotebookNode:
    """The notebook at a path, its lines that start with a percent sign dropped."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
    return notebook


if __name__ == "__main__":
    nbformat.write(read_plain(sys.argv[1]), sys.argv[2])
