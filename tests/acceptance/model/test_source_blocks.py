"""Programs as an introduction to data orchestration prints them: each runs, and does what the text around it says.

The texts are as printed. What they leave to the reader (a file, a model, a warehouse) is supplied by the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import daglab
from daglab import (
    AssetKey,
    DagsterInvalidDefinitionError,
    DagsterResourceFunctionError,
    DagsterTypeCheckDidNotPass,
    DailyPartitionsDefinition,
    Definitions,
    RunConfig,
    asset,
    build_init_resource_context,
    build_op_context,
    build_sensor_context,
    daily_partitioned_config,
    define_asset_job,
    job,
    materialize,
    op,
)

CUSTOMER_ASSETS = """\
@asset
def customer_data():
    return pd.read_csv("customers.csv")

@asset
def enriched_customer_data(customer_data):
    # Enhance customer data with additional information
    return add_demographic_data(customer_data)

@asset
def customer_segments(enriched_customer_data):
    # Create customer segments using clustering
    model = train_clustering_model(enriched_customer_data)
    return model.predict(enriched_customer_data)
"""

OPS_AND_JOB = """\
@op
def extract_data(context):
    context.log.info("Extracting data from source")
    return {"raw_data": [1, 2, 3, 4, 5]}

@op
def transform_data(context, input_data):
    context.log.info(f"Transforming data: {input_data}")
    return {"transformed_data": [x * 10 for x in input_data["raw_data"]]}

@op
def load_data(context, input_data):
    context.log.info(f"Loading data: {input_data}")
    return "Data loaded successfully"

@job
def etl_pipeline():
    load_data(transform_data(extract_data()))
"""

TYPE_SYSTEM = """\
from daglab import op, In, Out, job, DagsterType
from typing import List, Dict
import pandas as pd

def is_valid_customer_data(_, value):
    if not isinstance(value, pd.DataFrame):
        return False
    return set(["customer_id", "name", "email"]).issubset(value.columns)

CustomerData = DagsterType(
    name="CustomerData",
    type_check_fn=is_valid_customer_data,
    description="A dataset of customer information with required fields"
)

@op(out=Out(CustomerData))
def extract_customer_data():
    df = pd.read_csv("customers.csv")
    return df

@op(ins={"customers": In(CustomerData)})
def process_customer_data(customers):
    # Process with confidence that the data has the expected structure
    return customers.groupby("customer_segment").agg({"purchases": "sum"})
"""

TESTING = """\
from daglab import build_op_context, materialize
import pytest

def test_transform_operation():
    # Create a test context
    context = build_op_context()

    # Test the transform_data op with sample input
    result = transform_data(context, {"raw_data": [1, 2, 3]})

    # Verify output
    assert result["transformed_data"] == [10, 20, 30]

def test_customer_segment_asset():
    # Materialize an asset with test dependencies
    result = materialize(
        [customer_segments],
        resources={
            "database": mock_database_resource()
        }
    )

    # Verify the materialization was successful
    assert result.success
"""

RESOURCES = """\
from daglab import resource, op, job

@resource
def database_connection(init_context):
    connection_string = init_context.resource_config["connection_string"]
    return create_db_connection(connection_string)

@op(required_resource_keys={"database"})
def store_results(context, data):
    # Access the database connection through the context
    db = context.resources.database
    db.store(data)
    return "Success"

@job(resource_defs={"database": database_connection})
def analytics_pipeline():
    raw_data = extract_data()
    results = process_data(raw_data)
    store_results(results)
"""

MACHINE_LEARNING = """\
@asset
def training_data():
    return load_and_preprocess_data()

@asset
def feature_engineering(training_data):
    return create_features(training_data)

@asset
def trained_model(feature_engineering):
    features, labels = split_features_and_labels(feature_engineering)
    model = train_model(features, labels)
    return model

@asset
def model_evaluation(trained_model, feature_engineering):
    features, labels = get_test_data(feature_engineering)
    metrics = evaluate_model(trained_model, features, labels)
    return metrics

@asset
def deployed_model(trained_model, model_evaluation):
    if model_evaluation["accuracy"] > 0.85:
        deployed = deploy_to_production(trained_model)
        return {"model_id": deployed.id, "version": deployed.version}
    else:
        raise Exception("Model accuracy below threshold, not deploying")
"""

WAREHOUSE = """\
@asset
def raw_sales_data():
    return extract_from_sales_system()

@asset
def raw_customer_data():
    return extract_from_crm()

