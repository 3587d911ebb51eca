"""Lists that change by themselves: of jobs and events that are made up here."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

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


@pytest.fixture
def listed(visit, account, home):
    """Show jobs, half of them on a first page, to somebody who then may be told of them."""

    def listed_(jobs):
        half = len(jobs) // 2
        page = visit(account).page

        def answer(route):
            rest = "cursor" in route.request.url
            body = {"items": jobs[half:] if rest else jobs[:half], "next": None if rest else "more"}
            route.fulfill(json=body)

        page.add_init_script(_SOCKET)
        page.route(_JOBS, answer)
        page.goto(f"{home}/console/jobs")
        page.get_by_role("button", name="Show more").wait_for()
        page.wait_for_function("() => globalThis.tell !== undefined")
        page.wait_for_timeout(500)  # until the channel has begun, and was read anew
        return page

    return listed_


def test_what_is_older_than_all_that_is_shown_comes_with_the_next_page(listed):
    """And once."""
    page = listed([_job(number) for number in range(40, 0, -1)])
    event = {"channel": "me", "seq": 1, "id": "a", "type": "job.changed", "at": ""}
    page.evaluate("(event) => tell(event)", {**event, "data": _job(5)})
    page.evaluate("(event) => tell(event)", {**event, "seq": 2, "data": _job(41)})
    expect(page.locator("tbody tr")).to_have_count(21)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(41)


def test_a_table_of_two_hundred_rows_is_updated_within_a_frame(listed):
    """Only the row that has changed is drawn."""
    page = listed([_job(number) for number in range(200, 0, -1)])
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(200)
    changed = [_job(number, progress=number % 100, note="at it") for number in range(1, 201, 4)]
    seen = page.evaluate(_MEASURE, changed)
    assert seen["rows"] == [1] * len(changed)
    assert seen["text"].count("at it") == len(changed)
    assert seen["update"] < seen["frame"]
