"""A function's process, made of an unpacked zip and Python's own library alone.

Run as `python -I -S isolated.py FOLDER HANDLER`. Events come as lines of JSON, and so go answers;
what the function logs goes to standard error. The first line tells what was loaded from elsewhere.
"""

import importlib
import json
import os
import sys
import sysconfig

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


class Context:
    """The part of Lambda's context that a door reads."""

    aws_request_id = "8f5a1e7c-3b1d-4c57-9a0e-2f6d1b7c9e43"
    function_name = "dunlin"

    def get_remaining_time_in_millis(self):
        """Tell how long the function may still run."""
        return 25_000


def strangers(folder):
    """List the files of loaded modules that are neither in the folder nor Python's own."""
    known = (folder, sysconfig.get_path("stdlib"), __file__)
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted(file for file in files if file and not file.startswith(known))


def main(folder, handler):
    """Start the function, and answer events until there are no more."""
    sys.path.insert(0, folder)
    module, _, name = handler.rpartition(".")
    handle = getattr(importlib.import_module(module), name)
    print(json.dumps(strangers(folder)), file=answers)
    for line in sys.stdin:
        answer = handle(json.loads(line), Context())
        said = {"answer": answer, "strangers": strangers(folder)}
        print(json.dumps(said), file=answers)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