@asset
def customer_dimension(raw_customer_data):
    return transform_into_dimension(raw_customer_data)

@asset
def sales_fact(raw_sales_data, customer_dimension):
    return create_fact_table(raw_sales_data, customer_dimension)

@asset
def revenue_by_segment(sales_fact, customer_dimension):
    return calculate_revenue_metrics(sales_fact, customer_dimension)

@asset
def executive_dashboard(revenue_by_segment):
    return generate_dashboard_data(revenue_by_segment)
"""

WEBSITE_LOGS = """\
@asset
def extracted_website_logs():
    return extract_logs_from_s3()

@asset
def transformed_logs(extracted_website_logs):
    return parse_and_structure_logs(extracted_website_logs)

@asset
def user_sessions(transformed_logs):
    return sessionize_logs(transformed_logs)

@asset
def session_metrics(user_sessions):
    return calculate_session_metrics(user_sessions)

@asset
def analytics_database(session_metrics):
    load_to_database(session_metrics)
    return {"status": "loaded", "timestamp": datetime.now().isoformat()}
"""

PARTITIONS = """\
from daglab import asset, AssetIn, daily_partitioned_config

@daily_partitioned_config(start_date="2023-01-01")
def my_partition_config(start, _end):
    return {"date": start.strftime("%Y-%m-%d")}

@asset(
    config_schema={"date": str},
    partitions_def=daily_partitions,
)
def daily_sales(context):
    date = context.op_config["date"]
    return load_sales_for_date(date)
"""

SENSORS = """\
from daglab import sensor, RunRequest, SensorResult

@sensor(job=process_new_files)
def new_file_sensor(context):
    new_files = check_for_new_files()
    if not new_files:
        return SensorResult(skip_reason="No new files found")

    run_requests = []
    for file in new_files:
        run_requests.append(
            RunRequest(
                run_key=f"file_arrival_{file.name}",
                run_config={"ops": {"process_file": {"config": {"file_path": file.path}}}}
            )
        )

    return SensorResult(run_requests=run_requests)
"""

HELLO = """\
# In file_system.py
from daglab import asset

@asset
def hello_dagster():
    return "Hello, Dagster!"
"""

MATERIALIZE_HELLO = """\
from daglab import materialize
from file_system import hello_dagster

result = materialize([hello_dagster])
"""

CUSTOMERS = """\
customer_id,name,email,customer_segment,purchases
1,Ada,ada@example.org,loyal,120
2,Björn,bjoern@example.org,new,15
3,Chioma,chioma@example.org,loyal,80
"""

Run = Callable[..., ModuleType]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a text as a module of its own, in a folder that has `customers.csv`, with what the text leaves undefined."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")

    def execute(text: str, name: str = "printed", **supplied: Any) -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        module = ModuleType(name)
        module.__file__ = str(path)
        vars(module).update(supplied)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(text, path, "exec"), vars(module))
        return module

    return execute


def assets_of(module: ModuleType) -> list[Any]:
    return [value for value in vars(module).values() if isinstance(value, daglab.AssetsDefinition)]


class Database:
    """Keeps what is stored in it."""

    def __init__(self, connection_string: str = "") -> None:
        self.connection_string = connection_string
        self.stored: list[object] = []

    def store(self, data: object) -> None:
        self.stored.append(data)


class ThresholdModel:
    """Says yes above a threshold."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def predict(self, values: list[float]) -> list[bool]:
        return [value > self.threshold for value in values]


class SegmentModel:
    """Puts customers into segments by their age."""

    def predict(self, customers: pd.DataFrame) -> list[str]:
        return ["young" if age < 40 else "grown" for age in customers["age"]]


# ---- software-defined assets


def customer_module(run: Run) -> ModuleType:
    return run(
        CUSTOMER_ASSETS,
        asset=asset,
        pd=pd,
        add_demographic_data=lambda customers: customers.assign(age=[36, 51, 24]),
        train_clustering_model=lambda customers: SegmentModel(),
    )


def test_customer_assets_are_made_in_the_order_of_their_dependencies(run: Run) -> None:
    module = customer_module(run)
    result = materialize(assets_of(module))
    assert result.success
    made = [event.asset_key for event in result.get_asset_materialization_events()]
    assert made == [AssetKey("customer_data"), AssetKey("enriched_customer_data"), AssetKey("customer_segments")]
    assert list(result.asset_value("customer_data")["name"]) == ["Ada", "Björn", "Chioma"]
    assert list(result.output_for_node("enriched_customer_data")["age"]) == [36, 51, 24]
    assert result.asset_value(AssetKey(["customer_segments"])) == ["young", "grown", "young"]


