"""Items over HTTP."""

from typing import Annotated

from fastapi import Path, Query

from handler.core.errors import WriteConflict
from handler.core.http import Expected, MaybeSignedIn, Router, SignedIn, creates, raises
from handler.core.ids import ID_PATTERN
from handler.core.pages import CursorInvalid, Page
from handler.files import FileNotFound, FileNotImage, FileNotReady
from handler.items import listing, service
from handler.items.listing import HiddenItemsForbidden, QueryUnsupported
from handler.items.models import Item
from handler.items.schemas import ItemIn, ItemOut, ItemPageOut, ItemPatch, ItemQuery, PhotosIn
from handler.items.service import ItemNotFound, NotYourItem

router = Router(prefix="/items", tags=["items"])

ItemId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])]


@router.post("", status_code=201, response_model=ItemOut)
@creates("/items/{id}")
def create_item(caller: SignedIn, body: ItemIn) -> Item:
    """Offer an item; you become its owner."""
    return service.create_item(caller, body)


@router.get("", response_model=ItemPageOut)
@raises(CursorInvalid, HiddenItemsForbidden, QueryUnsupported)
def list_items(caller: MaybeSignedIn, query: Annotated[ItemQuery, Query()]) -> Page[Item]:
    """List items, newest first.

    One of `q`, `owner` and `tag` picks the index, the others narrow it. `q` answers in word order,
    newest first within a word. `sort=price` needs `currency`, takes a price range and an `owner`.
    """
    return listing.list_items(caller, query)


@router.get("/{item_id}", response_model=ItemOut)
@raises(ItemNotFound)
def get_item(caller: MaybeSignedIn, item_id: ItemId) -> Item:
    """Read an item. A hidden one is for its owner and for moderators."""
    return service.get_item(caller, item_id)


@router.put("/{item_id}", response_model=ItemOut)
@raises(ItemNotFound, NotYourItem, WriteConflict)
def replace_item(caller: SignedIn, item_id: ItemId, body: ItemIn, expected: Expected) -> Item:
    """Replace an item's content."""
    return service.replace_item(caller, item_id, body, expected)


@router.patch("/{item_id}", response_model=ItemOut)
@raises(ItemNotFound, NotYourItem, WriteConflict)
def patch_item(caller: SignedIn, item_id: ItemId, body: ItemPatch, expected: Expected) -> Item:
    """Change some fields of an item; others keep what anybody else writes at the same time."""
    return service.patch_item(caller, item_id, body, expected)


@router.put("/{item_id}/photos", response_model=ItemOut)
@raises(ItemNotFound, NotYourItem, FileNotFound, FileNotImage, FileNotReady, WriteConflict)
def replace_item_photos(
    caller: SignedIn, item_id: ItemId, body: PhotosIn, expected: Expected
) -> Item:
    """Show these images with an item, in this order; its owner has to have uploaded them.

    Everybody sees them as long as the item is available.
    """
    return service.replace_photos(caller, item_id, body, expected)


@router.delete("/{item_id}", status_code=204)
@raises(ItemNotFound, NotYourItem, WriteConflict)
def delete_item(caller: SignedIn, item_id: ItemId, expected: Expected) -> None:
    """Withdraw an item for good."""
    service.delete_item(caller, item_id, expected)
