"""Makes a chain of large assets and prints by how many bytes its memory grew: COUNT MEGABYTES FOLDER."""

import json
import resource
import sys

import daglab


def chain(count, size):
    lines = ["from daglab import asset", "", "@asset", "def link_0():", f"    return b'x' * {size}"]
    for number in range(1, count):
        parent = f"link_{number - 1}"
        lines += ["", "@asset", f"def link_{number}({parent}):", f"    return b'x' * (len({parent}) + 1)"]
    namespace = {"__name__": "links"}
    exec(compile("\n".join(lines), "links.py", "exec"), namespace)
    return [namespace[f"link_{number}"] for number in range(count)]


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    count, megabytes, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with daglab.Instance.open(folder) as instance:
        daglab.materialize(chain(3, 10), instance=instance)
        before = peak()
        assert daglab.materialize(chain(count, megabytes << 20), instance=instance).success
        print(json.dumps({"grown": peak() - before}))


main()
