"""What a session holds by name: prepared statements, which live as long as it does, and portals, which end with a transaction."""

from collections.abc import Mapping

from hansa.gateway.postgres.messages import Bind, Describe, Execute, Message, Parse
from hansa.gateway.postgres.portals import Kept, Portal
from hansa.gateway.postgres.statements import Ask
from hansa.gateway.postgres.troubles import WithState
from hansa.trouble import Trouble

MOST = 500
"""Statements, and portals, that one session may keep."""


class Holding:
    """To be used by the one thread of its session. The empty name may be given again, and every other once."""

    def __init__(self) -> None:
        self._statements: dict[str, Kept] = {}
        self._portals: dict[str, Portal] = {}

    def statement(self, name: str) -> Kept:
        """Raises TroubleError when there is none."""
        if name not in self._statements:
            trouble = Trouble("H734", f"there is no prepared statement `{name[:63]}`", mend="prepare it first")
            raise WithState("26000", trouble)
        return self._statements[name]

    def portal(self, name: str) -> Portal:
        """Raises TroubleError when there is none."""
        if name not in self._portals:
            raise WithState("34000", Trouble("H734", f"there is no portal `{name[:63]}`", mend="bind a statement to it first"))
        return self._portals[name]

    def keep_statement(self, name: str, kept: Kept) -> None:
        if name and name in self._statements:
            raise WithState("42P05", Trouble("H735", f"there is a prepared statement `{name[:63]}` already"))
        _refuse_more(self._statements, "prepared statements")
        self._statements[name] = kept

    def keep_portal(self, name: str, portal: Portal) -> None:
        if name and name in self._portals:
            raise WithState("42P03", Trouble("H735", f"there is a portal `{name[:63]}` already"))
        _refuse_more(self._portals, "portals")
        self.close_portal(name)
        self._portals[name] = portal

    def close_statement(self, name: str) -> None:
        self._statements.pop(name, None)

    def close_portal(self, name: str) -> None:
        portal = self._portals.pop(name, None)
        if portal is not None:
            portal.close()

    def forget_statements(self) -> None:
        self._statements.clear()

    def forget_portals(self) -> None:
        """End all of them, and what they read."""
        portals, self._portals = self._portals, {}
        for portal in portals.values():
            portal.close()

    def text_of(self, message: Message) -> str:
        """The text that an error of a message is about."""
        kept: Kept | None = None
        match message:
            case Parse(text=text):
                return text
            case Bind(statement=name) | Describe(False, name):
                kept = self._statements.get(name)
            case Execute(name, _) | Describe(_, name):
                kept = self._portals[name].kept if name in self._portals else None
            case _:
                pass
        return kept.statement.text if kept is not None and isinstance(kept.statement, Ask) else ""


def _refuse_more(kept: Mapping[str, object], what: str) -> None:
    if len(kept) >= MOST:
        raise WithState("54000", Trouble("H736", f"a session may keep {MOST} {what}", mend="close some"))
