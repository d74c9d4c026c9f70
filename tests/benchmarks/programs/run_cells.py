"""Runs the cells of a notebook, without its magics, with nbclient and prints what `execute()` took."""

import json
import resource
import sys
import time

from nbclient import NotebookClient
from plain_notebook import read_plain


def cpu_seconds() -> float:
    """Of this process and of the kernels that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


client = NotebookClient(read_plain(sys.argv[1]), kernel_name="python3", timeout=600)
wall, cpu = time.perf_counter(), cpu_seconds()
client.execute()
print(json.dumps({"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu}))
