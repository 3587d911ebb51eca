"""The door of WebSockets: API Gateway's events of sockets -> live updates."""

from typing import Any

from handler.accounts import recognise
from handler.channels import CHANNELS
from handler.core import auth, aws, log, metrics, snapshots
from handler.core.starting import started
from handler.realtime import jobs as realtime

__all__ = ["CHANNELS", "handle"]


def handle(event: Any, context: Any) -> dict[str, int]:
    """Answer one event of a socket. Never raises: a handshake is refused by its status."""
    try:
        with aws.deadline(context):
            status = realtime.receive(event)
            metrics.flush()
    except Exception as error:  # noqa: BLE001 - a door answers everything
        log.fault(error, request_id=str(getattr(context, "aws_request_id", "")))
        status = 500
    return {"statusCode": status}


def _warm() -> None:
    """Do what the first event would, short of asking a service."""
    realtime.receive({})
    aws.client("apigatewaymanagementapi")


auth.use_sessions(recognise)
aws.client("dynamodb")
snapshots.register(_warm)
started()
