"""The console over HTTP: one page that is asked for again, and files that never change.

No route is in the API's document: it is a client of that API, like any other. The rest of the room
is loaded with the first request for it: whoever never opens the console pays for these lines alone.
"""

from typing import Annotated

from fastapi import Header
from starlette.responses import RedirectResponse, Response

from handler.core.http import Router
from handler.core.http.problems import RouteNotFound
from handler.core.settings import settings

router = Router(include_in_schema=False)

_BASE = "/console"
_YEAR = "public, max-age=31536000, immutable"


@router.get("/")
def get_home() -> Response:
    """Outside production the console is the home page."""
    if settings().production:
        raise RouteNotFound
    return RedirectResponse(_BASE)


@router.get(_BASE + "/static/{version}/{name:path}")
def get_console_file(
    version: str, name: str, accept_encoding: Annotated[str, Header()] = ""
) -> Response:
    """A file of the console, to be kept for a year.

    While a deploy goes on, a page of one release may ask the functions of the other: they answer
    with what they have, which is not to be kept. All modules are one file, so nothing is torn.
    """
    from handler.console import service  # noqa: PLC0415 - as said above

    file = service.get_file(name)
    accepted = {one.partition(";")[0].strip() for one in accept_encoding.split(",")} | {"identity"}
    encoding = next(one for one in file.encodings if one in accepted)
    kept = _YEAR if service.is_current(version) else "no-store"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    return Response(file.encodings[encoding], headers=headers, media_type=file.content_type)


@router.get(_BASE)
@router.get(_BASE + "/{page:path}")
def get_console(if_none_match: Annotated[str, Header()] = "") -> Response:
    """The console, whichever of its pages is asked for; its script reads the path."""
    from handler.console import service  # noqa: PLC0415 - as said above

    page = service.get_page()
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": service.policy(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "ETag": page.etag,
    }
    if page.etag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(page.text, headers=headers, media_type="text/html")
