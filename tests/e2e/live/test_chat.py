"""The page docs/chat.html in two tabs of a browser, one of which is cut off for a while."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.slow

PATIENCE = 30_000
"""Milliseconds that a page may take on a busy machine."""
_ACCOUNTS = {
    "ann@example.org": "grey plover on the mudflat",  # as the demo accounts have them
    "max@example.org": "four dunlins in a row",
}
_HOLD = """globalThis.held = []; globalThis.WebSocket = class extends WebSocket {
  constructor(url) { super(url); held.push(this); }
}"""


@pytest.fixture(scope="module")
def tabs(browser, open_twin, pages) -> Iterator[list[Page]]:
    """The page of ann and that of max, both live."""
    contexts = [browser.new_context() for _ in _ACCOUNTS]
    yield [
        _tab(context, f"{pages}/docs/chat.html?api={open_twin.url}", *account)
        for context, account in zip(contexts, _ACCOUNTS.items(), strict=True)
    ]
    for context in contexts:
        context.close()


def _tab(context: BrowserContext, url: str, email: str, password: str) -> Page:
    context.set_default_timeout(PATIENCE)
    context.add_init_script(_HOLD)
    page = context.new_page()
    page.goto(url)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    _is_live(page)
    return page


def _is_live(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("open", timeout=PATIENCE)


def _say(page: Page, text: str) -> None:
    """Send a message, and wait until it is sent."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("", timeout=PATIENCE)


def _messages(page: Page, beginning: str) -> list[str]:
    """The texts of messages that begin so, in the order in which they are shown."""
    shown = page.get_by_role("list", name="Messages").get_by_role("listitem").all_inner_texts()
    texts = [line.partition(": ")[2] for line in shown]
    return [text for text in texts if text.startswith(beginning)]


def _hears(page: Page, text: str) -> None:
    page.get_by_role("list", name="Messages").get_by_text(text).wait_for()


def _cut_off(page: Page) -> None:
    """Break the socket, and let no other be opened."""
    page.context.set_offline(True)
    page.evaluate("held.at(-1).close()")
    expect(page.locator("#state")).not_to_have_text("open", timeout=PATIENCE)


def test_what_one_says_both_hear(tabs):
    """The one who says it as well."""
    _say(tabs[0], "hello to both")
    for page in tabs:
        _hears(page, "hello to both")


def test_who_was_cut_off_hears_what_was_said_meanwhile(tabs):
    """Once, in order, before what is said afterwards."""
    ann, max_ = tabs
    _say(ann, "gap: before")
    _hears(max_, "gap: before")
    _cut_off(max_)
    said = [f"gap: {number}" for number in range(5)]
    for text in said:
        _say(ann, text)
    assert _messages(max_, "gap: ") == ["gap: before"]
    max_.context.set_offline(False)
    _is_live(max_)
    _say(max_, "gap: after")
    for page in tabs:
        _hears(page, "gap: after")
        assert _messages(page, "gap: ") == ["gap: before", *said, "gap: after"]


def test_who_comes_hears_what_was_said_before(tabs):
    """As far as it is kept."""
    _say(tabs[0], "early: bird")
    page = tabs[0].context.new_page()
    page.goto(tabs[0].url)
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Password").fill(_ACCOUNTS["ann@example.org"])
    page.get_by_role("button", name="Sign in").click()
    _hears(page, "early: bird")


def test_the_progress_of_a_job_is_shown_to_its_owner_alone(tabs):
    """Until it has ended."""
    ann, max_ = tabs
    ann.get_by_role("button", name="Export my items").click()
    ann.get_by_role("list", name="Jobs").get_by_text("succeeded").wait_for()
    assert max_.get_by_role("list", name="Jobs").get_by_role("listitem").count() == 0
