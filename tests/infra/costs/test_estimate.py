"""Months: what is there without a request, what each request adds, and where tiers begin."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.blueprint import BLUEPRINT
from infra.costs import KindUnmeasured, StageUnmeasured, Use, estimate, load_bill, load_prices
from infra.costs.assumptions import MIX
from infra.costs.usage import amounts, seconds_of

BILL, PRICES = load_bill(), load_prices()
MINUTES = 730 * 60

amount = st.floats(0, 1e10)
uses = st.builds(
    Use,
    requests=amount,
    jobs=amount,
    storage=st.floats(0, 1e6),
    logins=amount,
    mails=amount,
    kind=st.sampled_from([None, *MIX]),
    memory=st.sampled_from([None, 128, 512, 1769, 10_240]),
)
stages = st.sampled_from(list(BILL.stages))


def total(use, stage, *, free=False):
    """Give what a month costs."""
    return estimate(use, stage=stage, bill=BILL, prices=PRICES, free=free).total


def test_a_month_without_a_request_costs_what_stands_there(lines):
    """In `dev`, by hand: nothing else is billed."""
    found = {id_: line for id_, line in lines(stage="dev").items() if line.dollars}
    by_hand = {
        "cloudwatch.dashboards": 3.00,
        "cloudwatch.alarms": 14 * 0.10,
        "cloudwatch.query_alarms": 0.10,
        "secrets.kept": 3 * 0.40,
        # four queues, five polls each in 20 seconds
        "sqs.requests": 4 * 5 * 3 * MINUTES * 0.40e-6,
        # 32 shards and the marks of six crons, half a unit each
        "dynamodb.reads": MINUTES * (32 + 6) / 2 * 0.125e-6,
        "lambda.requests": MINUTES * 0.20e-6,
        "xray.traces": MINUTES * 5e-6,
    }
    cents = {"lambda.compute", "logs.ingested", "logs.kept"}
    assert found.keys() == by_hand.keys() | cents
    assert {id_: found[id_].dollars for id_ in by_hand} == pytest.approx(by_hand)
    assert sum(found[id_].dollars for id_ in cents) < 0.10


def test_the_clock_s_minute_takes_a_third_of_a_second(bill):
    """By hand: 33 calls, a seventh of a processor, one after the other."""
    processor = (0.5 + 33 * 0.75) * 1769 / 256
    assert seconds_of("minute", bill.kinds["minute"], 256) == pytest.approx(
        (processor + 33 * 4) / 1000
    )


def test_a_snapshot_is_paid_for_while_it_is_kept(lines, bill):
    """One GB of the API in `prod`, and one of sockets, all seconds of the month."""
    memory = bill.stages["prod"].memory
    assert memory[BLUEPRINT.http] == memory[BLUEPRINT.sockets.function] == 1024
    kept = lines(stage="prod")["lambda.snapshot_kept"].dollars
    assert kept == pytest.approx(2 * 730 * 3600 * 0.0000015046)


def test_a_billion_requests_reach_the_second_tier_of_the_gateway(lines):
    """300 million at a dollar, the rest at 90 cents."""
    found = lines(requests=1e9)["http_api.requests"]
    assert found.dollars == pytest.approx(300 * 1.00 + 700 * 0.90)


def test_many_lines_of_log_reach_the_second_tier(lines):
    """The first 10 TB at 50 cents, the next 20 TB at 25, the next at 10."""
    found = lines(requests=6e10)["logs.ingested"]
    assert 30 * 1024 < found.amount < 50 * 1024
    by_hand = 10_240 * 0.50 + 20_480 * 0.25 + (found.amount - 30_720) * 0.10
    assert found.dollars == pytest.approx(by_hand)


def test_a_million_reads_of_the_own_account(lines):
    """What is counted, by hand: two units each, for the caller and for the answer."""
    found, idle = lines(requests=1e6, kind="get_me"), lines()
    added = {id_: found[id_].amount - idle[id_].amount for id_ in found}
    assert added["dynamodb.reads"] == pytest.approx(2e6)
    assert added["http_api.requests"] == 1e6
    assert added["lambda.requests"] == pytest.approx(1e6)


def test_a_million_jobs(lines):
    """Six units of writes each, and three requests to SQS: sent, received, deleted."""
    found, idle = lines(jobs=1e6), lines()
    added = {id_: found[id_].amount - idle[id_].amount for id_ in found}
    counters = 3 * MINUTES  # of the environment that is there all month
    assert added["dynamodb.writes"] == pytest.approx(6e6 + counters)
    assert added["sqs.requests"] == pytest.approx(3e6)
    assert added["http_api.requests"] == 0


def test_a_gigabyte_is_stored_and_can_be_restored(month):
    """25 cents and 20."""
    added = month(storage=10).total - month().total
    assert added == pytest.approx(10 * (0.25 + 0.20))


def test_a_mail_is_a_job_and_what_ses_asks(lines):
    """A thousand cost 16 cents besides."""
    assert lines(mails=1000)["ses.mails"].dollars == pytest.approx(0.16)


def test_a_registration_has_its_mail(lines):
    """Which is counted with it."""
    assert lines(requests=1000, kind="register")["ses.mails"].amount == 1000


def test_passwords_take_time(bill):
    """A sign-in takes longer than what its calls do."""
    kind = bill.kinds["sign_in"]
    assert seconds_of("sign_in", kind, 1769) - seconds_of("refresh", kind, 1769) == pytest.approx(
        0.040
    )


def test_more_than_a_whole_processor_is_no_faster(bill):
    """A request uses one."""
    kind = bill.kinds["get_me"]
    assert seconds_of("get_me", kind, 1769) == seconds_of("get_me", kind, 3538)
    assert seconds_of("get_me", kind, 512) > seconds_of("get_me", kind, 1769)


def test_untraced_functions_cost_no_traces():
    """And Lambda writes a line less of each."""
    traced = dataclasses.replace(BILL.stage("dev"), traced=True)
    untraced = dataclasses.replace(traced, traced=False)
    use = Use(requests=1e6)
    with_, without = amounts(use, BILL, traced), amounts(use, BILL, untraced)
    assert with_["xray.traces"] > 0
    assert "xray.traces" not in without
    assert without["logs.ingested"] < with_["logs.ingested"]


def test_what_lambda_does_not_write_is_not_billed():
    """Its own lines are most of what is written about a request."""
    told = dataclasses.replace(BILL.stage("dev"), platform_lines=True)
    silent = dataclasses.replace(told, platform_lines=False)
    use = Use(requests=1e6)
    written = [amounts(use, BILL, one)["logs.ingested"] for one in (told, silent)]
    assert written[1] < written[0]


@given(uses, stages)
def test_no_month_costs_less_than_an_idle_one(use, stage):
    """Whatever is asked."""
    assert total(use, stage) >= total(Use(), stage)


@given(
    uses,
    stages,
    st.sampled_from(["requests", "jobs", "storage", "logins", "mails"]),
    st.floats(0, 1e9),
)
def test_more_costs_no_less(use, stage, name, more):
    """Of anything, whatever else is asked."""
    larger = dataclasses.replace(use, **{name: getattr(use, name) + more})
    assert total(larger, stage) >= total(use, stage) * (1 - 1e-12)


@given(uses, stages)
def test_nothing_costs_more_with_what_is_free(use, stage):
    """And nothing costs less than nothing."""
    assert 0 <= total(use, stage, free=True) <= total(use, stage)


def test_a_stage_lets_only_so_many_requests_through(month, bill):
    """Those that it throttles are not promised."""
    most = bill.stages["dev"].requests_per_second * MINUTES * 60
    assert not month(stage="dev", requests=most).beyond
    assert month(stage="dev", requests=most, logins=1).beyond


def test_services_add_up(month):
    """By service it is the same."""
    found = month(requests=1e6, jobs=1e5, storage=1)
    assert sum(found.by_service.values()) == pytest.approx(found.total)


@pytest.mark.parametrize("kind", ["", "job", "minute", "nothing"])
def test_only_requests_are_kinds_of_requests(month, kind):
    """Jobs are given apart, and the clock's minutes are as many as there are."""
    with pytest.raises(KindUnmeasured, match="get_me"):
        month(requests=1, kind=kind)


def test_a_stage_that_was_not_measured_has_no_bill(month):
    """It says which were."""
    with pytest.raises(StageUnmeasured, match="dev, prod"):
        month(stage="moon")
