"""Looking after accounts, of which one always administers."""

from urllib.parse import urlencode

import pytest

from handler.accounts.models import Account, Administrators, EmailClaim
from tests.client import Client, at_once, open_account
from tests.conftest import invoke
from tests.integration.accounts.conftest import (
    PASSWORD,
    hash_of_password,
    refresh,
    sign_in,
)


@pytest.fixture
def second(admin, anonymous):
    """Another administrator."""
    return anonymous.signed_in("second", "admin")


def administrators():
    """How many there are: counted, and as the counter says."""
    found = [one for one in Account.scan() if one.role == "admin" and not one.disabled]
    return len(found), int(Administrators.get(Administrators.KEY).number)


WAYS_OUT = {
    "demoted": lambda client, id_: client.patch(f"/admin/users/{id_}", {"role": "user"}),
    "disabled": lambda client, id_: client.patch(f"/admin/users/{id_}", {"disabled": True}),
    "deleted": lambda client, id_: client.delete(f"/admin/users/{id_}"),
}


@pytest.mark.parametrize("leave", WAYS_OUT.values(), ids=WAYS_OUT)
def test_the_last_administrator_stays(admin, leave):
    """Nobody else could administer any more."""
    assert leave(admin, "root").code == "last_administrator"
    assert admin.get("/admin/users").status == 200


def test_the_last_administrator_cannot_close_their_account(admin):
    """Not by that way either."""
    assert admin.delete("/users/me").code == "last_administrator"
    assert admin.get("/users/me").status == 200


def test_a_disabled_administrator_does_not_count(admin, second):
    """Whoever cannot sign in cannot administer."""
    assert admin.patch("/admin/users/second", {"disabled": True}).status == 200
    assert admin.patch("/admin/users/root", {"role": "user"}).code == "last_administrator"


def test_an_enabled_administrator_counts_again(admin, second):
    """Then the other one may go."""
    for disabled in (True, False):
        admin.patch("/admin/users/second", {"disabled": disabled})
    assert admin.delete("/users/me").status == 202
    assert administrators() == (1, 1)


def test_a_promoted_user_counts(admin, ann):
    """Then the other one may go."""
    assert admin.patch("/admin/users/ann", {"role": "admin"}).body["role"] == "admin"
    assert admin.patch("/admin/users/root", {"role": "user"}).status == 200
    assert administrators() == (1, 1)


@pytest.mark.parametrize("first", WAYS_OUT.values(), ids=WAYS_OUT)
@pytest.mark.parametrize("other", WAYS_OUT.values(), ids=WAYS_OUT)
def test_of_two_who_remove_each_other_at_once_one_stays(admin, second, first, other):
    """However they go about it (threats K22)."""
    answers = at_once([lambda: first(admin, "second"), lambda: other(second, "root")])
    assert sorted(answer.status < 300 for answer in answers) == [False, True]
    assert administrators() == (1, 1)


def test_many_changes_at_once_keep_the_count(admin, second, anonymous):
    """The counter is what a count finds."""
    for number in range(4):
        open_account(f"n{number}")
    calls = [
        lambda n=n, role=role: second.patch(f"/admin/users/n{n}", {"role": role})
        for n in range(4)
        for role in ("admin", "moderator")
    ]
    at_once(calls)
    found, counted = administrators()
    assert found == counted


def test_a_disabled_account_is_signed_out_at_once(admin, anonymous):
    """Neither tokens nor password open anything. No sockets, no jobs yet (threats A30)."""
    open_account("eve", password_hash=hash_of_password())
    pair = sign_in(anonymous).body
    assert admin.patch("/admin/users/eve", {"disabled": True}).body["disabled"] is True
    assert Client(pair["access_token"]).get("/users/me").status == 401
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert sign_in(anonymous).code == "account_disabled"


def test_an_enabled_account_signs_in_again_but_stays_signed_out(admin, anonymous):
    """Old sessions do not come back."""
    open_account("eve", password_hash=hash_of_password())
    pair = sign_in(anonymous).body
    for disabled in (True, False):
        admin.patch("/admin/users/eve", {"disabled": disabled})
    assert Client(pair["access_token"]).get("/users/me").status == 401
    assert sign_in(anonymous).status == 200


def test_a_role_holds_from_the_next_request_on(admin, ann):
    """Tokens do not carry it."""
    assert ann.get("/admin/users").status == 403
    admin.patch("/admin/users/ann", {"role": "admin"})
    assert ann.get("/admin/users").status == 200
    admin.patch("/admin/users/ann", {"role": "moderator"})
    assert ann.get("/admin/users").status == 403


def test_a_deleted_account_is_gone_with_its_sessions_and_address(admin, anonymous):
    """Sessions follow at once. Uploads, jobs and sockets do not exist yet (threats D16)."""
    open_account("eve", password_hash=hash_of_password())
    pair = sign_in(anonymous).body
    assert admin.delete("/admin/users/eve").status == 204
    assert Client(pair["access_token"]).get("/users/me").status == 401
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert (Account.find("eve"), EmailClaim.owner("eve@example.org")) == (None, None)
    assert admin.get("/admin/users/eve").code == "account_not_found"


