"""A cold start: the api door, ready for its first request."""

import os

from handler import api

if __name__ == "__main__":
    assert api.handle
    os._exit(0)
