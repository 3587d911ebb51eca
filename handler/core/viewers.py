"""Who asks, where an edge (CloudFront) stands before the API.

API Gateway then sees the edge as the peer. The edge shows a key of the secret `edge`, so that
nobody gets around it and its firewall; and it names the viewer, who counts as the peer from here
on: for limits, sessions and logs. Nobody else is believed, and the key goes no further than here.
"""

import ipaddress

from handler.core import keys, log
from handler.core.errors import Forbidden
from handler.core.events import Event
from handler.core.settings import settings

VIEWER = "dunlin.viewer"
"""Key of an event under which stands who an edge has said is asking."""
_SECRET = "edge"  # noqa: S105 - the secret's name
_PROOF = "x-origin-secret"
_ADDRESS = "cloudfront-viewer-address"  # 192.0.2.1:51000, 2001:db8::1:51000


class NotThroughEdge(Forbidden):
    """The request came around the edge."""

    detail = "Ask at the application's own address."


def introduced(request: Event) -> Event:
    """The request as its viewer has made it; where no edge stands, as it is.

    Raises NotThroughEdge, and Unavailable when nobody can tell.
    """
    headers = request["headers"]
    proof, address = headers.pop(_PROOF, ""), headers.pop(_ADDRESS, "")
    if settings().behind_edge:
        if not keys.key_ring(_SECRET).has(proof):
            raise NotThroughEdge
        http = request["requestContext"]["http"]
        http["sourceIp"] = request[VIEWER] = _named(address) or http["sourceIp"]
    return request


def _named(address: str) -> str:
    """The viewer's address without its port, or nothing: then all viewers count as their edge.

    Only an edge that does not send the header gets there, so no viewer gains by it.
    """
    host, _, port = address.rpartition(":")
    try:
        found = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        found = None
    if found is None or not (port.isascii() and port.isdecimal()):
        log.line(level="error", metric="viewer_unnamed")
        return ""
    return str(found)
