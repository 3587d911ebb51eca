"""What S3 tells a queue about a bucket: moto's events lack fields, and spoil slashes in keys."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from moto.s3.models import FakeBucket, FakeKey

from infra.local.places import ACCOUNT


def event(event_name: str, bucket: FakeBucket, key: FakeKey, notification_id: str) -> Any:
    """In place of moto's: a message about one object, its key encoded as in a form, but for `/`."""
    told: dict[str, Any] = {"key": quote_plus(key.name, safe="/")}
    if "ObjectCreated" in event_name:
        told |= {"size": key.size, "eTag": key.etag.strip('"')}
    told["sequencer"] = f"{time.time_ns():018X}"  # grows with every change of a key
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": _now(),
        "eventName": event_name.removeprefix("s3:"),
        "userIdentity": {"principalId": f"AWS:{ACCOUNT}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": _id(), "x-amz-id-2": _id()},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notification_id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": ACCOUNT},
                "arn": f"arn:aws:s3:::{bucket.name}",
            },
            "object": told,
        },
    }
    return {"Records": [record]}


def test_event(bucket_name: str) -> dict[str, Any]:
    """In place of moto's: what a queue gets when it is to be told about a bucket."""
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": _now(),
        "Bucket": bucket_name,
        "RequestId": _id(),
        "HostId": _id(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _id() -> str:
    return uuid.uuid4().hex[:16].upper()
