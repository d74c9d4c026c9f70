"""Plans 10,000 assets that are known and prints what it cost."""

import json
import time

from daglab import AssetSelection, asset
from daglab.planning.graph import AssetGraph
from daglab.planning.job_plan import plan_assets

SIZE = 10_000


def main() -> None:
    definitions = []
    for number in range(SIZE):
        namespace: dict = {}
        parent = f"link_{number - 1}" if number % 10 else ""
        exec(f"def link_{number}({parent}): return 1", namespace)
        definitions.append(asset(namespace[f"link_{number}"]))
    graph = AssetGraph.build(definitions)
    wall, cpu = time.perf_counter(), time.process_time()
    keys = AssetSelection.from_string(f"* or +link_{SIZE - 1}").resolve(graph)
    plan = plan_assets(definitions, keys=keys, is_versioned=False)
    assert len(plan.steps) == SIZE
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))


main()
