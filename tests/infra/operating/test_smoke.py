"""`dunlin smoke`: a healthy deployment passes, and whatever is broken is named."""

import io
import re
import socket
import ssl
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.operating import smoke
from infra.operating.site import Site
from tests.infra.operating.conftest import ANN, DOCUMENT, HEALTHY, PASSWORD, SECURE, served

STRANGER = {"Access-Control-Allow-Origin": "https://stranger.invalid"}
HERE = x509.IPAddress(ip_address("127.0.0.1"))
ANYBODY = {"Access-Control-Allow-Origin": "*"}


def test_a_healthy_deployment_passes(deployment, dunlin):
    """A line for each check, a sum, and exit code 0."""
    done = dunlin("smoke", deployment.url)
    assert (done.code, done.err) == (0, "")
    assert [line[:9] for line in done.lines[:-1]] == ["ok       "] * 8
    assert done.lines[-1] == "8 ok"


def test_it_only_reads(deployment, dunlin):
    """Nothing is sent but GET."""
    dunlin("smoke", deployment.url)
    assert {method for method, _, _ in deployment.asked} == {"GET"}


def test_it_says_who_asks(deployment, dunlin):
    """A firewall's usual rules turn away whoever does not."""
    dunlin("smoke", deployment.url)
    assert deployment.agents == {"dunlin-smoke"}


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/health", (503, {"code": "unavailable"}, {}), "/health: 503 .* expected 200"),
        ("/health", (200, {"status": "so so"}, {}), '/health: .* expected {"status": "ok"}'),
        ("/health/ready", (503, {}, {}), "/health/ready: 503"),
        ("/openapi.json", (404, {}, {}), "/openapi.json: 404 .* code route_not_found"),
        ("/openapi.json", (200, [], {}), "/openapi.json: .* OpenAPI"),
        ("/openapi.json", (200, DOCUMENT | {"paths": {}}, {}), "/openapi.json: .* with paths"),
        ("/openapi.json", (200, b"<html>", {}), "/openapi.json: .* OpenAPI"),
        ("/there-is-nothing-here", (200, HEALTHY, {}), "/there-.*: 200 .* expected 404"),
        ("/there-is-nothing-here", (404, {}, {}), "/there-.* expected code route_not_found"),
        ("/users/me", (200, {"email": ANN}, {}), "/users/me: 200 .* expected 401"),
        ("/users/me", (401, {"code": "x"}, {}), "/users/me: .* WWW-Authenticate"),
        ("/users/me", (401, {"code": "x"}, {"Content-Type": "text/html"}), "expected .*problem"),
        ("/health", (200, HEALTHY, STRANGER), "CORS: .* expected a refusal"),
        (
            "/health",
            (200, HEALTHY, ANYBODY | {"Access-Control-Allow-Credentials": "true"}),
            "CORS: .* expected a refusal",
        ),
        ("/things", (500, {"code": "internal_error"}, {}), "/things.*: 500 .*internal_error"),
        ("/things", (200, {"items": {}, "next": None}, {}), "/things.*: 200 .* a page"),
        ("/things", (200, {"items": []}, {}), "/things.*: 200 .* a page"),
    ],
)
def test_what_is_broken_is_named(deployment, dunlin, path, answer, said):
    """With what came and what was expected; the exit code says that something is."""
    deployment.answers[path] = answer
    done = dunlin("smoke", deployment.url)
    assert done.code == 1
    assert any(re.match(f"failed   .*{said}", line) for line in done.lines)


@pytest.mark.parametrize("name", SECURE)
def test_each_header_is_missed(deployment, dunlin, name):
    """By its name."""
    del deployment.headers[name]
    done = dunlin("smoke", deployment.url)
    assert done.code == 1
    assert any(line.startswith("failed") and name in line for line in done.lines)


def test_any_origin_is_a_warning(deployment, dunlin):
    """A stage to try things with allows it, so nothing has failed."""
    deployment.answers["/health"] = (200, HEALTHY, ANYBODY)
    done = dunlin("smoke", deployment.url)
    assert done.code == 0
    assert done.lines[-1] == "7 ok, 1 warning"


def test_an_api_without_a_public_list_passes(deployment, dunlin):
    """Not every project has one."""
    paths = {"/jobs": DOCUMENT["paths"]["/admin/users"]}
    deployment.answers["/openapi.json"] = (200, DOCUMENT | {"paths": paths}, {})
    assert "ok       no list is known to be public" in dunlin("smoke", deployment.url).lines


def test_an_api_that_publishes_no_document_passes(deployment, dunlin):
    """Production does not; its problem says that the route is not there."""
    del deployment.answers["/openapi.json"]
    done = dunlin("smoke", deployment.url)
    assert (done.code, done.lines[-1]) == (0, "8 ok")
    assert "ok       /openapi.json: not published, as in production" in done.lines


