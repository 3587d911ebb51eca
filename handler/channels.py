"""Every room's channels: importing this registers whose they are, and what is told in them."""

from handler.items import channels as items
from handler.notifications import channels as notifications
from handler.realtime import channels as realtime
from handler.transfers import channels as transfers

CHANNELS = (items, notifications, realtime, transfers)
