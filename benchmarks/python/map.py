"""What it takes to open a file and to map it, in milliseconds: python map.py FILE"""

import json
import mmap
import os
import sys
import time

start = time.perf_counter_ns()
file = os.open(sys.argv[1], os.O_RDWR)
mapping = mmap.mmap(file, 0)
elapsed = time.perf_counter_ns() - start
print(json.dumps({"ms": elapsed / 1e6, "bytes": len(mapping)}))
