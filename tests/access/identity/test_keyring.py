"""The issuer's keys: believed for a while, looked up again, and never asked for too often."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from hansa.access.identity.keyring import FRESH, PAUSE, STALE, Keyring
from hansa.model import OidcSettings

JSON = Callable[[Any, object], None]


def public(key: Any, **said: object) -> dict[str, object]:
    kinds = {
        rsa.RSAPrivateKey: "RSAAlgorithm",
        ec.EllipticCurvePrivateKey: "ECAlgorithm",
        ed25519.Ed25519PrivateKey: "OKPAlgorithm",
    }
    algorithm = next(name for kind, name in kinds.items() if isinstance(key, kind))
    return {**json.loads(getattr(jwt.algorithms, algorithm).to_jwk(key.public_key())), **said}


class Issuer:
    """What a key set says at the moment, whether it can be had, and how often it was asked for."""

    def __init__(self) -> None:
        self.keys: object = []
        self.away = False
        self.asked = 0
        self.answered = 0
        self.may_answer = threading.Event()
        self.may_answer.set()

    def answer(self, write: JSON) -> Callable[[Any], None]:
        def answered(handler: Any) -> None:
            self.asked += 1
            self.may_answer.wait(10)
            self.answered += 1
            if self.away:
                handler.send_error(503)
            else:
                write(handler, {"keys": self.keys})

        return answered


@pytest.fixture
def issuer(serve: Any, answer_json: JSON, clock: Any) -> tuple[Issuer, Keyring]:
    found = Issuer()
    url = serve(found.answer(answer_json))
    return found, Keyring(OidcSettings(url, ("hansa",), jwks_url=f"{url}/keys"), clock.seconds)


def settle() -> None:
    """Wait for look-ups that go on beside."""
    for thread in threading.enumerate():
        if thread.name == "hansa-keys":
            thread.join(5)


def test_keys_are_looked_up_once_and_again_beside_the_work(issuer: tuple[Issuer, Keyring], clock: Any, other_key: Any) -> None:
    there, keys = issuer
    there.keys = [public(other_key, kid="a")]
    for _ in range(5):
        assert keys.find("a", "RS256") is not None
    assert there.asked == 1
    clock.passed += FRESH + 1
    there.may_answer.clear()
    assert keys.find("a", "RS256") is not None
    assert there.answered == 1, "nobody waits for the second answer"
    there.may_answer.set()
    settle()
    assert there.asked == 2


def test_an_issuer_that_is_down_is_believed_for_a_day(issuer: tuple[Issuer, Keyring], clock: Any, other_key: Any) -> None:
    there, keys = issuer
    there.keys = [public(other_key, kid="a")]
    assert keys.find("a", "RS256") is not None
    there.away = True
    for _ in range(3):
        clock.passed += STALE / 4
        assert keys.find("a", "RS256") is not None
        settle()
    clock.passed += STALE / 4 + 1
    assert keys.find("a", "RS256") is None
    assert "answers with 503" in keys.trouble
    there.away = False
    clock.passed += PAUSE
    assert keys.find("a", "RS256") is not None
    assert keys.trouble == ""


def test_an_issuer_that_is_down_from_the_beginning_is_asked_with_pauses(
    issuer: tuple[Issuer, Keyring], clock: Any, other_key: Any
) -> None:
    there, keys = issuer
    there.away, there.keys = True, [public(other_key, kid="a")]
    for _ in range(20):
        assert keys.find("a", "RS256") is None
    assert there.asked == 1
    there.away = False
    clock.passed += PAUSE
    assert keys.find("a", "RS256") is not None
    assert there.asked == 2


def test_many_who_wait_for_the_first_keys_make_one_look_up(issuer: tuple[Issuer, Keyring], other_key: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    there, keys = issuer
    there.keys = [public(other_key, kid="a")]
    there.may_answer.clear()
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(keys.find, "a", "RS256") for _ in range(8)]
        time.sleep(0.1)
        there.may_answer.set()
        assert all(f.result() is not None for f in found)
    assert there.asked == 1


def test_a_key_is_only_for_what_the_issuer_says(issuer: tuple[Issuer, Keyring], other_key: Any) -> None:
    there, keys = issuer
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    there.keys = [
        public(other_key, kid="any"),
        public(other_key, kid="rs", alg="RS256"),
        public(other_key, kid="enc", use="enc"),
        public(curve, kid="ec"),
        public(edwards, kid="ed"),
    ]
    fits = {
        (kid, algorithm)
        for kid in ("any", "rs", "enc", "ec", "ed")
        for algorithm in ("RS256", "PS256", "ES256", "EdDSA", "HS256", "none", "")
        if keys.find(kid, algorithm) is not None
    }
    assert fits == {("any", "RS256"), ("any", "PS256"), ("rs", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")}
    # Two keys would do for a token that names none, so neither does; the only one of its family does.
    assert keys.find(None, "RS256") is None
    assert keys.find(None, "ES256") is not None


def test_two_keys_of_one_id_are_none(issuer: tuple[Issuer, Keyring], other_key: Any) -> None:
    there, keys = issuer
    there.keys = [public(other_key, kid="a"), public(rsa.generate_private_key(65537, 2048), kid="a")]
    assert keys.find("a", "RS256") is None


WEAK: list[object] = [
    {"kty": "oct", "kid": "a", "k": "c2VjcmV0"},
    {"kty": "RSA", "kid": "a"},
    {"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"},
    {"kty": "RSA", "kid": "a", "n": 5, "e": []},
    {"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": ["RSA"], "kid": "a"},
    {"kid": "a"},
    "text",
    None,
    [],
]


@pytest.mark.parametrize("weak", WEAK, ids=range(len(WEAK)))
def test_a_key_that_is_weak_or_broken_is_passed_over(weak: object, issuer: tuple[Issuer, Keyring], other_key: Any) -> None:
    there, keys = issuer
    there.keys = [weak, public(other_key, kid="good")]
    assert keys.find("a", "RS256") is None
    assert keys.find("good", "RS256") is not None


def test_a_private_or_short_key_is_passed_over(issuer: tuple[Issuer, Keyring], other_key: Any) -> None:
    there, keys = issuer
    private = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(other_key))
    short = rsa.generate_private_key(65537, 1024)
    there.keys = [{**private, "kid": "private"}, public(short, kid="short")]
    assert keys.find("private", "RS256") is None
    assert keys.find("short", "RS256") is None
