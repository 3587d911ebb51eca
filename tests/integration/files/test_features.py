"""What other rooms do with files: make some, read them, use them, and say which are public."""

import io

import pytest

from handler.core.transactions import transaction
from handler.files import (
    FileNotFound,
    FileNotReady,
    is_public,
    open_content,
    public_when,
    ready_file,
    release,
    storage,
    store,
    use,
)
from handler.files.models import File
from handler.files.service import access
from handler.files.service.access import FileNotImage
from handler.files.states import State
from tests import rights
from tests.integration.files.conftest import STORED, TEXT, keys, stored

ID = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
CSV = b"name,price\nlamp,1\n"


def export(content=CSV, **more):
    """A file that a feature makes for ann."""
    return store("ann", name="items.csv", content_type="text/csv", content=content, **more)


@pytest.fixture
def publishers(monkeypatch):
    """Features that say what is public, forgotten afterwards."""
    monkeypatch.setattr(access, "_publishers", {})


class TestStore:
    """Files that features make."""

    @pytest.mark.parametrize("content", [CSV, io.BytesIO(CSV)])
    def test_are_ready_at_once(self, ann, aws, content):
        """Their owner sees them among their own."""
        file = export(content)
        assert ann.get(f"/files/{file.id}").body["state"] == "ready"
        assert stored(file.id) == CSV

    def test_count_nothing(self, ann, aws):
        """Neither when they are made, nor when they go."""
        file = export()
        assert ann.delete(f"/files/{file.id}").status == 204
        assert list(File.scan()) == []

    def test_again_is_once(self, aws):
        """A job that runs again makes the same file."""
        first, again = (export(file_id=ID) for _ in range(2))
        assert first.write_id == again.write_id
        assert keys(STORED) == [f"originals/{ID}"]

    def test_again_at_the_same_time_is_once(self, aws, monkeypatch):
        """Where the first one is written just between, its row is the file."""
        first = export(file_id=ID)
        monkeypatch.setattr(File, "find", lambda _id: None)
        assert export(file_id=ID).write_id == first.write_id


class TestContent:
    """The bytes of a file, as features read them."""

    def test_comes_in_chunks(self, aws, monkeypatch):
        """A file is never in memory as a whole."""
        monkeypatch.setattr(storage, "CHUNK", 7)
        chunks = list(open_content(export()))
        assert b"".join(chunks) == CSV
        assert max(map(len, chunks)) == 7

    def test_begins_anywhere(self, aws):
        """A job goes on where it stopped."""
        assert b"".join(open_content(export(), 5)) == CSV[5:]

    def test_of_a_file_that_has_gone(self, aws):
        """It may have been deleted since its row was read."""
        file = export()
        storage.delete_all("ann", file.id)
        with pytest.raises(FileNotFound):
            next(open_content(file))

    @pytest.mark.parametrize(
        ("owner", "state", "error"),
        [("max", State.READY, FileNotFound), ("ann", State.PENDING, FileNotReady)],
    )
    def test_of_a_file_that_is_not_there_to_read(self, aws, owner, state, error):
        """Another's is not found."""
        file = export()
        file.update(actions=[File.state.set(state.value)])
        with pytest.raises(error):
            ready_file(owner, file.id)


class TestUse:
    """Files that things use."""

    def test_again_is_once(self, aws):
        """A thing is named once, however often it says so."""
        file = export()
        for _ in range(2):
            with transaction() as writes:
                use(writes, [file.id], owner_id="ann", by="items:1")
        with transaction() as writes:
            use(writes, [file.id], owner_id="ann", by="items:2")
        assert File.find(file.id).used_by == {"items:1", "items:2"}

    @pytest.mark.parametrize(
        ("owner", "file_id", "error"),
        [("max", None, FileNotFound), ("ann", ID, FileNotFound)],
    )
    def test_of_what_is_not_theirs(self, aws, owner, file_id, error):
        """Nothing of the transaction is written."""
        file = export()
        with pytest.raises(error), transaction() as writes:
            use(writes, [file_id or file.id], owner_id=owner, by="items:1")
        assert File.find(file.id).used_by == set()

    def test_of_what_is_not_ready(self, announce):
        """Its bytes may be refused yet."""
        with pytest.raises(FileNotReady), transaction() as writes:
            use(writes, [announce().id], owner_id="ann", by="items:1")

    def test_of_what_has_to_be_an_image(self, aws):
        """A table is none."""
        with pytest.raises(FileNotImage), transaction() as writes:
            use(writes, [export().id], owner_id="ann", by="items:1", images=True)

    def test_ends(self, aws):
        """The file is free again."""
        file = export()
        with transaction() as writes:
            use(writes, [file.id], owner_id="ann", by="items:1")
        with transaction() as writes:
            release(writes, [file.id], by="items:1")
        assert File.find(file.id).used_by == set()

    def test_ends_only_where_there_is_a_file(self, aws):
        """A file that is gone leaves no row behind."""
        with pytest.raises(FileNotFound), transaction() as writes:
            release(writes, [ID], by="items:1")
        assert list(File.scan()) == []


class TestPublic:
    """Files that anybody may see."""

    @pytest.mark.parametrize(
        ("used_by", "public"),
        [
            ([], False),
            (["items:shown"], True),
            (["items:hidden"], False),
            (["items:hidden", "items:shown"], True),
            (["others:shown"], False),
        ],
    )
    def test_are_those_that_public_things_use(self, aws, publishers, used_by, public):
        """Each feature says it of its own things."""
        public_when("items", lambda ids: "shown" in ids)
        file = export()
        for by in used_by:
            with transaction() as writes:
                use(writes, [file.id], owner_id="ann", by=by)
        assert is_public(File.find(file.id)) is public

    def test_are_ready(self, aws, publishers):
        """What is not checked is nobody's to see."""
        public_when("items", lambda _ids: True)
        file = export()
        file.state, file.used_by = State.PENDING, {"items:1"}
        assert not is_public(file)


def test_the_worker_may_make_and_read_files(aws):
    """Exports and imports do."""
    with rights.acting("worker-slow"):
        assert b"".join(open_content(export())) == CSV
    assert stored(export(TEXT).id) == TEXT
