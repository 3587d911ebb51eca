"""Writing a mail from its template, and sending it.

A template has three blocks: subject, text and html. Values are escaped in the HTML (threats E25),
and links begin with the configured address of the application, never with anything of a request.
"""

from functools import cache
from typing import Any

from handler.core import log
from handler.core.settings import settings
from handler.mail import gateway


def send(template: str, to: str, **values: str) -> None:
    """Write and send a mail. Raises Unavailable: it is sent by jobs, which come again.

    A mail that was taken while its answer was lost is sent twice: SES knows no request tokens.
    """
    if not settings().mail_from:
        log.line(level="warning", metric="mail_unsent", template=template)
        return
    context = {"app_name": settings().app_name, "link_base": settings().link_base, **values}
    gateway.deliver(
        settings().mail_from,
        to,
        " ".join(_written(f"{template}.subject.txt", context).split()),
        _written(f"{template}.txt", context),
        _written(f"{template}.html", context),
    )


def _written(name: str, context: dict[str, str]) -> str:
    text: str = _templates().get_template(name).render(context)
    return text


@cache
def _templates() -> Any:
    import jinja2  # noqa: PLC0415 - loaded with the first mail, not at start

    return jinja2.Environment(
        loader=jinja2.PackageLoader("handler.mail"),
        autoescape=jinja2.select_autoescape(["html"], default=False),
        undefined=jinja2.StrictUndefined,
    )
