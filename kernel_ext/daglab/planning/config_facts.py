"""What the class of a config says: its fields with their defaults, which are part of the code that takes it."""

from __future__ import annotations

from typing import Any


def config_facts(kind: Any) -> dict[str, str]:
    """The fields of a config class as text, by name, those of config classes within it included.

    Example:
        >>> from daglab.definitions.config.config import Config
        >>> class Limits(Config):
        ...     highest: int = 9
        >>> config_facts(Limits)
        {'config.highest': 'int = 9'}
    """
    found: dict[str, str] = {}
    waiting, seen = [("config", kind)], {kind}
    while waiting:
        place, one = waiting.pop()
        for name, field in getattr(one, "model_fields", {}).items():
            annotation = field.annotation
            default = "" if field.is_required() else f" = {field.default!r}"
            factory = getattr(field.default_factory, "__qualname__", "") if field.default_factory else ""
            found[f"{place}.{name}"] = f"{getattr(annotation, '__name__', annotation)}{default}{factory}"
            if hasattr(annotation, "model_fields") and annotation not in seen:
                seen.add(annotation)
                waiting.append((f"{place}.{name}", annotation))
    return dict(sorted(found.items()))