def test_customer_assets_know_what_they_are_made_from(run: Run) -> None:
    module = customer_module(run)
    assert module.customer_data.dependency_keys == set()
    assert module.enriched_customer_data.dependency_keys == {AssetKey("customer_data")}
    assert module.customer_segments.dependency_keys == {AssetKey("enriched_customer_data")}
    keys = Definitions(assets=assets_of(module)).resolve_asset_graph().get_all_asset_keys()
    assert set(keys) == {AssetKey(name) for name in ("customer_data", "enriched_customer_data", "customer_segments")}


def test_customer_asset_called_directly_is_its_function(run: Run) -> None:
    customers = pd.DataFrame({"name": ["Ada", "Björn", "Chioma"]})
    enriched = customer_module(run).enriched_customer_data(customers)
    assert list(enriched.columns) == ["name", "age"]


# ---- ops and jobs


def ops_module(run: Run) -> ModuleType:
    return run(OPS_AND_JOB, name="ops", op=op, job=job)


def test_etl_pipeline_runs_its_ops_one_after_the_other(run: Run) -> None:
    result = ops_module(run).etl_pipeline.execute_in_process()
    assert result.success
    assert [event.step_key for event in result.get_step_success_events()] == [
        "extract_data",
        "transform_data",
        "load_data",
    ]
    assert result.output_for_node("extract_data") == {"raw_data": [1, 2, 3, 4, 5]}
    assert result.output_for_node("transform_data") == {"transformed_data": [10, 20, 30, 40, 50]}
    assert result.output_for_node("load_data") == "Data loaded successfully"


def test_etl_pipeline_runs_a_selection_of_its_ops(run: Run) -> None:
    result = ops_module(run).etl_pipeline.execute_in_process(op_selection=["*transform_data"])
    assert result.success
    assert [event.step_key for event in result.get_step_success_events()] == ["extract_data", "transform_data"]


# ---- type system


def customer_job(module: ModuleType) -> Any:
    @job
    def customers() -> None:
        module.process_customer_data(module.extract_customer_data())

    return customers


def test_customer_data_of_the_right_shape_passes(run: Run) -> None:
    result = customer_job(run(TYPE_SYSTEM)).execute_in_process()
    assert result.success
    assert result.output_for_node("process_customer_data")["purchases"].to_dict() == {"loyal": 200, "new": 15}


def test_customer_data_without_required_fields_stops_the_run(run: Run, tmp_path: Path) -> None:
    module = run(TYPE_SYSTEM)
    (tmp_path / "customers.csv").write_text("customer_id,name\n1,Ada\n")
    with pytest.raises(DagsterTypeCheckDidNotPass, match="CustomerData"):
        customer_job(module).execute_in_process()
    result = customer_job(module).execute_in_process(raise_on_error=False)
    assert not result.success
    assert result.get_failed_step_keys() == {"extract_customer_data"}
    assert result.is_node_skipped("process_customer_data") or result.is_node_untouched("process_customer_data")


def test_customer_type_is_checked_at_inputs_too(run: Run) -> None:
    module = run(TYPE_SYSTEM)

    @op
    def numbers() -> Any:
        return [1, 2, 3]

    @job
    def wrong() -> None:
        module.process_customer_data(numbers())

    result = wrong.execute_in_process(raise_on_error=False)
    assert result.get_failed_step_keys() == {"process_customer_data"}


def test_customer_type_describes_itself(run: Run) -> None:
    customer_type = run(TYPE_SYSTEM).CustomerData
    assert customer_type.display_name == "CustomerData"
    assert customer_type.description == "A dataset of customer information with required fields"
    good = pd.DataFrame(columns=["customer_id", "name", "email", "more"])
    assert daglab.check_dagster_type(customer_type, good).success
    assert not daglab.check_dagster_type(customer_type, good.drop(columns="email")).success
    assert not daglab.check_dagster_type(customer_type, None).success


# ---- tests


def test_tests_of_ops_and_assets_pass(run: Run) -> None:
    seen: list[object] = []

    @asset(required_resource_keys={"database"})
    def customer_segments(context):  # type: ignore[no-untyped-def]
        seen.append(context.resources.database)
        return ["young"]

    module = run(
        TESTING,
        transform_data=ops_module(run).transform_data,
        customer_segments=customer_segments,
        mock_database_resource=Database,
    )
    module.test_transform_operation()
    module.test_customer_segment_asset()
    assert [type(one) for one in seen] == [Database]


