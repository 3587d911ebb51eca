"""The floor of a frame: a door that posts what it got, and leaves all other frames to ours."""

import os

from botocore.session import Session
from handler.our_sockets import handle as ours

_gateway = Session().create_client(
    "apigatewaymanagementapi", endpoint_url=os.environ["SOCKETS_ENDPOINT"]
)


def handle(event, context):
    """Answer one event of a socket."""
    if event.get("body") != "bare":
        return ours(event, context)
    _gateway.post_to_connection(
        ConnectionId=event["requestContext"]["connectionId"], Data=b'"bare"'
    )
    return {"statusCode": 200}
