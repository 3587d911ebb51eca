"""The one account of the bench: its rows, its session, and the key that signs its tokens."""

import json
import os
import time
from functools import cache
from typing import Any

OWNER = "ann"
EMAIL = "ann@example.org"
PASSWORD = "grey plover on the mudflat"
_SESSION = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
_VARIABLE = "BENCH_TOKEN_KEY"
_BEGUN = int(time.time()) - 60


def token() -> str:
    """An access token of the account, for 15 minutes."""
    from handler.accounts import tokens  # noqa: PLC0415 - it reads the environment when imported

    return tokens.issue(OWNER, _SESSION)


def draw_key() -> None:
    """Make the key that signs tokens, for this process and those that it starts."""
    from handler.accounts import keyring  # noqa: PLC0415 - the same

    os.environ[_VARIABLE] = keyring._new_pem()


def variables() -> dict[str, str]:
    """What a process needs to know the same key."""
    return {_VARIABLE: os.environ[_VARIABLE]}


def keys() -> str:
    """The secret with the key."""
    key = {"kid": "0123456789abcdef", "from": _BEGUN, "pem": os.environ[_VARIABLE]}
    return json.dumps({"generation": 1, "keys": [key]})


@cache
def password_hash() -> str:
    """What is stored of the password."""
    from handler.accounts import passwords  # noqa: PLC0415 - the same

    return passwords.hashed(PASSWORD)


def account(*, with_password: bool) -> dict[str, Any]:
    """The account's row, as DynamoDB writes it."""
    texts = {
        "id": OWNER,
        "shelf": "account#00",
        "email": EMAIL,
        "full_name": "Ann",
        "role": "user",
        "preferences": "{}",
        "write_id": "0123456789abcdef",
        "created_at": "2026-03-01T12:00:00.000000+0000",
        "updated_at": "2026-03-01T12:00:00.000000+0000",
        "password_hash": password_hash() if with_password else "-",
    }
    session = {
        **{name: {"N": str(_BEGUN)} for name in ("created", "used")},
        "counter": {"N": "0"},
        "agent": {"S": "bench"},
        "address": {"S": "192.0.2.1"},
    }
    return {
        **{name: {"S": text} for name, text in texts.items()},
        **{name: {"N": "1"} for name in ("schema", "version")},
        "disabled": {"BOOL": False},
        "verified": {"BOOL": True},
        "sessions": {"M": {_SESSION: {"M": session}}},
        "links": {"M": {}},
    }


def claim() -> dict[str, Any]:
    """The row that says whose the address is."""
    return {"email": {"S": EMAIL}, "account_id": {"S": OWNER}}
