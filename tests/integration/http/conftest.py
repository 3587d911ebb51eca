"""Answers of every status, on demand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import EndpointConnectionError

from handler.jobs import enqueue
from tests.client import Answer, Client
from tests.sample_jobs import Plain

SECRET = "hunter2-and-fifteen-more"
"""Stands in the text of an exception, and should appear nowhere."""
_PROFILE = "/users/me"
_NAME = {"full_name": "Ann"}

Provoke = Callable[..., Answer]


class _Provoker:
    """Asks so that a certain status comes back."""

    def __init__(self, ann: Client, other: Client, admin: Client, wire: Any) -> None:
        self._ann, self._other, self._admin, self._wire = ann, other, admin, wire
        self.path = "/jobs"  # which reads more than the account

    def __call__(self, status: int, **headers: str) -> Answer:
        """The answer of that status to a request with these headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = getattr(self, f"_{status}")(sent)
        assert answer.status == status
        return answer

    def _200(self, sent: dict[str, str]) -> Answer:
        return self._ann.get(self.path, headers=sent)

    def _202(self, sent: dict[str, str]) -> Answer:
        return self._ann.post("/register/resend", {"email": "nobody@example.org"}, headers=sent)

    def _204(self, sent: dict[str, str]) -> Answer:
        return self._ann.delete("/sessions", headers=sent)

    def _304(self, sent: dict[str, str]) -> Answer:
        return self._ann.get(_PROFILE, headers={**sent, "if-none-match": "*"})

    def _400(self, sent: dict[str, str]) -> Answer:
        return self._ann.get("/health", headers={**sent, "host": "a:b:c"})

    def _401(self, sent: dict[str, str]) -> Answer:
        return self._ann.get(self.path, headers={**sent, "authorization": "Bearer x"})

    def _403(self, sent: dict[str, str]) -> Answer:
        return self._other.get("/admin/users", headers=sent)

    def _404(self, sent: dict[str, str]) -> Answer:
        return self._ann.get("/nothing", headers=sent)

    def _405(self, sent: dict[str, str]) -> Answer:
        return self._ann.delete("/health", headers=sent)

    def _409(self, sent: dict[str, str]) -> Answer:
        job = enqueue(Plain(), owner="ann")
        return self._admin.post(f"/admin/jobs/{job.id}/redrive", headers=sent)

    def _412(self, sent: dict[str, str]) -> Answer:
        return self._ann.patch(_PROFILE, _NAME, headers={**sent, "if-match": '"9"'})

    def _413(self, sent: dict[str, str]) -> Answer:
        return self._ann.patch(_PROFILE, raw=" " * (256 * 1024 + 1), headers=sent)

    def _415(self, sent: dict[str, str]) -> Answer:
        return self._ann.patch(_PROFILE, _NAME, headers={**sent, "content-type": "text/plain"})

    def _422(self, sent: dict[str, str]) -> Answer:
        return self._ann.patch(_PROFILE, {}, headers=sent)

    def _500(self, sent: dict[str, str]) -> Answer:
        self._wire.break_next(_fail)
        return self._200(sent)

    def _503(self, sent: dict[str, str]) -> Answer:
        self._wire.break_all(_hang_up)
        try:
            return self._200(sent)
        finally:
            self._wire.break_all(None)


def _fail(_request: AWSPreparedRequest) -> None:
    try:
        {}[SECRET]
    except KeyError as error:
        raise RuntimeError(f"cannot use {SECRET}") from error


def _hang_up(request: AWSPreparedRequest) -> None:
    raise EndpointConnectionError(endpoint_url=request.url)


@pytest.fixture
def provoke(ann: Client, max_: Client, admin: Client, jobs: Any, wire: Any) -> Iterator[Provoke]:
    """Answers of a given status."""
    return _Provoker(ann, max_, admin, wire)


@pytest.fixture
def secret() -> str:
    """What the exception behind a provoked 500 quotes."""
    return SECRET
