"""A cold start and the first request: the event is the argument, the item comes from `canned`."""

import json
import os
import sys

import tests.bench.canned  # noqa: F401 - takes the place of the network
from handler import api
from tests.bench.events import CONTEXT

if __name__ == "__main__":
    answer = api.handle(json.loads(sys.argv[1]), CONTEXT)
    os._exit(0 if answer["statusCode"] == 200 else 1)
