"""API Gateway's WebSocket API: the events of sockets, those that are open, and posts to them."""

from infra.local.sockets.gateway import Sockets
from infra.local.sockets.hub import Hub

__all__ = ["Hub", "Sockets"]
