"""Imports the package that the argument names and prints what that took."""

import json
import sys
import time
from importlib import import_module

wall, cpu = time.perf_counter(), time.process_time()
import_module(sys.argv[1])
print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
