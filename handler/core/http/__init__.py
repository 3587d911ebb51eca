"""How HTTP is spoken here: one way to route, ask, answer and refuse, for routers and doors."""

from handler.core.http.application import Application
from handler.core.http.asking import (
    ANYBODY,
    Admin,
    Expected,
    MaybeSignedIn,
    Moderator,
    PresentedToken,
    SignedIn,
    Source,
)
from handler.core.http.documented import creates, raises
from handler.core.http.routing import Router

__all__ = [
    "ANYBODY",
    "Admin",
    "Application",
    "Expected",
    "MaybeSignedIn",
    "Moderator",
    "PresentedToken",
    "Router",
    "SignedIn",
    "Source",
    "creates",
    "raises",
]
