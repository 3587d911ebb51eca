"""The console's files over HTTP: one page that is asked for again, and files that never change."""

import base64
import gzip
import re

import brotli
import pytest

from handler.console import files, service
from handler.core.settings import Settings
from tests.client import Client

STATIC = files.STATIC
FILES = sorted(files.contents())
SCRIPTS = [path for path in STATIC.rglob("*.js") if path.parent.name != "vendor"]
KILOBYTE = 1024
KILOBYTES = 60
EVERYBODYS_KILOBYTES = 42
_EVERY_SCRIPT = pytest.mark.parametrize(
    "path", SCRIPTS, ids=lambda path: path.relative_to(STATIC).as_posix()
)
_IMPORT = re.compile(r"""(?:from |import |import\()["'`](\./|\.\./)([^"'`$]+)["'`]""")


def place(name):
    """Where a file of this release is."""
    return f"/console/static/{files.release()}/{name}"


def script():
    """All modules in one."""
    return files.contents()["console.js"].decode()


class TestPage:
    """The page that loads the others."""

    def test_is_at_console(self, anonymous):
        """It names the application and its stage."""
        page = anonymous.get("/console")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert 'data-stage="local" data-name="Dunlin"' in page.text

    @pytest.mark.parametrize("path", ["/console/", "/console/jobs/01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])
    def test_is_at_each_of_its_addresses(self, anonymous, path):
        """A script reads the address, so that links may be copied."""
        assert anonymous.get(path).text == anonymous.get("/console").text

    def test_is_asked_for_again_and_not_sent_again(self, anonymous):
        """Its tag is the same until any file changes."""
        page = anonymous.get("/console")
        assert page.headers["cache-control"] == "no-cache"
        again = anonymous.get("/console", headers={"if-none-match": page.headers["etag"]})
        assert (again.status, again.text) == (304, "")
        assert anonymous.get("/console", headers={"if-none-match": '"other"'}).status == 200

    def test_runs_nothing_that_is_written_into_it(self, anonymous):
        """Its policy knows scripts and styles from files alone (threats J1)."""
        policy = anonymous.get("/console").headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == "'self'"
        assert rules["require-trusted-types-for"] == "'script'"
        assert "unsafe" not in policy
        assert "*" not in policy

    def test_may_talk_to_the_buckets_and_to_sockets(self, anonymous):
        """Photos and imports go straight there, and live updates come from their own address."""
        policy = anonymous.get("/console").headers["content-security-policy"]
        sources = re.search("connect-src ([^;]+)", policy)[1].split()
        assert "wss://live.example" in sources
        assert "https://dunlin-local-uploads.s3.eu-west-1.amazonaws.com" in sources
        assert "https://dunlin-local-files.s3.eu-west-1.amazonaws.com" in sources

    def test_asks_nothing_of_aws(self, anonymous, wire):
        """Nobody's data are in it."""
        anonymous.get("/console")
        assert wire.calls + wire.apart == []

    def test_loads_only_what_is_there(self, anonymous):
        """Each address in it answers."""
        found = re.findall(r'(?:href|src)="([^"]+)"', anonymous.get("/console").text)
        assert len(found) > 5
        assert {anonymous.get(one).status for one in found} == {200}


class TestHome:
    """The address without a path."""

    def test_leads_to_the_console(self, anonymous):
        """Outside production."""
        home = anonymous.get("/")
        assert (home.status, home.headers["location"]) == (307, "/console")

    def test_is_nothing_in_production(self, anonymous, monkeypatch):
        """There an application has a page of its own."""
        production = Settings.read(
            {
                "STAGE": "prod",
                "RESOURCE_PREFIX": "x-",
                "QUEUE_BASE": "https://x/",
                "ADMIN_EMAIL": "root@shop.example",
                "LINK_BASE": "https://shop.example",
                "SOCKETS_URL": "wss://live.shop.example",
            }
        )
        monkeypatch.setattr("handler.console.router.settings", lambda: production)
        assert (anonymous.get("/").status, anonymous.get("/").code) == (404, "route_not_found")


class TestFile:
    """A file of the console."""

    @pytest.mark.parametrize("name", FILES)
    def test_is_kept_for_a_year(self, aws, name):
        """With a type that browsers run."""
        answer = Client().get(place(name))
        assert answer.status == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        kind = {"js": "text/javascript", "css": "text/css"}.get(name.rpartition(".")[2], "")
        assert answer.headers["content-type"].startswith(kind)

    def test_is_sent_as_it_is(self, anonymous):
        """Byte by byte."""
        answer = anonymous.get(place("vendor/preact.js"))
        assert answer.text.encode() == (STATIC / "vendor" / "preact.js").read_bytes()

    def test_is_packed_for_who_unpacks(self, anonymous):
        """Caches keep the two apart."""
        answer = anonymous.get(place("app.css"), headers={"accept-encoding": "br, gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        packed = base64.b64decode(answer.text)
        assert gzip.decompress(packed) == (STATIC / "app.css").read_bytes()

    @pytest.mark.parametrize(
        "name",
        [
            "nothing.js",
            "index.html",
            "app.js",
            "../service.py",
            "..%2fservice.py",
            "/etc/passwd",
            "pages",
        ],
    )
    def test_is_one_of_those_that_there_are(self, anonymous, name):
        """No path leads anywhere else (threats D13)."""
        assert anonymous.get(place(name)).status == 404

    def test_is_there_for_pages_of_other_releases(self, anonymous):
        """Those of before a deploy, and those that it has just begun with; nobody keeps it."""
        other = anonymous.get("/console/static/0123456789abcdef/console.js")
        assert (other.status, other.headers["cache-control"]) == (200, "no-store")
        assert other.text == script()


def _sent(names):
    """The bytes of the page and of files as a deployment sends them: licences to who asks alone."""
    page = len(gzip.compress(service.get_page().text.encode()))
    packed = (brotli.compress(files.contents()[name]) for name in names if ".txt" not in name)
    return page + sum(map(len, packed))


def test_what_everybody_loads_is_small(aws):
    """All but the library of charts, which comes with the first of them."""
    assert _sent(name for name in FILES if "uplot" not in name) < EVERYBODYS_KILOBYTES * KILOBYTE


def test_all_of_it_is_small(aws):
    """Also for administrators who look at charts."""
    assert _sent(FILES) < KILOBYTES * KILOBYTE


@_EVERY_SCRIPT
def test_scripts_are_short(path):
    """A module has at most 250 lines, as in Python."""
    assert len(path.read_text().splitlines()) <= 250


@_EVERY_SCRIPT
def test_scripts_say_what_they_are_for(path):
    """They begin with a sentence."""
    assert path.read_text().startswith("// ")


@_EVERY_SCRIPT
def test_scripts_import_what_is_there(path):
    """No build would find it out."""
    for up, name in _IMPORT.findall(path.read_text()):
        assert (path.parent / up / name).resolve().is_file(), name


def test_every_module_is_joined():
    """What nothing imports is left over."""
    assert len(re.findall(r"^\$\[\d+\] = \(\(\) => {$", script(), re.MULTILINE)) == len(SCRIPTS)


def test_pages_hold_no_markup_of_strings():
    """What comes from anybody is text; nothing turns text into elements."""
    for path in SCRIPTS:
        assert not re.search(
            "innerHTML|outerHTML|insertAdjacent|document.write|eval", path.read_text()
        )
