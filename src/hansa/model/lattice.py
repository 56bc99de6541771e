"""The order of a mesh's classes of data: which word means which class, and which of several are the strictest.

The order is partial: `personal` and `confidential` may both hold for a column without one saying more than the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model.governance import DataClass


@dataclass(frozen=True, slots=True)
class Lattice:
    """Classes with everything that is below each. Without classes every word is a class of its own, none above another.

    `words` has the class that a word means, by the word in lower case; `below` all classes that a class is stricter than.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)
    indirect: frozenset[str] = frozenset()

    @classmethod
    def of(cls, classes: Iterable[DataClass]) -> "Lattice":
        """The order of declared classes. Raises ValueError when a class is above itself; compile refuses such classes."""
        known = {c.name: c for c in classes}
        words = {word.strip().lower(): c.name for c in known.values() for word in (*c.also, c.name)}
        below: dict[str, frozenset[str]] = {}
        waiting = dict(known)
        while waiting:
            ready = [c for c in waiting.values() if not waiting.keys() & set(c.above)]
            if not ready:
                raise ValueError(f"classes are above themselves: {', '.join(waiting)}")
            for each in ready:
                under = (below.get(name, frozenset()) | {name} for name in each.above)
                below[each.name] = frozenset().union(*under)
                del waiting[each.name]
        return cls(words, below, frozenset(c.name for c in known.values() if c.indirect))

    def __bool__(self) -> bool:
        """Whether classes are declared at all."""
        return bool(self.words)

    def meaning(self, word: str) -> str | None:
        """The class that a word means, without regard to case; None for a word that no class has."""
        said = word.strip().lower()
        return self.words.get(said) if self.words else said or None

    def said(self, classification: str, tags: Iterable[str]) -> tuple[str, ...]:
        """The classes that a contract says of a column, the strictest of them: its own word for it, and tags that are words too.

        Without classes nobody knows which tags speak of any.
        """
        words = (classification, *(tags if self.words else ()))
        return self.strictest(name for word in words if (name := self.meaning(word)) is not None)

    def stricter(self, one: str, other: str) -> bool:
        """Whether one class is above another; never above itself."""
        return other in self.below.get(one, ())

    def covers(self, said: Iterable[str], name: str) -> bool:
        """Whether what is said of a column is as strict as a class: that class or one above it is among it."""
        return any(each == name or self.stricter(each, name) for each in said)

    def strictest(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the classes that are below none of the others, sorted."""
        held = frozenset(names)
        return tuple(sorted(n for n in held if not any(self.stricter(other, n) for other in held)))
