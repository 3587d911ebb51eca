"""Who may do what: every route of the document, asked by everybody (threats D1)."""

import re
from functools import cache
from http import HTTPStatus

import pytest

from handler import api
from handler.accounts import passwords
from handler.accounts.models import Account
from handler.core.ids import new_id
from handler.files import store
from handler.jobs import enqueue, transaction
from handler.notifications import Kind, Words, notify
from tests.client import Client, open_account
from tests.sample_jobs import Plain

WHO = ("anonymous", "expired", "disabled", "other", "owner", "moderator", "admin")
ANYBODY = "xxxxxxx"
SIGNED_IN = "---xxxx"
ADMINS = "---000x"
MODERATORS = "---00xx"
OWNER = "---?x??"
OWN_OR_ADMIN = "---?x?x"
STAFF = "---0xxx"
"""One character for each of WHO: `x` done, `-` 401, `0` 403, `?` 404."""

RIGHTS = {
    "GET /health": (200, ANYBODY),
    "GET /health/ready": (200, ANYBODY),
    "GET /info": (200, ANYBODY),
    "GET /.well-known/jwks.json": (200, ANYBODY),
    "POST /register": (202, ANYBODY),
    "POST /register/verify": (400, ANYBODY),
    "POST /register/resend": (202, ANYBODY),
    "POST /password/forgot": (202, ANYBODY),
    "POST /password/reset": (400, ANYBODY),
    "POST /token": (401, ANYBODY),
    "POST /logout": (204, "x-xxxxx"),
    "GET /sessions": (200, SIGNED_IN),
    "DELETE /sessions": (204, SIGNED_IN),
    "DELETE /sessions/{session_id}": (204, OWNER),
    "GET /users/me": (200, SIGNED_IN),
    "PATCH /users/me": (200, SIGNED_IN),
    "DELETE /users/me": (202, SIGNED_IN),
    "POST /users/me/password": (204, SIGNED_IN),
    "POST /users/me/email": (202, SIGNED_IN),
    "POST /users/me/email/confirm": (400, ANYBODY),
    "GET /admin/users": (200, ADMINS),
    "GET /admin/users/{account_id}": (200, ADMINS),
    "PATCH /admin/users/{account_id}": (200, ADMINS),
    "DELETE /admin/users/{account_id}": (204, ADMINS),
    "GET /admin/audit": (200, ADMINS),
    "GET /admin/counters": (200, ADMINS),
    "GET /admin/metrics": (200, ADMINS),
    "GET /jobs": (200, SIGNED_IN),
    "GET /jobs/{job_id}": (200, OWN_OR_ADMIN),
    "POST /jobs/{job_id}/cancel": (202, OWN_OR_ADMIN),
    "GET /admin/jobs": (200, ADMINS),
    "GET /admin/jobs/{job_id}": (200, ADMINS),
    "GET /admin/jobs/stats": (200, ADMINS),
    "POST /admin/jobs/redrive": (202, ADMINS),
    "POST /admin/jobs/{job_id}/redrive": (409, ADMINS),
    "POST /notifications": (201, MODERATORS),
    "GET /notifications": (200, SIGNED_IN),
    "POST /notifications/read-all": (200, SIGNED_IN),
    "GET /notifications/{notification_id}": (200, OWNER),
    "POST /notifications/{notification_id}/read": (200, OWNER),
    "POST /realtime/ticket": (200, SIGNED_IN),
    "GET /realtime/{channel}": (200, SIGNED_IN),
    "GET /{kind}.csv": (200, SIGNED_IN),
    "GET /{kind}.jsonl": (200, SIGNED_IN),
    "POST /exports": (202, SIGNED_IN),
    "POST /imports": (404, SIGNED_IN),
    "GET /reports/daily": (200, MODERATORS),
    "POST /files": (201, SIGNED_IN),
    "POST /upload": (201, SIGNED_IN),
    "POST /upload-multiple": (201, SIGNED_IN),
    "GET /files": (200, SIGNED_IN),
    "GET /files/{file_id}": (200, OWNER),
    "GET /files/{file_id}/content": (307, OWNER),
    "GET /files/{file_id}/thumbnail": (404, OWNER),
    "GET /photos/{file_id}/{size}.webp": (404, ANYBODY),
    "DELETE /files/{file_id}": (204, OWNER),
    "GET /items": (200, "x--xxxx"),
    "POST /items": (201, SIGNED_IN),
    "GET /items/{item_id}": (200, "x--xxxx"),
    "PUT /items/{item_id}": (200, STAFF),
    "PATCH /items/{item_id}": (200, STAFF),
    "PUT /items/{item_id}/photos": (200, STAFF),
    "DELETE /items/{item_id}": (204, STAFF),
}
"""What each route answers to those who may, and who may. Links and tokens are made up, so that
their routes answer everybody the same refusal; no job of these is dead, and no file an image."""

