"""The installed distributions that modules come from, and their versions."""

from __future__ import annotations

import json
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

_METADATA = (".dist-info", ".egg-info")
_Folders = tuple[tuple[str, int], ...]


def installed_versions(module: str) -> dict[str, str]:
    """The distributions that a top-level module comes from, and their versions; empty where nothing tells.

    Only metadata is read, once for each module until something is installed or removed. The answer is that of
    `importlib.metadata.packages_distributions`, which reads the metadata of everything. What is installed in
    editable form is left out: its code is the user's own.

    Args:
        module: the first part of the module's name.

    Example:
        >>> list(installed_versions("yaml"))
        ['PyYAML']
    """
    return dict(_versions(module, _installations()))


def is_installed(path: str) -> bool:
    """Whether a file lies where distributions are installed, or is part of Python itself.

    Example:
        >>> is_installed(os.__file__)
        True
    """
    return path.startswith(_library_folders()) or "site-packages" in path or "dist-packages" in path


@cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {os.path.join(paths[name], "") for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return tuple(found | {os.path.join(site.getusersitepackages(), "")})


def _installations() -> _Folders:
    """The folders with installed distributions, and when something in each was last installed or removed."""
    found = []
    for entry in dict.fromkeys(sys.path):
        if is_installed(os.path.join(entry, "")):
            try:
                found.append((entry, os.stat(entry).st_mtime_ns))
            except OSError:
                continue
    return tuple(found)


@lru_cache(maxsize=4096)
def _versions(module: str, folders: _Folders) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for folder, written in folders:
        for information in _information_folders(folder, written):
            if _provides(information, module) and not _is_editable(information):
                name, version = _name_and_version(information)
                found.setdefault(name, version)
    return tuple(sorted(found.items()))


@lru_cache(maxsize=64)
def _information_folders(folder: str, written: int) -> tuple[Path, ...]:
    return tuple(Path(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(_METADATA))


def _provides(information: Path, module: str) -> bool:
    """Whether a distribution has a module of that name at its top."""
    top_level = _read(information / "top_level.txt")
    if top_level is not None:
        return module in top_level.decode("utf-8", "replace").split()
    lines = b"\n" + (_read(information / "RECORD") or b"")
    name = module.encode()
    return any(b"\n" + name + ending in lines for ending in (b"/", b".py,", b".so,", b".pyd,", b".cpython-", b".abi3."))


def _is_editable(information: Path) -> bool:
    try:
        found = json.loads(_read(information / "direct_url.json") or b"{}")
    except ValueError:
        return False
    return bool(found.get("dir_info", {}).get("editable"))


def _name_and_version(information: Path) -> tuple[str, str]:
    metadata = _read(information / "METADATA") or _read(information / "PKG-INFO") or b""
    facts = dict(_fields(metadata.decode("utf-8", "replace")))
    stem = information.name.rpartition(".")[0]
    return facts.get("Name") or stem.partition("-")[0], facts.get("Version") or stem.partition("-")[2]


def _fields(metadata: str) -> Iterator[tuple[str, str]]:
    for line in metadata.splitlines():
        name, colon, value = line.partition(":")
        if not line or not colon:
            return  # The fields end at the first empty line.
        if name in ("Name", "Version"):
            yield name, value.strip()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
