"""Passwords: what is accepted, what is stored of them, and what is verified."""

import gzip
import time as real_time
from functools import cache
from pathlib import Path

import bcrypt
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from handler.accounts import passwords
from handler.accounts.passwords import hashed, is_guessable, outdated, usable, verified
from handler.accounts.schemas import NewPassword, TypedPassword

_NEW = TypeAdapter(NewPassword)
_TYPED = TypeAdapter(TypedPassword)
_WORDS = "umbrella kettle orbit fennel"


@cache
def stored():
    """The hash of `_WORDS`, computed once."""
    return hashed(_WORDS)


@cache
def legacy(password, prefix=b"2b"):
    """A bcrypt hash of the least cost, as other systems left it."""
    raw = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4))
    return raw.replace(b"$2b$", b"$" + prefix + b"$").decode()


@cache
def weak():
    """An argon2id hash of less work than ours."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(_WORDS)


_KINDS = ["x", " ", "🦊", "é", "ß", "日", "\u200b", "\u0300", "A1!", "\t"]


@pytest.mark.parametrize("length", [15, 64, 128])
@pytest.mark.parametrize("kind", _KINDS, ids=ascii)
def test_a_password_of_any_characters_is_accepted(kind, length):
    """A5: code points are counted, and none is demanded (NIST 800-63B-4)."""
    password = (kind * length)[:length]
    assert _NEW.validate_python(password) == password


@pytest.mark.parametrize("length", [0, 1, 14, 129, 4097])
@pytest.mark.parametrize("kind", _KINDS, ids=ascii)
def test_a_password_of_another_length_is_refused(kind, length):
    """A5: less is guessed, more costs us."""
    with pytest.raises(ValidationError):
        _NEW.validate_python((kind * length)[:length])


@pytest.mark.parametrize(
    ("pairs", "accepted"), [(14, False), (15, True), (128, True), (129, False)]
)
def test_length_is_counted_after_composition(pairs, accepted):
    """A letter and its accent are one code point after NFC, however they were typed."""
    assert accepts(_NEW, "e\u0301" * pairs) is accepted


def accepts(adapter, password):
    """Whether a kind of password takes this one."""
    try:
        adapter.validate_python(password)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("adapter", [_NEW, _TYPED], ids=["new", "typed"])
@pytest.mark.parametrize("password", ["a" * 20 + "\0", "\0" * 20, "x" * 4097])
def test_what_cannot_be_hashed_is_refused(adapter, password):
    """A7: NUL and a novel are no passwords, and no faults."""
    assert not accepts(adapter, password)


@pytest.mark.parametrize("password", ["\U0001d160" * 1024, "\ufb2c" * 1024, "\U0001f98a" * 1024])
def test_the_longest_that_can_be_typed_is_verified(password):
    """A7: composition may treble a text, which still is no fault."""
    assert accepts(_TYPED, password)
    assert not verified(password, None)


def test_a_password_verifies():
    """The one that was hashed."""
    assert verified(_WORDS, stored())


@pytest.mark.parametrize("other", ["", _WORDS[:-1], _WORDS + " ", _WORDS.upper(), " " + _WORDS])
def test_another_password_does_not_verify(other):
    """Nothing is cut, trimmed or folded."""
    assert not verified(other, stored())


def test_the_first_72_bytes_are_not_all():
    """A6: passwords that begin alike are two."""
    assert not verified("x" * 72 + "a", hashed("x" * 72 + "b"))


def test_composition_makes_no_other_password():
    """What one keyboard composes and another does not is the same."""
    assert verified("cre\u0300me bru\u0302le\u0301e!", hashed("crème brûlée!"))


def test_two_hashes_of_a_password_differ():
    """Each has its own salt."""
    assert hashed(_WORDS) != stored()


def test_a_hash_has_the_parameters_we_chose():
    """OWASP's for argon2id, and it is within our own bounds."""
    assert stored().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert usable(stored())
    assert not outdated(stored())


_ARGON2 = "$argon2id$v=19$m={m},t={t},p={p}$LkXIOed8D+FcK4Xw/r8Xwg$" + "A" * 43
_BAD = [
    *(None, "", " ", "x", "$", "plaintext", _WORDS, "$argon2id$", "$2b$", "!", "*", "\0", "é" * 60),
    _ARGON2.format(m=131073, t=2, p=1),
    _ARGON2.format(m=19456, t=11, p=1),
    _ARGON2.format(m=19456, t=2, p=5),
    _ARGON2.format(m=9_999_999, t=999, p=999),
    _ARGON2.format(m=0, t=2, p=1),
    _ARGON2.format(m=19456, t=0, p=1),
    _ARGON2.format(m=19456, t=2, p=0),
    _ARGON2.format(m=7, t=2, p=1),
    _ARGON2.format(m=31, t=2, p=4),
    _ARGON2.format(m="\u0661\u0662", t=2, p=1),
    _ARGON2.format(m=19456, t=2, p=1).replace("v=19", "v=16"),
    _ARGON2.format(m=19456, t=2, p=1).replace("argon2id", "argon2i"),
    _ARGON2.format(m=19456, t=2, p=1) + "\n",
    _ARGON2.format(m=19456, t=2, p=1) + "$x",
    "$argon2id$v=19$m=19456,t=2,p=1$a$b",
    "$argon2id$v=19$m=19456,t=2,p=1$$",
    "$2b$31$" + "a" * 53,
    "$2b$15$" + "a" * 53,
    "$2b$03$" + "a" * 53,
    "$2b$00$" + "a" * 53,
    "$2x$04$" + "a" * 53,
    "$2b$04$" + "a" * 52,
    "$2b$04$" + "a" * 54,
    "$1$salt$hash",
    "$pbkdf2-sha256$29000$x$y",
    "5f4dcc3b5aa765d61d8327deb882cf99",
]


@pytest.mark.parametrize("bad", _BAD, ids=lambda bad: ascii(bad)[:44])
def test_a_hash_that_is_none_is_not_usable(bad):
    """A13: garbage, and parameters that would cost minutes."""
    assert not usable(bad)


@pytest.mark.parametrize("bad", _BAD[:24:2] + _BAD[24:], ids=lambda bad: ascii(bad)[:44])
def test_a_hash_that_is_none_verifies_nothing(bad):
    """A13: the answer is no, and never a fault."""
    assert not verified(_WORDS, bad)


_ODD = [
    "$argon2id$v=19$m=64,t=1,p=1$LkXIOed8D+F$" + "A" * 17,  # lengths that no bytes have
    "$argon2id$v=19$m=64,t=1,p=1$LkXIOed8D+Fc1$" + "A" * 43,
    "$argon2id$v=19$m=64,t=1,p=1$LkXIOed8D+FcK4Xw/r8Xwh$" + "B" * 43,  # bits that are not used
    "$2b$04$" + "z" * 53,
    "$2y$04$" + "." * 22 + "9" * 31,
]


@pytest.mark.parametrize("odd", _ODD)
def test_a_hash_of_the_right_form_may_still_be_none(odd):
    """A13: what the libraries refuse is refused here, not a fault."""
    assert not verified(_WORDS, odd)


def hashes_spent(monkeypatch, password, against):
    """How many hashes a verification computes."""
    from argon2 import low_level  # noqa: PLC0415 - where passlib calls it

    calls, real = [], low_level.verify_secret
    monkeypatch.setattr(low_level, "verify_secret", lambda *a: calls.append(a) or real(*a))
    verified(password, against)
    return len(calls)


@pytest.mark.parametrize(
    "against",
    [None, "", "garbage", "own", _ARGON2.format(m=131073, t=2, p=1), "$2b$31$" + "a" * 53],
    ids=ascii,
)
def test_every_verification_costs_one_hash(monkeypatch, against):
    """A9, A10: an account that does not exist, or has no usable hash, answers as late."""
    verified(_WORDS, None)
    assert hashes_spent(monkeypatch, "wrong words", stored() if against == "own" else against) == 1


def test_nobody_has_the_same_parameters():
    """A10: the hash in the place of a missing one costs what ours do."""
    assert stored().rsplit("$", 2)[0] == passwords._NOBODY.rsplit("$", 2)[0]


@pytest.mark.parametrize("prefix", [b"2a", b"2b", b"2y"])
def test_an_old_bcrypt_hash_verifies(prefix):
    """A11: and wants to be replaced."""
    old = legacy(_WORDS, prefix)
    assert (verified(_WORDS, old), verified("wrong", old), usable(old), outdated(old)) == (
        *(True, False),
        *(True, True),
    )


@pytest.mark.parametrize("password", ["x" * 100, "é" * 50, "🦊" * 30], ids=["ascii", "two", "four"])
def test_a_long_password_verifies_against_bcrypt(password):
    """Its first 72 bytes are all that was hashed, and later versions of bcrypt would raise."""
    assert verified(password, legacy(password))


def test_a_weaker_hash_verifies_and_is_outdated():
    """A11: argon2id with less work than today's."""
    assert (verified(_WORDS, weak()), usable(weak()), outdated(weak())) == (True, True, True)


