"""Demo data for a first start: made through the API, as a client would make it."""

import json
from http import HTTPStatus
from pathlib import Path

from infra.local import client, terminal
from infra.local.client import NoTwin, OperationRefused
from infra.local.state import State

DEMO = Path(__file__).with_name("demo.json")


class ItemRefused(Exception):
    """The API did not take a demo item; the text is its answer."""


def plant_once(url: str, state: State, where: str) -> None:
    """Plant, unless that was done in that place before, and say so. A refusal is only said."""
    fact = f"planted in {where}"
    if state.fact(fact) is not None:
        return
    try:
        terminal.say(f"{plant(url)} demo items created")
    except (ItemRefused, NoTwin, OperationRefused) as error:
        terminal.say(f"no demo items: {error}")
    else:
        state.remember(fact, "yes")


def plant(url: str) -> int:
    """Create the items of `demo.json`, each by its owner. Returns how many. Raises ItemRefused."""
    demo = json.loads(DEMO.read_text())
    for owner, items in demo.items():
        token = client.dev_token(url, owner, "user")
        for item in items:
            reply = client.post(url, "/items", item, token)
            if reply.status != HTTPStatus.CREATED:
                message = f"{item['name']}: {reply.status} {reply.body}"
                raise ItemRefused(message)
    return sum(map(len, demo.values()))
