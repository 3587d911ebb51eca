"""Chaos: what SQS may do to deliveries, done by a seed."""

from infra.local.pump import Odds, Pump
from tests.infra.local.pumping import BASE, SOURCES, Functions


def fates(pumped, send, functions, seed, **odds):
    """What becomes of forty messages."""
    pumped.chaos(seed, Odds(**({"doubled": 0, "again": 0, "dropped": 0} | odds)))
    send(*map(chr, range(65, 105)))
    pumped.pass_(seconds=1000)
    return functions.seen("worker")


def test_chaos_delivers_in_another_order_and_other_batches(pumped, send, functions):
    """Everything, though."""
    found = "".join(bodies for _, bodies in fates(pumped, send, functions, 1))
    assert sorted(found) == sorted(map(chr, range(65, 105)))
    assert list(found) != sorted(found)


def test_chaos_doubles_repeats_and_drops(pumped, send, functions):
    """By its odds: twice at once, once more later, never."""
    doubled = fates(pumped, send, functions, 1, doubled=0.5)
    assert 40 < len("".join(bodies for _, bodies in doubled)) < 80
    functions.noted.clear()
    pumped.calm()
    again = fates(pumped, send, functions, 1, again=0.5)
    assert len({seconds for seconds, _ in again}) > 10
    functions.noted.clear()
    dropped = fates(pumped, send, functions, 1, dropped=0.5)
    assert 0 < len("".join(bodies for _, bodies in dropped)) < 40


def test_dead_letters_are_never_dropped(pumped, sqs, functions):
    """Nothing would bring them back."""
    pumped.chaos(1, Odds(dropped=1))
    sqs.send_message(QueueUrl=f"{BASE}p-work-dead", MessageBody="a")
    pumped.pass_(seconds=1)
    assert functions.seen("letters")[0] == (0, "a")


def test_chaos_can_be_had_again(sqs, time):
    """The same seed, the same fates."""
    found = []
    for _ in range(2):
        functions = Functions(time)
        pumped = Pump(sqs, functions, time, prefix="p-", queue_base=BASE, sources=SOURCES)

        def send(*bodies):
            for body in bodies:
                sqs.send_message(QueueUrl=f"{BASE}p-work", MessageBody=body)

        found.append(fates(pumped, send, functions, 7, doubled=0.2, again=0.2, dropped=0.2))
    assert found[0] == found[1]