def test_the_first_silence_ends_it(dunlin):
    """One line, not eight."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = dunlin("smoke", url)
    assert (done.code, len(done.lines)) == (1, 2)
    assert done.lines[0].startswith(f"failed   no answer from {url}: ")


@pytest.mark.parametrize("url", ["localhost", "ftp://localhost", "http://", "http://x:y"])
def test_what_is_no_address_is_refused(dunlin, url):
    """As a command that was not understood."""
    done = dunlin("smoke", url)
    assert (done.code, done.err) == (2, f"dunlin: {url!r} is no http or https address\n")


def test_an_account_signs_in_and_reads_itself(deployment, dunlin, monkeypatch):
    """The password comes from standard input, and goes into a form."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    done = dunlin("smoke", deployment.url, "--account", ANN)
    assert (done.code, done.lines[-2]) == (0, f"ok       /token and /users/me: {ANN}, user")
    form = "username=ann%40example.org&password=grey+plover+on+the+mudflat"
    assert ("POST", "/token", form) in deployment.asked


def test_a_password_may_be_in_the_environment(deployment, dunlin, monkeypatch):
    """For pipelines, which keep it there as a secret."""
    monkeypatch.setenv("DUNLIN_PASSWORD", "from the environment")
    dunlin("smoke", deployment.url, "--account", ANN)
    assert any("password=from+the+environment" in body for _, _, body in deployment.asked)


def test_a_person_is_asked_for_the_password(deployment, dunlin, monkeypatch):
    """On the terminal, which does not show it."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompt)
    dunlin("smoke", deployment.url, "--account", ANN)
    assert any("password=Password+of+ann" in body for _, _, body in deployment.asked)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ({"answers": (401, {"code": "credentials_invalid"}, {})}, "/token: 401"),
        ({"mine": (200, {"email": "max@example.org"}, {})}, "/users/me: 200"),
    ],
)
def test_an_account_that_is_not_let_in_is_a_failure(deployment, dunlin, monkeypatch, refusal, said):
    """So is being taken for somebody else. The password is never shown."""
    monkeypatch.setenv("DUNLIN_PASSWORD", PASSWORD)
    deployment.answers["/token"] = refusal.get("answers", deployment.answers["/token"])
    deployment.mine = refusal.get("mine", deployment.mine)
    done = dunlin("smoke", deployment.url, "--account", ANN)
    assert (done.code, done.lines[-2][: 9 + len(said)]) == (1, f"failed   {said}")
    assert PASSWORD not in done.out + done.err


def test_it_waits_for_what_was_just_made(deployment, dunlin, monkeypatch):
    """Until it is well, and then asks everything."""
    ill, paused = [(503, {}, {}), (503, {}, {})], []
    well, answer = deployment.answers, deployment.answer
    deployment.answer = lambda *request: ill.pop() if ill else answer(*request)
    monkeypatch.setattr("time.sleep", paused.append)
    assert dunlin("smoke", deployment.url, "--wait", "60").code == 0
    assert len(paused) == 2
    assert well is deployment.answers


def test_it_waits_for_a_name_that_nobody_knows_yet(monkeypatch):
    """No longer than it was told."""
    hours = iter(range(0, 360_000, 3_600))
    monkeypatch.setattr("time.monotonic", lambda: next(hours))
    monkeypatch.setattr("time.sleep", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as free:
        site = Site(f"http://127.0.0.1:{free.getsockname()[1]}")
    smoke.await_health(site, 7_200)
    assert next(hours) == 10_800


@pytest.fixture
def over_tls(tmp_path, monkeypatch, deployment):
    """Serves the deployment over TLS, with a certificate for so many days; gives its URL."""
    running = []

    def serve(days=90, name=HERE, *, trusted=True):
        place = tmp_path / "certificate.pem"
        place.write_bytes(certificate(days, name))
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(place))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place)
        running.append(served(deployment, context))
        return f"https://127.0.0.1:{running[-1].__enter__()}"

    yield serve
    for server in running:
        server.__exit__(None, None, None)


def certificate(days, name):
    """Make a key and a certificate for that name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    itself = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(itself)
        .issuer_name(itself)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, *form
    )


@pytest.mark.parametrize(
    ("days", "line"),
    [
        (90, "ok       TLS: the certificate is valid for 90 more days"),
        (5, "warning  TLS: the certificate ends in 5 days"),
    ],
)
def test_a_certificate_is_looked_at(over_tls, dunlin, days, line):
    """First of all; one that ends soon is a warning."""
    done = dunlin("smoke", over_tls(days))
    assert (done.code, done.lines[0]) == (0, line)


@pytest.mark.parametrize(
    "wrong",
    [
        {"trusted": False},
        {"name": x509.DNSName("other.example")},
        {"days": -0.5},
    ],
)
def test_a_certificate_that_is_not_valid_is_a_failure(over_tls, dunlin, wrong):
    """Of nobody known, for another name, or past."""
    done = dunlin("smoke", over_tls(**wrong))
    assert done.code == 1
    assert done.lines[0].startswith("failed   no TLS with 127.0.0.1: ")


def test_the_headers_that_are_checked_are_those_that_are_sent():
    """Every one that the healthy deployment of these tests sends."""
    assert {*smoke.SECURITY, "X-Request-Id"} == set(SECURE)
