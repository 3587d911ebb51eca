"""What S3 tells a queue: objects that are new become events, each once."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from handler.core.ids import derived_id
from handler.core.settings import settings
from handler.jobs import gateway
from handler.jobs.entries import Message, When, entry, put
from handler.jobs.schemas import ObjectCreated


def are_in(body: Any) -> bool:
    """Whether a message is one of S3's: about objects, or the test it sends when it is set up."""
    if not isinstance(body, dict):
        return False
    records = body.get("Records")
    of_s3 = isinstance(records, list) and all(
        isinstance(one, dict) and one.get("eventSource") == "aws:s3" for one in records
    )
    return of_s3 or body.get("Event") == "s3:TestEvent"


def enqueue(body: dict[str, Any]) -> None:
    """Enqueue an ObjectCreated for each new object. The same message again changes nothing.

    Raises KeyError, TypeError, ValueError for what S3 would not write, and Unavailable.
    """
    for record in body.get("Records", []):
        if str(record["eventName"]).startswith("ObjectCreated:"):
            _enqueue(record["s3"], datetime.fromisoformat(record["eventTime"]))


def _enqueue(told: dict[str, Any], at: datetime) -> None:
    bucket, thing = str(told["bucket"]["name"]), told["object"]
    here = settings()
    event = ObjectCreated(
        bucket=bucket.removeprefix(here.resource_prefix).removesuffix(here.bucket_suffix),
        key=unquote_plus(thing["key"]),  # S3 writes keys as forms do
        size=thing.get("size", 0),
        etag=thing.get("eTag", ""),
    )
    order = thing.get("sequencer", event.etag)
    id_ = derived_id(at.timestamp(), bucket, event.key, order)
    made = entry(Message.of(event), When.after(0), job_id=id_)
    if put(made) and made.hint:
        gateway.send([made.hint])
