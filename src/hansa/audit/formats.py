"""The named formats of ODCS's `logicalTypeOptions.format`, as regular expressions in RE2 and as ranges of integers."""

_HEX = "[0-9A-Fa-f]"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_GROUP = rf"{_HEX}{{1,4}}"
_TAIL = rf"(?:{_GROUP}:{_GROUP}|{_IPV4})"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _ipv6() -> str:
    """RFC 3986's IPv6address: seven places where `::` may stand, and none."""
    forms = [rf"(?:{_GROUP}:){{6}}{_TAIL}", rf"::(?:{_GROUP}:){{5}}{_TAIL}"]
    for before in range(5):
        lead = rf"(?:(?:{_GROUP}:){{0,{before}}}{_GROUP})?"
        after = 4 - before
        forms.append(rf"{lead}::" + (rf"(?:{_GROUP}:){{{after}}}" if after else "") + _TAIL)
    forms.append(rf"(?:(?:{_GROUP}:){{0,5}}{_GROUP})?::{_GROUP}")
    forms.append(rf"(?:(?:{_GROUP}:){{0,6}}{_GROUP})?::")
    return "|".join(forms)


# Whole texts. email is RFC 5321's common core (a dot-atom at a host name), hostname RFC 1123, byte RFC 4648 base64.
CHECKED: dict[str, str] = {
    "email": rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})+",
    "uuid": rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*",
    "hostname": rf"{_LABEL}(?:\.{_LABEL})*\.?",
    "ipv4": _IPV4,
    "ipv6": _ipv6(),
    "byte": r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
}


def whole(name: str) -> str:
    """The RE2 pattern of a format, anchored at both ends."""
    return rf"\A(?:{CHECKED[name]})\z"


def integer_range(name: str) -> tuple[int, int] | None:
    """The smallest and largest value of i8 … i128 and u8 … u128; None for other names."""
    bits = name[1:]
    if name[:1] not in ("i", "u") or bits not in ("8", "16", "32", "64", "128"):
        return None
    width = int(bits)
    return (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if name[0] == "i" else (0, 2**width - 1)


def unchecked(name: str) -> str:
    """Why a format is not checked."""
    if name in ("password", "binary", "f32", "f64"):
        return f"the format {name} tells how a value is kept, any value has it"
    return f"the format `{name}` is a way to write values down, there is nothing in the data to compare with it"
