"""Loading and unloading."""

from __future__ import annotations

from live_kernel import LiveKernel

HEAVY = ("alembic", "pydantic", "pandas", "anywidget", "ipywidgets", "graphviz", "rich", "nbformat", "papermill")


def test_loading_is_light_and_unloading_leaves_nothing(own_kernel: LiveKernel) -> None:
    own_kernel.has_file = False
    own_kernel.start()
    look = (
        "_shell = get_ipython(); _state = lambda: (len(_shell.ast_transformers), "
        "len(_shell.input_transformer_manager.cleanup_transforms), sorted(_shell.builtin_trap.auto_builtins), "
        "{kind: sorted(table) for kind, table in _shell.magics_manager.magics.items()}, "
        "{name: len(each) for name, each in _shell.events.callbacks.items()})"
    )
    own_kernel.run(look)
    before = own_kernel.run("_state()").result
    own_kernel.load()
    assert own_kernel.run("%%asset\nfirst = 1").status == "ok"
    assert own_kernel.run(f"import sys; [name for name in {HEAVY!r} if name in sys.modules]").result == "[]"
    loaded = own_kernel.run("_state()").result
    assert own_kernel.run("%load_ext daglab").status == "ok"
    assert own_kernel.run("_state()").result == loaded
    assert own_kernel.run("%reload_ext daglab").status == "ok"
    assert own_kernel.run("_state()").result == loaded
    assert own_kernel.run("%%asset\nsecond = first + 1\nsecond").result == "2"
    assert own_kernel.run("%unload_ext daglab").status == "ok"
    assert own_kernel.run("_state()").result == before
    assert "%%asset" in own_kernel.run("%%asset\nthird = 1").printed + own_kernel.run("%%asset\nthird = 1").traceback


def test_the_magics_say_how_they_are_written(kernel: LiveKernel) -> None:
    for question, answer in (
        ("%%asset?", "--key-prefix"),
        ("%%check?", "--blocking"),
        ("%materialize?", "--processes"),
    ):
        request = kernel.client.execute(question)
        kernel.wait(request)
        reply = kernel.client.session  # the pager's text is in the reply; ask the shell instead
        assert reply is not None
        name = question.strip("%?")
        kind = "cell" if question.startswith("%%") else "line"
        text = kernel.run(f"get_ipython().find_magic('{name}', '{kind}').__doc__").result
        assert text is not None
        assert answer in text
    assert kernel.run("%%asset?").status == "ok"


def test_wrong_arguments_are_one_clear_line(kernel: LiveKernel) -> None:
    ran = kernel.run("%materialize --al")
    assert "UsageError: %materialize: '--al' is not known; did you mean '--all'?" in ran.printed + ran.traceback
    assert "Traceback" not in ran.traceback
