"""Faults of ours: answered in full, told in the log without words (threats J3, J5, J6, J10)."""

import json

import pytest
from starlette.responses import Response

from handler import api
from handler.core.http import Router, application
from handler.core.schemas import Out
from handler.core.settings import settings

_HOSTILE = ["a\r\nb", "\x1b[31mred", '"}', "\u2028", "é" * 500, "x" * 50_000]


def _lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_fault_is_a_problem(provoke):
    """An error that nobody expected answers 500 and says nothing of itself."""
    answer = provoke(500)
    assert answer.code == "internal_error"
    assert answer.body["detail"] == "Something went wrong on our side."


def test_a_fault_shows_no_secret(provoke, secret, capsys):
    """What an exception quotes is neither answered nor logged."""
    answer = provoke(500)
    told = capsys.readouterr()
    assert secret not in answer.text + str(answer.headers) + told.out + told.err


def test_a_fault_is_logged_with_its_places(provoke, capsys):
    """The log has types, places, and the id that the answer has."""
    request_id = provoke(500).headers["x-request-id"]
    fault = next(line for line in _lines(capsys) if line.get("level") == "error")
    assert fault["error"] == "RuntimeError < KeyError"
    assert any("conftest.py" in place for place in fault["at"])
    assert fault["request_id"] == request_id


def test_the_next_request_knows_nothing_of_it(provoke, ann, max_):
    """After Ann's crash Max is himself, and the answer is his (threats J10)."""
    failed = provoke(500)
    max_.get(provoke.path)  # takes a lease of the limit, which counts apart
    answer = max_.get(provoke.path)
    assert answer.status == 200
    assert answer.headers["x-request-id"] != failed.headers["x-request-id"]
    assert answer.headers["server-timing"].endswith('desc="2"')  # the account and a list


def test_an_identity_ends_with_its_request(ann, anonymous):
    """After a request of Ann's the same process does not take nobody for her."""
    assert ann.get("/users/me").status == 200
    assert anonymous.get("/users/me").status == 401


class TestLine:
    """The one line of a request."""

    def test_names_the_route_not_the_path(self, ann, capsys):
        """What a path or a query held is not logged: it may be anything."""
        ann.get("/jobs/SECRET-ID", query="q=SECRET-WORD", headers={"user-agent": "SECRET-AGENT"})
        (line,) = _lines(capsys)
        assert line["route"] == "/jobs/{job_id}"
        assert "SECRET" not in str(line)

    def test_says_what_happened(self, ann, capsys):
        """Method, status, code, times, account and id."""
        ann.get("/jobs/x")
        (line,) = _lines(capsys)
        # Who calls is asked before what they send is read: the account and a lease of its limit.
        wanted = {"method": "GET", "status": 422, "code": "input_invalid", "aws": 2}
        assert line.items() >= (wanted | {"account": "ann"}).items()
        assert line.keys() >= {"ms", "request_id"}

    @pytest.mark.parametrize("text", _HOSTILE, ids=lambda text: repr(text)[:20])
    def test_stays_one_short_line(self, ann, capsys, text):
        """Whatever users type, a request is one line of at most 250 bytes (threats J6)."""
        ann.get(f"/jobs/{text}", headers={"user-agent": text, "x-request-id": text})
        ann.patch("/users/me", {"full_name": text, text: text}, headers={"if-match": text})
        ann.ask("GET", f"/{text}")
        ann.get("/health", headers={"host": text})
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 4
        assert all(len(line) <= 250 and json.loads(line) for line in lines)

    def test_is_short_at_its_longest(self, anonymous, capsys):
        """An account's longest name and our longest route and code still fit."""
        longest = anonymous.signed_in("x" * 64)
        capsys.readouterr()
        longest.post("/admin/jobs/01K0N4Q7Y2V9S6T3R8W5X1Z0AB/redrive")
        assert len(capsys.readouterr().out) <= 250


class _Broken(Out):
    number: int


def _broken_app():
    router = Router()

    @router.get("/wrong-shape", response_model=_Broken)
    def get_wrong_shape() -> dict[str, str]:
        """Answers something that is not what it promised."""
        return {"number": "none"}

    app = application.Application(settings())
    app.include_router(router)

    @app.get("/odd-header")
    def get_odd_header() -> Response:
        """Sends bytes in a header that are no UTF-8, and a line end."""
        answer = Response("x")
        answer.raw_headers.append((b"x-odd", b"caf\xe9\r\nx-evil: 1"))
        return answer

    return app


@pytest.fixture
def broken(monkeypatch):
    """The door, before an application with faults."""
    monkeypatch.setattr(api._adapter, "app", _broken_app())


def test_an_answer_of_the_wrong_shape_is_a_fault(broken, anonymous, capsys):
    """What does not fit its model is not sent."""
    answer = anonymous.get("/wrong-shape")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.headers["x-deployment"] == "test"


def test_a_header_is_one_line(broken, anonymous):
    """Line ends vanish from headers, and Latin-1 does not stop an answer (threats E19)."""
    answer = anonymous.get("/odd-header")
    assert answer.status == 200
    assert "x-evil" not in answer.headers
    assert answer.headers["x-odd"].startswith("caf")
