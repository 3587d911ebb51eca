"""Refusals of `/token` name an error that OAuth clients know (RFC 6749, 5.2)."""

import pytest

from tests.integration.accounts.conftest import PASSWORD, WRONG

_EMAIL = "eve@example.org"
_REFUSED = [
    ({"username": _EMAIL, "password": WRONG}, 401, "invalid_grant"),
    ({"grant_type": "refresh_token", "refresh_token": "made up"}, 401, "invalid_grant"),
    ({"grant_type": "refresh_token"}, 422, "invalid_request"),
    ({"grant_type": "client_credentials"}, 422, "unsupported_grant_type"),
    ({"grant_type": "authorization_code", "code": "x"}, 422, "unsupported_grant_type"),
    ({"username": "x" * 300, "password": PASSWORD}, 422, "invalid_request"),
]


@pytest.mark.parametrize(("form", "status", "error"), _REFUSED)
def test_every_refusal_names_an_error_of_oauth(anonymous, eve, form, status, error):
    """RFC 6749, 5.2, beside what every problem has (RFC 9457, 3.2)."""
    answer = anonymous.form("/token", **form)
    assert (answer.status, answer.body["error"]) == (status, error)
    assert answer.body["error_description"] == answer.body["detail"]


def test_a_body_that_is_no_form_names_an_error_too(anonymous):
    """OAuth has forms, not JSON."""
    answer = anonymous.post("/token", {"username": _EMAIL, "password": PASSWORD})
    assert (answer.status, answer.body["error"]) == (415, "invalid_request")


def test_other_routes_have_plain_problems(anonymous):
    """The members belong to OAuth alone."""
    assert not {"error", "error_description"} & anonymous.get("/users/me").body.keys()
