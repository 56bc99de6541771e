"""One session: messages in, answers out, in the order in which PostgreSQL would give them.

After an error of the extended protocol, what follows is passed over until the client's Sync. A transaction is nothing here but a
state that clients are told of: there is nothing to commit, and each query reads what is published at its own moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hansa.gateway.postgres import answers
from hansa.gateway.postgres.holding import Holding
from hansa.gateway.postgres.line import Gone, Line
from hansa.gateway.postgres.messages import (
    Bind,
    Close,
    Copying,
    Describe,
    Execute,
    Flush,
    Garbled,
    Message,
    Parse,
    Password,
    Simple,
    Sync,
    Terminate,
)
from hansa.gateway.postgres.portals import Kept, Portal
from hansa.gateway.postgres.reading import Answer, Reading
from hansa.gateway.postgres.rows import columns_of
from hansa.gateway.postgres.settings import Settings
from hansa.gateway.postgres.statements import (
    Ask,
    Assign,
    Begin,
    End,
    Forget,
    Nothing,
    Show,
    Statement,
    Tagged,
    statements_of,
)
from hansa.gateway.postgres.troubles import STATE_FAILED, WithState, noticed, told
from hansa.gateway.postgres.types import TEXT
from hansa.trouble import Trouble


class Session:
    """Runs in one thread, until the client goes."""

    def __init__(self, line: Line, reading: Reading, settings: Settings) -> None:
        self._line, self._reading, self._settings = line, reading, settings
        self._status = "I"
        self._held = Holding()
        self._skipping = False
        self._told = dict(settings.told())

    def run(self, idle: float) -> None:
        """Raises `Gone`, TimeoutError when nothing came for `idle` seconds, `Garbled`, and what ends a session."""
        try:
            self._line.send(answers.ready(self._status))
            while True:
                message = self._line.message(idle)
                if isinstance(message, Terminate):
                    return
                self._take(message)
        finally:
            self._held.forget_portals()

    def _take(self, message: Message) -> None:
        match message:
            case Sync():
                self._skipping = False
                self._ready()
            case Simple(text):
                self._skipping = False
                with self._failing(text):
                    self._simple(text)
                self._ready()
            case Flush():
                self._line.flush()
            case Copying():
                pass
            case Password() | Terminate():
                raise Garbled("it has no place here")
            case _ if self._skipping:
                pass
            case _:
                with self._failing(self._held.text_of(message)):
                    self._extended(message)

    def _extended(self, message: Message) -> None:
        match message:
            case Parse(name, text, types):
                self._parse(name, text, types)
            case Bind():
                self._bind(message)
            case Describe(True, name):
                self._describe_portal(self._held.portal(name))
            case Describe(_, name):
                self._describe_statement(self._held.statement(name))
            case Execute(name, rows):
                self._execute(self._held.portal(name), rows)
            case Close(of_portal, name):
                self._close(name, of_portal=of_portal)
            case _:
                raise Garbled("it has no place here")

    def _simple(self, text: str) -> None:
        for statement in statements_of(text):
            self._refuse_if_failed(statement)
            if isinstance(statement, Ask):
                portal = Portal(Kept(statement), (), ())
                try:
                    self._begin(portal)
                    self._line.send(answers.described(portal.columns))
                    self._rows(portal, 0)
                finally:
                    portal.close()
            else:
                self._command(statement, describing=True)

    def _parse(self, name: str, text: str, types: tuple[int, ...]) -> None:
        statements = statements_of(text)
        if len(statements) > 1:
            trouble = Trouble("H702", "a prepared statement is one statement", mend="prepare them one by one")
            raise WithState("42601", trouble)
        self._refuse_if_failed(statements[0])
        self._held.keep_statement(name, Kept(statements[0], types))
        self._line.send(answers.PARSED)

    def _bind(self, bind: Bind) -> None:
        kept = self._held.statement(bind.statement)
        self._refuse_if_failed(kept.statement)
        values = kept.bound(bind, self._reading.prepare) if isinstance(kept.statement, Ask) else ()
        self._held.keep_portal(bind.portal, Portal(kept, values, bind.results))
        self._line.send(answers.BOUND)

    def _describe_statement(self, kept: Kept) -> None:
        self._refuse_if_failed(kept.statement)
        if isinstance(kept.statement, Ask):
            types = kept.parameter_types(self._reading.prepare)
            kept.described = True
            schema = kept.known(self._reading.prepare).schema
            self._line.send(answers.parameters(types), answers.described(columns_of(schema)))
        else:
            self._line.send(answers.parameters(()), self._description(kept.statement))

    def _describe_portal(self, portal: Portal) -> None:
        self._refuse_if_failed(portal.kept.statement)
        if isinstance(portal.kept.statement, Ask):
            self._begin(portal)
            self._line.send(answers.described(portal.columns))
        else:
            self._line.send(self._description(portal.kept.statement))

    def _execute(self, portal: Portal, most: int) -> None:
        statement = portal.kept.statement
        self._refuse_if_failed(statement)
        if isinstance(statement, Ask):
            self._begin(portal)
            self._rows(portal, most)
        else:
            self._command(statement, describing=False)

    def _close(self, name: str, *, of_portal: bool) -> None:
        if of_portal:
            self._held.close_portal(name)
        else:
            self._held.close_statement(name)
        self._line.send(answers.CLOSED)

    def _begin(self, portal: Portal) -> None:
        """Begin what a portal asks, and tell what its reader should know."""
        if portal.answer is None:
            answer: Answer = portal.begin(self._reading.ask)
            self._line.send(*(answers.notice(noticed(text)) for text in answer.notices))

    def _rows(self, portal: Portal, most: int) -> None:
        before = portal.sent
        for rows in portal.rows(most):
            self._line.send(rows)
        if most and portal.sent - before == most and not portal.over:
            self._line.send(answers.SUSPENDED)
            return
        portal.close()
        self._line.send(answers.complete(f"SELECT {portal.sent - before}"))

    def _command(self, statement: Statement, *, describing: bool) -> None:
        """Do what a command does to the session, and answer as PostgreSQL does."""
        match statement:
            case Nothing():
                self._line.send(answers.EMPTY)
                return
            case Begin(tag):
                self._status = "T" if self._status == "I" else self._status
            case End(commits):
                tag = "COMMIT" if commits and self._status != "E" else "ROLLBACK"
                self._status = "I"
                self._held.forget_portals()
            case Assign(name, value, tag):
                self._settings.set(name, value)
                if tag == "DISCARD ALL":
                    self._held.forget_statements()
            case Forget(name):
                tag = "DEALLOCATE" if name else "DEALLOCATE ALL"
                self._forget(name)
            case Tagged(tag, mends):
                self._status = "T" if mends and self._status == "E" else self._status
            case Show(name):
                tag = self._show(name, describing=describing)
            case _:
                raise Garbled("it is no command")
        self._line.send(answers.complete(tag))

    def _show(self, name: str, *, describing: bool) -> str:
        found = self._settings.all().items() if name == "all" else [(self._settings.show(name),)]
        if describing:
            self._line.send(self._description(Show(name)))
        for row in found:
            self._line.send(answers.text_row((*row, "") if name == "all" else row))
        return "SHOW"

    def _description(self, statement: Statement) -> bytes:
        """The columns of what a command answers."""
        if not isinstance(statement, Show):
            return answers.NO_DATA
        names = ("name", "setting", "description") if statement.name == "all" else (statement.name,)
        return answers.described([answers.Column(name, TEXT) for name in names])

    def _forget(self, name: str) -> None:
        if not name:
            self._held.forget_statements()
            return
        self._held.statement(name)
        self._held.close_statement(name)

    def _refuse_if_failed(self, statement: Statement) -> None:
        mends = isinstance(statement, End | Nothing) or (isinstance(statement, Tagged) and statement.mends)
        if self._status == "E" and not mends:
            trouble = Trouble("H735", "the transaction failed; what comes within it is not done", mend="send ROLLBACK")
            raise WithState(STATE_FAILED, trouble)

    @contextmanager
    def _failing(self, text: str) -> Iterator[None]:
        """What goes wrong within is told, and ends what was begun; not the session, unless nobody may go on."""
        try:
            yield
        except (Gone, Garbled, Dismissed):
            raise
        except Exception as wrong:  # noqa: BLE001 - `told` sorts them
            self._line.send(answers.error(told(wrong, text)))
            self._status = "E" if self._status != "I" else "I"
            self._skipping = True
            self._held.forget_portals()

    def _ready(self) -> None:
        """Say that the next may come. Outside of a transaction, portals end here."""
        self._skipping = False
        if self._status == "I":
            self._held.forget_portals()
        for name, value in self._settings.told().items():
            if self._told.get(name) != value:
                self._told[name] = value
                self._line.send(answers.setting(name, value))
        self._line.send(answers.ready(self._status))
        self._line.flush()


class Dismissed(Exception):
    """The credential of the session is good no more. `reason` is the trouble."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason
