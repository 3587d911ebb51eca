"""What is allowed with items, and what follows from it."""

from collections.abc import Callable
from typing import Any, TypeVar

from handler.core.auth import Caller
from handler.core.errors import (
    AppError,
    Forbidden,
    InputInvalid,
    NotFound,
    VersionConflict,
    WriteConflict,
)
from handler.core.money import MINOR_DIGITS, digits_of
from handler.core.records import Versions
from handler.core.transactions import transaction
from handler.core.writes import Refused, put, update
from handler.files import public_when, release, use
from handler.items import models
from handler.items.models import Item, permitted
from handler.items.schemas import ItemIn, ItemPatch, PhotosIn
from handler.items.terms import terms_of
from handler.jobs import Run

T = TypeVar("T")

_TRIES = 3  # of a write that has to read first (api.md, "Versions")
_READ = 100  # items of one read
_FIND = frozenset({"name", "tags"})  # fields that items are found by


class ItemNotFound(NotFound):
    """No item has that id, or it is hidden from the caller."""

    detail = "There is no such item."


class NotYourItem(Forbidden):
    """The item is another's."""

    detail = "This item belongs to somebody else."


def create_item(caller: Caller, body: ItemIn) -> Item:
    """Offer an item. Raises Unavailable."""
    item = Item(owner_id=caller.id, **body.model_dump())
    item.derive()
    with transaction(result=item) as writes:
        writes.save(item, Item.id.does_not_exist())
        for term in terms_of(item).values():
            writes.save(term)
    return item


def get_item(caller: Caller | None, item_id: str) -> Item:
    """An item that the caller may see. Raises ItemNotFound."""
    item = Item.find(item_id)
    if item is None or not item.visible_to(caller):
        raise ItemNotFound
    return item


def replace_item(caller: Caller, item_id: str, body: ItemIn, expected: Versions) -> Item:
    """Put other content in an item's place. Raises ItemNotFound, NotYourItem, VersionConflict."""
    return _rewrite(caller, item_id, body.model_dump(), expected)


def patch_item(caller: Caller, item_id: str, body: ItemPatch, expected: Versions) -> Item:
    """Change some fields: in one call, unless the item is found by them and has to be read first.

    Changes of different fields at the same time are all kept. Raises ItemNotFound, NotYourItem,
    VersionConflict, InputInvalid when a price has more digits than its currency.
    """
    fields = body.model_dump(include=body.model_fields_set)
    owner_unknown = "currency" in fields and caller.role.moderates
    if fields.keys() & _FIND or owner_unknown:
        return _rewrite(caller, item_id, fields, expected)
    changes = Item.changes(item_id, caller.id, fields)
    try:
        return update(Item, item_id, changes, permitted(caller, expected, fields))
    except Refused as refused:
        if refused.row is None:
            raise ItemNotFound from refused
        raise _objection(refused.row, caller, expected) or _price_invalid() from refused


def replace_photos(caller: Caller, item_id: str, body: PhotosIn, expected: Versions) -> Item:
    """Show these images of the owner's with an item, and no others.

    Raises ItemNotFound, NotYourItem, VersionConflict, FileNotFound, FileNotReady, FileNotImage.
    """

    def change(item: Item) -> Item:
        shown, stood = item.photos, Item.version == item.version
        item.photos = body.file_ids
        item.mark_changed()
        with transaction() as writes:
            writes.save(item, stood, refused=_moved)
            come = [id_ for id_ in item.photos if id_ not in shown]
            use(writes, come, owner_id=item.owner_id, by=_user(item), images=True)
            release(writes, [id_ for id_ in shown if id_ not in item.photos], _user(item))
        return item

    return _read_then(caller, item_id, expected, change)


def delete_item(caller: Caller, item_id: str, expected: Versions) -> None:
    """Withdraw an item for good. Raises ItemNotFound, NotYourItem, VersionConflict."""
    _read_then(caller, item_id, expected, _remove)


def withdraw_all(owner_id: str, run: Run) -> int:
    """Withdraw all items of an account that is closed. Returns how many there were.

    Raises RetryLater at first: the index may lag, and a request may have been under way.
    """
    gone = moved = 0
    for item in models.all_of_owner(owner_id):
        run.checkpoint()
        try:
            _remove(item)
            gone += 1
        except _Moved:
            moved += 1
    run.settle(moved)
    return gone


def _remove(item: Item) -> None:
    with transaction() as writes:
        writes.delete(item, Item.version == item.version, refused=_moved)
        for term in terms_of(item).values():
            writes.delete(term)
        release(writes, item.photos, _user(item))


def _rewrite(caller: Caller, item_id: str, fields: dict[str, Any], expected: Versions) -> Item:
    """Set fields of an item and bring its words in line: reads once, then writes once."""

    def change(item: Item) -> Item:
        known = terms_of(item)
        stood = Item.version == item.version
        for name, value in fields.items():
            setattr(item, name, value)
        if digits_of(item.price) > MINOR_DIGITS[item.currency]:
            raise _price_invalid()
        item.derive()
        item.mark_changed()
        _save(item, stood, known)
        return item

    return _read_then(caller, item_id, expected, change)


def _save(item: Item, stood: Any, known: dict[Any, Any]) -> None:
    terms = terms_of(item)
    gone = [known[key] for key in known.keys() - terms.keys()]
    come = [
        term for key, term in terms.items() if key not in known or known[key].before != term.before
    ]
    if not gone and not come:
        try:
            put(item, stood)
        except Refused as refused:
            raise _moved(refused.row) from refused
        return
    with transaction() as writes:
        writes.save(item, stood, refused=_moved)
        for term in gone:
            writes.delete(term)
        for term in come:
            writes.save(term)


class _Moved(Exception):
    """The item changed between reading and writing; tried again, so clients never see it."""


def _moved(_row: object) -> Exception:
    return _Moved()


def _read_then(caller: Caller, item_id: str, expected: Versions, write: Callable[[Item], T]) -> T:
    """Read an item, check that the caller may change it, and write; again if it moved meanwhile."""
    for _ in range(_TRIES):
        item = Item.find(item_id)
        if item is None:
            raise ItemNotFound
        if refusal := _objection(item, caller, expected):
            raise refusal
        try:
            return write(item)
        except _Moved:
            continue
    raise WriteConflict


def _objection(item: Item, caller: Caller, expected: Versions) -> AppError | None:
    """Why the caller may not change an item, if there is a reason."""
    if not item.visible_to(caller):
        return ItemNotFound()
    if not caller.may_change(item.owner_id):
        return NotYourItem()
    if expected is not None and item.version not in expected:
        return VersionConflict()
    return None


def _price_invalid() -> AppError:
    return InputInvalid.at(
        "body", "price", type_="price_digits", msg="More digits than the currency has"
    )


def _user(item: Item) -> str:
    return f"items:{item.id}"


def _any_available(item_ids: list[str]) -> bool:
    packs = [item_ids[at : at + _READ] for at in range(0, len(item_ids), _READ)]
    return any(item.is_available for pack in packs for item in Item.find_all(pack))


public_when("items", _any_available)
