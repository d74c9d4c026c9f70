from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from daglab.definitions.config.config import Config
from daglab.definitions.config.config_mapping import ConfigMapping, config_mapping
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.config.job_config import resolve_run_config, validate_run_config
from daglab.definitions.config.node_config import OpRunConfig
from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.config.schema_types import Field
from daglab.definitions.dependencies import DependencyDefinition, InputMapping
from daglab.definitions.graph_decorator import graph as graph_decorator
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.job_decorator import job as job_decorator
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.nodes import In, Out
from daglab.definitions.op_decorator import op as op_decorator
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.types.nothing import Nothing
from daglab.errors import ConfigMappingError, InvalidConfigError


def op(name: str, config_schema: Any = None, **fields: Any) -> OpDefinition:
    return OpDefinition(
        lambda context, inputs: None,
        name,
        config=ConfigSchema.of(config_schema),
        outs=fields.pop("outs", {"result": Out()}),
        **fields,
    )


def graph(name: str, *nodes: Any, **fields: Any) -> GraphDefinition:
    return GraphDefinition(name, node_defs=list(nodes), **fields)


def job(*nodes: Any, **fields: Any) -> Any:
    top = fields.pop("graph", None) or graph("top", *nodes)
    return SimpleNamespace(**{"name": "nightly", "graph": top, "resource_defs": {}, **fields})


def texts(made: Any, run_config: Any) -> list[str]:
    with pytest.raises(InvalidConfigError, match="run config of the job 'nightly'") as info:
        resolve_run_config(made, run_config)
    return list(info.value.errors)


FREE = op("free")
ROWS = op("rows", {"n": Field(int, default_value=1)})
STRICT = op("strict", {"n": int})


def test_config_of_ops() -> None:
    found = resolve_run_config(job(FREE, ROWS, STRICT), {"ops": {"strict": {"config": {"n": 2}}}})
    assert {path: one.config for path, one in found.ops.items()} == {
        (): None,
        ("free",): None,
        ("rows",): {"n": 1},
        ("strict",): {"n": 2},
    }


def test_op_without_a_schema_takes_anything() -> None:
    assert resolve_run_config(job(FREE), {"ops": {"free": {"config": [1]}}}).ops[("free",)].config == [1]


def test_all_problems_of_a_run_config_at_once() -> None:
    written = {
        "opz": 1,
        "ops": {"rows": {"config": {"n": "x"}}, "strikt": {}, "free": None},
        "resources": {"db": {}},
        "loggers": {"console": {"config": {"log_level": 3}}},
        "execution": {"config": {"multiprocess": {"max_concurrent": "2"}}},
        "inputs": {"x": 1},
    }
    assert texts(job(FREE, ROWS, STRICT), written) == [
        "root:opz: there is no part 'opz'; did you mean 'ops'?",
        "root:inputs:x: there is no input 'x' to configure; it is connected, or nothing can load it",
        "root:ops:free: expected a dict with 'config', got None",
        "root:ops:rows:config:n: expected an integer, got 'x'",
        "root:ops:strict:config: is missing: expected a dict {n}",
        "root:ops:strikt: there is no op 'strikt' here; did you mean 'strict'?",
        "root:resources:db: there is no resource 'db' here; what can be set: 'io_manager'",
        "root:execution:config:multiprocess:max_concurrent: expected an integer or {'env': NAME}, got '2'",
        "root:loggers:console:config:log_level: expected a string, got 3",
    ]


@pytest.mark.parametrize(
    "written", [3, "ops", ["ops"], {"ops": []}, {"resources": 3}, {"loggers": []}, {"execution": 1}]
)
def test_parts_that_are_no_dicts(written: object) -> None:
    assert len(texts(job(FREE), written)) == 1


def test_config_of_nested_graphs() -> None:
    outer = graph("outer", graph("inner", STRICT), ROWS)
    made = job(outer)
    written = {"ops": {"outer": {"ops": {"inner": {"ops": {"strict": {"config": {"n": 3}}}}}}}}
    assert resolve_run_config(made, written).ops[("outer", "inner", "strict")].config == {"n": 3}
    assert texts(made, {"ops": {"outer": {"config": {}, "ops": {"inner": {"ops": {"strict": {"config": {}}}}}}}}) == [
        "root:ops:outer:config: 'config' cannot be set here; what can be set: 'ops', 'inputs'",
        "root:ops:outer:ops:inner:ops:strict:config:n: is missing: expected an integer",
    ]


def test_graph_with_a_config_mapping() -> None:
    mapping = ConfigMapping(lambda config: {"strict": {"config": {"n": config["k"] + 1}}}, {"k": int})
    made = job(graph("mapped", STRICT, config=mapping))
    found = resolve_run_config(made, {"ops": {"mapped": {"config": {"k": 4}}}})
    assert found.ops[("mapped", "strict")].config == {"n": 5}
    assert texts(made, {"ops": {"mapped": {"config": {"k": "x"}}}}) == [
        "root:ops:mapped:config:k: expected an integer, got 'x'"
    ]
    assert texts(made, {"ops": {"mapped": {"ops": {}}}}) == [
        "root:ops:mapped:ops: 'ops' cannot be set here; what can be set: 'config', 'inputs'",
        "root:ops:mapped:config: is missing: expected a dict {k}",
    ]


def test_config_mapping_that_gives_what_does_not_fit() -> None:
    made = job(graph("mapped", STRICT, config=ConfigMapping(lambda c: {"strict": {"config": {"n": "no"}}}, int)))
    assert texts(made, {"ops": {"mapped": {"config": 1}}}) == [
        "root:ops:mapped:what the config mapping of 'mapped' gave:strict:config:n: expected an integer, got 'no'"
    ]


def test_config_mapping_that_raises() -> None:
    made = job(graph("mapped", STRICT, config=ConfigMapping(lambda c: 1 / 0, int)))
    with pytest.raises(ConfigMappingError, match="ZeroDivisionError"):
        resolve_run_config(made, {"ops": {"mapped": {"config": 1}}})


def test_top_level_graph_with_a_config_mapping() -> None:
    top = graph("top", STRICT, config=ConfigMapping(lambda c: {"strict": {"config": {"n": c}}}, int))
    assert resolve_run_config(job(graph=top), {"ops": {"config": 3}}).ops[("strict",)].config == {"n": 3}
    assert texts(job(graph=top), {"ops": {"config": 3, "strict": {}}}) == [
        "root:ops:strict: there is no part 'strict' here; what can be set: 'config'"
    ]


def test_configured_graph() -> None:
    mapping = ConfigMapping(lambda c: {"strict": {"config": {"n": c["k"]}}}, {"k": int})
    outer = ConfiguredSchema.over(mapping.config_schema, lambda text: {"k": len(text)}, str)
    made = job(graph("mapped", STRICT, config=ConfigMapping(mapping.config_fn, outer)))
    assert resolve_run_config(made, {"ops": {"mapped": {"config": "abc"}}}).ops[("mapped", "strict")].config == {"n": 3}


class Simple(Config):
    n: int


def test_job_with_a_config_mapping_of_a_config_class() -> None:
    @config_mapping
    def simple(value: Simple) -> RunConfig:
        return RunConfig(ops={"strict": {"config": {"n": value.n}}})

    made = job(STRICT, config_mapping=simple)
    assert resolve_run_config(made, {"n": 5}).ops[("strict",)].config == {"n": 5}
    assert resolve_run_config(made, Simple(n=6)).ops[("strict",)].config == {"n": 6}
    with pytest.raises(InvalidConfigError, match="root:n: is missing"):
        resolve_run_config(made, None)


def test_own_run_config_of_a_job_stands_for_what_is_not_given() -> None:
    made = JobDefinition(graph_def=graph("nightly", STRICT), config={"ops": {"strict": {"config": {"n": 9}}}})
    path = ("strict",)
    assert resolve_run_config(made).ops[path].config == {"n": 9}
    assert resolve_run_config(made, {"loggers": {"console": {}}}).ops[path].config == {"n": 9}
    assert resolve_run_config(made, RunConfig(loggers={"console": {}})).ops[path].config == {"n": 9}
    assert resolve_run_config(made, {"ops": {"strict": {"config": {"n": 1}}}}).ops[path].config == {"n": 1}
    assert resolve_run_config(made, {"ops": {}}).ops[path].config == {"n": 9}
    assert len(texts(made, {"ops": {"strict": {}}})) == 1


