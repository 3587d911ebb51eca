"""Accounts over HTTP: opening one, tokens and sessions, the own profile, administration."""

from handler.accounts.router import administration, profile, registration, tokens
from handler.core.http import Router

router = Router()
for part in (registration, tokens, profile, administration):
    router.include_router(part.router)
