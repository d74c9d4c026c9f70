from __future__ import annotations

import enum

from daglab.definitions.config.config import Config
from daglab.definitions.config.env_var import EnvVar
from daglab.definitions.config.run_config import RunConfig, as_run_config, storable_run_config


class Load(Config):
    rows: int = 1
    token: str = EnvVar("TOKEN")


LOAD = {"config": {"rows": 1, "token": {"env": "TOKEN"}}}


def test_config_objects_become_dicts() -> None:
    config = RunConfig(
        ops={"a": Load(), "b": {"config": {"x": 1}}, "g": {"ops": {"inner": Load()}}, "c": {"config": Load()}},
        resources={"db": Load()},
        loggers={"console": {"config": {}}},
        execution={"config": {"in_process": {}}},
    )
    assert config.to_config_dict() == {
        "loggers": {"console": {"config": {}}},
        "resources": {"db": LOAD},
        "ops": {"a": LOAD, "b": {"config": {"x": 1}}, "g": {"ops": {"inner": LOAD}}, "c": LOAD},
        "execution": {"config": {"in_process": {}}},
    }


def test_empty_run_config() -> None:
    assert RunConfig().to_config_dict() == {"loggers": {}, "resources": {}, "ops": {}, "execution": {}}
    assert as_run_config(None) == {}
    assert as_run_config(RunConfig(ops={"a": Load()}))["ops"] == {"a": LOAD}


def test_equal_if_they_say_the_same() -> None:
    assert RunConfig({"a": Load()}) == RunConfig({"a": LOAD})
    assert RunConfig({"a": Load()}) != RunConfig({"a": Load(rows=2)})


class Mode(enum.Enum):
    FAST = 1


def test_stored_form_holds_names_only() -> None:
    given = {"ops": {"a": Load(), "b": {"config": [EnvVar.int("N"), Mode.FAST, (1,)]}}}
    assert storable_run_config(given) == {"ops": {"a": LOAD, "b": {"config": [{"env": "N"}, "FAST", [1]]}}}
