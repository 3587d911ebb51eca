"""Forms and URLs as functions sign them, and what a browser makes of them."""

import json
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from botocore.config import Config
from botocore.session import Session

from infra.local import credentials

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


@dataclass(frozen=True)
class Reply:
    """What S3 answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self):
        """The elements of its XML."""
        return {one.tag: one.text for one in ET.fromstring(self.body)}  # noqa: S314 - the twin's

    @property
    def refusal(self):
        """Status, code and message of a refusal."""
        return self.status, self.told["Code"], self.told["Message"]


@dataclass
class Form:
    """A form to be sent: where to, its fields in their order, and its file, which comes last."""

    url: str
    fields: list[tuple[str, str]]
    content: bytes = b"hello"
    filename: str = "photo.png"
    after: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name, value):
        """Give a field another value, or add it."""
        self.remove(name)
        self.fields.append((name, value))

    def remove(self, name):
        """Leave a field out."""
        self.fields = [(one, value) for one, value in self.fields if one != name]

    @property
    def body(self):
        """The form as a browser writes it."""
        file = f'name="file"; filename="{self.filename}"\r\nContent-Type: image/png'
        parts = [
            *(_part(f'name="{name}"', value.encode()) for name, value in self.fields),
            _part(file, self.content),
            *(_part(f'name="{name}"', value.encode()) for name, value in self.after),
        ]
        return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()

    def send(self, **headers):
        """Send it, as a page does."""
        written = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return send("POST", self.url, self.body, **written | headers)


def _part(disposition, value):
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + value + b"\r\n"


def send(method, url, body=b"", **headers):
    """Send a request that nobody signs."""
    place = urlsplit(url)
    path = place.path + (f"?{place.query}" if place.query else "")
    with closing(HTTPConnection(place.netloc, timeout=30)) as connection:
        connection.request(method, path or "/", body, headers)
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, told, response.read())


def signer(endpoint, key, made_up=None):
    """A client of S3 with the credentials of an access key."""
    made_up = made_up or credentials.of(key)
    return Session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=made_up.secret,
        aws_session_token=made_up.token,
        config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}),
    )


def form(client, *, bucket="p-uploads", key="ann/1", fields=None, most=10):
    """A signed form for one PNG of at least a byte, for five minutes."""
    given = {"Content-Type": "image/png"} | (fields or {})
    conditions = [{name: value} for name, value in given.items()]
    conditions += [["content-length-range", 1, most]]
    made = client.generate_presigned_post(bucket, key, given, conditions, 300)
    return Form(made["url"], list(made["fields"].items()))


def records(messages):
    """What S3 told a queue about objects."""
    bodies = [json.loads(message["Body"]) for message in messages]
    return [record for body in bodies for record in body.get("Records", [])]
