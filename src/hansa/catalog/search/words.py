"""Texts as words that can be compared: lower case, without accents, with the parts of snake_case and camelCase names apart.

The index and the query are made of words by this module alone, so that they never disagree about what a word is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from hansa.frozen import dataclass

LONGEST = 64  # characters of a word; what is longer counts as several
_CHUNK = re.compile(rf"[^\W_]{{1,{LONGEST}}}")
_CAMEL = re.compile(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöüß])")
# It begins with the capital, of which there are few, so that long texts are gone through quickly.
_HUMP = re.compile(r"[A-ZÄÖÜ](?:(?<=[a-zäöüß0-9][A-ZÄÖÜ])|[A-ZÄÖÜ][a-zäöüß])")
_SPELT = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
# Endings of English and German plurals and cases, longest first. A name is written `orders` or `order`, `Kunde` or `Kunden`.
_ENDINGS = ("en", "es", "er", "n", "s", "e")


def folded(text: str) -> str:
    """Lower case without accents: `Müßig` is `mussig`."""
    if text.isascii():
        return text.lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return bare.translate(_SPELT)


def words(text: str) -> list[str]:
    """The words of a text, in order; of a camelCase name its parts."""
    # Behind its first letter most text is small throughout, which is quicker to see than that it has no humps.
    if not text[1:].islower() and _HUMP.search(text):
        text = _CAMEL.sub(" ", text)
    return _CHUNK.findall(folded(text))


@lru_cache(maxsize=16_384)
def as_phrase(text: str) -> str:
    """A name as it is compared in whole: `order_items` and `Order items` are one. Kept, since meshes repeat their names."""
    return " ".join(words(text))


def as_one(phrase: str) -> str:
    """All words of a phrase as one, since people write `customer_id` as `customerid`, too; cut as words are."""
    return phrase.replace(" ", "")[:LONGEST]


def chunks(text: str) -> Iterator[tuple[str, ...]]:
    """What stands between spaces and signs, each as its words: `customer.orderId` gives (customer), (order, id)."""
    for chunk in re.findall(r"\w+", text):
        found = tuple(words(chunk))
        if found:
            yield found


@dataclass(frozen=True, slots=True)
class Span:
    """A word and where it stands in its text."""

    word: str
    start: int
    end: int


def first_of(text: str, asked: Iterable[str]) -> int:
    """The place of the first of these words in a text; -1 where it is not easily found."""
    if not text.isascii() or _HUMP.search(text) is not None:
        return -1
    lower = text.lower()
    return min((place for word in asked if (place := _place(lower, word)) >= 0), default=-1)


def _place(text: str, word: str) -> int:
    """Where a word stands for the first time, as a word of its own; -1 when it does not."""
    at = text.find(word)
    while at >= 0:
        chunk = _CHUNK.match(text, at)
        if (at == 0 or not text[at - 1].isalnum()) and chunk is not None and chunk.group() == word:
            return at
        at = text.find(word, at + 1)
    return -1


def spans(text: str, wanted: Callable[[str], bool]) -> Iterator[Span]:
    """The words of a text that are wanted, with their places, for highlights."""
    humps = _HUMP.search(text) is not None
    if not humps and text.isascii():
        for chunk in _CHUNK.finditer(text.lower()):
            if wanted(word := chunk.group()):
                yield Span(word, chunk.start(), chunk.end())
        return
    yield from (span for span in _all_spans(text, humps=humps) if wanted(span.word))


def _all_spans(text: str, *, humps: bool) -> Iterator[Span]:
    for chunk in _CHUNK.finditer(text):
        start = chunk.start()
        if not humps:
            yield Span(folded(chunk.group()), start, chunk.end())
            continue
        for part in _CAMEL.split(chunk.group()):
            yield Span(folded(part), start, start + len(part))
            start += len(part)


def inflected(word: str) -> tuple[str, ...]:
    """The word and what it may be in singular or plural, in English and German; most of these are no words at all.

    There is no stemmer: names are identifiers in several languages, and a stem that one language gives is wrong in the other.
    """
    forms = dict.fromkeys((word,))
    if len(word) < 3 or word.isdecimal():
        return (word,)
    stems = [word, *(word.removesuffix(e) for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= 3)]
    forms.update(dict.fromkeys(stems))
    forms.update(dict.fromkeys(stem + ending for stem in stems[:3] for ending in _ENDINGS))
    if word.endswith("ies") and len(word) > 4:
        forms[word[:-3] + "y"] = None
    elif word.endswith("y"):
        forms[word[:-1] + "ies"] = None
    # `ae` is how one writes ä where there is none; the index has it without its dots.
    forms.update(dict.fromkeys(_undotted(forms)))
    return tuple(forms)


def _undotted(forms: Iterable[str]) -> list[str]:
    return [re.sub("([aou])e", r"\1", f) for f in forms if re.search("[aou]e", f)]


def typos(word: str) -> int:
    """How many letters may be wrong in a word: none in a short one, where every other word would be near."""
    return 0 if len(word) < 4 or word.isdecimal() else 1 if len(word) < 8 else 2


def distance(first: str, second: str, most: int) -> int:
    """How many letters are to be put in, left out, changed or swapped with the next; `most` + 1 when it is more than `most`."""
    # A letter that is changed makes two that occur in one word alone. That is seen at once, and true of most pairs of words.
    if abs(len(first) - len(second)) > most or len(set(first) ^ set(second)) > 2 * most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        after = [i]
        for j, other in enumerate(second, start=1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        if min(after) > most:
            return most + 1
        before, row = row, after
    return min(row[-1], most + 1)
