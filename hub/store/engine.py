"""The one way to a database: SQLite, PostgreSQL or Oracle by URL, each set so that a commit is durable. Knows no tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import oracledb
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

BUSY_SECONDS = 5.0
ROWS_A_TRIP = 500
_WRITING = "waybridge_writing"


def open_engine(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for ``sqlite:///…``, ``postgresql+psycopg://…`` or ``oracle+oracledb://…``. Connects only when first used."""
    parsed = make_url(url)
    openers = {"sqlite": _sqlite, "postgresql": _postgresql, "oracle": _oracle}
    opener = openers.get(parsed.get_backend_name())
    if opener is None:
        raise ValueError(f"database {parsed.get_backend_name()!r} is not supported: expected one of {', '.join(openers)}")
    return opener(parsed, busy_seconds)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, rolled back on any exception."""
    with engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": busy_seconds, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "temp_store=MEMORY",
            "cache_size=-64000",
            "wal_autocheckpoint=8000",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that upgrades to a writer is refused at once, whatever the busy timeout: a writer says so first.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITING) else "BEGIN")

    return engine


def _postgresql(url: URL, busy_seconds: float) -> Engine:
    options = f"-c lock_timeout={int(busy_seconds * 1000)} -c synchronous_commit=on"
    return create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args={"options": options})


def _oracle(url: URL, _busy_seconds: float) -> Engine:
    def connect() -> oracledb.Connection:
        connection = oracledb.connect(**_oracle_address(url))
        connection.stmtcachesize = 100
        return connection

    oracledb.defaults.prefetchrows = ROWS_A_TRIP
    return create_engine("oracle+oracledb://", creator=connect, arraysize=ROWS_A_TRIP, pool_pre_ping=True)


def _oracle_address(url: URL) -> dict[str, Any]:
    """Thin mode, by service name (``?service_name=…`` or the path)."""
    service = url.query.get("service_name") or url.database
    if not service:
        raise ValueError("an Oracle URL names its service: oracle+oracledb://user:password@host:1521/?service_name=NAME")
    return {
        "user": url.username,
        "password": url.password,
        "dsn": oracledb.makedsn(url.host or "localhost", url.port or 1521, service_name=str(service)),
    }
