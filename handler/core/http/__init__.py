"""How HTTP is spoken here: one way to route, ask, answer and refuse, for routers and doors."""

from handler.core.http.application import Application
from handler.core.http.asking import Admin, Expected, MaybeSignedIn, Moderator, SignedIn, Source
from handler.core.http.documented import creates, raises
from handler.core.http.routing import Router

__all__ = [
    "Admin",
    "Application",
    "Expected",
    "MaybeSignedIn",
    "Moderator",
    "Router",
    "SignedIn",
    "Source",
    "creates",
    "raises",
]
