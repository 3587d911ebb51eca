"""S3 whose objects outlive the twin: what is written goes into the state, and back at a start."""

from http import HTTPStatus
from urllib.parse import quote

from infra.blueprint import Bucket
from infra.local import objects
from infra.local.calls import Answer, Call, Service
from infra.local.engine import contents
from infra.local.places import REGION
from infra.local.state import State

_WRITING = frozenset({"CopyObject", "PostObject", "PutObject"})
_KEPT = ("content-type", "content-encoding", "content-disposition", "cache-control")
_SIGNED = {"authorization": "by the twin"}  # moto shows private objects to whoever signed at all


def keeping(s3: Service, state: State) -> Service:
    """S3, each object kept as soon as it is written, before the writer knows that it is."""

    def answer(call: Call) -> Answer:
        answered = s3(call)
        operation, given = objects.asked(call)
        path = _path(given["Bucket"], given["Key"])
        if answered.status == HTTPStatus.OK and operation in _WRITING:
            found = s3(Call("s3", REGION, _SIGNED, b"", path, "GET"))
            if found.content is None:
                state.keep_object(path, _headers(found), found.body)
            else:
                kept = state.keep_large_object(path, _headers(found), found.content.pieces())
                contents.rest(given["Bucket"], given["Key"], kept)
        elif answered.status == HTTPStatus.NO_CONTENT and operation == "DeleteObject":
            state.forget_object(path)
        return answered

    return answer


def expire(state: State, buckets: tuple[Bucket, ...], prefix: str) -> None:
    """Forget the objects that have been kept for longer than their bucket keeps them."""
    for bucket in buckets:
        lives = [*bucket.folders, ("", bucket.expire_days)]
        for folder, days in lives:
            if days is not None:
                state.expire_objects(f"/{prefix}{bucket.name}/{folder}", days)


def load(s3: Service, state: State) -> None:
    """Write what was kept. Of a bucket that is not there any more it stays where it is."""
    for path, headers, body in state.objects():
        if isinstance(body, bytes):
            length = {"content-length": str(len(body))}
            s3(Call("s3", REGION, _SIGNED | headers | length, body, path, "PUT"))
        else:
            s3(Call("s3", REGION, _SIGNED | headers, b"", path, "PUT", body))


def _path(bucket: str, key: str) -> str:
    return f"/{quote(bucket)}/{quote(key)}"


def _headers(answer: Answer) -> dict[str, str]:
    lowered = {name.lower(): value for name, value in answer.headers.items()}
    return {
        name: value
        for name, value in lowered.items()
        if name in _KEPT or name.startswith("x-amz-meta-")
    }
