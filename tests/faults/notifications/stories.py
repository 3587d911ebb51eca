"""Stories of notifications that are played with a fault at each call, by an account each."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from moto.backends import get_backend

from handler.accounts import AddressConfirmed
from handler.files import storage
from handler.files.models import File
from handler.jobs import enqueue
from handler.notifications.models import Notification
from handler.realtime.models import EventRow
from infra.local.pump import Pump
from tests.client import Client
from tests.conftest import Time, invoke
from tests.integration.files.conftest import announcement, message, tell
from tests.sample_jobs import Plain

_WANTED = {"mail.job_ended": True, "mail.file_rejected": True}
_BROKEN = b"a\0b"
_CALLS = 4  # of a client that repeats what was not answered


@dataclass(frozen=True)
class Play:
    """One play of a story: its account, and what it sees of time."""

    owner: str
    client: Client
    time: Time

    @classmethod
    def begun(cls, owner: str, time: Time) -> "Play":
        """An account that wants everything by mail."""
        client = Client().signed_in(owner)
        assert client.patch("/users/me", {"preferences": _WANTED}).status == 200
        return cls(owner, client, time)

    def end_a_job(self) -> None:
        """The account has a job, which ends."""
        enqueue(Plain(), owner=self.owner)

    def reject_a_file(self) -> None:
        """The account uploads what is no text, of which S3 tells twice."""
        body = announcement(_BROKEN)
        file = File.find(self.client.post("/files", body).body["file"]["id"])
        assert file
        storage.put_upload(file, _BROKEN)
        for order in ("1", "2"):
            tell(message(f"{self.owner}/{file.id}", order=order))

    def confirm_an_address(self) -> None:
        """The account's address is confirmed."""
        enqueue(AddressConfirmed(account_id=self.owner))

    def write_a_message(self) -> None:
        """A moderator writes to the account, and again where no answer came."""
        moderator = Client().signed_in("mod", "moderator")
        body = {"to": self.owner, "subject": "Your lamps"}
        key = {"idempotency-key": f"message-to-{self.owner:->16}"}
        for _ in range(_CALLS):
            event = moderator.event("POST", "/notifications", body, headers=key)
            if invoke("api", event)["statusCode"] == HTTPStatus.CREATED:
                return
            self.time.pass_(seconds=31)  # by then the key of a process that has ended is free

    def told(self) -> tuple[list[str], int, list[str], int]:
        """The kinds in the list, how many are unread, those that came live, and all mails."""
        listed = self.client.get("/notifications").body
        live = [
            row.id
            for row in EventRow.scan()
            if (row.channel, row.type) == (f"me:{self.owner}", "notification.created")
        ]
        kinds = {row.id: row.kind for row in Notification.scan() if row.owner_id == self.owner}
        mails = get_backend("ses")["123456789012"]["eu-west-1"].sent_messages
        address = f"{self.owner}@example.org"
        return (
            [one["kind"] for one in listed["items"]],
            listed["unread"],
            [kinds[id_] for id_ in live],
            sum(address in mail.destinations["ToAddresses"] for mail in mails),
        )


@dataclass(frozen=True)
class Story:
    """What happens, in which functions' calls faults are, and what of it the account is told."""

    happens: Callable[[Play], None]
    functions: tuple[str, ...]
    kind: str
    mailed: bool = True


STORIES = {
    "job": Story(Play.end_a_job, ("worker", "changes"), "job_ended"),
    "file": Story(Play.reject_a_file, ("worker", "changes"), "file_rejected"),
    "welcome": Story(Play.confirm_an_address, ("worker", "changes"), "welcome", mailed=False),
    "message": Story(Play.write_a_message, ("api", "worker", "changes"), "message"),
}


def settle(pump: Pump, is_over: Callable[[], bool], limit: float) -> None:
    """Let time pass until no job is open, no message on its way, and no change untold."""

    def is_quiet() -> bool:
        moments = [inbox.next_moment() for _, inbox in pump._inboxes]
        moments += [follower.next_moment() for follower in pump._followers]
        return not any(moments) and is_over()

    pump.drain(is_quiet, limit_seconds=limit)