def test_config_of_ops_that_are_not_selected_is_let_be() -> None:
    made = JobDefinition(graph_def=graph("nightly", STRICT, ROWS)).get_subset(op_selection=["rows"])
    found = resolve_run_config(made, {"ops": {"strict": {"config": "anything"}, "rows": {"config": {"n": 2}}}})
    assert {path: one.config for path, one in found.ops.items() if path} == {("rows",): {"n": 2}}
    assert len(texts(made, {"ops": {"other": {}}})) == 1


def test_job_of_a_decorated_function() -> None:
    @op_decorator
    def count(config: Simple, times: int) -> int:
        return config.n * times

    @graph_decorator
    def inner(times: int) -> int:
        return count(times)

    @job_decorator
    def nightly() -> None:
        inner()

    written = {"ops": {"inner": {"inputs": {"times": 2}, "ops": {"count": {"config": {"n": 3}}}}}}
    found = resolve_run_config(nightly, written)
    assert found.ops[("inner", "count")] == OpRunConfig(Simple(n=3), {"times": 2}, {})
    assert [text.split(": ")[0] for text in texts(nightly, {})] == [
        "root:ops:inner:inputs:times",
        "root:ops:inner:ops:count:config",
    ]


def test_config_object_for_an_op() -> None:
    made = job(op("typed", Simple))
    assert resolve_run_config(made, RunConfig(ops={"typed": Simple(n=2)})).ops[("typed",)].config == Simple(n=2)
    assert validate_run_config(made, RunConfig(ops={"typed": Simple(n=2)}))["ops"]["typed"]["config"] == {"n": 2}


def test_inputs_from_config() -> None:
    read = op("read", ins={"x": In(int), "y": In(str, default_value="d"), "after": In(Nothing)})
    found = resolve_run_config(job(read), {"ops": {"read": {"inputs": {"x": {"value": 3}}}}})
    assert found.ops[("read",)].inputs == {"x": {"value": 3}}
    assert texts(job(read), {"ops": {"read": {"inputs": {"x": "a", "after": 1}}}})[0].startswith(
        "root:ops:read:inputs:after: there is no input 'after' to configure"
    )
    assert texts(job(read), {})[0].startswith("root:ops:read:inputs:x: is missing")


def test_connected_input_cannot_be_configured() -> None:
    read = op("read", ins={"x": In(int)})
    top = graph("top", FREE, read, dependencies={"read": {"x": DependencyDefinition("free")}})
    resolve_run_config(job(graph=top), {})
    assert texts(job(graph=top), {"ops": {"read": {"inputs": {"x": 1}}}}) == [
        "root:ops:read:inputs:x: there is no input 'x' to configure; it is connected, or nothing can load it"
    ]


def test_input_of_a_graph_reaches_the_op() -> None:
    read = op("read", ins={"x": In(int)})
    inner = graph("inner", read, input_mappings=[InputMapping("given", "read", "x")])
    found = resolve_run_config(job(inner), {"ops": {"inner": {"inputs": {"given": 3}}}})
    assert found.ops[("inner", "read")].inputs == {"x": 3}
    found = resolve_run_config(job(graph=inner), {"inputs": {"given": {"value": 4}}})
    assert (found.ops[("read",)].inputs, found.ops[()].inputs) == ({"x": {"value": 4}}, {"given": {"value": 4}})
    assert resolve_run_config(job(graph=inner, input_values={"given": 1}), {}).ops[("read",)].inputs == {}


def resource(schema: Any, **fields: Any) -> Any:
    return SimpleNamespace(config_schema=ConfigSchema.of(schema), **fields)


def test_config_of_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGLAB_TEST_URL", "db://")
    using = op("using", required_resource_keys=frozenset({"db"}))
    db = resource({"url": str}, required_resource_keys=frozenset({"pool"}))
    made = job(using, resource_defs={"db": db, "pool": resource(Simple), "unused": resource({"a": int})})
    written = {"resources": {"db": {"config": {"url": "x"}}, "pool": {"config": {"n": 1}}}}
    assert resolve_run_config(made, written).resources == {"db": {"url": "x"}, "pool": Simple(n=1)}
    assert texts(made, {"resources": {"unused": {"config": {}}, "pol": {}}}) == [
        "root:resources:db:config: is missing: expected a dict {url}",
        "root:resources:pool:config: is missing: expected a dict {n}",
        "root:resources:unused:config:a: is missing: expected an integer",
        "root:resources:pol: there is no resource 'pol' here; did you mean 'pool'?",
    ]


