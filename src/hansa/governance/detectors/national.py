"""Numbers that states give to people, each by the rules that its state has published."""

import datetime as dt
import re

from hansa.governance.detectors.checksums import digits_of, luhn, mod_11_10, verhoeff, weighted

_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_DNI = re.compile(r"([0-9]{8}|[XYZ][0-9]{7})-?([A-Z])")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FISCALE = re.compile(r"[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]")
# The value of each letter and digit at odd places; at even places it is its own number.
_FISCALE_LETTERS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_FISCALE_ODD = dict(zip("0123456789", _FISCALE_LETTERS, strict=False)) | dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _FISCALE_LETTERS, strict=True)
)
_NIR = re.compile(r"[12378][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{8}")
_SWEDISH = re.compile(r"(?:[12][0-9])?([0-9]{2})([0-9]{2})([0-9]{2})[-+]?[0-9]{4}")
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")


def us_ssn(text: str) -> bool:
    """Areas 000, 666 and 900 upwards, group 00 and serial 0000 are never given. No check digit, so the dashes must be there."""
    return _SSN.fullmatch(text) is not None


def de_steuer_id(text: str) -> bool:
    """Eleven digits; of the first ten one stands two or three times, and the last is their check."""
    digits = _exactly(text, 11)
    if not digits or digits[0] == 0:
        return False
    times = sorted(digits[:10].count(d) for d in set(digits[:10]))
    return times[-1] in (2, 3) and times[-2:-1] in ([1], []) and mod_11_10(digits)


def es_dni(text: str) -> bool:
    """DNI and NIE: the letter is the number's remainder after division by 23."""
    match = _DNI.fullmatch(text.upper())
    if match is None:
        return False
    number = match[1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(number) % 23] == match[2]


def it_codice_fiscale(text: str) -> bool:
    written = text.upper().replace(" ", "")
    if not _FISCALE.fullmatch(written):
        return False
    odd = sum(_FISCALE_ODD[c] for c in written[:15:2])
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in written[1:15:2])
    return chr(ord("A") + (odd + even) % 26) == written[15]


def fr_nir(text: str) -> bool:
    """Thirteen places and a key: 97 less the remainder after division by 97. Corsica's letters stand for 19 and 18."""
    written = text.upper().replace(" ", "")
    if not _NIR.fullmatch(written):
        return False
    number = int(written[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(written[13:])


def nl_bsn(text: str) -> bool:
    """The eleven-test over nine digits."""
    digits = _exactly(text, 9)
    return any(digits) and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def se_personnummer(text: str) -> bool:
    """A day of birth, in coordination numbers with 60 added, three digits and Luhn's over the last ten."""
    match = _SWEDISH.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    return _is_day(1900 + year, month, day - 60 if day > 60 else day) and luhn(digits_of(text)[-10:])


def pl_pesel(text: str) -> bool:
    """A day of birth whose month carries the century, and a check digit."""
    digits = _exactly(text, 11)
    if not digits:
        return False
    century, month = divmod(10 * digits[2] + digits[3], 20)
    year = (1900, 2000, 2100, 2200, 1800)[century] + 10 * digits[0] + digits[1]
    day = 10 * digits[4] + digits[5]
    return _is_day(year, month, day) and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def br_cpf(text: str) -> bool:
    """Two check digits modulo 11; eleven equal digits pass the arithmetic and are never given."""
    digits = _exactly(text.replace(".", ""), 11)
    if not digits or len(set(digits)) == 1:
        return False
    return all(weighted(digits[:n], range(n + 1, 1, -1)) * 10 % 11 % 10 == digits[n] for n in (9, 10))


def in_aadhaar(text: str) -> bool:
    digits = _exactly(text, 12)
    return bool(digits) and digits[0] > 1 and verhoeff(digits)


def uk_nino(text: str) -> bool:
    return _NINO.fullmatch(text.upper().replace(" ", "")) is not None


def uk_nhs(text: str) -> bool:
    digits = _exactly(text, 10)
    return any(digits) and weighted(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _exactly(text: str, length: int) -> list[int]:
    """The digits of a text that has just so many, and besides them spaces and dashes alone; else none."""
    digits = text.replace(" ", "").replace("-", "")
    return digits_of(digits) if len(digits) == length and digits.isascii() and digits.isdigit() else []


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True
