"""What happens elsewhere, as open pages of the console show it: in two browsers at once."""

import re

import pytest
from playwright.sync_api import expect

from infra.local import seed
from tests.e2e.places import NewAccount, patiently

pytestmark = pytest.mark.slow

_HOLD = """globalThis.held = []; globalThis.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    held.push(this);
    this.addEventListener("message", ({ data }) => { this.told += data; });
  }
  told = "";
}"""
_OPEN = "() => globalThis.held?.at(-1)?.readyState === 1"


def _demo(role):
    one = next(one for one in seed.ACCOUNTS if one.role == role)
    return NewAccount(one.email, one.password, one.full_name)


@pytest.fixture
def live(visit):
    """Open a page for somebody, and wait until it hears what happens."""

    def live_(account, path, **options):
        person = visit(account, **options)
        person.page.add_init_script(_HOLD)
        person.open(path)
        person.page.wait_for_function(_OPEN)
        expect(person.page.locator("main p[aria-busy=true]")).to_have_count(0)
        return person

    return live_


@pytest.fixture
def moderator(api_of):
    """The demo moderator, through the API."""
    return api_of(_demo("moderator"))


def _write(moderator, account, subject):
    body = {
        "to": account.email,
        "subject": subject,
        "message": "It is.",
        "channels": ["in_app", "push"],
    }
    answer = patiently(moderator.http, "POST", "/notifications", json=body)
    assert answer.status_code == 201, answer.text


def test_a_notification_arrives_in_every_open_page(live, account, moderator):
    """As a word, as a number in the menu, and in the list."""
    listed, elsewhere = live(account, "/notifications"), live(account, "/profile")
    _write(moderator, account, "The tide is out")
    listed.page.get_by_role("article").get_by_text("The tide is out").wait_for()
    listed.page.get_by_role("status").get_by_text("1 unread").wait_for()
    elsewhere.page.locator(".toasts").get_by_text("The tide is out").wait_for()
    expect(elsewhere.page.get_by_role("img", name="1 unread")).to_have_text("1")


def test_what_is_read_is_counted_no_more(live, account, moderator):
    """One, and then all others at once; also after another load."""
    for number in range(3):
        _write(moderator, account, f"Tide {number}")
    page = live(account, "/notifications").page
    page.get_by_role("article").filter(has_text="Tide 1").get_by_role("button").click()
    page.get_by_role("status").get_by_text("2 unread").wait_for()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("unread")).to_have_count(0)
    page.reload()
    page.get_by_role("article").first.wait_for()
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)


def test_what_came_while_one_was_cut_off_is_there_afterwards(live, account, moderator):
    """Once, and what comes then as well."""
    page = live(account, "/notifications").page
    page.context.set_offline(True)
    page.evaluate("held.at(-1).close()")
    _write(moderator, account, "Meanwhile")
    page.context.set_offline(False)
    page.get_by_role("article").get_by_text("Meanwhile").wait_for()
    page.wait_for_function(_OPEN)
    _write(moderator, account, "Afterwards")
    page.get_by_role("article").get_by_text("Afterwards").wait_for()
    expect(page.get_by_role("article")).to_have_count(2)


def test_a_job_is_followed_in_another_browser(live, account, api):
    """From its beginning to its end, without a question."""
    page = live(account, "/jobs").page
    page.wait_for_timeout(1000)  # the list is read anew when the channel has begun
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    body = {"kind": "items", "format": "csv"}
    assert patiently(api.http, "POST", "/exports", json=body).status_code == 202
    row = page.get_by_role("row", name="transfers.export")
    expect(row).to_contain_text("succeeded")
    assert not [url for url in asked if url.endswith("/jobs") or "/jobs?" in url]
    page.locator(".toasts").get_by_text("Your export has succeeded").wait_for()


def test_an_item_of_another_browser_is_there(live, account, api):
    """And gone when it is deleted there."""
    page = live(account, "/items").page
    item = api.item(name="Whimbrel in brass")
    page.get_by_role("row", name="Whimbrel in brass").wait_for()
    patiently(api.http, "PATCH", f"/items/{item['id']}", json={"name": "Curlew in brass"})
    page.get_by_role("row", name="Curlew in brass").wait_for()
    assert patiently(api.http, "DELETE", f"/items/{item['id']}").status_code == 204
    page.get_by_text("You offer nothing yet").wait_for()


def test_what_is_older_than_all_that_is_shown_comes_with_the_next_page(visit, account):
    """And once. Jobs and their events are made up here."""
    person = visit(account)
    person.page.add_init_script(_SOCKET)
    jobs = [_job(number) for number in range(40, 0, -1)]

    def answer(route):
        rest = "cursor" in route.request.url
        body = {"items": jobs[20:] if rest else jobs[:20], "next": None if rest else "more"}
        route.fulfill(json=body)

    person.page.route(_JOBS, answer)
    page = person.open("/jobs")
    page.get_by_role("button", name="Show more").wait_for()
    page.wait_for_function("() => globalThis.tell !== undefined")
    page.wait_for_timeout(500)  # until the channel has begun, and was read anew
    event = {"channel": "me", "seq": 1, "id": "a", "type": "job.changed", "at": ""}
    page.evaluate("(event) => tell(event)", {**event, "data": _job(5)})
    page.evaluate("(event) => tell(event)", {**event, "seq": 2, "data": _job(41)})
    expect(page.locator("tbody tr")).to_have_count(21)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(41)


