"""The one place that reads the environment. `docs/settings.md` is generated from it."""

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


_HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]
_HeaderValue = Annotated[str, Field(pattern=r"^[\x20-\x7e]{0,1000}$")]
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?")


class Settings(BaseModel):
    """What varies by deployment: where things are, never what is allowed.

    Each field is the environment variable of its name in capitals.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    stage: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")] = Field(
        description="Which deployment this is: `local`, `dev`, `staging`, `prod`."
    )
    resource_prefix: str = Field(
        description="What the names of this deployment's tables, queues, buckets and secrets start "
        "with."
    )
    queue_base: str = Field(
        pattern=r"^https?://\S+/$",
        description="What the URLs of its queues start with, up to the prefix.",
    )
    bucket_suffix: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = Field(
        "",
        description="What the names of its buckets end with, as the whole world shares them.",
    )
    sockets_url: str = Field(
        "ws://localhost:8000/ws",
        pattern=r"^wss?://\S+$",
        description="Where clients open WebSockets. `wss` in production.",
    )
    sockets_endpoint: str = Field(
        "http://localhost:8000",
        pattern=r"^https?://\S+$",
        description="Where open WebSockets are posted to and closed: API Gateway's management "
        "endpoint.",
    )
    app_name: str = Field("Dunlin", description="What the application calls itself.")
    admin_email: str = Field("", description="Whom users may write to. Required in production.")
    allowed_origins: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        (),
        description="Origins whose pages may call the API (CORS), divided by commas; `*` for any, "
        "outside production only.",
    )
    response_headers: Annotated[dict[_HeaderName, _HeaderValue], BeforeValidator(_json)] = Field(
        {}, description="Headers that every answer carries beside ours, as a JSON object."
    )
    link_base: str = Field(
        "http://localhost:8000",
        pattern=r"^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9/_-]*)?$",
        description="The application's address, with which links in mails begin. `https` in "
        "production.",
    )
    mail_from: str = Field(
        "",
        description="The sender of mails. Without one nothing is mailed, and in production nobody "
        "can register.",
    )
    auto_verify: bool = Field(
        default=False,
        description="New accounts need no confirmed address. Outside production only.",
    )

    behind_edge: bool = Field(
        default=False,
        description="An edge (CloudFront) stands before the API: requests that do not show its "
        "secret are refused, and it tells the caller's address.",
    )

    @property
    def production(self) -> bool:
        """Whether real users depend on this deployment."""
        return self.stage == "prod"

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        """A deployment that would be unsafe does not start."""
        if self.production and not self.link_base.startswith("https://"):
            raise ValueError("LINK_BASE is https in production")
        if self.production and not self.sockets_url.startswith("wss://"):
            raise ValueError("SOCKETS_URL is wss in production")
        if self.production and self.auto_verify:
            raise ValueError("AUTO_VERIFY is not for production")
        if self.production and not self.admin_email:
            raise ValueError("ADMIN_EMAIL is required in production")
        if self.production and not all(map(_ORIGIN.fullmatch, self.allowed_origins)):
            raise ValueError("production allows named https origins only")
        return self

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Take the fields out of an environment; a variable that is empty counts as unset.

        Raises pydantic's ValidationError, which names the variables and hides their values.
        """
        given: dict[str, Any] = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if environment.get(name.upper())
        }
        return cls.model_validate(given)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings.read(os.environ)
