"""What crosses a wire: items as clients send them, change them, ask for them and get them."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from handler.core.money import MINOR_DIGITS, digits_of
from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import Id, In, Line, Out, Prose, Query
from handler.files import Size, photo_path
from handler.items.words import words_of

_PRICE_MAX = Decimal(10) ** 12
_FINEST = Decimal(1).scaleb(-max(MINOR_DIGITS.values()))
_PRICE = r"^[0-9]{1,12}(\.[0-9]{1,4})?$"
_TAG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_TAGS_MAX = 10
_PHOTOS_MAX = 10  # each costs a write of the one transaction that sets them


def _amount(value: object) -> object:
    """Strings and numbers alike; a bool is no number."""
    if isinstance(value, str):
        if not re.fullmatch(_PRICE, value):
            raise ValueError("must be a decimal number, as 12.50")
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def _in_range(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value < _PRICE_MAX or value != value.quantize(_FINEST):
        raise ValueError("must be from 0 to 999999999999, with the currency's digits")
    return abs(value.quantize(_FINEST))  # one spelling: no exponent, no sign of -0


def _currency(value: str) -> str:
    if value not in MINOR_DIGITS:
        raise ValueError("must be an ISO 4217 currency in use")
    return value


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Price = Annotated[
    Decimal,
    BeforeValidator(_amount),
    AfterValidator(_in_range),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _PRICE},
                {"type": "number", "minimum": 0, "exclusiveMaximum": int(_PRICE_MAX)},
            ],
            "examples": ["12.50"],
        }
    ),
]
"""An amount in its currency's main unit, as a string or a number."""
Currency = Annotated[
    str,
    AfterValidator(_currency),
    WithJsonSchema({"type": "string", "enum": sorted(MINOR_DIGITS), "examples": ["EUR"]}),
]
Name = Annotated[Line, Field(max_length=200)]
Description = Annotated[Prose, Field(max_length=4000)]
Tag = Annotated[str, StringConstraints(pattern=_TAG, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=_TAGS_MAX), AfterValidator(_distinct)]


def _check_digits(price: Decimal, currency: str) -> None:
    if digits_of(price) > MINOR_DIGITS[currency]:
        raise ValueError(f"{currency} has {MINOR_DIGITS[currency]} digits behind the point")


class ItemIn(In):
    """A new item, or all of an item that is replaced."""

    name: Name
    description: Description = ""
    price: Price
    currency: Currency
    is_available: bool = True
    tags: Tags = []

    @model_validator(mode="after")
    def _digits_fit(self) -> Self:
        _check_digits(self.price, self.currency)
        return self


class ItemPatch(In):
    """Some fields of an item; what is not sent stays as it is."""

    name: Name = ""
    description: Description = ""
    price: Price = Decimal(0)
    currency: Currency = ""
    is_available: bool = True
    tags: Tags = []

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must name a field to change")
        if {"price", "currency"} <= self.model_fields_set:
            _check_digits(self.price, self.currency)
        return self


class PhotosIn(In):
    """The photos of an item, in the order in which they are shown; none takes all away."""

    file_ids: Annotated[list[Id], Field(max_length=_PHOTOS_MAX), AfterValidator(_distinct)]


def _searchable(q: str) -> str:
    if not words_of(q):
        raise ValueError("must hold a word")
    return q


class ItemQuery(Query):
    """What a list of items may be asked for."""

    q: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Words that a word of the name or a tag begins with. One letter alone "
            "finds only words of one letter.",
        ),
        AfterValidator(lambda q: q if q is None else _searchable(q)),
    ] = None
    owner: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    tag: Tag | None = None
    currency: Currency | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    available: bool | None = Field(
        None,
        description="Default: available items, and with `owner` all that you may see. `false` "
        "lists hidden ones: your own with `owner`, anybody's for moderators.",
    )
    sort: Literal["newest", "price"] = "newest"
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str | None, Field(max_length=600)] = None

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        low, high = self.min_price, self.max_price
        if low is not None and high is not None and low > high:
            raise ValueError("max_price must not be below min_price")
        return self


def _small(photos: list[str]) -> str | None:
    return photo_path(photos[0], Size.SMALL) if photos else None


def _photo(file_id: str) -> dict[str, str]:
    return {"file_id": file_id, **{size.value: photo_path(file_id, size) for size in Size}}


class PhotoOut(Out):
    """Where a photo is in each size; for everybody, as long as its item is available."""

    file_id: Id
    small: str = Field(description="At most 160 pixels on the longer side, as webp.")
    medium: str = Field(description="At most 480.")
    large: str = Field(description="At most 1280.")


class ListedItemOut(Out):
    """An item in a list."""

    id: Id
    owner_id: str
    name: str
    description: str
    price: str = Field(validation_alias="price_written", examples=["12.50"])
    currency: str
    is_available: bool
    tags: list[str]
    version: int
    created_at: datetime
    updated_at: datetime
    photo: Annotated[str | None, BeforeValidator(_small)] = Field(
        validation_alias="photos", description="The first photo, small."
    )


class ItemOut(ListedItemOut):
    """An item as everybody sees it."""

    photos: Annotated[list[PhotoOut], BeforeValidator(lambda ids: [_photo(id_) for id_ in ids])]


class ItemPageOut(Out):
    """A page of items."""

    items: list[ListedItemOut]
    next: str | None
