"""Secrets stay where they belong, whatever happens to them on the way (threats J5, J6, J7).

Passwords, tokens and links are sent through every flow of the accounts, right ones, wrong ones and
in the wrong places, also while AWS breaks down; afterwards everything that was written is searched.
"""

import base64
import json
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from handler import operators
from handler.core import aws as core_aws
from infra.blueprint import BLUEPRINT, prefix
from tests.client import Answer, Client

_EMAIL = "eve@example.org"
_AS_BROWSER = {"x-token-mode": "cookie", "origin": "https://shop.example"}


class Canary:
    """Somebody who goes through everything and keeps a list of what must never be seen."""

    def __init__(self, mailbox: list[Any], time: Any) -> None:
        self.secrets: dict[str, str] = {}
        self.answers: list[tuple[str, Answer]] = []
        self._mailbox = mailbox
        self._time = time
        self._number = 0

    def password(self, name: str) -> str:
        """A password that nobody else would write."""
        return self._keep(name, f"canary {name} hops over cages & é+%")

    def mailed(self, name: str) -> str:
        """The token of the last mail."""
        token = self._mailbox[-1].token
        self._keep(name, token.partition(".")[2])
        return token

    def sign_in(self, name: str, password: str, email: str = _EMAIL) -> dict[str, str]:
        """A pair of tokens, both secret."""
        return self._pair(name, self.ask("POST", "/token", username=email, password=password))

    def refresh(self, name: str, token: str) -> dict[str, str]:
        """The next pair."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self._pair(name, self.ask("POST", "/token", **form))

    def wait(self) -> None:
        """Let a minute pass: so often may a mail be asked for."""
        self._time.pass_(seconds=61)

    def ask(self, method: str, path: str, access: str | None = None, /, **sent: Any) -> Answer:
        """Ask from an address of its own."""
        self._number += 1
        client = Client(access, address=f"198.51.{self._number // 250}.{self._number % 250 + 1}")
        options = {name: sent.pop(name) for name in ("raw", "headers", "query") if name in sent}
        if path in {"/token", "/logout"} and "raw" not in options:
            answer = client.form(path, headers=options.get("headers"), **sent)
        else:
            answer = client.ask(method, path, sent or None, **options)
        self.answers.append((path, answer))
        return answer

    def sign_in_to_cookie(self, name: str, password: str, email: str = _EMAIL) -> None:
        """Sign in as a browser does, whose refresh token is in a cookie."""
        form = {"username": email, "password": password}
        answer = self.ask("POST", "/token", **form, headers=_AS_BROWSER)
        (cookie,) = answer.cookies
        self._keep(name, cookie.partition(";")[0].rpartition(".")[2])
        self._keep(f"{name}: access token", answer.body["access_token"].rpartition(".")[2])

    def _pair(self, name: str, answer: Answer) -> dict[str, str]:
        assert answer.status == 200, answer
        pair: dict[str, str] = answer.body
        self._keep(f"{name}: access token", pair["access_token"].rpartition(".")[2])
        self._keep(f"{name}: refresh token", pair["refresh_token"].rpartition(".")[2])
        return pair

    def _keep(self, name: str, secret: str) -> str:
        self.secrets[name] = secret
        return secret


def spellings(secret):
    """How a secret may look where somebody wrote it down."""
    quoted = {quote(secret), quote_plus(secret), quote(secret, safe="&+"), repr(secret)[1:-1]}
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    encoded = {base64.b64encode(secret.encode()).decode().rstrip("=")}
    return {secret, *quoted, *escaped, *encoded, secret[:16]}


def found(secrets, text):
    """The names of the secrets that a text holds."""
    return [name for name, secret in secrets.items() if any(s in text for s in spellings(secret))]


def tables():
    """Everything that is stored, as DynamoDB has it, by table."""
    client = core_aws.client("dynamodb")
    rows = {t.name: client.scan(TableName=prefix("local") + t.name) for t in BLUEPRINT.tables}
    return {name: json.dumps(found["Items"], default=str) for name, found in rows.items()}


@contextmanager
def breaking(service, words):
    """The service fails with a fault whose words hold a secret and the request."""
    events = core_aws.client(service).meta.events

    def fail(request, **_):
        raise RuntimeError(f"{words} {request.body!r} {request.headers}")

    events.register_first(f"before-send.{service}.*", fail, unique_id="breaking")
    yield
    events.unregister(f"before-send.{service}.*", unique_id="breaking")


def register(canary):
    """Open an account, in right ways and wrong ones."""
    password = canary.password("first password")
    body = {"email": _EMAIL, "password": password, "full_name": "Eve"}
    assert canary.ask("POST", "/register", **body).status == 202
    canary.ask("POST", "/token", username=_EMAIL, password=password)
    canary.mailed("verification link")
    canary.wait()
    canary.ask("POST", "/register", **body)
    canary.wait()
    canary.ask("POST", "/register/resend", email=_EMAIL)
    token = canary.mailed("second verification link")
    assert canary.ask("POST", "/register/verify", token=token).status == 204
    assert canary.ask("POST", "/register/verify", token=token).status == 400
    return password


def go_wrong(canary, token):
    """Put a password wherever it does not belong: every answer is a refusal."""
    lost = canary.password("misplaced password")
    json_of = json.dumps(lost)
    form = {"content-type": "application/x-www-form-urlencoded"}
    answers = [
        canary.ask("POST", "/register", email=lost, password=lost),
        canary.ask("POST", "/register", email=_EMAIL, password=lost * 20),
        canary.ask("POST", "/register", email=_EMAIL, password=[lost]),
        canary.ask("POST", "/register", email=_EMAIL, password=lost, role=lost),
        canary.ask("POST", "/register", email=_EMAIL, password=lost + "\0"),
        canary.ask("POST", "/register", email=_EMAIL, password="canary"),
        canary.ask("POST", "/register", raw=f'{{"email": {json_of}, "email": {json_of}}}'),
        canary.ask("POST", "/register", raw=f'{{"password": {json_of}'),
        canary.ask("POST", "/register", raw=f'{{"password": "{lost}\\ud800"}}'),
        canary.ask("POST", "/register", raw=f"password={lost}", headers=form),
        canary.ask("POST", "/register/verify", token=lost),
        canary.ask("POST", "/register/verify", token=lost * 10),
        canary.ask("POST", "/password/reset", token=lost, password=lost),
        canary.ask("POST", "/users/me/email/confirm", token=lost),
        canary.ask("POST", "/token", username=lost, password=lost),
        canary.ask("POST", "/token", username=_EMAIL, password=lost),
        canary.ask("POST", "/token", username=lost * 20, password=lost * 40),
        canary.ask("POST", "/token", grant_type=lost, username=_EMAIL, password=lost),
        canary.ask("POST", "/token", grant_type="refresh_token", refresh_token=lost),
        canary.ask("POST", "/token", grant_type="refresh_token", refresh_token=lost * 20),
        canary.ask("POST", "/token", raw=f"password={lost}", headers=form),
        canary.ask("POST", "/token", raw=f"password={quote(lost)}&password=1", headers=form),
        canary.ask("POST", "/token", raw=json_of),
        canary.ask("POST", "/logout", refresh_token=lost),
        canary.ask("POST", "/users/me/password", token, current=lost, new=lost),
        canary.ask("POST", "/users/me/password", token, current=lost, new="canary"),
        canary.ask("POST", "/users/me/email", token, email=lost, password=lost),
        canary.ask("POST", "/users/me/email", token, email="x@y.org", password=lost),
        canary.ask("PATCH", "/users/me", token, password=lost),
        canary.ask("PATCH", "/users/me", token, preferences={"mail": lost}),
        canary.ask("GET", "/users/me", lost),
        canary.ask("GET", "/users/me", headers={"authorization": f"Basic {lost}"}),
        canary.ask("GET", "/users/me", query=f"a={quote(lost)}&a={quote(lost)}"),
        canary.ask("GET", f"/{lost}"),
        canary.ask("GET", f"/items/{lost}"),
        canary.ask("DELETE", f"/sessions/{lost}", token),
        canary.ask("GET", "/items", query=f"cursor={quote(lost)}"),
        canary.ask("GET", "/items", query=f"limit={quote(lost)}"),
        canary.ask("PATCH", "/users/me", token, full_name="E", headers={"if-match": lost}),
    ]
    assert {answer.status // 100 for answer in answers} == {4}, answers


def put_tokens_in_wrong_places(canary, pair):
    """Show tokens where the other kind, or none, is expected."""
    access, refresh = pair["access_token"], pair["refresh_token"]
    answers = [
        canary.ask("GET", "/users/me", refresh),
        canary.ask("GET", "/users/me", access + "A"),
        canary.ask("GET", "/users/me", query=f"access_token={access}"),
        canary.ask("GET", f"/items/{access}"),
        canary.ask("GET", f"/{refresh}"),
        canary.ask("DELETE", f"/sessions/{refresh}", access),
        canary.ask("POST", "/token", grant_type="refresh_token", refresh_token=access),
        canary.ask("POST", "/token", grant_type="refresh_token", refresh_token=refresh + "A"),
        canary.ask("POST", "/register/verify", token=refresh),
        canary.ask("POST", "/token", username=refresh, password=access),
    ]
    assert {answer.status // 100 for answer in answers} == {4}, answers


def break_down(canary, pair, password):
    """Have every call fail with the secret in the fault's words."""
    access, refresh = pair["access_token"], pair["refresh_token"]
    new = canary.password("password of a broken request")
    words = f"{password} {access} {refresh} {new}"
    with breaking("dynamodb", words):
        answers = [
            canary.ask("POST", "/token", username=_EMAIL, password=password),
            canary.ask("POST", "/token", grant_type="refresh_token", refresh_token=refresh),
            canary.ask("POST", "/register", email="new@example.org", password=new),
            canary.ask("GET", "/users/me", access),
            canary.ask("POST", "/users/me/password", access, current=password, new=new),
            canary.ask("POST", "/password/reset", token=f"x.{'A' * 22}", password=new),
        ]
        operators.handle({"action": "admin_create", "email": "broken@example.org"}, None)
    assert {answer.status for answer in answers} == {500}, answers
    with breaking("sesv2", words):
        canary.ask("POST", "/register", email="unmailed@example.org", password=new)


