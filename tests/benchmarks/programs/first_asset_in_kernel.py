"""Starts a kernel, loads daglab into it and runs a first asset cell; prints the wall seconds of both as JSON."""

import json
import os
import sys
import time
from pathlib import Path

from jupyter_client import KernelManager

folder = Path(sys.argv[1])
manager = KernelManager()
begun = time.perf_counter()
manager.start_kernel(cwd=str(folder), env={**os.environ, "DAGLAB_HOME": str(folder / ".daglab")})
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
ready = time.perf_counter()
for source in ("%load_ext daglab", "%%asset\nfirst = 1"):
    if client.execute_interactive(source, timeout=60, output_hook=lambda message: None)["content"]["status"] != "ok":
        raise SystemExit(f"{source!r} failed")
done = time.perf_counter()
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps({"kernel": ready - begun, "daglab": done - ready}))