def test_test_of_an_op_fails_if_the_op_is_wrong(run: Run) -> None:
    @op
    def transform_data(context, input_data):  # type: ignore[no-untyped-def]
        return {"transformed_data": input_data["raw_data"]}

    module = run(TESTING, transform_data=transform_data)
    with pytest.raises(AssertionError):
        module.test_transform_operation()


# ---- resources and configuration


def analytics_module(run: Run, connections: list[Database]) -> ModuleType:
    @op
    def process_data(raw_data):  # type: ignore[no-untyped-def]
        return sum(raw_data["raw_data"])

    def create_db_connection(connection_string: str) -> Database:
        connections.append(Database(connection_string))
        return connections[-1]

    return run(
        RESOURCES,
        extract_data=ops_module(run).extract_data,
        process_data=process_data,
        create_db_connection=create_db_connection,
    )


def test_analytics_pipeline_stores_through_the_connection_that_config_names(run: Run) -> None:
    connections: list[Database] = []
    module = analytics_module(run, connections)
    for place in ("sqlite://test", "postgresql://production"):
        config = {"resources": {"database": {"config": {"connection_string": place}}}}
        result = module.analytics_pipeline.execute_in_process(run_config=config)
        assert result.success
        assert result.output_for_node("store_results") == "Success"
    assert [(one.connection_string, one.stored) for one in connections] == [
        ("sqlite://test", [15]),
        ("postgresql://production", [15]),
    ]


def test_analytics_pipeline_takes_a_run_config_object(run: Run) -> None:
    connections: list[Database] = []
    module = analytics_module(run, connections)
    config = RunConfig(resources={"database": {"config": {"connection_string": "here"}}})
    assert module.analytics_pipeline.execute_in_process(run_config=config).success
    assert [one.connection_string for one in connections] == ["here"]


def test_analytics_pipeline_without_a_connection_string_fails_where_it_is_read(run: Run) -> None:
    with pytest.raises(DagsterResourceFunctionError, match="database"):
        analytics_module(run, []).analytics_pipeline.execute_in_process()


def test_store_results_takes_another_database_in_a_test(run: Run) -> None:
    database = Database()
    module = analytics_module(run, [])
    assert module.store_results(build_op_context(resources={"database": database}), {"rows": 2}) == "Success"
    assert database.stored == [{"rows": 2}]


def test_database_connection_called_directly(run: Run) -> None:
    module = analytics_module(run, [])
    connection = module.database_connection(build_init_resource_context(config={"connection_string": "elsewhere"}))
    assert connection.connection_string == "elsewhere"


def test_store_results_without_its_resource_is_refused(run: Run) -> None:
    module = analytics_module(run, [])

    @job
    def storing() -> None:
        module.store_results(module.extract_data())

    with pytest.raises(DagsterInvalidDefinitionError, match="database"):
        Definitions(jobs=[storing]).get_job_def("storing")


# ---- machine learning


def learning_module(run: Run, deployments: list[ThresholdModel], noise: int) -> ModuleType:
    """The assets of the text, over ten numbers of which `noise` are labelled wrongly where the model is tested."""

    def evaluate(model: ThresholdModel, features: list[float], labels: list[bool]) -> dict[str, float]:
        right = [said == true for said, true in zip(model.predict(features), labels, strict=True)]
        return {"accuracy": sum(right) / len(right)}

    def deploy(model: ThresholdModel) -> SimpleNamespace:
        deployments.append(model)
        return SimpleNamespace(id="threshold", version=len(deployments))

    return run(
        MACHINE_LEARNING,
        asset=asset,
        load_and_preprocess_data=lambda: list(range(10)),
        create_features=lambda numbers: [(number, number > 4) for number in numbers],
        split_features_and_labels=lambda rows: ([row[0] for row in rows], [row[1] for row in rows]),
        train_model=lambda features, labels: ThresholdModel(
            max(feature for feature, label in zip(features, labels, strict=True) if not label)
        ),
        get_test_data=lambda rows: (
            [row[0] for row in rows],
            [row[1] != (place < noise) for place, row in enumerate(rows)],
        ),
        evaluate_model=evaluate,
        deploy_to_production=deploy,
    )


