"""Keyed tokens as DuckDB expressions: HMAC-SHA-256 (RFC 2104) for texts, bytes and UUIDs, a keyed permutation for integers.

Integers of 32 bits have too few hashes for a hash: among a hundred thousand keys two would fall together, and a join would
bring strangers together. So they are permuted by a Feistel network, in which no two values have one token. Eight rounds stand
between it and the known attacks on such small blocks; who holds many pairs of value and token still learns nothing of others.
"""

import hashlib
import hmac

ROUNDS = 8
_STATE = "_hansa_halves"
"""The two halves between rounds. A lambda names them, since a round that is written out twice doubles all rounds before it."""
_BLOCK = 64  # bytes of a block of SHA-256


def text_token(expression: str, key: bytes) -> str:
    """HMAC-SHA-256 of the text's UTF-8 as 64 hexadecimal digits."""
    return _hmac(f"encode({expression})", key)


def binary_token(expression: str, key: bytes) -> str:
    """HMAC-SHA-256 of the bytes: 32 bytes."""
    return f"unhex({_hmac(expression, key)})"


def uuid_token(expression: str, key: bytes) -> str:
    """The first 16 bytes of HMAC-SHA-256 of the UUID's usual text."""
    return f"CAST(left({_hmac(f'encode(CAST({expression} AS VARCHAR))', key)}, 32) AS UUID)"


def integer_token(expression: str, bits: int, key: bytes) -> str:
    """Another integer of as many bits, and no other one's: each half in turn is XORed with a keyed SHA-256 of the other half."""
    half, lowest = 2 ** (bits // 2), 2 ** (bits - 1)
    shifted = f"(CAST({expression} AS HUGEINT) + {lowest})"
    state = f"[struct_pack(l := CAST({shifted} // {half} AS UBIGINT), r := CAST({shifted} % {half} AS UBIGINT))]"
    for key_of_round in round_keys(key, bits):
        mixed = f"xor({_STATE}.l, {_round(f'{_STATE}.r', key_of_round, bits // 8)})"
        state = f"list_transform({state}, lambda {_STATE}: struct_pack(l := {_STATE}.r, r := {mixed}))"
    kept = "INTEGER" if bits == 32 else "BIGINT"
    whole = f"CAST(CAST({_STATE}.l AS HUGEINT) * {half} + {_STATE}.r - {lowest} AS {kept})"
    return f"list_transform({state}, lambda {_STATE}: {whole})[1]"


def round_keys(key: bytes, bits: int) -> tuple[bytes, ...]:
    """16 bytes for each round, other ones for each width of integers."""
    return tuple(hmac.digest(key, f"hansa tokenise integer {bits} round {n}".encode(), "sha256")[:16] for n in range(ROUNDS))


def _round(half: str, key: bytes, digits: int) -> str:
    return f"CAST('0x' || left(sha256(unhex('{key.hex()}') || encode(CAST({half} AS VARCHAR))), {digits}) AS UBIGINT)"


def _hmac(message: str, key: bytes) -> str:
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
    return f"sha256(unhex('{outer.hex()}') || unhex(sha256(unhex('{inner.hex()}') || {message})))"
