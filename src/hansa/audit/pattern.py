r"""ECMA-262 patterns, as contracts write them, in the syntax of RE2 that engines match by.

Sources: ECMA-262 §22.2 with Annex B (no `u` flag, but `\u{…}` and `\p{…}` are read), RE2's syntax page. Where the two mean
different things by one sign, the translation spells out what ECMA means: `.` leaves out four line ends, `\s` is
Unicode white space,
`$` is the end of the text. What RE2 cannot do (looking around, referring back) is named. `(?i)` is no ECMA, but
contracts have it.
"""

import re

from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble

_SPACES: tuple[tuple[int, int], ...] = (
    *((9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
_ANY = r"(?s:.)"
_NEVER = r"[^\x{0}-\x{10FFFF}]"
_DOT = r"[^\n\r\x{2028}\x{2029}]"
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_LARGEST_REPEAT = 1000  # RE2's limit
_CATEGORY = re.compile(r"\\([pP])\{(?:(?:Script|sc)=([A-Za-z_]+)|(?:General_Category=|gc=)?([A-Z][a-z]?))\}")
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_GROUP = re.compile(r"\?(?::|i\)|i:|<([A-Za-z_$][\w$]*)>)")


@dataclass(frozen=True, slots=True)
class Untranslatable:
    """Why a pattern cannot be evaluated; names the construct."""

    reason: str


def translated(pattern: str) -> str | Untranslatable:
    """The pattern in RE2's syntax, to be searched for unanchored."""
    try:
        return _Reader(pattern).whole()
    except _Refused as refused:
        return Untranslatable(str(refused))


def pattern_trouble(pattern: str, place: Place | None = None) -> Trouble | None:
    """The trouble of a pattern that no engine can evaluate, for checking contracts before any data is there."""
    re2 = translated(pattern)
    if not isinstance(re2, Untranslatable):
        return None
    places = (place.noted("the pattern"),) if place else ()
    mend = "write the pattern without it; several checks or an SQL rule can say what one pattern cannot"
    return Trouble("H384", f"the pattern {pattern!r} cannot be evaluated: {re2.reason}", places, mend)


class _Refused(Exception):
    pass


class _Reader:
    """Reads a pattern from left to right. Mutable, and lives for one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0
        self.repeatable = False

    def whole(self) -> str:
        out: list[str] = []
        while self.at < len(self.pattern):
            out.append(self._next())
        if self.depth:
            raise _Refused("a group is not closed")
        return "".join(out)

    def _next(self) -> str:
        sign = self.pattern[self.at]
        match sign:
            case "(":
                return self._open()
            case ")":
                if not self.depth:
                    raise _Refused("a group is closed that was not opened")
                self.depth -= 1
                return self._atom(")")
            case "[":
                return self._class()
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                return self._repeat(sign, 1)
            case "{":
                return self._braces()
            case "^" | "$" | "|":
                self.repeatable = False
                self.at += 1
                return {"^": r"\A", "$": r"\z", "|": "|"}[sign]
            case ".":
                return self._atom(_DOT)
            case _:
                return self._atom(_literal(sign))

    def _atom(self, text: str, length: int = 1) -> str:
        self.at += length
        self.repeatable = True
        return text

    def _open(self) -> str:
        rest = self.pattern[self.at + 1 :]
        self.at += 1
        self.repeatable = False
        if not rest.startswith("?"):
            self.depth += 1
            return "("
        for sign, name in (
            ("?=", "lookahead"),
            ("?!", "negative lookahead"),
            ("?<=", "lookbehind"),
            ("?<!", "negative lookbehind"),
        ):
            if rest.startswith(sign):
                raise _Refused(f"{name} `({sign}…)`")
        match = _GROUP.match(rest)
        if match is None:
            raise _Refused(f"the group `({rest[:3]}…)`")
        self.at += match.end()
        if match[0] == "?i)":
            return "(?i)"
        self.depth += 1
        return "(?i:" if match[0] == "?i:" else "(?:"

    def _repeat(self, text: str, length: int) -> str:
        if not self.repeatable:
            raise _Refused(f"`{text}` has nothing to repeat")
        self.at += length
        self.repeatable = False
        if self.pattern[self.at : self.at + 1] == "?":
            self.at += 1
            return text + "?"
        return text

    def _braces(self) -> str:
        match = _REPEAT.match(self.pattern, self.at)
        if match is None:
            return self._atom(r"\{")
        low, high = int(match[1]), int(match[3] or match[1])
        if max(low, high) > _LARGEST_REPEAT:
            raise _Refused(f"the repetition `{match[0]}` of more than {_LARGEST_REPEAT}")
        if high < low:
            raise _Refused(f"the repetition `{match[0]}` ends before it begins")
        return self._repeat(match[0], len(match[0]))

    def _escape(self) -> str:
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter == "":
            raise _Refused("a single backslash at the end")
        if letter in "bB":
            self.at += 2
            self.repeatable = False
            return "\\" + letter
        if letter in "123456789":
            raise _Refused(f"the back reference `\\{letter}`")
        if letter == "k" and self.pattern[self.at + 2 : self.at + 3] == "<":
            raise _Refused("the named back reference `\\k<…>`")
        if letter in "sS":
            return self._atom(f"[{'^' if letter == 'S' else ''}{_ranges(_SPACES)}]", 2)
        text = self._escaped()
        self.repeatable = True
        return text

    def _escaped(self) -> str:
        """An escape that means the same within and without brackets; moves behind it."""
        rest = self.pattern[self.at :]
        letter = rest[1:2]
        if letter in "dDwW" and letter:
            self.at += 2
            return "\\" + letter
        if letter in "pP" and rest[2:3] == "{":
            match = _CATEGORY.match(rest)
            if match is None:
                raise _Refused(f"the property `{rest.split('}')[0]}}}`")
            self.at += match.end()
            return f"\\{match[1]}{{{match[2] or match[3]}}}"
        point, length = _code_point(rest)
        self.at += length
        return point

    def _class(self) -> str:
        self.at += 1
        self.repeatable = True
        negated = self.pattern[self.at : self.at + 1] == "^"
        self.at += negated
        parts: list[str] = []
        while True:
            if self.at >= len(self.pattern):
                raise _Refused("a bracket `[` is not closed")
            if self.pattern[self.at] == "]":
                self.at += 1
                break
            parts.append(self._range())
        return _class_text(parts, negated)

    def _range(self) -> str:
        low = self._member()
        if self.pattern[self.at : self.at + 1] != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self._member()
        if not (_is_point(low) and _is_point(high)):
            return low + r"\-" + high
        if _value(low) > _value(high):
            raise _Refused(f"the range `{low}-{high}` ends before it begins")
        return f"{low}-{high}"

    def _member(self) -> str:
        sign = self.pattern[self.at]
        if sign != "\\":
            self.at += 1
            return _point(ord(sign))
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter == "b":
            self.at += 2
            return _point(8)
        if letter in ("s", "S"):
            self.at += 2
            return _ranges(_SPACES if letter == "s" else _complement(_SPACES))
        if letter == "":
            raise _Refused("a single backslash at the end")
        return self._escaped()


def _class_text(parts: list[str], negated: bool) -> str:
    """A class that is never closed by its own first member; the empty ones of ECMA spelt out, since RE2 has none."""
    if not parts:
        return _ANY if negated else _NEVER
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _code_point(rest: str) -> tuple[str, int]:
    """The character that an escape stands for, and the escape's length. An unknown letter stands for itself (Annex B)."""
    for form in (r"\\x([0-9A-Fa-f]{2})", r"\\u([0-9A-Fa-f]{4})", r"\\u\{([0-9A-Fa-f]{1,6})\}"):
        match = re.match(form, rest)
        if match is not None:
            if int(match[1], 16) > 0x10FFFF:
                raise _Refused(f"`{match[0]}` is no character")
            return _point(int(match[1], 16)), match.end()
    letter = rest[1]
    if letter in _CONTROLS:
        return _point(_CONTROLS[letter]), 2
    if letter == "0":
        return _point(0), 2
    if letter == "c" and re.match(r"\\c[A-Za-z]", rest):
        return _point(ord(rest[2]) % 32), 3
    return _point(ord(letter)), 2


def _literal(sign: str) -> str:
    return "\\" + sign if sign in r"]}-" else sign


def _point(code: int) -> str:
    """A character as a member of a class or alone, in a form that nothing can read otherwise."""
    sign = chr(code)
    return sign if sign.isascii() and sign.isalnum() else f"\\x{{{code:x}}}"


def _is_point(text: str) -> bool:
    return len(text) == 1 or re.fullmatch(r"\\x\{[0-9a-f]+\}", text) is not None


def _value(point: str) -> int:
    return ord(point) if len(point) == 1 else int(point[3:-1], 16)


def _ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(_point(a) if a == b else f"{_point(a)}-{_point(b)}" for a, b in ranges)


def _complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    edges = [-1, *(edge for low, high in ranges for edge in (low, high)), 0x110000]
    return tuple((low + 1, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True) if low + 1 <= high - 1)
