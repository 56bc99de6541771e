"""The select list that names a query's columns, as people see it: where each of its items stands, and what it says."""

from functools import cached_property

from sqlglot import exp

from hansa.compile.models import ModelDraft
from hansa.trouble import Place

_SHORT = 60
"""Characters that an expression may have in a mend."""


class Selected:
    """The items of a model's outermost select list by their names. Nothing is looked up before there is something to tell."""

    def __init__(self, draft: ModelDraft) -> None:
        self._draft = draft

    def place(self, column: str, note: str) -> Place:
        """Where a column is made; the beginning of the list for one that no item makes."""
        item, statement = self._item(column), self._draft.statement
        return self.beginning(note) if item is None or statement is None else self._at(statement.item_position(item), note)

    def beginning(self, note: str) -> Place:
        """Where the list begins."""
        statement = self._draft.statement
        if statement is None or not self._items:
            return self._draft.place.noted(note)
        return self._at(statement.item_position(self._items[0]), note)

    def written(self, column: str) -> str:
        """The expression of a column as written, short enough for a mend; … for a longer one."""
        item, statement = self._item(column), self._draft.statement
        stands_for_several = isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star))
        if item is None or statement is None or stands_for_several:
            return column
        text = " ".join(statement.item_text(item).split())
        return text if 0 < len(text) <= _SHORT else "…"

    def _at(self, position: tuple[int, int], note: str) -> Place:
        return Place(self._draft.file, *position, note)

    def _item(self, column: str) -> exp.Expr | None:
        """The item that makes a column, or else the first that stands for several."""
        return self._by_name.get(column.lower(), self._star)

    @cached_property
    def _items(self) -> list[exp.Expr]:
        select = outer_select(self._draft.statement.tree) if self._draft.statement is not None else None
        return select.expressions if select is not None else []

    @cached_property
    def _by_name(self) -> dict[str, exp.Expr]:
        found: dict[str, exp.Expr] = {}
        for item in self._items:
            found.setdefault(item.alias_or_name.lower(), item)
        return found

    @cached_property
    def _star(self) -> exp.Expr | None:
        return next((item for item in self._items if item.is_star), None)


def outer_select(tree: exp.Expr) -> exp.Select | None:
    """The select list that names a query's columns: of a set operation the first one."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    return tree if isinstance(tree, exp.Select) else None
