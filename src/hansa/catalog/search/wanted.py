"""What a text asks for: units that all have to be found, each with other ways to say it.

Nothing in a text is an operator: whatever somebody types is words, and signs between words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hansa.catalog.search.words import as_one, chunks, distance, inflected, typos
from hansa.frozen import dataclass

_LONGEST_TEXT = 400  # characters that are looked at
_MOST_UNITS = 12

Phrase = tuple[str, ...]
Groups = Mapping[Phrase, tuple[Phrase, ...]]
"""For each phrase of the glossary the others that mean the same."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that is asked for: its words as written, together or as one, and phrases that mean the same.

    `open` says that its last word may go on: it is still being typed. `wrong` is how many letters of each word may be others.
    """

    phrase: Phrase
    alike: tuple[Phrase, ...] = ()
    open: bool = False
    wrong: int = 0

    @property
    def written(self) -> tuple[Phrase, ...]:
        """`orderId` is asked for as `order` and `id`, or as `orderid`."""
        return (self.phrase, (as_one(" ".join(self.phrase)),)) if len(self.phrase) > 1 else (self.phrase,)

    def misspelt(self, more: int = 0) -> "Unit":
        """The unit with as many wrong letters as its words bear; it stays as it is when that is none."""
        return replace(self, wrong=min(2, max(typos(w) for w in self.phrase) + more) if max(map(typos, self.phrase)) else 0)


def units_of(text: str, groups: Groups) -> tuple[Unit, ...]:
    """The units of a text, phrases of the glossary together; the last one is open unless a space follows it."""
    text = text[:_LONGEST_TEXT]
    left = list(chunks(text))[:_MOST_UNITS]
    longest = max(map(len, groups), default=0)
    found: list[Unit] = []
    while left:
        unit, taken = _first(left, groups, longest)
        found.append(unit)
        left = left[taken:]
    if found and not text[-1:].isspace():
        found[-1] = replace(found[-1], open=True)
    return tuple(found)


def _first(left: Sequence[Phrase], groups: Groups, longest: int) -> tuple[Unit, int]:
    for count in range(min(longest, len(left)), 0, -1):
        phrase = tuple(w for chunk in left[:count] for w in chunk)
        alike = groups.get(phrase)
        if alike is not None:
            return Unit(phrase, alike), count
    return Unit(left[0]), 1


def groups_of(listed: Sequence[Sequence[str]]) -> Groups:
    """Groups by each of their phrases, in singular and plural; a phrase of two groups means both."""
    found: dict[Phrase, dict[Phrase, None]] = {}
    for group in listed:
        phrases = [tuple(p.split()) for p in group]
        for phrase in phrases:
            others = [p for p in phrases if p != phrase]
            forms = [phrase, *((*phrase[:-1], form) for form in inflected(phrase[-1]))]
            for form in forms:
                found.setdefault(form, {}).update(dict.fromkeys(others))
    return {phrase: tuple(others) for phrase, others in found.items()}


class Marks:
    """Which words of a text were asked for. Texts repeat their words, so that each is judged once."""

    def __init__(self, whole: frozenset[str], begun: tuple[str, ...], misspelt: tuple[tuple[str, int], ...], asked: int) -> None:
        self.asked = asked  # words in all
        self._whole, self._begun, self._misspelt = whole, begun, misspelt
        self._judged: set[str] = set()
        self._found: set[str] = set()

    def has(self, word: str) -> bool:
        if word not in self._judged:
            self._judge(word)
        return word in self._found

    def among(self, words: Iterable[str]) -> frozenset[str]:
        """Those of some words that were asked for."""
        different = frozenset(words)
        for word in different - self._judged:
            self._judge(word)
        return different & self._found

    def _judge(self, word: str) -> None:
        self._judged.add(word)
        if word in self._whole or word.startswith(self._begun) or self._misspells(word):
            self._found.add(word)

    def _misspells(self, word: str) -> bool:
        return any(_near(word, asked, wrong) for asked, wrong in self._misspelt)


def marks_of(units: Sequence[Unit]) -> Marks:
    phrases = [p for u in units for p in (*u.written, *u.alike)]
    return Marks(
        frozenset(form for phrase in phrases for word in phrase for form in inflected(word)),
        tuple(p[-1] for u in units if u.open for p in u.written if p[-1]),
        tuple((w, u.wrong) for u in units if u.wrong for w in u.phrase),
        sum(len(u.phrase) for u in units),
    )


def _near(word: str, asked: str, wrong: int) -> bool:
    """Whether the word, or its beginning, is the one that was asked for but for a few letters."""
    if distance(word, asked, wrong) <= wrong:
        return True
    # A first letter is seldom wrong, and words are many.
    return word[:1] == asked[:1] and len(word) > len(asked) and distance(word[: len(asked)], asked, wrong) <= wrong


def nearest(unit: Unit, known: Sequence[str]) -> Phrase:
    """The words of a misspelt unit as `known` words have them; a word stays when none is near."""
    return tuple(_nearest(word, known, unit.wrong) for word in unit.phrase)


def _nearest(word: str, known: Sequence[str], wrong: int) -> str:
    if word in known:
        return word
    measured = [(distance(word, other, wrong), i, other) for i, other in enumerate(known)]
    best = min(measured, default=(wrong + 1, 0, word))
    return best[2] if best[0] <= wrong else word
