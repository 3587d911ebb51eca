"""Odd methods, paths and queries (threats D9, D11, D12, D13, D15)."""

import pytest

_ID = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"


class TestMethods:
    """Only the method of the request line counts."""

    @pytest.mark.parametrize("method", ["HEAD", "TRACE", "CONNECT", "OPTIONS", "get", "Get", "X"])
    @pytest.mark.parametrize("path", ["/jobs", f"/jobs/{_ID}", "/health"])
    def test_unknown_ones_are_refused(self, ann, method, path):
        """HEAD, TRACE, lower case and inventions are methods that no path knows."""
        answer = ann.ask(method, path)
        assert (answer.status, answer.code) == (405, "method_not_allowed")

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/sessions", "GET, DELETE"),
            ("/users/me", "GET, PATCH, DELETE"),
            ("/health", "GET"),
            ("/docs", "GET, HEAD"),
            ("/notifications/read-all", "POST"),
        ],
    )
    def test_allow_names_them_all(self, anonymous, path, allowed):
        """A 405 lists every method of the path (RFC 9110, 15.5.6)."""
        assert anonymous.ask("TRACE", path).headers["allow"] == allowed

    @pytest.mark.parametrize(
        "name", ["x-http-method-override", "x-method-override", "x-http-method"]
    )
    def test_cannot_be_overridden(self, ann, name):
        """A header does not turn a GET into a DELETE."""
        path = "/users/me"
        assert ann.get(path, headers={name: "DELETE"}, query="_method=DELETE").status == 200
        assert ann.get(path).status == 200

    def test_cannot_be_overridden_by_a_post(self, ann):
        """A POST stays one."""
        assert ann.post("/users/me", headers={"x-http-method-override": "GET"}).status == 405


class TestPaths:
    """A path has one spelling."""

    @pytest.mark.parametrize(
        "path",
        [
            "//",
            "//jobs",
            "/jobs//",
            f"/jobs//{_ID}",
            f"//jobs/{_ID}",
            "/./jobs",
            "/Jobs",
            "/jobs;x",
            "/jobs\0",
            "/health\n",
            "/health\r\n",
            "/health\ufffd",
            "/\ud800",
            "/%6aobs",
            f"/jobs/{_ID}/..",
            "/x" * 5000,
            "///evil.example/",
        ],
        ids=lambda path: repr(path)[:40],
    )
    def test_others_are_nowhere(self, anonymous, path):
        """Whatever is no path of ours is not found, without a redirect."""
        answer = anonymous.get(path)
        assert (answer.status, answer.code) == (404, "route_not_found")
        assert "location" not in answer.headers

    @pytest.mark.parametrize(
        "id_",
        [
            "..",
            "%2e%2e",
            "%252e%252e",
            "%2F",
            "\0",
            "\ufffd",
            "%ff",
            f"{_ID}\n",
            f"{_ID}\0",
            _ID.lower(),
            f"{_ID}x",
            _ID[:-1],
            f"8{_ID[1:]}",
            f"{_ID[:-1]}U",
            f"{_ID[:-1]}\u0660",
            " " + _ID,
            "USER#1",
            "1" * 5000,
            "{job_id}",
        ],
        ids=lambda id_: repr(id_)[:40],
    )
    def test_other_ids_are_refused_unread(self, ann, wire, id_):
        """An id that is none is refused before any lookup (threats D13, E16)."""
        answer = ann.get(f"/jobs/{id_}")
        assert (answer.status, answer.code) == (422, "input_invalid")
        assert wire.calls == []

    @pytest.mark.parametrize("path", ["/info/", "/health/", "/health/ready/", "/docs/"])
    def test_a_trailing_slash_is_ignored(self, anonymous, path):
        """It is the same path, and no redirect."""
        answer = anonymous.get(path)
        assert answer.status == 200
        assert "location" not in answer.headers

    @pytest.mark.parametrize("path", ["/jobs/", "/docs/", "//evil.example", "/nothing/"])
    def test_a_host_is_never_redirected_to(self, anonymous, path):
        """The Host of a request appears in no answer (threats A26, D13)."""
        answer = anonymous.get(
            path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
        )
        assert "evil.example" not in answer.text + str(answer.headers)


class TestQueries:
    """A query says a thing once."""

    @pytest.mark.parametrize(
        "query", ["limit=1&limit=1", "a=1&a=2", "limit=1&%6cimit=2", "q=&q=", "a&a", "=1&=2"]
    )
    @pytest.mark.parametrize("path", ["/jobs", "/health", "/info"])
    def test_twice_is_refused(self, anonymous, path, query):
        """Which of two values would count is nobody's guess (threats D15)."""
        answer = anonymous.get(path, query=query)
        assert answer.status == 422
        assert answer.body["errors"][0]["type"] == "repeated"

    @pytest.mark.parametrize(
        "limit",
        ["0", "-1", "101", "1000000000", "1e3", "", "x", "1.5", "nan", "9" * 5000, "%D9%A3"],
    )
    def test_a_limit_is_bounded(self, ann, limit):
        """From 1 to 100 (threats D11)."""
        answer = ann.get("/jobs", query=f"limit={limit}")
        assert answer.status == 422
        assert answer.body["errors"][0]["loc"] == ["query", "limit"]

    @pytest.mark.parametrize(
        "query", ["name=%ff", "name=%00", "name=a%00b", "%ff=1", "name=%c0%af", "name=%ed%a0%80"]
    )
    def test_bytes_that_are_no_text_are_refused(self, anonymous, query):
        """A query that is no UTF-8, or holds NUL, cannot be read."""
        answer = anonymous.get("/jobs", query=query)
        assert (answer.status, answer.code) == (400, "request_malformed")

    @pytest.mark.parametrize("query", ["%", "&&", "x=%zz", "name=+", "?", "#", "name=%F0%9F%98%80"])
    def test_odd_ones_are_no_fault(self, ann, query):
        """Whatever is text is accepted or refused."""
        assert ann.get("/jobs", query=query).status in (200, 422)

    def test_many_names_cost_little(self, anonymous):
        """A long query is read once, not once for each of its names."""
        query = "&".join(f"n{number}" for number in range(20_000))
        assert anonymous.get("/health", query=query).status == 200