def test_the_block_list_is_long_and_clean():
    """At least 3,000 entries, each as it is compared: folded, and not empty."""
    listed = gzip.decompress(Path(passwords._BLOCKED).read_bytes()).decode().split("\n")
    assert len(passwords._blocked()) == len(listed) >= 3000
    assert all(entry == passwords._folded(entry) != "" for entry in listed)


_GUESSABLE = [
    *("password" * 2, "Password12345678", "PASSWORD!!!!!!!!", "passwordpasswordpassword"),
    *("12345password12345", "letmein letmein!", "iloveyouiloveyou", "princessaprincessa"),
    *("1" * 15, "aaaaaaaaaaaaaaab", " " * 15, "🦊" * 15, "abcabcabcabcabcabc", "ababababababababa"),
    *("123456789012345", "1234567890123456", "098765432109876", "000000000000001"),
    *("abcdefghijklmnop", "ABCDEFGHIJKLMNOP", "zyxwvutsrqponmlkj", "abcdefghijklmnop123"),
    *("qwertyuiopasdfgh", "QwertyUiopAsdfgh!", "qwertzuiopasdfgh", "poiuytrewqlkjhgf"),
    *("1qaz2wsx3edc4rfv", "qazwsxedcrfvtgb", "1q2w3e4r5t6y7u8i", "\uff50assword12345678"),
    *("!!!!!!!!!!!!!!!", "111111222222333333", "aaaaabbbbbccccc", "Monkey2024!2024"),
]


@pytest.mark.parametrize("password", _GUESSABLE)
def test_what_is_tried_first_is_guessable(password):
    """Listed words with something around them, repetitions, and walks over the keyboard."""
    assert is_guessable(password)


_OWN = ["ann.smith", "Ann", "Wilhelmina", "Dunlin"]
_OF_NAMES = [
    *(
        "ann.smith123456",
        "AnnSmithAnnSmith",
        "Ann.Smith!!!!!!",
        "wilhelmina12345",
        "smithann20242024",
    ),
    *(
        "dunlindunlindun",
        "dunlin-wilhelmina",
        "WILHELMINASMITH",
        "ann smith dunlin",
        "\uff44unlin.dunlin.1",
    ),
]


@pytest.mark.parametrize("password", _OF_NAMES)
def test_own_names_make_no_password(password):
    """Neither alone nor together, whatever digits follow."""
    assert is_guessable(password, *_OWN)


@pytest.mark.parametrize("password", ["dunlin cliff nest egg", "smith hammers at noon"])
def test_own_names_may_stand_in_a_longer_one(password):
    """What remains without them is long enough by itself."""
    assert not is_guessable(password, *_OWN)


_HONEST = [
    *("correct horse battery staple", "my voice is my passport", _WORDS, "umbrellakettleorbit"),
    *("7302 9918 4471 0265 8837", "73029918447102658837", "love 7302991844710265883"),
    *("🦊🌵🚲🎻🥨🛶🏔🎲🧶🪁🦉🍋🔭🎈🧩", "ünïcödé ist schön 日本", "привет мир как дела"),
    *(
        "пароль-и-ещё-слова",
        "日本語のパスワードは長くても良い",
        "kX9$vT2@qL7!mZ4#",
        "x7!k2@p9#m4$q1%",
    ),
    *("the password is a lie", "twelve monkeys dance", "e8b7c0de-7d11-4a09", "AN HONEST SHOUT 99"),
]


@pytest.mark.parametrize("password", _HONEST)
def test_honest_passwords_pass(password):
    """Several words, chance, or any script: no composition is demanded."""
    assert not is_guessable(password, *_OWN)


@given(st.text(min_size=15, max_size=128), st.lists(st.text(max_size=20), max_size=3))
def test_no_password_is_a_fault(password, own):
    """Whatever is typed, and whatever somebody is called, is judged."""
    assert is_guessable(password, *own) in {True, False}


_HOSTILE = ["1" * 127 + "a", "a" * 64 + "1" * 64, "\ufdfa" * 128, "!a" * 64, "ab" * 63 + "ac"]


@pytest.mark.parametrize("password", _HOSTILE, ids=ascii)
def test_judging_is_cheaper_than_hashing(password):
    """E23: no text makes it slow; the hash itself is the measure."""
    is_guessable(password)
    begun = real_time.process_time()
    verified(password, None)
    hashing = real_time.process_time() - begun
    begun = real_time.process_time()
    is_guessable(password, *_OWN)
    assert real_time.process_time() - begun < hashing