def test_who_is_signed_out_elsewhere_learns_it(live, account):
    """The page says so by itself, and shows nothing of the account any more."""
    there, here = live(account, "/items"), live(account, "/devices")
    there.watch.meant = {401}
    here.page.get_by_role("button", name="Sign out all other devices").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    there.page.get_by_role("link", name="Sign in").first.wait_for()
    here.page.get_by_text("No other device is signed in.").wait_for()


def test_who_signs_in_next_hears_nothing_of_who_was_there(live, account, another, moderator):
    """In the same page: neither what was known, nor what happens now (threats J10)."""
    person = live(account, "/notifications")
    page = person.page
    _write(moderator, account, "For the first one")
    page.get_by_role("article").get_by_text("For the first one").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill(another.email)
    page.get_by_label("Password").fill(another.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    expect(page.get_by_role("img", name="unread")).to_have_count(0)
    page.get_by_role("link", name="Notifications").click()
    page.wait_for_function(_OPEN)
    _write(moderator, account, "For the first one again")
    _write(moderator, another, "For the next one")
    page.get_by_role("article").get_by_text("For the next one").wait_for()
    expect(page.get_by_role("article")).to_have_count(1)


def test_the_dashboard_is_told_its_counters(live):
    """When it is opened, and then each minute."""
    person = live(_demo("admin"), "/jobs")
    with person.page.expect_request("**/admin/counters?**"):
        person.page.get_by_role("link", name="Administration").click()
    person.page.wait_for_function("() => held.at(-1).told.includes('dashboard.counters')")


_JOBS = re.compile(r"(?<!console)/jobs(\?|$)")
_SOCKET = """globalThis.WebSocket = class {
  constructor() {
    setTimeout(() => this.onopen());
    globalThis.tell = (frame) => this.receive(frame);
  }
  send(text) {
    const { action, ...rest } = JSON.parse(text);
    const ack = { type: "ack", ...rest, seq: 0 };
    if (action === "subscribe") setTimeout(() => this.receive(ack));
  }
  receive(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
  close() {}
}"""
_MEASURE = """async (jobs) => {
  const table = document.querySelector("tbody");
  const drawn = new Set();
  const rowOf = ({ target }) => (target.closest ? target : target.parentElement).closest("tr");
  const note = (changes) => changes.forEach((one) => drawn.add(rowOf(one)));
  const watching = new MutationObserver(note);
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  watching.observe(table, all);
  const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1];
  const frame = () => new Promise(requestAnimationFrame);
  const [frames, updates, rows] = [[], [], []];
  for (const [index, data] of jobs.entries()) {
    const begun = await frame();
    frames.push((await frame()) - begun);
    const told = performance.now();
    tell({ channel: "me", seq: index + 1, id: String(index), type: "job.changed", data, at: "" });
    for (let turns = 0; turns < 10; turns += 1) await null;
    table.getBoundingClientRect(); // lays it out
    updates.push(performance.now() - told);
    note(watching.takeRecords());
    rows.push(drawn.size);
    drawn.clear();
  }
  return { frame: median(frames), update: median(updates), rows, text: table.innerText };
}"""


def _job(number, **fields):
    at = "2026-03-01T12:00:00Z"
    empty = dict.fromkeys(("note", "result", "error", "message", "children", "ended_at"))
    fixed = {"id": f"{number:026}", "name": "transfers.import", "state": "running", "attempts": 1}
    times = dict.fromkeys(("created_at", "due_at", "started_at"), at)
    return {**empty, **fixed, **times, "progress": 0, "cancel_requested": False, **fields}


def test_a_table_of_two_hundred_rows_is_updated_within_a_frame(visit, account):
    """Only the row that has changed is drawn. Jobs and their events are made up here."""
    person = visit(account)
    person.page.add_init_script(_SOCKET)
    jobs = [_job(number) for number in range(200)]

    def answer(route):
        rest = "cursor" in route.request.url
        body = {"items": jobs[100:] if rest else jobs[:100], "next": None if rest else "more"}
        route.fulfill(json=body)

    person.page.route(_JOBS, answer)
    page = person.open("/jobs")
    if page.locator("tbody tr").count() < len(jobs):
        page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(len(jobs))
    page.wait_for_function("() => globalThis.tell !== undefined")
    page.wait_for_timeout(500)  # until the channel has begun, and was read anew
    expect(page.locator("tbody tr")).to_have_count(len(jobs))
    changed = [_job(number, progress=number % 100, note="at it") for number in range(0, 200, 4)]
    seen = page.evaluate(_MEASURE, changed)
    assert seen["rows"] == [1] * len(changed)
    assert seen["text"].count("at it") == len(changed)
    assert seen["update"] < seen["frame"]
