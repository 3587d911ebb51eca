"""A channel that a crowd may hear, and in which anybody may say something."""

from handler.core.auth import Caller
from handler.realtime import namespace


def _anybody(_caller: Caller, argument: str) -> bool:
    return not argument


namespace("probe", may_subscribe=_anybody, may_publish=_anybody, crowds=True)
