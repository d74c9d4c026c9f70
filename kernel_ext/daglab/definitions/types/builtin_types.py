"""The types of Python's own classes."""

from __future__ import annotations

from daglab.definitions.types.builtin_loaders import dict_loader
from daglab.definitions.types.containers import ListType
from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.python_object_type import InstanceType, PythonObjectType
from daglab.definitions.types.scalars import ANY, BOOL, FLOAT, INT, STRING

NONE = InstanceType(type(None), "None", name="None", expected="None")
LIST = ListType(ANY)
DICT = PythonObjectType(dict, "PythonDict", loader=dict_loader(), description="A Python dict, whatever is in it.")
SET = PythonObjectType(set, "PythonSet", description="A Python set, whatever is in it.")
TUPLE = PythonObjectType(tuple, "PythonTuple", description="A Python tuple, whatever is in it.")

BUILTIN_TYPES: dict[type, DataType] = {
    bool: BOOL,
    dict: DICT,
    float: FLOAT,
    int: INT,
    list: LIST,
    set: SET,
    str: STRING,
    tuple: TUPLE,
}


class ContainerName:
    """A name such as `List`, that stands for lists of anything; in brackets it takes the type of what is inside.

    Args:
        name: the name.
        bare_type: what it stands for without brackets.
    """

    def __init__(self, name: str, bare_type: DataType) -> None:
        self._name = name
        self.bare_type = bare_type

    def __repr__(self) -> str:
        return self._name
