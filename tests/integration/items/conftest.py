"""Hands for the catalogue: offering items and walking through lists."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

Offer = Callable[..., dict[str, Any]]


@pytest.fixture
def offer(ann, new_item) -> Offer:
    """Offers an item like `new_item` with these fields changed, as ann or as somebody else."""

    def offered(client=ann, **fields: Any) -> dict[str, Any]:
        answer = client.post("/items", new_item | fields)
        assert answer.status == 201, answer
        return answer.body

    return offered


def pages(client, limit: int = 20, **query: Any) -> Iterator[dict[str, Any]]:
    """Every page of a list, by its cursors."""
    cursor = {}
    while True:
        answer = client.get("/items", query=urlencode({**query, "limit": limit, **cursor}))
        assert answer.status == 200, answer
        yield answer.body
        if answer.body["next"] is None:
            return
        cursor = {"cursor": answer.body["next"]}


@pytest.fixture
def names() -> Callable[..., list[str]]:
    """The names in a list, over all its pages."""

    def listed(client, limit: int = 20, **query: Any) -> list[str]:
        return [item["name"] for page in pages(client, limit, **query) for item in page["items"]]

    return listed
