"""Any order of refreshes, repetitions, lost answers and pauses, against a small model."""

import json

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handler.accounts import sessions
from handler.accounts.models import Account
from handler.accounts.models import session as place
from handler.accounts.sessions import RefreshToken
from handler.core import aws as core_aws
from handler.core import clock
from handler.core.ids import new_id
from tests.client import Client, open_account
from tests.integration.accounts.conftest import refresh

DAY = 24 * 3600


class Losses:
    """Carries the next write of an account out and loses its answer."""

    def __init__(self, carried_out):
        self._carried_out = carried_out
        self.due = False

    def see(self, request, **_):
        """What botocore calls before it sends."""
        if self.due and json.loads(request.body)["TableName"].endswith("-accounts"):
            self.due = False
            self._carried_out(request)
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")

    def begin(self):
        """Watch a new client: botocore repeats less and less when much is lost."""
        core_aws.client.cache_clear()
        events = core_aws.client("dynamodb").meta.events
        events.register_first("before-send.dynamodb.UpdateItem", self.see)


@pytest.fixture
def losses(aws, carried_out, monkeypatch):
    """Answers to lose. Nobody sleeps before the repetition."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    yield Losses(carried_out)
    core_aws.client.cache_clear()


class Session(RuleBasedStateMachine):
    """One session, and what is known of it without looking."""

    def __init__(self, time, losses):
        super().__init__()
        self.time, self.losses = time, losses
        losses.begin()
        time.pass_(seconds=60 - clock.epoch() % 60)  # limits count by the minute
        self.account_id, self.id = new_id(), new_id()
        open_account(self.account_id)
        begun = place(self.id).set(sessions.begun("model", "192.0.2.1"))
        Account.find(self.account_id).update(actions=[begun])
        self.counter, self.ended = 0, False
        self.created = self.used = clock.epoch()

    @property
    def is_open(self):
        """Whether the model says that it goes on."""
        now = clock.epoch()
        return not self.ended and now - self.used < 7 * DAY and now - self.created < 30 * DAY

    def token(self, counter):
        """The token of a turn; clients keep them all."""
        return RefreshToken(self.account_id, self.id, counter).written()

    def ask(self, counter):
        """Refresh with the token of a turn; the token that was answered, or None."""
        answer = refresh(Client(), self.token(counter))
        if answer.status == 401:
            return None
        assert Client(answer.body["access_token"]).get("/users/me").status == 200
        return answer.body["refresh_token"]

    @rule(lost=st.booleans())
    def refresh(self, lost):
        """The last token; perhaps DynamoDB's answer is lost."""
        self.losses.due = lost
        got = self.ask(self.counter)
        self.losses.due = False
        assert got == (self.token(self.counter + 1) if self.is_open else None)
        if got:
            self.counter, self.used = self.counter + 1, clock.epoch()

    @precondition(lambda self: self.counter > 0)
    @rule()
    def repeat(self):
        """The token before the last: the same answer for a minute, the end after it."""
        in_time = self.is_open and clock.epoch() - self.used <= 60
        assert self.ask(self.counter - 1) == (self.token(self.counter) if in_time else None)
        self.ended = self.ended or (self.is_open and not in_time)

    @precondition(lambda self: self.counter > 1)
    @rule(back=st.integers(2, 5))
    def reuse(self, back):
        """An older one: the end."""
        assert self.ask(max(0, self.counter - back)) is None
        self.ended = self.ended or self.is_open

    @rule(seconds=st.sampled_from([1, 30, 59, 60, 61, 3600, DAY, 7 * DAY - 1, 7 * DAY]))
    def wait(self, seconds):
        """Time passes."""
        self.time.pass_(seconds=seconds)

    @rule(bold=st.integers(0, 3))
    def sign_out(self, bold):
        """Rarely: sign out with any token that was ever given."""
        if bold == 3:
            assert Client().form("/logout", refresh_token=self.token(0)).status == 204
            self.ended = True

    @invariant()
    def is_stored(self):
        """The row says what the model says."""
        found = Account.find(self.account_id).open_sessions.get(self.id)
        assert (found is None) == self.ended
        assert found is None or (found["counter"], found["used"]) == (self.counter, self.used)


@pytest.mark.slow
def test_every_order_of_turns_is_as_the_model_says(time, losses):
    """The grace, reuse, both ends of life and lost answers, in any order (threats C2, C3, C11)."""
    run_state_machine_as_test(
        lambda: Session(time, losses),
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
