"""Materializes the chain in the folder that the argument names, with Dagster."""

import json
import os
import sys
import time
from pathlib import Path

folder = Path(sys.argv[1])
os.environ["DAGSTER_HOME"] = str(folder / "home")
(folder / "home").mkdir()
(folder / "home" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
sys.path.insert(0, str(folder))

from chain import CHAIN  # noqa: E402
from dagster import DagsterInstance, FilesystemIOManager, materialize  # noqa: E402

instance = DagsterInstance.get()
files = FilesystemIOManager(base_dir=str(folder / "values"))
materialize(CHAIN[:1], instance=instance, resources={"io_manager": files})
wall, cpu = time.perf_counter(), time.process_time()
result = materialize(CHAIN, instance=instance, resources={"io_manager": files})
cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
assert result.success
print(json.dumps(cost))
