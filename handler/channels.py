"""Every room's channels: importing this registers whose they are, and what is told in them."""

from handler.realtime import channels as realtime

CHANNELS = (realtime,)
