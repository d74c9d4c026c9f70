"""What %autoreload has done to modules: it may bring their functions up to date without loading them again."""

from __future__ import annotations

import sys
from typing import Any


def patched_modules(shell: Any) -> dict[str, str]:
    """The text that modules were brought up to date with, by name; those that failed to be are left out."""
    magics = shell.magics_manager.registry.get("AutoreloadMagics")
    reloader = getattr(magics, "_reloader", None)
    if not getattr(reloader, "enabled", False):
        return {}
    known = getattr(getattr(reloader, "deduper_reloader", None), "source_by_modname", {})
    failed = getattr(reloader, "failed", {})
    files = {name: getattr(sys.modules.get(name), "__file__", None) for name, text in known.items() if text}
    return {name: known[name] for name, file in files.items() if file is not None and file not in failed}
