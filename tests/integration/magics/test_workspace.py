"""A kernel in a project of several notebooks and modules: what changes elsewhere is seen without a restart."""

from __future__ import annotations

import json
from pathlib import Path

from live_kernel import LiveKernel

MODULE = "from daglab import asset\nfrom pipeline.numbers import NUMBER\n\n@asset\ndef {name}():\n    return NUMBER\n"


def project(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["*.ipynb", "pipeline.assets"]\n')
    (folder / "pipeline").mkdir()
    (folder / "pipeline" / "__init__.py").write_text("")
    (folder / "pipeline" / "numbers.py").write_text("NUMBER = 1\n")
    (folder / "pipeline" / "assets.py").write_text(MODULE.format(name="base"))
    other(folder, "%%asset orders\norders = [1, 2]")


def other(folder: Path, *cells: str) -> None:
    content = [{"cell_type": "code", "id": f"o{n}", "source": one, "metadata": {}} for n, one in enumerate(cells)]
    text = json.dumps({"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (folder / "other.ipynb").write_text(text)


def known(kernel: LiveKernel) -> dict[str, str]:
    """The assets that the kernel knows, with the code version of each."""
    code = (
        "from daglab.magics.session import session_of as _s\n"
        "_w = _s(get_ipython()).workspace(); str((dict(_w.graph.code_versions), [str(e) for e in _w.errors]))"
    )
    result = kernel.run(code).result
    assert result is not None
    versions, errors = eval(eval(result))
    assert errors == []
    return dict(versions)


def test_changes_of_other_locations_are_seen(own_kernel: LiveKernel) -> None:
    project(own_kernel.folder)
    own_kernel.save(("own", "%%asset\ntotal = sum(orders)"))
    own_kernel.start().load()
    first = known(own_kernel)
    assert sorted(first) == ["base", "orders", "total"]
    other(own_kernel.folder, "%%asset orders\norders = [3, 4]", "%%asset more\nmore = 1")
    second = known(own_kernel)
    assert sorted(second) == ["base", "more", "orders", "total"]
    assert second["orders"] != first["orders"]
    (own_kernel.folder / "pipeline" / "assets.py").write_text(MODULE.format(name="renamed_base"))
    assert sorted(known(own_kernel)) == ["more", "orders", "renamed_base", "total"]


def test_module_that_the_user_has_imported_stays_as_it_was(own_kernel: LiveKernel) -> None:
    project(own_kernel.folder)
    own_kernel.save(("own", "%%asset\na = 1"))
    own_kernel.start().load()
    own_kernel.run("import sys; sys.path.append('.'); from pipeline import numbers; from pipeline.assets import base")
    known(own_kernel)
    (own_kernel.folder / "pipeline" / "numbers.py").write_text("NUMBER = 22\n")
    (own_kernel.folder / "pipeline" / "assets.py").write_text(MODULE.format(name="again"))
    assert "again" in known(own_kernel)
    assert own_kernel.run("numbers.NUMBER, sys.modules['pipeline.numbers'] is numbers, base()").result == "(1, True, 1)"


def test_asset_of_another_notebook_is_loaded_for_a_cell(own_kernel: LiveKernel) -> None:
    project(own_kernel.folder)
    own_kernel.save(("own", "%%asset\ntotal = sum(orders)"))
    own_kernel.start().load()
    ran = own_kernel.run("%%asset\ntotal = sum(orders)", "own")
    assert "it reads the asset 'orders', which was never materialized" in ran.error + ran.traceback
    assert own_kernel.run("%materialize orders").status == "ok"
    assert own_kernel.run("%%asset\ntotal = sum(orders)\ntotal", "own").result == "3"


def test_location_that_breaks_keeps_its_assets_known(own_kernel: LiveKernel) -> None:
    project(own_kernel.folder)
    own_kernel.save(("own", "%%asset\ntotal = sum(orders)"))
    own_kernel.start().load()
    known(own_kernel)
    (own_kernel.folder / "other.ipynb").write_text("{")
    ran = own_kernel.run("%%asset\ntotal = sum(orders)", "own")
    assert ran.status == "error"
    assert "orders" in ran.error + ran.traceback
    code = (
        "from daglab.magics.session import session_of as _s; "
        "[one.message for one in _s(get_ipython()).workspace().refused.values() if one.key == 'orders']"
    )
    assert "the last good version of other.ipynb has it" in str(own_kernel.run(code).result)


def test_asset_in_two_cells_is_refused_by_both_names(own_kernel: LiveKernel) -> None:
    own_kernel.save(("one", "%%asset\ntwice = 1"), ("two", "%%asset\ntwice = 2"))
    own_kernel.start().load()
    for name, source in (("one", "%%asset\ntwice = 1"), ("two", "%%asset\ntwice = 2")):
        ran = own_kernel.run(source, name)
        assert "the asset 'twice' is made by cells 1 and 2" in ran.error + ran.traceback


def test_renamed_op_cell_leaves_no_ghost_where_cells_have_no_ids(own_kernel: LiveKernel) -> None:
    own_kernel.has_file = False
    own_kernel.start().load()
    own_kernel.run("%%op number\nmade = 1")
    own_kernel.run("%%op number\nmade = 2")
    code = (
        "from daglab.magics.session import session_of as _s; "
        "[one.source[:11] for one in _s(get_ipython()).document().cells if one.source.startswith('%%op')]"
    )
    assert own_kernel.run(code).result == "['%%op number']"
