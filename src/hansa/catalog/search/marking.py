"""Marks the words that were asked for in what is shown, as segments: whoever renders them decides how a mark looks."""

from collections.abc import Collection, Sequence

from hansa.catalog.search.records import Segment
from hansa.catalog.search.wanted import Marks
from hansa.catalog.search.words import LONGEST, Span, first_of, spans, words

_LENGTH = 160  # characters of a snippet
_BEFORE = 50  # of them, before the first mark
_LOOKED_AT = 1000  # characters of a text in which a snippet is looked for


def marked(text: str, marks: Marks) -> tuple[Segment, ...]:
    """The whole text in segments; joined, they are the text."""
    return _segments(text, list(spans(text, marks.has)))


def snippet(texts: Sequence[str], marks: Marks) -> tuple[Segment, ...]:
    """A part of the text in which most of the words stand; the beginning of the first text when there is none in any."""
    text, most = [*texts, ""][0], frozenset[str]()
    for other in texts:
        if most and len(most) >= marks.asked:
            break
        different = marks.among(words(other[:_LOOKED_AT]))
        if len(different) > len(most):
            text, most = other[:_LOOKED_AT], different
    found = _first_marks(text, marks, most) if most else []
    start = _beginning(text, found[0].start if found else 0)
    end = _end(text, start)
    kept = [s for s in found if start <= s.start and s.end <= end]
    segments = _segments(text[start:end], [Span(s.word, s.start - start, s.end - start) for s in kept])
    before = (Segment("…"),) if start else ()
    after = (Segment("…"),) if end < len(text.rstrip()) else ()
    return tuple(Segment(" ".join(s.text.split("\n")), s.found) for s in (*before, *segments, *after))


def _first_marks(text: str, marks: Marks, asked: Collection[str]) -> list[Span]:
    """The marks that may stand in a snippet which begins before the first. `asked` are the words of the text that are marked."""
    first = first_of(text, asked)
    start, looked_at = (first, text[first : first + _LENGTH + LONGEST]) if first >= 0 else (0, text)
    found: list[Span] = []
    for span in spans(looked_at, marks.has):
        if found and start + span.end > found[0].start + _LENGTH:
            break
        found.append(Span(span.word, start + span.start, start + span.end))
    return found


def _beginning(text: str, first: int) -> int:
    """The beginning of a line or sentence not far before the first mark, else of a word."""
    earliest = max(0, first - _BEFORE)
    if not earliest:
        return 0
    for sign in ("\n", ". ", " "):
        at = text.find(sign, earliest, first)
        if at >= 0:
            return at + len(sign)
    return earliest


def _end(text: str, start: int) -> int:
    if len(text) - start <= _LENGTH:
        return len(text.rstrip())
    space = text.rfind(" ", start + _LENGTH // 2, start + _LENGTH)
    return space if space > start else start + _LENGTH


def _segments(text: str, found: Sequence[Span]) -> tuple[Segment, ...]:
    segments, at = [], 0
    for span in found:
        if span.start > at:
            segments.append(Segment(text[at : span.start]))
        segments.append(Segment(text[span.start : span.end], found=True))
        at = span.end
    if at < len(text):
        segments.append(Segment(text[at:]))
    return tuple(segments)
