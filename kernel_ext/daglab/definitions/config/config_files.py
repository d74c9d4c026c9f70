"""Run config that lies in YAML files."""

from __future__ import annotations

import glob
import importlib.resources
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from daglab.errors import InvariantViolationError


def config_from_files(config_files: Sequence[str]) -> Mapping[str, Any]:
    """Run config merged from YAML files; later ones win.

    Args:
        config_files: paths, or patterns such as `config/*.yaml`.

    Raises:
        InvariantViolationError: a path or pattern that fits no file, a file that is no YAML, or is no dict.

    Example:
        >>> config_from_files([])
        {}
    """
    paths: list[str] = []
    for pattern in config_files:
        found = sorted(glob.glob(str(pattern), recursive=True))
        if not found:
            raise InvariantViolationError(f"no file fits {str(pattern)!r}", hint=f"paths are relative to {Path.cwd()}")
        paths += found
    return _merged((path, Path(path).read_text(encoding="utf-8")) for path in paths)


def config_from_yaml_strings(yaml_strings: Sequence[str]) -> Mapping[str, Any]:
    """Run config merged from YAML texts; later ones win.

    Raises:
        InvariantViolationError: a text that is no YAML, or is no dict.

    Example:
        >>> config_from_yaml_strings(["ops: {load: {config: 1}}", "ops: {save: {config: 2}}"])
        {'ops': {'load': {'config': 1}, 'save': {'config': 2}}}
    """
    return _merged((f"text {position}", text) for position, text in enumerate(yaml_strings, 1))


def config_from_pkg_resources(pkg_resource_defs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """Run config merged from YAML files that come with Python packages; later ones win.

    Args:
        pkg_resource_defs: pairs of a package and a file in it.

    Raises:
        InvariantViolationError: a file that is not there, is no YAML, or is no dict.

    Example:
        >>> config_from_pkg_resources([])
        {}
    """
    return _merged((f"{package}/{name}", _resource_text(package, name)) for package, name in pkg_resource_defs)


def _resource_text(package: str, name: str) -> str:
    try:
        return importlib.resources.files(package).joinpath(name).read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError) as error:
        raise InvariantViolationError(
            f"the package {package!r} has no file {name!r}", hint="is it part of what is installed?"
        ) from error


def _merged(texts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]  # slow to load, and few definitions read files

    config: dict[str, Any] = {}
    for source, text in texts:
        try:
            loaded = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InvariantViolationError(f"{source} is no YAML: {error}", hint="mend the file") from error
        if loaded is None:
            continue
        if not isinstance(loaded, dict):
            raise InvariantViolationError(
                f"{source} holds {type(loaded).__name__}, not a dict", hint="run config begins with ops: or resources:"
            )
        _merge(config, loaded)
    return config


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value