def change(canary, pair, password):
    """Change the password and the address, and reset what was forgotten."""
    access = pair["access_token"]
    second, third = canary.password("second password"), canary.password("third password")
    body = {"current": password, "new": second}
    assert canary.ask("POST", "/users/me/password", access, **body).status == 204
    moved = {"email": "eve@elsewhere.example", "password": second}
    assert canary.ask("POST", "/users/me/email", access, **moved).status == 202
    token = canary.mailed("link to move")
    assert canary.ask("POST", "/users/me/email/confirm", token=token).status == 204
    canary.wait()
    canary.ask("POST", "/password/forgot", email="eve@elsewhere.example")
    unused = canary.mailed("link to reset, replaced")
    canary.wait()
    canary.ask("POST", "/password/forgot", email="eve@elsewhere.example")
    token = canary.mailed("link to reset")
    assert canary.ask("POST", "/password/reset", token=unused, password=third).status == 400
    assert canary.ask("POST", "/password/reset", token=token, password="p" * 15).status == 422
    assert canary.ask("POST", "/password/reset", token=token, password=third).status == 204
    return third


def keep_signed_in(canary, password):
    """Sessions: refreshed, reused, listed, ended, and one in a cookie."""
    first = canary.sign_in("first session", password)
    second = canary.refresh("refreshed", first["refresh_token"])
    other = canary.sign_in("second session", password)
    canary.ask("GET", "/sessions", second["access_token"])
    canary.ask("DELETE", "/sessions", second["access_token"])
    stale = {"grant_type": "refresh_token", "refresh_token": other["refresh_token"]}
    assert canary.ask("POST", "/token", **stale).status == 401
    canary.wait()
    reused = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert canary.ask("POST", "/token", **reused).status == 401
    assert canary.ask("GET", "/users/me", second["access_token"]).status == 401
    last = canary.sign_in("last session", password)
    assert canary.ask("POST", "/logout", refresh_token=last["refresh_token"]).status == 204


