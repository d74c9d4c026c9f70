"""Materializes the chain in the folder that the argument names, with daglab."""

import json
import sys
import time
from pathlib import Path

import daglab

folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))
from chain import CHAIN  # noqa: E402

instance = daglab.Instance.open(folder / "home")
daglab.materialize(CHAIN[:1], instance=instance)
wall, cpu = time.perf_counter(), time.process_time()
result = daglab.materialize(CHAIN, instance=instance)
cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
assert result.success
print(json.dumps(cost))
