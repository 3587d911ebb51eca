"""The console of a running twin, in a real browser that is watched for whatever goes wrong."""

import contextlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from tests.e2e.places import NewAccount, own_address, patiently
from tests.e2e.twins import Twin

PATIENCE = 60
"""Seconds that a page may take on a busy machine."""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
expect.set_options(timeout=PATIENCE * 1000)
_CONSOLES_OWN = (
    "Failed to load resource"  # the browser's note of an answer, which is watched itself
)
_REPORT = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""


@dataclass
class Watch:
    """What a browser complained of, and which refusals a test means to get."""

    complaints: list[str] = field(default_factory=list)
    meant: set[int] = field(default_factory=set)

    def over(self, page: Page) -> None:
        """Watch a page: its errors, its log, the policy that it breaks, its refused requests."""
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", self._logged)
        page.on("response", self._answered)

    def _logged(self, message: Any) -> None:
        if message.type in {"error", "warning"} and _CONSOLES_OWN not in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        is_meant = response.status in self.meant or _is_too_often(response)
        if response.status >= 400 and not is_meant:
            self.complaints.append(f"{response.status} {response.url}")


def _is_too_often(response: Response) -> bool:
    """Whether an account has opened more sockets in a minute than people do: pages go on."""
    return response.url.endswith("/realtime/ticket") and response.status in {409, 429}


@dataclass
class Person:
    """Somebody at a browser."""

    page: Page
    home: str
    watch: Watch

    def open(self, path: str = "") -> Page:
        """Go to a page of the console."""
        self.page.goto(f"{self.home}/console{path}")
        return self.page

    def headline(self, text: str) -> None:
        """Wait for the page that says so."""
        self.page.get_by_role("heading", level=1, name=text).wait_for()

    def violations(self) -> list[Any]:
        """What axe finds here."""
        found: list[Any] = Axe().run(self.page).response["violations"]
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.fixture
def home(twin: Twin) -> str:
    """The address at which the twin's pages are at home: cookies are of a name."""
    return twin.url.replace("127.0.0.1", "localhost")


Visit = Callable[..., Person]


@pytest.fixture
def visit(browser: Browser, twin: Twin, home: str) -> Iterator[Visit]:
    """Open a browser for somebody: `visit()` for nobody, `visit(account)` for who is signed in."""
    watches: list[Watch] = []
    contexts = []

    def visit_(account: NewAccount | None = None, **options: Any) -> Person:
        state = signed_in(twin, home, account) if account else None
        context = browser.new_context(
            storage_state=state, locale="en-GB", **{"viewport": DESKTOP, **options}
        )
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(_REPORT)
        contexts.append(context)
        watches.append(Watch())
        context.on("page", watches[-1].over)
        return Person(context.new_page(), home, watches[-1])

    yield visit_
    for context in contexts:
        context.close()
    assert [one for watch in watches for one in watch.complaints] == []


_ADDRESSES = itertools.cycle(range(150, 250))


def signed_in(twin: Twin, home: str, account: NewAccount) -> Any:
    """What a browser holds of somebody who signed in: from an own address, as limits count them."""
    address = own_address(twin.url, next(_ADDRESSES))
    with httpx.Client(
        base_url=twin.url, transport=httpx.HTTPTransport(local_address=address), timeout=60
    ) as http:
        form = {"username": account.email, "password": account.password}
        headers = {"X-Token-Mode": "cookie", "Origin": home}
        answer = patiently(http, "POST", "/token", data=form, headers=headers)
    assert answer.status_code == 200, answer.text
    cookie = {
        "name": "__Host-refresh",
        "value": answer.headers["set-cookie"].partition("=")[2].partition(";")[0].strip('"'),
        "domain": "localhost",
        "path": "/",
        "expires": time.time() + 86_400,
        "httpOnly": True,
        "secure": True,
        "sameSite": "Strict",
    }
    flag = {"origin": home, "localStorage": [{"name": "signed-in", "value": "yes"}]}
    return {"cookies": [cookie], "origins": [flag]}


_NAMES = iter(range(1_000))


@pytest.fixture
def account(twin: Twin) -> NewAccount:
    """An account of this test alone."""
    return _opened(twin)


@pytest.fixture
def another(twin: Twin) -> NewAccount:
    """Another one."""
    return _opened(twin)


def _opened(twin: Twin) -> NewAccount:
    number = next(_NAMES)
    made = NewAccount(f"person{number}@example.org", "a bar-tailed godwit, resting", "Pat")
    twin.open_accounts([made])
    return made


@dataclass
class Api:
    """The same account, through the API."""

    http: httpx.Client

    def item(self, **fields: Any) -> dict[str, Any]:
        """Offer an item."""
        body = {"name": "Brass lamp", "price": "12.50", "currency": "EUR", **fields}
        answer = patiently(self.http, "POST", "/items", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture
def api_of(twin: Twin) -> Iterator[Callable[[NewAccount], Api]]:
    """Ask as an account."""
    with contextlib.ExitStack() as stack:

        def api_of_(account: NewAccount) -> Api:
            transport = httpx.HTTPTransport(local_address=own_address(twin.url, next(_ADDRESSES)))
            http = stack.enter_context(
                httpx.Client(base_url=twin.url, transport=transport, timeout=60)
            )
            form = {"username": account.email, "password": account.password}
            token = patiently(http, "POST", "/token", data=form).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            return Api(http)

        yield api_of_


@pytest.fixture
def api(api_of: Callable[[NewAccount], Api], account: NewAccount) -> Api:
    """Ask as the account of this test."""
    return api_of(account)


@pytest.fixture
def mailed(twin: Twin) -> Callable[[str, str], str]:
    """The link of the newest mail to an address whose subject begins so."""

    def mailed_(to: str, subject: str) -> str:
        patience_ends = time.monotonic() + PATIENCE
        while time.monotonic() < patience_ends:
            answer = httpx.get(
                f"{twin.url}/_local/mail", params={"to": to}, headers={"Accept": "application/json"}
            )
            for mail in json.loads(answer.text)["items"]:
                if mail["subject"].startswith(subject):
                    return next(word for word in mail["text"].split() if "?token=" in word)
            time.sleep(0.2)
        raise AssertionError(f"No mail to {to}: {subject}")

    return mailed_
