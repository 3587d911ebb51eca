"""Live updates: channels that accounts subscribe to over WebSockets, with order and replay."""

from handler.realtime.following import Change, follow
from handler.realtime.namespaces import namespace
from handler.realtime.publishing import Announcement, publish
from handler.realtime.sockets import end_sockets

__all__ = [
    "Announcement",
    "Change",
    "end_sockets",
    "follow",
    "namespace",
    "publish",
]
