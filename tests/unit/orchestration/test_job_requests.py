"""What is chosen for a run before it begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from daglab import job, multiprocess_executor, op, static_partitioned_config
from daglab.definitions.partitions.partitioned_config import daily_partitioned_config
from daglab.errors import InvalidConfigError, UnknownPartitionError
from daglab.orchestration.instance import ephemeral
from daglab.orchestration.job_requests import prepare_job


@op(config_schema={"day": str})
def read(context: Any) -> str:
    day: str = context.op_config["day"]
    return day


@daily_partitioned_config(start_date="2024-01-01")
def days(start: datetime, _end: datetime) -> dict[str, Any]:
    return {"ops": {"read": {"config": {"day": f"{start:%d.%m.}"}}}}


@job(config=days)
def daily() -> None:
    read()


def test_a_partition_brings_its_config() -> None:
    request = prepare_job(daily, ephemeral(), partition_key="2024-01-02")
    assert request.run_config == {"ops": {"read": {"config": {"day": "02.01."}}}}
    assert request.partition_key == "2024-01-02"


def test_config_that_is_given_wins_over_that_of_the_partition() -> None:
    given = {"ops": {"read": {"config": {"day": "today"}}}}
    assert prepare_job(daily, ephemeral(), run_config=given, partition_key="2024-01-02").run_config == given


def test_no_config_is_made_for_a_partition_that_is_not_there() -> None:
    asked = []

    @static_partitioned_config(["a"])
    def config(key: str) -> dict[str, Any]:
        asked.append(key)
        return {}

    @job(config=config)
    def lettered() -> None:
        read()

    with pytest.raises(UnknownPartitionError, match="'b'"):
        prepare_job(lettered, ephemeral(), partition_key="b")
    assert asked == []


def test_the_config_of_the_executor_is_read_only_where_it_counts() -> None:
    @job(executor_def=multiprocess_executor)
    def spread() -> None:
        read()

    config = {"ops": {"read": {"config": {"day": "x"}}}, "execution": {"config": {"max_concurrent": "many"}}}
    assert prepare_job(spread, ephemeral(), run_config=config).job is spread
    with pytest.raises(InvalidConfigError, match="max_concurrent"):
        prepare_job(spread, ephemeral(), run_config=config, any_execution=False)
