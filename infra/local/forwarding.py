"""Sends DynamoDB calls on to another endpoint: DynamoDB Local or real tables, signed anew.

The function signed with the twin's credentials, which mean nothing there. The user's own are used
where there are any, and made-up ones otherwise, which DynamoDB Local takes.
"""

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import Session
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from infra.local.calls import Answer, Call, Service, failure
from infra.local.places import REGION

_JSON = "application/x-amz-json-1.0"
_KEPT = ("content-type", "x-amz-target")


def forward(url: str) -> Service:
    """A service that is answered at that URL."""
    session = Session()
    credentials = session.get_credentials() or Credentials("local", "local")
    region = session.get_config_variable("region") or REGION
    connections = PoolManager(maxsize=32, retries=False, timeout=30)

    def answer(call: Call) -> Answer:
        headers = {name: call.headers[name] for name in _KEPT if name in call.headers}
        request = AWSRequest("POST", url, headers=headers, data=call.body)
        SigV4Auth(credentials, call.service, region).add_auth(request)
        try:
            sent = connections.request("POST", url, body=call.body, headers=dict(request.headers))
        except HTTPError as error:
            return failure("ServiceUnavailable", f"{url} does not answer: {error}", status=503)
        return Answer(sent.status, {"Content-Type": _JSON}, sent.data)

    return answer
