"""The same with Dagster: resolving an asset job over 10,000 assets, and its execution plan."""

import json
import os
import time

os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"

from dagster import AssetSelection, Definitions, asset, define_asset_job
from dagster._core.execution.api import create_execution_plan

SIZE = 10_000


def main():
    definitions = []
    for number in range(SIZE):
        namespace = {}
        parent = f"link_{number - 1}" if number % 10 else ""
        exec(f"def link_{number}({parent}): return 1", namespace)
        definitions.append(asset(namespace[f"link_{number}"]))
    selection = AssetSelection.all() | AssetSelection.assets(f"link_{SIZE - 1}").upstream()
    wall, cpu = time.perf_counter(), time.process_time()
    defs = Definitions(assets=definitions, jobs=[define_asset_job("all_of_them", selection=selection)])
    plan = create_execution_plan(defs.resolve_job_def("all_of_them"))
    assert len(plan.step_keys_to_execute) == SIZE
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))


main()
