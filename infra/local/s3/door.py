"""The door itself: forms that pages post, URLs that anybody opens, and what browsers ask before."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import escape

from infra.local import objects
from infra.local.calls import Answer, Call, Readable
from infra.local.s3 import cors, policies
from infra.local.s3.forms import Form
from infra.local.s3.refusals import Refusal, absent, argument
from infra.local.s3.signing import Known, Presented, signer_of_form, signer_of_url

_WRITTEN = frozenset(
    {"cache-control", "content-disposition", "content-encoding", "content-type", "expires"}
)
_METADATA = "x-amz-meta-"
_OPEN = {"authorization": "by the twin"}  # moto shows private objects to whoever signed at all

Do = Callable[[str, Call], Answer]
"""Does a call in the name of an access key id, if its owner may."""


def now() -> datetime:
    """The time by which forms and URLs end."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Door:
    """Lets in what somebody signed who may do it. `rules` are those of a bucket's CORS.

    `in_path` puts the bucket of a host's name into the path.
    """

    known: Known
    do: Do
    rules: Callable[[str], Sequence[cors.Rule]]
    in_path: Callable[[str, str], str] = lambda path, _host: path

    def answer(self, headers: Mapping[str, str], body: Readable, path: str, method: str) -> Answer:
        """Answer a request without a signature among its headers."""
        place = self.in_path(path, headers.get("host", ""))
        bucket, key = objects.place(place)
        rules = self.rules(bucket)
        try:
            if method == "OPTIONS":
                return cors.preflight(rules, headers)
            _check_mechanism(headers, path)
            if method == "POST" and not key:
                answer = self._posted(headers, body, bucket)
            else:
                answer = self._opened(Presented(method, path, headers), body)
        except Refusal as refusal:
            answer = refusal.answer
        return cors.shown(answer, rules, headers, method)

    def _opened(self, request: Presented, body: Readable) -> Answer:
        scope = signer_of_url(request, self.known, now())
        path = self.in_path(request.rest, request.headers.get("host", ""))
        headers = {name: value for name, value in request.headers.items() if name != "origin"}
        call = Call("s3", scope.region, headers | _OPEN, b"", path, request.method)
        return self.do(scope.key_id, objects.received(call, body))

    def _posted(self, headers: Mapping[str, str], body: Readable, bucket: str) -> Answer:
        form = Form(headers, body)
        if not form.fields.get("key"):
            raise absent("key")
        scope = signer_of_form(form.fields, self.known)
        policy = policies.parsed(form.fields["policy"])
        key = form.fields["key"].replace("${filename}", form.filename or "")
        fields = form.fields | {"bucket": bucket, "key": key}
        policy.check(fields, form.name, now())
        file = _saved(form, policy)
        place = f"/{quote(bucket)}/{quote(key)}"
        call = Call("s3", scope.region, _kept(fields) | _OPEN, b"", place, "POST", file)
        answer = self.do(scope.key_id, call)
        if answer.status != HTTPStatus.OK:
            return answer
        location = f"http://{headers.get('host', '')}/{quote(bucket)}/{quote(key, safe='')}"
        return _created(fields, location, answer.headers["ETag"])


def _check_mechanism(headers: Mapping[str, str], path: str) -> None:
    """Refuse a token that is meant for an API and was sent along. Raises Refusal."""
    given = headers.get("authorization")
    if given is not None:
        both = "X-Amz-Algorithm=" in path
        message = "Only one auth mechanism allowed" if both else "Unsupported Authorization Type"
        raise argument(message, "Authorization", given)


def _saved(form: Form, policy: policies.Policy) -> BinaryIO:
    """The content of a form as a file, if it has the size that it may have. Raises Refusal."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever keeps the object closes it
    try:
        policy.check_size(form.save(file, policy.largest))
    except Refusal:
        file.close()
        raise
    file.seek(0)
    return file


def _kept(fields: Mapping[str, str]) -> dict[str, str]:
    """What is written about an object, as headers."""
    return {
        name: value
        for name, value in fields.items()
        if name in _WRITTEN or name.startswith(_METADATA)
    }


def _created(fields: Mapping[str, str], location: str, etag: str) -> Answer:
    headers = {"ETag": etag, "Location": location}
    match fields.get("success_action_status"):
        case "200":
            return Answer(HTTPStatus.OK, headers, b"")
        case "201":
            told = {"Location": location, "Bucket": fields["bucket"], "Key": fields["key"]}
            told["ETag"] = etag
            inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
            body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inner}</PostResponse>'
            more = {"Content-Type": "application/xml"}
            return Answer(HTTPStatus.CREATED, headers | more, body.encode())
    return Answer(HTTPStatus.NO_CONTENT, headers, b"")
