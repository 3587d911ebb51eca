"""What functions post to sockets in a test's process goes to a hub, as to API Gateway."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from handler.core import aws
from infra.local.calls import Call
from infra.local.sockets import Hub


class _Raw(BytesIO):
    def stream(self) -> Iterator[bytes]:
        """What botocore reads."""
        yield self.read()


@contextmanager
def to(hub: Hub) -> Iterator[None]:
    """Within this block a hub answers."""
    events = aws.client("apigatewaymanagementapi").meta.events

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        call = Call(
            service="execute-api",
            region="eu-west-1",
            headers={},
            body=request.body or b"",
            path=urlsplit(request.url).path,
            method=request.method,
        )
        found = hub.answer(call)
        return AWSResponse(request.url, found.status, dict(found.headers), _Raw(found.body))

    events.register_first("before-send.apigatewaymanagementapi.*", answer, unique_id="posting")
    yield
    events.unregister("before-send.apigatewaymanagementapi.*", unique_id="posting")
