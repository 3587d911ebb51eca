"""Ports for servers that are processes of their own, and so cannot be handed a socket."""

import random
import socket

_BELOW_EPHEMERAL = range(15_000, 32_000)
"""No system gives these to whoever connects or asks for any port (Linux does from 32768 on, others
from 49152), so none is taken between here and the server's start."""


def free_port() -> int:
    """Find a port of loopback on which nobody listens."""
    while True:
        port = random.SystemRandom().choice(_BELOW_EPHEMERAL)  # tests at once choose others
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