def test_good_model_is_deployed(run: Run) -> None:
    deployments: list[ThresholdModel] = []
    result = materialize(assets_of(learning_module(run, deployments, noise=1)))
    assert result.success
    assert result.asset_value("model_evaluation") == {"accuracy": 0.9}
    assert result.asset_value("deployed_model") == {"model_id": "threshold", "version": 1}
    assert [model.threshold for model in deployments] == [4]


def test_bad_model_is_not_deployed(run: Run) -> None:
    deployments: list[ThresholdModel] = []
    module = learning_module(run, deployments, noise=3)
    with pytest.raises(Exception, match="Model accuracy below threshold, not deploying"):
        materialize(assets_of(module))
    result = materialize(assets_of(module), raise_on_error=False)
    assert not result.success
    assert result.get_failed_step_keys() == {"deployed_model"}
    assert result.is_node_success("model_evaluation")
    assert result.asset_value("model_evaluation") == {"accuracy": 0.7}
    assert deployments == []


# ---- warehouse and analytics


def test_warehouse_assets_end_in_a_dashboard(run: Run) -> None:
    module = run(
        WAREHOUSE,
        asset=asset,
        extract_from_sales_system=lambda: [("Ada", 120), ("Björn", 15), ("Ada", 5)],
        extract_from_crm=lambda: [("Ada", "loyal"), ("Björn", "new")],
        transform_into_dimension=dict,
        create_fact_table=lambda sales, customers: [(name, amount) for name, amount in sales if name in customers],
        calculate_revenue_metrics=lambda facts, customers: {
            segment: sum(amount for name, amount in facts if customers[name] == segment)
            for segment in set(customers.values())
        },
        generate_dashboard_data=lambda revenue: sorted(revenue.items()),
    )
    with daglab.DagsterInstance.ephemeral() as instance:
        result = materialize(assets_of(module), instance=instance)
        assert result.success
        assert result.asset_value("executive_dashboard") == [("loyal", 125), ("new", 15)]
        again = materialize(assets_of(module), instance=instance, selection="+revenue_by_segment")
        assert {event.step_key for event in again.get_step_success_events()} == {
            "sales_fact",
            "customer_dimension",
            "revenue_by_segment",
        }
    assert module.sales_fact.dependency_keys == {AssetKey("raw_sales_data"), AssetKey("customer_dimension")}
    assert module.executive_dashboard.dependency_keys == {AssetKey("revenue_by_segment")}


# ---- ETL


def test_website_logs_are_loaded(run: Run) -> None:
    loaded: list[object] = []
    module = run(
        WEBSITE_LOGS,
        asset=asset,
        datetime=datetime,
        extract_logs_from_s3=lambda: "ada /\nada /buy\nbjörn /",
        parse_and_structure_logs=lambda text: [tuple(line.split()) for line in text.splitlines()],
        sessionize_logs=lambda rows: {user: [page for name, page in rows if name == user] for user, _ in rows},
        calculate_session_metrics=lambda sessions: {user: len(pages) for user, pages in sessions.items()},
        load_to_database=loaded.append,
    )
    before = datetime.now()
    result = materialize(assets_of(module))
    assert result.success
    assert loaded == [{"ada": 2, "björn": 1}]
    status = result.asset_value("analytics_database")
    assert status["status"] == "loaded"
    assert before <= datetime.fromisoformat(status["timestamp"]) <= datetime.now()


# ---- partitions


def sales_module(run: Run) -> ModuleType:
    return run(
        PARTITIONS,
        daily_partitions=DailyPartitionsDefinition(start_date="2023-01-01"),
        load_sales_for_date=lambda date: {"date": date, "sales": len(date)},
    )


def test_partitioned_config_is_asked_for_one_day(run: Run) -> None:
    config = sales_module(run).my_partition_config
    assert config.get_run_config_for_partition_key("2023-01-05") == {"date": "2023-01-05"}
    assert config(datetime(2024, 2, 29), datetime(2024, 3, 1)) == {"date": "2024-02-29"}
    assert config.get_partition_keys(datetime(2023, 1, 4)) == ["2023-01-01", "2023-01-02", "2023-01-03"]
    assert config.partitions_def.get_first_partition_key() == "2023-01-01"


def test_daily_sales_are_made_for_a_day(run: Run) -> None:
    module = sales_module(run)
    config = module.my_partition_config.get_run_config_for_partition_key("2023-03-01")
    result = materialize(
        [module.daily_sales], partition_key="2023-03-01", run_config={"ops": {"daily_sales": {"config": config}}}
    )
    assert result.success
    [made] = result.asset_materializations_for_node("daily_sales")
    assert made.partition == "2023-03-01"
    assert result.output_for_node("daily_sales") == {"date": "2023-03-01", "sales": 10}