def administer(canary):
    """An operator's administrator looks after accounts."""
    made = operators.handle({"action": "admin_create", "email": "root@example.org"}, None)
    canary._keep("an operator's password", made["password"])
    token = canary.sign_in("administrator", made["password"], "root@example.org")["access_token"]
    listed = canary.ask("GET", "/admin/users", token).body["items"]
    (eve,) = [one["id"] for one in listed if one["email"].startswith("eve@")]
    canary.ask("GET", f"/admin/users/{eve}", token)
    canary.ask("PATCH", f"/admin/users/{eve}", token, role="moderator")
    canary.ask("GET", "/admin/audit", token)
    canary.ask("PATCH", f"/admin/users/{eve}", token, disabled=True)
    return eve, token


@pytest.fixture
def messages(aws):
    """What is sent to queues."""
    events = core_aws.client("sqs").meta.events
    seen = []
    events.register_first(
        "before-send.sqs.*", lambda request, **_: seen.append(str(request.body)), unique_id="seen"
    )
    yield seen
    events.unregister("before-send.sqs.*", unique_id="seen")


@pytest.fixture
def flown(capsys, mailbox, messages, time):
    """A canary that has been everywhere; capsys has seen it all."""
    canary = Canary(mailbox, time)
    password = register(canary)
    pair = canary.sign_in("first sign-in", password)
    go_wrong(canary, pair["access_token"])
    put_tokens_in_wrong_places(canary, pair)
    break_down(canary, pair, password)
    keep_signed_in(canary, password)
    password = change(canary, canary.sign_in("second sign-in", password), password)
    canary.sign_in_to_cookie("cookie", password, "eve@elsewhere.example")
    eve, token = administer(canary)
    form = {"username": "eve@elsewhere.example", "password": password}
    assert canary.ask("POST", "/token", **form).status == 403
    canary.ask("DELETE", f"/admin/users/{eve}", token)
    canary.ask("DELETE", "/users/me", token)
    operators.handle({"action": "keys_rotate", "words": password}, None)
    operators.handle({"action": password}, None)
    return canary