def test_a_deleted_account_s_address_can_be_registered(admin, anonymous, ann, mailbox):
    """It is free again."""
    admin.delete("/admin/users/ann")
    anonymous.post("/register", {"email": "ann@example.org", "password": PASSWORD})
    assert EmailClaim.owner("ann@example.org") not in (None, "ann")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_account_that_is_not_there_is_not_found(admin, method):
    """404 for each call."""
    body = {"role": "user"} if method == "PATCH" else None
    assert admin.ask(method, "/admin/users/nobody", body).code == "account_not_found"


def test_a_change_answers_the_account_and_its_version(admin, ann):
    """ETag and If-Match work as everywhere."""
    before = admin.get("/admin/users/ann")
    stale = {"If-Match": before.headers["etag"]}
    after = admin.patch("/admin/users/ann", {"role": "moderator"}, headers=stale)
    assert after.headers["etag"] != before.headers["etag"]
    assert admin.get("/admin/users/ann").body == after.body
    again = admin.patch("/admin/users/ann", {"role": "user"}, headers=stale)
    assert again.code == "version_conflict"


MORE = ["email", "password_hash", "id", "version", "verified", "sessions", "full_name", "shelf"]


@pytest.mark.parametrize("field", MORE)
def test_administrators_change_roles_and_doors_only(admin, ann, field):
    """Everything else is the account's own (threats D7)."""
    answer = admin.patch("/admin/users/ann", {"role": "user", field: "x"})
    assert [error["loc"] for error in answer.body["errors"]] == [["body", field]]


@pytest.mark.parametrize("body", [{}, {"role": "god"}, {"role": None}, {"disabled": "yes"}])
def test_a_change_without_sense_is_refused(admin, ann, body):
    """422."""
    assert admin.patch("/admin/users/ann", body).status == 422


def ids(client, **query):
    """The ids in a list, over all its pages, two a page."""
    found, cursor = [], {}
    while True:
        page = client.get("/admin/users", query=urlencode({**query, "limit": 2, **cursor})).body
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


@pytest.fixture
def people(admin):
    """Some accounts beside the administrator's; the last one is the newest."""
    open_account("a1", full_name="Philomena Hart")
    open_account("a2", "moderator", email="phil@elsewhere.example")
    open_account("a3", disabled=True)
    open_account("a4", "moderator", disabled=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["root", "a4", "a3", "a2", "a1"]),
        ({"q": "PHIL"}, ["a2", "a1"]),
        ({"q": "elsewhere"}, ["a2"]),
        ({"role": "moderator"}, ["a4", "a2"]),
        ({"disabled": "true"}, ["a4", "a3"]),
        ({"disabled": "false", "role": "moderator"}, ["a2"]),
        ({"q": "nobody"}, []),
    ],
    ids=str,
)
def test_accounts_are_listed_newest_first(admin, people, query, found):
    """Ids sort by time; filters narrow the list."""
    assert ids(admin, **query) == found


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "role=god", "sort=email", "disabled=2"])
def test_a_query_without_sense_is_refused(admin, query):
    """422 (threats D9, D11)."""
    assert admin.get("/admin/users", query=query).status == 422


def test_a_cursor_serves_its_caller_and_its_query_only(admin, second, people):
    """Another administrator's is none (threats D5)."""
    cursor = admin.get("/admin/users", query="limit=2").body["next"]
    query = urlencode({"limit": 2, "cursor": cursor})
    assert admin.get("/admin/users", query=query).status == 200
    assert second.get("/admin/users", query=query).code == "cursor_invalid"
    assert admin.get("/admin/users", query=query + "&q=a").code == "cursor_invalid"


def test_an_operator_opens_an_administrator_s_account(anonymous):
    """The only way to a first administrator, and it has no URL (threats A31)."""
    made = invoke("operators", {"action": "admin_create", "email": "Boss@example.org"})
    token = sign_in(anonymous, made["email"], made["password"]).body["access_token"]
    assert Client(token).get("/admin/users").status == 200
    assert administrators() == (1, 1)


def test_an_operator_does_not_take_an_address_that_is_taken(ann):
    """An account is not promoted by that way."""
    answer = invoke("operators", {"action": "admin_create", "email": "ann@example.org"})
    assert answer["error"]["code"] == "email_exists"
    assert ann.get("/users/me").body["role"] == "user"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"action": "admin_create", "email": "x"}, "email_invalid"),
        ({"action": "admin_create"}, "action_unknown"),
        ({"action": "drop_tables"}, "action_unknown"),
        ({}, "action_unknown"),
        ([], "action_unknown"),
        (None, "action_unknown"),
    ],
    ids=str,
)
def test_what_operators_get_wrong_is_told(aws, event, code):
    """The door never raises."""
    assert invoke("operators", event)["error"]["code"] == code
