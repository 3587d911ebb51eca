"""A cold start from an unpacked bundle: its folder is the argument; seconds of import are told."""

import os
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    begun = time.perf_counter()
    from handler import api

    spent = time.perf_counter() - begun
    assert api.handle
    assert api.__file__.startswith(sys.argv[1])
    os.write(1, b"%.6f" % spent)
    os._exit(0)
