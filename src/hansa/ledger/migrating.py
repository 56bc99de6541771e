"""Brings a database to the version of the tables that this Hansa knows, before anything else is asked of it.

The version is read without Alembic, whose import costs more than most commands: it is loaded only when there is work to do.
"""

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from hansa.ledger import gone, tables
from hansa.ledger.databases import Database
from hansa.ledger.migrations import CURRENT, VERSION_TABLE

# The table as Alembic makes and keeps it.
_version = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))


def bring_up_to_date(database: Database) -> None:
    """Create or upgrade the tables, in one transaction. Raises `LedgerGone` for a ledger of a newer Hansa."""
    with database.reading() as connection:
        found = recorded_version(connection)
    if found == CURRENT:
        return
    _refuse_unknown(database.name, found)
    with database.writing() as connection:
        # Another process may have done it while we waited for our turn.
        if recorded_version(connection) == CURRENT:
            return
        if not inspect(connection).has_table(VERSION_TABLE):
            _create(connection)
            return
        from hansa.ledger.migrations.upgrading import upgrade

        upgrade(connection)


def _create(connection: Connection) -> None:
    """All tables at once, as the migrations would leave them (a test compares both), without the cost of Alembic."""
    tables.metadata.create_all(connection, checkfirst=False)
    _version.create(connection)
    connection.execute(insert(_version).values(version_num=CURRENT))


def recorded_version(connection: Connection) -> str:
    """The version of the tables, empty when there are none of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return connection.execute(select(_version.c.version_num)).scalar() or ""


def _refuse_unknown(name: str, found: str) -> None:
    """Versions are four digits, so that they compare as text."""
    if found == "" or (found.isdecimal() and len(found) == len(CURRENT) and found < CURRENT):
        return
    if found.isdecimal() and len(found) == len(CURRENT):
        raise gone.too_new(name, found, CURRENT)
    raise gone.not_of_ours(name, found)
