"""The Zipf workload with warp-cache's Python ancestor, as its own benchmarks run it: prints one line of JSON.

    python zipf.py memory|shared CALLS SIZE...

For each size the hits of the first sweep, and the median time of a call in sweeps over a cache that was cleared.
"""

import glob
import json
import os
import platform
import random
import statistics
import sys
import time
from importlib.metadata import version

from warp_cache import cache

KEYS = 2_000
WARM = 2
TIMED = 5


def main(backend, calls, sizes):
    weights = [1 / (i + 1) for i in range(KEYS)]
    keys = random.Random(42).choices(range(KEYS), weights=weights, k=calls)
    found = [measured(backend, keys, size) for size in sizes]
    print(
        json.dumps(
            {
                "ns": [ns for ns, _ in found],
                "hits": [hits for _, hits in found],
                "note": f"Python {platform.python_version()}, warp_cache {version('warp_cache')}",
            }
        )
    )


def measured(backend, keys, size):
    def identity(key):
        return key

    # The file of a shared cache is named after the function, and stays when the process ends.
    identity.__name__ = identity.__qualname__ = f"benchmark_{os.getpid()}_{size}"
    cached = cache(max_size=size, backend=backend)(identity)
    try:
        if sum(cached(key) for key in keys) != sum(keys):
            sys.exit("wrong results")
        hits = cached.cache_info().hits
        times = [sweep(cached, keys) for _ in range(WARM + TIMED)]
        return statistics.median(times[WARM:]), hits
    finally:
        for file in glob.glob(f"/dev/shm/warp_cache_*benchmark_{os.getpid()}_*"):
            os.remove(file)


def sweep(cached, keys):
    cached.cache_clear()
    start = time.perf_counter_ns()
    for key in keys:
        cached(key)
    return (time.perf_counter_ns() - start) / len(keys)


main(sys.argv[1], int(sys.argv[2]), [int(size) for size in sys.argv[3:]])