def test_daily_sales_job_takes_its_config_from_its_partition(run: Run) -> None:
    module = sales_module(run)

    @daily_partitioned_config(start_date="2023-01-01")
    def sales_config(start: datetime, end: datetime) -> dict[str, Any]:
        return {"ops": {"daily_sales": {"config": module.my_partition_config(start, end)}}}

    sales_job = define_asset_job("sales_job", selection=[module.daily_sales], config=sales_config)
    resolved = Definitions(assets=[module.daily_sales], jobs=[sales_job]).resolve_job_def("sales_job")
    result = resolved.execute_in_process(partition_key="2023-12-31")
    assert result.success
    assert result.output_for_node("daily_sales") == {"date": "2023-12-31", "sales": 10}
    assert result.dagster_run.tags["dagster/partition"] == "2023-12-31"


def test_op_job_takes_the_config_of_a_partition(run: Run) -> None:
    module = sales_module(run)

    @op(config_schema={"date": str})
    def count_sales(context):  # type: ignore[no-untyped-def]
        return module.load_sales_for_date(context.op_config["date"])

    @daily_partitioned_config(start_date="2023-01-01")
    def counting_config(start: datetime, end: datetime) -> dict[str, Any]:
        return {"ops": {"count_sales": {"config": module.my_partition_config(start, end)}}}

    @job(config=counting_config)
    def counting() -> None:
        count_sales()

    result = counting.execute_in_process(partition_key="2023-02-03")
    assert result.output_for_node("count_sales") == {"date": "2023-02-03", "sales": 10}


# ---- sensors


def files_module(run: Run, files: list[SimpleNamespace], processed: list[str]) -> ModuleType:
    @op(config_schema={"file_path": str})
    def process_file(context):  # type: ignore[no-untyped-def]
        processed.append(context.op_config["file_path"])

    @job
    def process_new_files() -> None:
        process_file()

    return run(SENSORS, process_new_files=process_new_files, check_for_new_files=lambda: files)


def test_sensor_asks_for_a_run_per_new_file(run: Run) -> None:
    processed: list[str] = []
    files = [SimpleNamespace(name=name, path=f"/in/{name}") for name in ("a.csv", "ü b.csv")]
    module = files_module(run, files, processed)
    asked = module.new_file_sensor(build_sensor_context())
    assert [request.run_key for request in asked.run_requests] == ["file_arrival_a.csv", "file_arrival_ü b.csv"]
    for request in asked.run_requests:
        assert module.process_new_files.execute_in_process(run_config=request.run_config).success
    assert processed == ["/in/a.csv", "/in/ü b.csv"]


def test_sensor_says_why_it_asks_for_nothing(run: Run) -> None:
    asked = files_module(run, [], []).new_file_sensor(build_sensor_context())
    assert not asked.run_requests
    assert asked.skip_reason.skip_message == "No new files found"


def test_sensor_evaluated_as_by_the_daemon(run: Run) -> None:
    files: list[SimpleNamespace] = []
    module = files_module(run, files, [])
    definitions = Definitions(jobs=[module.process_new_files], sensors=[module.new_file_sensor])
    sensor = definitions.get_sensor_def("new_file_sensor")
    assert sensor.job_name == "process_new_files"
    with daglab.DagsterInstance.ephemeral() as instance:
        nothing = sensor.evaluate_tick(build_sensor_context(instance))
        assert (nothing.run_requests, nothing.skip_message) == ([], "No new files found")
        files.append(SimpleNamespace(name="a", path="/a"))
        something = sensor.evaluate_tick(build_sensor_context(instance))
    assert something.skip_message is None
    [request] = something.run_requests
    assert request.run_config == {"ops": {"process_file": {"config": {"file_path": "/a"}}}}


# ---- getting started


def test_hello_asset_is_materialized_from_its_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file_system.py").write_text(HELLO)
    monkeypatch.delitem(sys.modules, "file_system", raising=False)
    result = run(MATERIALIZE_HELLO).result
    monkeypatch.delitem(sys.modules, "file_system")
    assert result.success
    assert result.asset_value("hello_dagster") == "Hello, Dagster!"
    [made] = result.asset_materializations_for_node("hello_dagster")
    assert made.asset_key == AssetKey(["hello_dagster"])
