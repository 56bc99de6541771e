"""Runs the migrations by Alembic, inside a transaction that the caller holds."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hansa.ledger.migrations import CURRENT


def scripts() -> ScriptDirectory:
    """The migration files, as Alembic sees them."""
    return ScriptDirectory.from_config(_config())


def upgrade(connection: Connection) -> None:
    """From whatever version the database has to `CURRENT`."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, CURRENT)


def _config() -> Config:
    config = Config()
    # Alembic reads options with interpolation, where a percent sign in the folder's path would begin a name.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
