"""What an audit looks at, under the names that engines are given, and SQL rules made ready to run over it."""

from collections.abc import Mapping

from hansa.audit.confine import confine, confined
from hansa.audit.placeholders import filled
from hansa.audit.queries import SUBJECT
from hansa.frozen import dataclass
from hansa.model import Relation, Table, View
from hansa.trouble import Place, Trouble


@dataclass(frozen=True, slots=True)
class Scene:
    """The relation under audit, its table's names, and the sibling tables of its contract by name.

    Engines get every relation under a plain name of ours, so that no name of a stranger's contract reaches them.
    """

    subject: Relation
    names: tuple[str, ...]
    siblings: Mapping[str, Relation]

    @property
    def alone(self) -> Mapping[str, Relation]:
        """The subject by itself; before a view stand the siblings that it may read by their own names."""
        before = self.siblings if isinstance(self.subject, View) else {}
        return {**before, SUBJECT: self.subject}

    @property
    def tables(self) -> Mapping[str, Relation]:
        """The subject and its siblings."""
        views = any(isinstance(r, View) for r in self.siblings.values())
        before = self.siblings if views else {}
        return {**before, **{_sibling(n): r for n, r in enumerate(self.siblings.values())}, **self.alone}

    @property
    def renamed(self) -> Mapping[str, str]:
        """What a rule may call each table → what the engine calls it. The audited table wins over a sibling of its name."""
        siblings = {name: _sibling(number) for number, name in enumerate(self.siblings)}
        return {**siblings, **dict.fromkeys(self.names, SUBJECT)}


def scene_of(table: Table, subject: Relation, siblings: Mapping[str, Relation]) -> Scene:
    names = tuple(dict.fromkeys(name for name in (table.physical_name, table.name) if name))
    return Scene(subject, names, siblings)


def prepared(query: str, scene: Scene, column: str, place: Place | None = None) -> str | tuple[Trouble, ...]:
    """A rule's query with placeholders filled, confined and renamed; or its troubles."""
    text = filled(query, scene.names[-1], column, place)
    return (text,) if isinstance(text, Trouble) else confined(text, scene.renamed, place)


def rule_troubles(
    query: str, table: Table, column: str = "", siblings: tuple[str, ...] = (), place: Place | None = None
) -> tuple[Trouble, ...]:
    """The troubles of an SQL rule before there is any data: placeholders, form, tables and functions."""
    names = [name for name in (table.physical_name, table.name) if name]
    text = filled(query, table.name, column, place)
    return (text,) if isinstance(text, Trouble) else confine(text, (*names, *siblings), place)


def _sibling(number: int) -> str:
    return f"_hansa_sibling_{number}"
