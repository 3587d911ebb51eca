"""The mails that functions sent: kept in the state, shown at `/_local/mail`.

The page trusts no mail: everything in it is escaped, the HTML part stands in a frame that may do
nothing, and the page's own policy lets nothing load and no script run.
"""

import html
import json
import re
from collections import deque
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs

from infra.local.http_api import Response
from infra.local.state import State

NEWEST = 500
"""Mails that are kept."""
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_LINK = re.compile(r"https?://[^\s<>\"']+")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail</title>
<style>body{{font:16px/1.5 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}}
article{{border-top:1px solid #999;padding:1rem 0}}pre{{white-space:pre-wrap}}
iframe{{width:100%;height:20rem;border:1px solid #ccc;background:#fff}}</style>
<h1>Mail</h1>{mails}</html>
"""
_ARTICLE = """<article><h2>{subject}</h2><p>{at}, to {to}</p><pre>{text}</pre>
<details><summary>As HTML</summary>
<iframe sandbox="" title="The mail as HTML" srcdoc="{html}"></iframe></details></article>
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `at` is when it was sent, ISO 8601 in UTC."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    at: str


class Mailbox:
    """The newest mails. Used from several threads."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._mails = deque((Mail(**json.loads(mail)) for mail in state.mails()), NEWEST)

    def put(self, mail: Mail) -> None:
        """Keep a mail."""
        self._mails.append(mail)
        self._state.keep_mail(json.dumps(asdict(mail)), NEWEST)

    def newest(self, to: str | None = None) -> list[Mail]:
        """The mails, newest first: all, or those to one address, in whatever case."""
        found = reversed(tuple(self._mails))
        return [mail for mail in found if to is None or mail.to.casefold() == to.casefold()]

    def shown(self, query: bytes, accept: str) -> Response:
        """The answer to a request for the mails: a page, or JSON for who accepts that."""
        given = parse_qs(query.decode("latin-1"))
        mails = self.newest(given["to"][-1] if "to" in given else None)
        if "application/json" in accept:
            body = json.dumps({"items": [asdict(mail) for mail in mails]})
            return _response("application/json", body)
        return _response("text/html; charset=utf-8", _page(mails))


def _page(mails: list[Mail]) -> str:
    articles = "".join(
        _ARTICLE.format(
            **{name: html.escape(value) for name, value in asdict(mail).items() if name != "text"},
            text=_linked(mail.text),
        )
        for mail in mails
    )
    return _PAGE.format(mails=articles or "<p>No mail.</p>")


def _linked(text: str) -> str:
    """A text as HTML, in which addresses are links: those in the frame cannot be followed."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        address = html.escape(found[0])
        parts += [
            html.escape(text[end : found.start()]),
            f'<a href="{address}" rel="noreferrer">{address}</a>',
        ]
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])


def _response(content_type: str, body: str) -> Response:
    headers = (
        ("content-type", content_type),
        ("content-security-policy", _POLICY),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    )
    return Response(200, headers, body.encode(errors="replace"))
