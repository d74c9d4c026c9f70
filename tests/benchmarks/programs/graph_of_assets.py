"""Makes a graph of trivial assets with either package and prints what it cost: PACKAGE SHAPE SIZE INSTANCE FOLDER."""

import importlib
import json
import logging
import os
import sys
import time

os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
logging.disable(logging.CRITICAL)


def assets(package, shape, size):
    """A chain, each adding 1 to the one before it; or a fan, all reading the first."""
    lines = [f"from {package} import asset", "", "@asset", "def link_0():", "    return 0"]
    for number in range(1, size):
        parent = f"link_{number - 1}" if shape == "chain" else "link_0"
        lines += ["", "@asset", f"def link_{number}({parent}):", f"    return {parent} + 1"]
    namespace = {"__name__": "links"}
    exec(compile("\n".join(lines), "links.py", "exec"), namespace)
    return [namespace[f"link_{number}"] for number in range(size)]


def instance_of(package, kind, folder):
    made = importlib.import_module(package).DagsterInstance
    if kind == "ephemeral":
        return made.ephemeral(tempdir=folder) if package == "dagster" else made.ephemeral()
    if package == "dagster":
        return made.local_temp(folder)
    return made.open(folder)


def main():
    package, shape, size, kind, folder = sys.argv[1:]
    module = importlib.import_module(package)
    module.materialize(assets(package, shape, 1), instance=instance_of(package, "ephemeral", folder))  # warms up
    began = time.process_time()
    graph = assets(package, shape, int(size))
    loading = time.process_time() - began
    with instance_of(package, kind, folder) as instance:
        wall, cpu = time.perf_counter(), time.process_time()
        done = module.materialize(graph, instance=instance)
        cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        assert done.success
    print(json.dumps({**cost, "loading": loading}))


main()
