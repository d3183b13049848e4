"""Brings a database to the newest schema (`waybridge init`). Each step can be run again: Oracle commits every DDL by itself."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from hub.store import leases


def configuration() -> Config:
    """Alembic's settings: no file, all of it here."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> str:
    """Make or migrate the schema and the rows every database has; the revision it is at. Safe to run again."""
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    leases.prepare(engine)
    return head()


def head() -> str:
    """The newest schema revision this code knows."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    if newest is None:
        raise LookupError("no migration is shipped with this installation")
    return newest


def current(engine: Engine) -> str | None:
    """The schema revision a database is at; None when it was never set up."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
