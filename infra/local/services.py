"""Services of the endpoint beside moto: secrets that are kept, and mail that stays here.

What functions write into secrets goes into the state too, so that tokens survive a restart.
"""

import json
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Lock

from infra.blueprint import Secret
from infra.local.calls import Answer, Call, Service, failure
from infra.local.mailbox import Mail, Mailbox
from infra.local.state import State

_JSON = {"Content-Type": "application/json"}


def secret_value(secret: Secret, state: State) -> str | None:
    """What a secret begins with: what a function wrote last, else its drawn key, else nothing."""
    written = state.fact(_fact(secret.name))
    if written is None and secret.drawn:
        return json.dumps({"1": state.secret(secret.name)})
    return written


def remembering(manager: Service, state: State, prefix: str) -> Service:
    """Secrets Manager, its new values kept in a state; of calls at once, one after the other."""
    turn = Lock()

    def answer(call: Call) -> Answer:
        with turn:
            answered = manager(call)
            if call.operation == "PutSecretValue" and answered.status == HTTPStatus.OK:
                name = json.loads(answered.body)["Name"].removeprefix(prefix)
                state.remember(_fact(name), json.loads(call.body)["SecretString"])
        return answered

    return answer


def mailing(mailbox: Mailbox) -> Service:
    """SES v2, which mails nothing: mails stay in the mailbox."""

    def answer(call: Call) -> Answer:
        if call.operation != "SendEmail":
            return failure("NotFoundException", "The twin's SES only sends mails")
        try:
            mail = _mail(json.loads(call.body))
        except (AttributeError, LookupError, TypeError, ValueError):
            return failure("BadRequestException", "The mail is not in the service's form")
        mailbox.put(mail)
        return Answer(HTTPStatus.OK, _JSON, json.dumps({"MessageId": mail.id}).encode())

    return answer


def _mail(body: dict[str, dict[str, dict[str, dict[str, dict[str, str]]]]]) -> Mail:
    simple = body["Content"]["Simple"]
    parts = {name: part["Data"] for name, part in simple["Body"].items()}
    return Mail(
        id=str(uuid.uuid4()),
        to=", ".join(body["Destination"]["ToAddresses"]),
        subject=str(simple["Subject"]["Data"]),
        text=str(parts.get("Text", "")),
        html=str(parts.get("Html", "")),
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def _fact(name: str) -> str:
    return f"secret {name}"
