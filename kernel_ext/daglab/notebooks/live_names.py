"""What a kernel gives to code beyond Python: `display`, top-level `await`, `get_ipython()`."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import inspect
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def show(*values: object, **options: Any) -> None:
    """`display` where there may be no front end: IPython decides how, and it is imported only now."""
    from IPython.display import display

    display(*values, **options)  # type: ignore[no-untyped-call]


class EventLoop:
    """One event loop for all of a program's top-level `await`, made when it is first needed."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None
        self._thread: ThreadPoolExecutor | None = None

    def finish(self, value: object) -> object:
        """Waits for a coroutine that running a code object has given; anything else is returned as it is."""
        if not inspect.iscoroutine(value) or value.cr_code.co_name not in ("<module>", "<lambda>"):
            return value
        if self._runner is None:
            self._runner = asyncio.Runner()
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                pass
            else:
                # A thread has one loop, and this one's is taken (a kernel's, say).
                self._thread = ThreadPoolExecutor(max_workers=1)
        if self._thread is None:
            return self._runner.run(value)
        context = contextvars.copy_context()
        return self._thread.submit(self._runner.run, value, context=context).result()

    def close(self) -> None:
        """Ends the loop and what still runs in it."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        if self._thread is None:
            runner.close()
        else:
            self._thread.submit(runner.close).result()
            self._thread.shutdown()


class BorrowedShell:
    """Stands for `get_ipython`: makes a shell on the program's namespace when it is first called."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._shell: Any = None

    def __call__(self) -> Any:
        """What code that was once a magic calls."""
        if self._shell is None:
            self._shell = _shell_on(self._namespace)
            self._namespace["get_ipython"] = self
        return self._shell

    def close(self) -> None:
        """Lets the shell go; what it has put into the namespace stays."""
        if self._shell is not None:
            # What it would do at exit includes emptying the namespace, which is the result by now.
            atexit.unregister(self._shell.atexit_operations)
            self._shell = None

    def __reduce__(self) -> tuple[object, ...]:
        # A function that a program makes may be pickled with its globals, and this one is among them.
        return (BorrowedShell, ({},))


def _shell_on(namespace: dict[str, Any]) -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.autocall = 0
    main = sys.modules["__main__"]
    hooks = sys.displayhook, sys.excepthook
    try:
        make: Any = InteractiveShell
        return make(user_ns=namespace, config=config)
    finally:
        # The new shell makes itself the program's main module; other threads of this process have another one.
        sys.modules["__main__"] = main
        sys.displayhook, sys.excepthook = hooks
