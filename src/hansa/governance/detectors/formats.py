"""Forms of values that are the same everywhere: addresses of mail and machines, phones, accounts, cards."""

import ipaddress
import re

from hansa.governance.detectors.checksums import digits_of, luhn

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_PHONE = re.compile(
    r"\+[1-9][0-9 ().\-/]{6,22}[0-9]|\([0-9]{2,5}\)[ -]?[0-9][0-9 \-]{4,12}|0[1-9][0-9]{1,4}[ /-][0-9][0-9 -]{4,12}"
)
_AMERICAN = re.compile(r"(?:1[ .-])?\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NUMBER = re.compile(r"[0-9]+(?:[ -][0-9]+)*")

_IBAN_LENGTHS = {
    code: length
    for length, codes in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for code in codes.split()
}
"""SWIFT's IBAN registry (ISO 13616)."""

_ISSUERS = re.compile(
    r"""4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})                                     # Visa
      | (?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}   # Mastercard
      | 3[47][0-9]{13}                                                         # American Express
      | 3(?:0[0-5]|[689][0-9])[0-9]{11}                                        # Diners
      | (?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12,15}                           # Discover
      | 35(?:2[89]|[3-8][0-9])[0-9]{12,15}                                     # JCB
      | 62[0-9]{14,17}                                                         # UnionPay""",
    re.VERBOSE,
)


def email(text: str) -> bool:
    return "@" in text and ".." not in text and _EMAIL.fullmatch(text) is not None


def phone(text: str) -> bool:
    """E.164 with its plus, or written with the separators of a phone number; bare digits could be anything."""
    if _AMERICAN.fullmatch(text):
        return True
    return _PHONE.fullmatch(text) is not None and 7 <= len(digits_of(text)) <= 15


def bare_phone(text: str) -> bool:
    """Digits that could be a phone number: evidence only for a column that is called one."""
    return phone(text) or (text.isascii() and text.isdigit() and 7 <= len(text) <= 15)


def ipv4(text: str) -> bool:
    return text.count(".") == 3 and _is_address(text, 4) and not text.startswith("0.")


def ipv6(text: str) -> bool:
    return text.count(":") >= 2 and _is_address(text, 6)


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def mac(text: str) -> bool:
    return _MAC.fullmatch(text) is not None


def iban(text: str) -> bool:
    """Length of its country and the remainder 1 after division by 97."""
    written = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(written) or _IBAN_LENGTHS.get(written[:2]) != len(written):
        return False
    return int("".join(str(int(c, 36)) for c in written[4:] + written[:4])) % 97 == 1


def card(text: str) -> bool:
    """An issuer's prefix and length, and Luhn's digit."""
    if not _NUMBER.fullmatch(text):
        return False
    digits = digits_of(text)
    return _ISSUERS.fullmatch("".join(map(str, digits))) is not None and luhn(digits)
