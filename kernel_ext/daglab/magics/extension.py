"""`%load_ext daglab`, and back."""

from __future__ import annotations

from typing import Any

from daglab.foundation.noted_imports import note_imports
from daglab.magics.cell_hooks import CellHooks
from daglab.magics.commands import Commands
from daglab.magics.completion import MagicCompletion
from daglab.magics.rewriting import HOOK, CallsAroundBody, DirectiveToCall
from daglab.magics.session import KernelSession, session_of

_LOADED = "_daglab_loaded"


class Extension:
    """Everything that daglab puts into one shell, so that it can all be taken out again.

    Args:
        session: the kernel's.
    """

    def __init__(self, session: KernelSession) -> None:
        self._session = session
        self._shell = session.shell
        self._hooks = CellHooks(session)
        self._to_call = DirectiveToCall()
        self._around = CallsAroundBody(lambda: str(self._shell.ast_node_interactivity))
        self._commands = Commands(session)
        self._completion = MagicCompletion(session)
        self._replaced: dict[tuple[str, str], Any] = {}

    def load(self) -> None:
        """Puts everything into the shell."""
        note_imports()
        shell = self._shell
        shell.input_transformer_manager.cleanup_transforms.append(self._to_call)
        shell.ast_transformers.append(self._around)
        shell.builtin_trap.auto_builtins[HOOK] = self._hooks
        shell.events.register("pre_run_cell", self._hooks.before_cell)
        shell.events.register("post_run_cell", self._hooks.after_cell)
        shell.Completer.custom_matchers.append(self._completion)
        for kind, table in self._commands.magics.items():
            registered = shell.magics_manager.magics[kind]
            self._replaced.update({(kind, name): registered.get(name) for name in table})
            registered.update(table)

    def unload(self) -> None:
        """Takes everything out, and puts back what was there before."""
        shell = self._shell
        shell.input_transformer_manager.cleanup_transforms.remove(self._to_call)
        if self._around in shell.ast_transformers:
            shell.ast_transformers.remove(self._around)
        shell.builtin_trap.auto_builtins.pop(HOOK, None)
        shell.Completer.custom_matchers.remove(self._completion)
        shell.events.unregister("pre_run_cell", self._hooks.before_cell)
        shell.events.unregister("post_run_cell", self._hooks.after_cell)
        for (kind, name), earlier in self._replaced.items():
            registered = shell.magics_manager.magics[kind]
            registered.pop(name, None)
            if earlier is not None:
                registered[name] = earlier
        self._session.close_shown()


def load(shell: Any) -> None:
    """Makes a shell know daglab; a second time does nothing."""
    if getattr(shell, _LOADED, None) is not None:
        return
    session = session_of(shell)
    _note_earlier_cells(session)
    extension = Extension(session)
    extension.load()
    setattr(shell, _LOADED, extension)


def unload(shell: Any) -> None:
    """Undoes `load`. What was recorded and which cells were run stays known for the next `load`."""
    extension = getattr(shell, _LOADED, None)
    if extension is not None:
        extension.unload()
        delattr(shell, _LOADED)


def _note_earlier_cells(session: KernelSession) -> None:
    """Cells that were run before daglab was loaded belong to the notebook as well; IPython remembers their text.

    Those that the notebook's file does not hold are left out: they came from elsewhere.
    """
    history = session.shell.history_manager
    known = {one.source for one in session.log}
    for source in history.input_hist_raw if history is not None else ():
        if source.strip() and source not in known:
            session.log.note(source, cell_id=None, at=0.0)
