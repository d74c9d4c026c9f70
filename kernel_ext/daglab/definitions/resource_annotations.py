"""How a parameter says that it is a resource: `ResourceParam[...]` marks one whose value is a plain object.

Example:
    >>> is_resource_annotation(ResourceParam[list[int]])
    True
"""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

RESOURCE_MARK = "resource_param"

Value = TypeVar("Value")
ResourceParam = Annotated[Value, RESOURCE_MARK]


class TreatAsResourceParam:
    """A base class whose subclasses mark a parameter as a resource by being its annotation.

    Example:
        >>> class Client(TreatAsResourceParam): ...
        >>> is_resource_annotation(Client)
        True
    """

    _is_resource_annotation: ClassVar[bool] = True


def is_resource_annotation(annotation: object) -> bool:
    """Whether a parameter with this annotation takes a resource.

    Args:
        annotation: a resolved annotation: a resource class, `ResourceParam[...]`, or anything else.

    Example:
        >>> is_resource_annotation(int)
        False
    """
    if isinstance(annotation, type):
        return getattr(annotation, "_is_resource_annotation", False) is True
    if getattr(getattr(annotation, "__origin__", None), "_is_resource_annotation", False) is True:
        return True
    return getattr(annotation, "__metadata__", None) == (RESOURCE_MARK,)