PASSWORD = "a goldfinch sings at noon"
LINK = "nobody." + "A" * 22
ITEM = {"name": "Brass lamp", "price": "12.50", "currency": "EUR"}
EMAIL = {"email": "new@example.org"}
BODIES = {
    "POST /register": EMAIL | {"password": PASSWORD},
    "POST /register/verify": {"token": LINK},
    "POST /register/resend": EMAIL,
    "POST /password/forgot": EMAIL,
    "POST /password/reset": {"token": LINK, "password": PASSWORD},
    "PATCH /users/me": {"full_name": "Nell"},
    "POST /users/me/password": {"current": PASSWORD, "new": "a wholly different one"},
    "POST /users/me/email": EMAIL | {"password": PASSWORD},
    "POST /users/me/email/confirm": {"token": LINK},
    "PATCH /admin/users/{account_id}": {"role": "moderator"},
    "POST /admin/jobs/redrive": {"dry_run": True},
    "POST /notifications": {"to": "ann", "subject": "Hello"},
    "POST /exports": {"kind": "account", "format": "csv"},
    "POST /imports": {"file_id": "01K0N4Q7Y2V9S6T3R8W5X1Z0AB", "format": "csv"},
    "POST /files": {"name": "lamp.txt", "content_type": "text/plain", "size": 4},
    "POST /items": ITEM,
    "PUT /items/{item_id}": ITEM,
    "PATCH /items/{item_id}": {"name": "Tin lamp"},
    "PUT /items/{item_id}/photos": {"file_ids": []},
}
UPLOADS = {"POST /upload": "file", "POST /upload-multiple": "files"}
FORMS = {
    "POST /token": {"grant_type": "refresh_token", "refresh_token": "r1.made.up"},
    "POST /logout": {},
}
QUERIES = {
    "GET /files/{file_id}/thumbnail": "size=small",
    "GET /admin/counters": "from=2026-03-01T11:00:00Z&to=2026-03-01T12:00:00Z",
    "GET /admin/metrics": "name=requests&from=2026-03-01T11:00:00Z&to=2026-03-01T12:00:00Z",
}


def told_to_ann():
    """The id of a notification of hers."""
    with transaction() as writes:
        notify(writes, "ann", Kind("tests"), Words("Hello"))
    return Client().signed_in("ann").get("/notifications").body["items"][0]["id"]


THINGS = {
    "account_id": lambda: open_account(new_id()).id,
    "session_id": lambda: Client().signed_in("ann")._session[1],
    "job_id": lambda: enqueue(Plain(), owner="ann").id,
    "item_id": lambda: Client().signed_in("ann").post("/items", ITEM).body["id"],
    "file_id": lambda: store("ann", name="a.csv", content_type="text/csv", content=b"a\n").id,
    "notification_id": told_to_ann,
    "channel": lambda: "room:lobby",
    "kind": lambda: "account",
    "size": lambda: "small",
}
"""What routes are about, each made anew for whoever asks: all but the account are Ann's."""
_NAME = re.compile(r"{(\w+)}")


@cache
def hash_of_password():
    """Computed once a session."""
    return passwords.hashed(PASSWORD)


class Cast:
    """Everybody, and what they ask about."""

    def __init__(self, time):
        stored = hash_of_password()
        for name in ("max", "off", "ann"):
            open_account(name, password_hash=stored)
        open_account("mod", "moderator", password_hash=stored)
        for name in ("root", "second"):
            open_account(name, "admin", password_hash=stored)
        expired = Client().signed_in("max").token
        time.pass_(minutes=15)
        self.clients = {
            "anonymous": Client(),
            "expired": Client(expired),
            "disabled": Client().signed_in("off"),
            "other": Client().signed_in("max"),
            "owner": Client().signed_in("ann"),
            "moderator": Client().signed_in("mod"),
            "admin": Client().signed_in("root"),
        }
        Account.find("off").update(actions=[Account.disabled.set(True)])

    def ask(self, route, who, number, things=None):
        """The status that somebody gets, from a network address of their own."""
        method, path = route.split()
        made = THINGS if things is None else things
        client = self.clients[who].at(f"198.51.100.{number}")
        place = path.format_map({name: made[name]() for name in _NAME.findall(path)})
        if route in UPLOADS:
            return client.upload(place, (UPLOADS[route], "a.txt", "text/plain", b"lamp")).status
        if route in FORMS:
            return client.form(place, **FORMS[route]).status
        body, query = BODIES.get(route), QUERIES.get(route, "")
        return client.ask(method, place, body, query=query).status


def expected(done, marks):
    """The statuses that a row of the table stands for."""
    refused = {
        "-": HTTPStatus.UNAUTHORIZED,
        "0": HTTPStatus.FORBIDDEN,
        "?": HTTPStatus.NOT_FOUND,
    }
    return {who: refused.get(mark, done) for who, mark in zip(WHO, marks, strict=True)}


@pytest.fixture
def cast(aws, time):
    """Everybody."""
    return Cast(time)


def test_the_table_is_complete():
    """A route that the table does not know fails here, and one that is gone."""
    paths = api.create_app().openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert routes == RIGHTS.keys()


@pytest.mark.parametrize(("route", "done", "marks"), [(r, *row) for r, row in RIGHTS.items()])
def test_everybody_may_what_the_table_says(cast, route, done, marks):
    """Each caller gets exactly this status."""
    got = {who: cast.ask(route, who, n) for n, who in enumerate(WHO)}
    assert got == expected(done, marks)
