from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.names import List
from daglab.definitions.types.resolution import resolve_type
from daglab.definitions.types.type_loader import TypeLoader, type_loader
from daglab.errors import InvalidConfigDefinitionError, InvalidDefinitionError


def load(annotation: object, config: Any) -> Any:
    loader = resolve_type(annotation).loader
    assert loader is not None
    schema = ConfigSchema.of(loader.schema_type)
    assert schema is not None
    processed = schema.process(config)
    assert not processed.problems, processed.problems
    return loader.construct_from_config_value(None, processed.value)


@pytest.mark.parametrize(
    ("annotation", "config", "value"),
    [
        (int, 3, 3),
        (int, {"value": 3}, 3),
        (str, "a", "a"),
        (float, 1.5, 1.5),
        (bool, True, True),
        (Any, {"value": [1, "a"]}, [1, "a"]),
        (list[int], [1, {"value": 2}], [1, 2]),
        (set[int], [1, 1, 2], {1, 2}),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (dict, {"a": [1]}, {"a": [1]}),
        (tuple[int, str], [1, "a"], (1, "a")),
        (int | None, None, None),
        (list[int | None], [None, 3], [None, 3]),
    ],
)
def test_builtin_types_are_loaded_from_config(annotation: object, config: Any, value: object) -> None:
    assert load(annotation, config) == value


def test_values_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"value": 3}))
    (tmp_path / "a.pickle").write_bytes(pickle.dumps(4))
    assert load(int, {"json": {"path": str(tmp_path / "a.json")}}) == 3
    assert load(int, {"pickle": {"path": str(tmp_path / "a.pickle")}}) == 4


def test_config_that_does_not_fit_is_refused() -> None:
    loader = resolve_type(int).loader
    assert loader is not None
    schema = ConfigSchema.of(loader.schema_type)
    assert schema is not None
    assert schema.process("x").problems
    assert schema.process({"valu": 3}).problems


@pytest.mark.parametrize("annotation", [Path, list[Path], dict[int, int], set, tuple[int, Path]])
def test_other_types_have_no_loader(annotation: object) -> None:
    assert resolve_type(annotation).loader is None


def test_function_becomes_a_loader() -> None:
    @type_loader({"name": str}, required_resource_keys={"db"})
    def from_name(context: Any, config: Any) -> str:
        return f"{context} {config['name']}"

    assert isinstance(from_name, TypeLoader)
    assert from_name.construct_from_config_value("c", {"name": "n"}) == "c n"
    assert from_name.required_resource_keys() == {"db"}
    own = DataType(lambda _, value: True, name="Own", loader=from_name)
    assert own.loader is from_name
    inner = List[own].loader
    assert inner is not None
    assert inner.required_resource_keys() == {"db"}


def test_function_takes_context_and_config() -> None:
    with pytest.raises(InvalidDefinitionError, match="from_name"):

        @type_loader(str)  # type: ignore[arg-type]
        def from_name(config: Any) -> str:
            return str(config)


def test_schema_must_be_one() -> None:
    with pytest.raises(InvalidConfigDefinitionError):
        type_loader(3)(lambda context, config: None)


def test_loader_class_gives_back_config_unless_it_says_how() -> None:
    class Plain(TypeLoader):
        @property
        def schema_type(self) -> Any:
            return str

    assert Plain().construct_from_config_value(None, "a") == "a"
    assert Plain().required_resource_keys() == frozenset()
    with pytest.raises(TypeError):
        TypeLoader()  # type: ignore[abstract]
