"""`dunlin cost`."""

import json

import pytest

from infra.costs.prices import _FILE


def test_it_tells_the_services_and_all_of_it(dunlin, month):
    """As a table, in dollars."""
    code, out, _ = dunlin("cost", "--requests", "1e6", "--jobs", "100_000", "--storage", "1")
    found = month(requests=1e6, jobs=1e5, storage=1)
    assert code == 0
    rows = dict(line.rsplit(maxsplit=1) for line in out.splitlines() if "$" in line)
    assert rows["all"] == f"${found.total:.2f}"
    assert rows["API Gateway"] == "$1.00"


def test_without_options_it_is_the_idle_bill(dunlin, month):
    """Of production."""
    _, out, _ = dunlin("cost", "--json")
    assert json.loads(out)["total"] == pytest.approx(month().total)


def test_it_tells_scripts_all_that_it_knows(dunlin, month):
    """Total, services and lines, of which region and date."""
    options = ("--logins", "10", "--mails", "20", "--kind", "get_me", "--memory", "512")
    _, out, _ = dunlin("cost", "--json", "--stage", "dev", "--requests", "5", *options)
    told = json.loads(out)
    used = {"logins": 10, "mails": 20, "kind": "get_me", "memory": 512}
    found = month(stage="dev", requests=5, **used)
    assert told["total"] == pytest.approx(found.total)
    assert told["services"] == pytest.approx(found.by_service)
    assert {line["id"] for line in told["lines"]} == {
        line.id for line in found.lines if line.amount
    }
    assert (told["region"], told["beyond"]) == ("us-east-1", False)
    assert told["as_of"].startswith("20")


def test_what_is_free_is_taken_off_if_asked(dunlin, month):
    """Since an account has it once."""
    _, out, _ = dunlin("cost", "--json", "--free-tier")
    assert json.loads(out)["total"] == pytest.approx(month(free=True).total)


def test_it_says_when_a_stage_would_throttle(dunlin):
    """The sum is then of requests that are not answered."""
    assert "throttles" in dunlin("cost", "--stage", "dev", "--requests", "1e9")[1]
    assert "throttles" not in dunlin("cost", "--stage", "dev", "--requests", "1e8")[1]


def test_prices_may_be_of_another_file(dunlin, tmp_path):
    """Of another region."""
    there = json.loads(_FILE.read_text()) | {"region": "mars-1"}
    file = tmp_path / "prices.json"
    file.write_text(json.dumps(there))
    assert "mars-1" in dunlin("cost", "--prices", str(file))[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stage", "moon"), "no bill of 'moon'"),
        (("--kind", "job", "--requests", "1"), "no 'job'"),
        (("--prices", "nowhere.json"), "nowhere.json"),
    ],
)
def test_it_says_what_it_does_not_know(dunlin, words, said):
    """And fails."""
    code, out, err = dunlin("cost", *words)
    assert (code, out) == (1, "")
    assert said in err


@pytest.mark.parametrize(
    "words",
    [
        ("--requests", "-1"),
        ("--requests", "inf"),
        ("--jobs", "nan"),
        ("--storage", "x"),
        ("--memory", "64"),
        ("--memory", "20000"),
    ],
)
def test_it_refuses_what_is_no_amount(dunlin, words):
    """Without a trace back."""
    code, _, err = dunlin("cost", *words)
    assert code == 2
    assert "invalid" in err