def test_no_secret_is_written_down(flown, mailbox, messages, capsys):
    """Not in the log, a table or a queue; links stand in mails, and tokens in their answers."""
    printed = capsys.readouterr()
    answers = [a for path, a in flown.answers if path != "/token" or a.status != 200]
    mails = "".join(f"{mail.subject} {mail.text} {mail.html}" for mail in mailbox)
    links = [name for name in flown.secrets if "link" in name]
    places = {
        "log": found(flown.secrets, printed.out + printed.err),
        **{name: found(flown.secrets, rows) for name, rows in tables().items()},
        "queues": found(flown.secrets, "".join(messages)),
        "answers": found(flown.secrets, "".join(f"{a.text} {a.headers}" for a in answers)),
        "mails": found(flown.secrets, mails),
    }
    assert (len(flown.secrets) > 25, printed.out.count('"route"') > 80) == (True, True)
    assert len(messages) > 10
    assert {place: names for place, names in places.items() if names} == {"mails": links}


@pytest.mark.parametrize("written", [str, repr, json.dumps, quote, quote_plus, "{!a}".format])
def test_the_search_finds_a_secret_however_it_is_written(written):
    """Quoted, escaped or as it is."""
    canary = Canary([], None)
    text = written(canary.password("lost password"))
    canary.password("other password")
    assert found(canary.secrets, f"... {text} ...") == ["lost password"]


_HOSTILE = [
    *(
        'x"}\n{"level":"error"}',
        "x\r\ny",
        "\x1b[2J\x1b[31mred",
        "a\tb",
        "'\"`${x}",
        "\u2028",
        "é\x00",
    ),
    *("%0a%0d", "\\n", '","account":"root', "\x7f\x9b31m"),
]


@pytest.mark.parametrize("text", _HOSTILE, ids=ascii)
def test_a_line_of_log_is_one_json_object(anonymous, ann, capsys, text):
    """J6: whatever stands in a path, a header or a field, nobody writes lines of their own."""
    capsys.readouterr()
    ann.patch("/users/me", {"full_name": text})
    anonymous.form("/token", username=text, password=text, headers={"user-agent": text})
    anonymous.get(f"/{text}", headers={"user-agent": text, "x-request-id": text})
    anonymous.get("/items", query=f"q={quote(text)}&{quote(text)}=1")
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert len([one for one in map(json.loads, lines) if "route" in one or "status" in one]) == 4
    assert printed.isprintable() or set(printed) - {"\n"} <= set(map(chr, range(32, 127)))
