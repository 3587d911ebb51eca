"""Offering items."""


class TestCreate:
    """POST /items."""

    def test_answers_the_item(self, ann, new_item):
        """A new item comes back as it was sent, with its owner."""
        answer = ann.post("/items", new_item)
        assert answer.status == 201
        assert answer.body | new_item == answer.body
        assert answer.body["owner_id"] == "ann"
