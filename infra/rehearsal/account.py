"""The account: one endpoint for all of AWS, and the functions that are deployed in it."""

import contextlib
import re
import socket
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.local import credentials, engine, grants, objects
from infra.local.aws import Endpoint, asked
from infra.local.calls import Answer, Call, Readable, denial, failure
from infra.local.engine import contents
from infra.local.places import ACCOUNT, REGION
from infra.local.s3 import Door
from infra.rehearsal import policies
from infra.rehearsal.fleet import Fleet
from infra.rehearsal.formation.service import Formation
from infra.rehearsal.kinds import Place
from infra.rehearsal.mocks import in_path, moto

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_INVOKE = re.compile(r"^/2015-03-31/functions/([^/]+)/invocations")


class Account:
    """An AWS account with nothing in it, in one region."""

    def __init__(self, listening: socket.socket, log: Path) -> None:
        self.url = f"http://localhost:{listening.getsockname()[1]}"
        self.place = Place(self.url, REGION, ACCOUNT)
        self.fleet = Fleet(self.place, log)
        self.formation = Formation(self.place, self.fleet.refresh)
        self._door = Door(self._known, self._do, contents.rules, in_path)
        self._endpoint = Endpoint(listening, self._answer)

    @contextlib.contextmanager
    def open(self) -> Iterator["Account"]:
        """Answer within this block."""
        self._endpoint.start()
        with self.fleet.running():
            try:
                yield self
            finally:
                self._endpoint.stop()

    def _answer(self, headers: Mapping[str, str], body: Readable, path: str, method: str) -> Answer:
        """Answer a request, if its caller may ask. Never raises."""
        credential = _CREDENTIAL.search(headers.get("authorization", ""))
        if credential is None and not objects.is_open(path, method):
            return failure("MissingAuthenticationToken", "Request is missing Authentication Token")
        try:
            if credential is None:
                return self._door.answer(headers, body, path, method)
            key, region, service = credential.groups()
            if service == "s3":
                path = in_path(path, headers.get("host", ""))
            call = Call(service, region, headers, b"", path, method)
            return self._do(key, objects.received(call, body))
        except Exception as error:  # noqa: BLE001 - a fault of moto's is an answer too, as in AWS
            self.fleet.write("account", traceback.format_exc())
            return failure("InternalFailure", f"{type(error).__name__}: {error}", status=500)

    def _known(self, key: str) -> credentials.Credentials | None:
        """Only functions sign forms and URLs."""
        return None if self.fleet.allowed(key) is None else credentials.of(key)

    def _do(self, key: str, call: Call) -> Answer:
        return objects.settled(call, self._checked(key, call))

    def _checked(self, key: str, call: Call) -> Answer:
        """Hold the calls of functions against their roles; whoever deploys may do all."""
        allowed = self.fleet.allowed(key)
        if allowed is not None:
            wanted = grants.needs(call.service, *asked(call), self.fleet.prefix(key))
            if need := policies.refused(allowed, wanted, self.place):
                about = policies.named(need, self.place)
                return denial(call.service, f"No policy allows {need.action} on {about}")
        if call.service == "execute-api":
            return self.fleet.hub.answer(call)
        if call.service == "cloudformation":
            return self.formation.answer(call)
        invoked = _INVOKE.match(call.path)
        if call.service == "lambda" and invoked:
            return self.fleet.invoke(invoked[1], call.body)
        return moto(call)


@contextlib.contextmanager
def opened(log: Path) -> Iterator[Account]:
    """Open an account at a free port; what its functions write goes into a file."""
    engine.install()
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    with listening, Account(listening, log).open() as account:
        yield account
