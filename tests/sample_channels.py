"""A channel that only tests have: everybody may hear it, at most ten events a second."""

from handler.realtime import namespace

namespace("gauge", may_subscribe=lambda _caller, _argument: True, at_most=10, crowds=True)
