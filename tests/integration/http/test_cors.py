"""Which pages may call the API (threats J2)."""

import pytest

_PAGE = "https://shop.example"
_READABLE = (
    "ETag, Location, Content-Disposition, Retry-After, RateLimit-Limit, RateLimit-Remaining, "
    "RateLimit-Reset, X-Request-Id, Idempotent-Replayed"
)


def _preflight(client, origin=_PAGE, method="POST", path="/jobs", asked="authorization"):
    headers = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": asked,
    }
    return client.ask("OPTIONS", path, headers=headers)


class TestPreflight:
    """A browser asks first."""

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_allows_our_methods(self, anonymous, method):
        """A listed page may use every method, and the browser remembers for two hours."""
        answer = _preflight(anonymous, method=method)
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == _PAGE
        assert method in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-max-age"] == "7200"

    @pytest.mark.parametrize(
        "asked",
        ["authorization", "Content-Type, Idempotency-Key", "if-match,if-none-match,authorization"],
    )
    def test_allows_our_headers(self, anonymous, asked):
        """What the contract wants sent may be sent."""
        assert _preflight(anonymous, asked=asked).status == 200

    @pytest.mark.parametrize(
        "refused",
        [
            {"origin": "https://evil.example"},
            {"origin": "https://shop.example.evil"},
            {"origin": "https://evil-shop.example"},
            {"origin": "http://shop.example"},
            {"origin": "https://shop.example:8443"},
            {"origin": "HTTPS://SHOP.EXAMPLE"},
            {"origin": "null"},
            {"origin": "*"},
            {"origin": ""},
            {"method": "TRACE"},
            {"asked": "x-http-method-override"},
        ],
        ids=str,
    )
    def test_refuses_the_rest(self, anonymous, refused):
        """Another origin, method or header is refused as a problem, with all headers."""
        answer = _preflight(anonymous, **refused)
        assert (answer.status, answer.code) == (400, "origin_not_allowed")
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_needs_no_path(self, anonymous):
        """A preflight is answered before any route is looked for."""
        assert _preflight(anonymous, path="/nothing").status == 200

    def test_calls_nothing(self, anonymous, wire):
        """A preflight costs no call to AWS."""
        _preflight(anonymous)
        assert wire.calls == []


class TestAnswer:
    """What an answer tells the browser."""

    def test_names_the_headers_a_page_may_read(self, anonymous):
        """The contract's list, as it is."""
        answer = anonymous.get("/health", headers={"origin": _PAGE})
        assert answer.headers["access-control-expose-headers"] == _READABLE

    def test_never_takes_credentials(self, anonymous):
        """Tokens go into a header: no cookie is ever asked for across origins."""
        for answer in (_preflight(anonymous), anonymous.get("/health", headers={"origin": _PAGE})):
            assert "access-control-allow-credentials" not in answer.headers

    @pytest.mark.parametrize("origin", ["null", "*", "https://shop.example.evil", "", "é"])
    def test_reflects_no_other_origin(self, anonymous, origin):
        """An answer to an unlisted page is given, and not for it to read."""
        answer = anonymous.get("/health", headers={"origin": origin})
        assert answer.status == 200
        assert "access-control-allow-origin" not in answer.headers