def test_resource_that_is_a_plain_value() -> None:
    made = job(op("using", required_resource_keys=frozenset({"n"})), resource_defs={"n": 3})
    assert resolve_run_config(made, {}).resources == {"n": None}


def test_config_of_an_output() -> None:
    made = job(FREE, resource_defs={"io_manager": resource(None, output_config_schema=ConfigSchema.of({"path": str}))})
    written = {"ops": {"free": {"outputs": {"result": {"path": "x"}}}}}
    assert resolve_run_config(made, written).ops[("free",)].outputs == {"result": {"path": "x"}}
    assert texts(made, {}) == ["root:ops:free:outputs:result: is missing: expected a dict {path}"]


RETRIES = {"retries": {"enabled": {}}}


@pytest.mark.parametrize(
    ("written", "execution"),
    [
        ({}, {"multiprocess": {"max_concurrent": None, **RETRIES}}),
        ({"config": {"in_process": None}}, {"in_process": RETRIES}),
        ({"config": {"multiprocess": {"max_concurrent": 2}}}, {"multiprocess": {"max_concurrent": 2, **RETRIES}}),
    ],
)
def test_execution(written: Any, execution: Any) -> None:
    assert resolve_run_config(job(FREE), {"execution": written}).execution == execution


def test_execution_of_a_given_executor() -> None:
    executor = SimpleNamespace(name="cluster", config_schema=ConfigSchema.of({"workers": int}))
    found = resolve_run_config(job(FREE, executor_def=executor), {"execution": {"config": {"workers": 2}}})
    assert (found.executor, found.execution) == ("cluster", {"workers": 2})
    assert texts(job(FREE, executor_def=executor), {}) == [
        "root:execution:config: is missing: expected a dict {workers}"
    ]
    ignored = resolve_run_config(job(FREE, executor_def=executor), {"execution": {"x": 1}}, any_execution=True)
    assert ignored.execution == {"x": 1}


def asset(name: str, schema: Any = None, **fields: Any) -> Any:
    node = op(name, schema, ins=fields.pop("ins", {}))
    return SimpleNamespace(node=node, keys=frozenset({name}), keys_by_input=fields.pop("keys_by_input", {}))


def test_asset_job() -> None:
    table = asset("raw__orders", {"n": int}, ins={"up": In(int)}, keys_by_input={"up": "up"})
    made = job(assets=(table, asset("other", {"n": int})), selected_keys=frozenset({"raw__orders"}))
    found = resolve_run_config(made, {"ops": {"raw__orders": {"config": {"n": 1}}, "other": {}}})
    assert {path: one.config for path, one in found.ops.items()} == {("raw__orders",): {"n": 1}}
    assert texts(made, {"ops": {"orders": {}}}) == [
        "root:ops:raw__orders:config: is missing: expected a dict {n}",
        "root:ops:orders: there is no op 'orders' here; did you mean 'raw__orders'?",
    ]


def test_validated_run_config_has_all_defaults() -> None:
    found = validate_run_config(job(graph("g", ROWS)), {"loggers": {"console": {}}})
    assert found["ops"] == {
        "g.rows": {"config": {"n": 1}, "inputs": {}, "outputs": None},
        "g": {"config": None, "inputs": {}, "outputs": None},
    }
    assert list(found["execution"]) == ["multi_or_in_process_executor"]
    assert found["resources"] == {}
    assert found["loggers"] == {"console": {"config": {"log_level": "INFO", "name": "daglab"}}}


def test_five_thousand_ops_are_quick() -> None:
    definitions = {f"op_{number}": STRICT for number in range(5_000)}
    top = SimpleNamespace(
        name="top",
        node_dict={name: SimpleNamespace(definition=one) for name, one in definitions.items()},
        dependencies={},
        input_mappings=(),
        ins={},
    )
    written = {"ops": {name: {"config": {"n": 1}} for name in definitions}}
    assert len(resolve_run_config(job(graph=top), written).ops) == 5_001
