"""Stories of files that are played with a fault at each call, and how each of them has to end."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from handler.core import aws
from handler.files import storage
from handler.files.models import File, Quota
from handler.files.states import Size, State
from infra.local.pump import Pump
from tests.client import Client
from tests.integration.files.conftest import STORED, TEXT, UPLOADS, announcement, message, tell


def _picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (300, 200), "orange").save(made, "png")
    return made.getvalue()


PICTURE = _picture()


@dataclass
class Play:
    """One play of a story, by an account of its own."""

    client: Client
    owner: str
    file: File
    content: bytes

    @classmethod
    def begun(cls, owner: str, content: bytes, content_type: str) -> "Play":
        """The account announces a file."""
        client = Client().signed_in(owner)
        body = announcement(content, content_type=content_type)
        file = File.find(client.post("/files", body).body["file"]["id"])
        assert file is not None
        return cls(client, owner, file, content)

    def arrive(self) -> None:
        """The bytes come, and S3 tells so twice."""
        storage.put_upload(self.file, self.content)
        for order in ("1", "2"):
            tell(message(f"{self.owner}/{self.file.id}", order=order))

    def delete(self) -> None:
        """The owner deletes the file."""
        answer = self.client.delete(f"/files/{self.file.id}")
        assert answer.status == 204, answer

    def left(self) -> tuple[list[str], list[str], int, int]:
        """The keys of its objects in both buckets, and what the account has of files and bytes."""
        quota = Quota.get(f"quota#{self.owner}")
        return self._keys(STORED), self._keys(UPLOADS), quota.files, quota.bytes

    def _keys(self, bucket: str) -> list[str]:
        listed = aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        return [one["Key"] for one in listed if self.file.id in one["Key"]]


@dataclass(frozen=True)
class Story:
    """What is uploaded, what happens before and after jobs run, and how it ends."""

    content: bytes
    content_type: str
    ends: Callable[[Play], None]
    then: Callable[[Play], None] | None = None


def is_ready(play: Play) -> None:
    """The image is there as it came, with thumbnails that show it, and counts once."""
    file = File.find(play.file.id)
    assert file is not None
    assert (file.state, file.width, file.height) == (State.READY, 300, 200)
    assert b"".join(storage.open_original(file.id)) == play.content
    for size in Size:
        with Image.open(BytesIO(storage.get_thumbnail(file.id, size)), formats=("WEBP",)) as shown:
            shown.load()
    assert play.left()[2:] == (1, len(play.content))


def is_text(play: Play) -> None:
    """The text is ready, once."""
    file = File.find(play.file.id)
    assert file is not None
    assert (file.state, file.version) == (State.READY, 2)
    assert b"".join(storage.open_original(file.id)) == play.content
    assert play.left()[2:] == (1, len(play.content))


def is_rejected(play: Play) -> None:
    """The reason is told, nothing is kept, and nothing counts."""
    file = File.find(play.file.id)
    assert file is not None
    assert (file.state, file.reason) == (State.REJECTED, "control_characters")
    assert play.left() == ([], [], 0, 0)


def is_gone(play: Play) -> None:
    """Nothing is left of it: no row, no bytes where files stay, and nothing counts."""
    assert File.find(play.file.id) is None
    assert play.left() == ([], [], 0, 0)


STORIES = {
    "image": Story(PICTURE, "image/png", is_ready),
    "text": Story(TEXT, "text/plain", is_text),
    "rejected": Story(b"a\0b", "text/plain", is_rejected),
    "deleted": Story(PICTURE, "image/png", is_gone, Play.delete),
}


def play(name: str, owner: str, jobs: Pump, settle: Callable[[], None]) -> Play:
    """Play a story to its end."""
    story = STORIES[name]
    played = Play.begun(owner, story.content, story.content_type)
    played.arrive()
    settle()
    if story.then:
        story.then(played)
        settle()
    return played
