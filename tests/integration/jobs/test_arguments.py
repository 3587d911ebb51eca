"""Arguments arrive as they were given, or are refused where the job is made."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field, SecretStr

from handler.core.schemas import In
from handler.jobs import Job, Run, enqueue, handles, transaction
from handler.jobs.entries import ArgumentsUnfit
from tests.integration.jobs.conftest import all_jobs, state
from tests.sample_jobs import HOOKS, Plain, Tally, effects, tally

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


class Price(In):
    """A strict shape, as what clients send."""

    amount: Decimal
    since: datetime
    currency: str = Field("EUR", alias="unit")


class Lamp(BaseModel):
    """A shape with a shape."""

    prices: tuple[Price, ...]
    tags: frozenset[str]


class Shaped(Job, name="tests.shaped"):
    """Has arguments of many kinds."""

    lamp: Lamp
    by_name: dict[str, Lamp]
    sizes: set[int]
    weight: Decimal
    at: datetime
    one_or_other: Price | Lamp
    data: bytes = b"\x00text"
    reference: str = Field(alias="href")


SEEN: list[Job] = []


@handles(Shaped)
def see(job: Shaped, _run: Run) -> None:
    """Notes what arrived."""
    SEEN.append(job)


def test_arguments_of_all_shapes_arrive_whole(time, jobs):
    """Also strict ones, and those under another name."""
    SEEN.clear()
    price = Price(amount=Decimal("12.50"), since=AT, unit="CHF")
    lamp = Lamp(prices=(price, price), tags=frozenset({"brass", "linen"}))
    job = Shaped(
        lamp=lamp,
        by_name={"é": lamp},
        sizes={3, 1, 2},
        weight=Decimal("1E+3"),
        at=AT,
        one_or_other=price,
        href="x",
    )
    handle = enqueue(job)
    jobs.deliver()
    assert (state(handle), SEEN) == ("succeeded", [job])


class Secret(Job, name="tests.secret"):
    """Has what is not written."""

    word: SecretStr


class Hidden(Job, name="tests.hidden"):
    """Leaves something out where it is written."""

    word: str = Field(exclude=True)


class Raw(Job, name="tests.raw"):
    """Has bytes."""

    data: bytes


UNFIT = {
    "a secret": Secret(word="hush"),
    "left out": Hidden(word="hush"),
    "no text": Raw(data=b"\xff"),
    "no JSON": Plain(answer=object()),
    "no number": Plain(answer=float("nan")),
    "a list later": Plain(answer=(1, 2)),
    "half a character": Plain(answer="\ud800"),
}


@pytest.mark.parametrize("job", UNFIT.values(), ids=UNFIT)
def test_what_would_be_something_else_is_refused(time, jobs, job):
    """With the business beside it, where the job is made."""

    def do_business():
        with transaction() as writes:
            tally(writes, "business")
            writes.enqueue(job)

    with pytest.raises(ArgumentsUnfit, match=job.definition.name):
        do_business()
    assert (effects("business"), all_jobs()) == (0, [])


def test_what_follows_is_looked_at_as_well(time, jobs):
    """A chain is refused when it is begun."""
    with pytest.raises(ArgumentsUnfit):
        enqueue(Tally(key="a"), then=[Secret(word="hush")])


def test_children_are_looked_at_as_well(time, jobs):
    """Their parent has failed."""
    handle = enqueue(Plain(key="a"))
    HOOKS["a"] = lambda run: run.spawn([Secret(word="hush")])
    jobs.deliver()
    assert (state(handle), len(all_jobs())) == ("retrying", 1)
