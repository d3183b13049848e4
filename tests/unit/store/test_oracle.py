"""Oracle, without a server: every statement and every migration compiles to what Oracle takes, and the driver is really asked."""

import io
import pkgutil
import re
from importlib import import_module
from typing import Any

import oracledb
import pytest
from alembic import command
from sqlalchemy import Executable
from sqlalchemy.dialects import oracle
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateIndex, CreateTable

import hub.store
from hub.objects import EventQuery
from hub.store import action_requests, events, lists
from hub.store.engine import open_engine
from hub.store.migrations import configuration
from hub.store.search import Criteria, Position, count_query, search_query
from hub.store.tables import metadata
from tests.unit.store.fakes import START

DIALECT = oracle.dialect()

# Oracle's V$RESERVED_WORDS with RESERVED = 'Y', those one would think of as a name.
RESERVED = frozenset(
    """
    access add all alter and any as asc audit between by char check cluster column comment compress connect create current
    date decimal default delete desc distinct drop else exclusive exists file float for from grant group having identified
    immediate in increment index initial insert integer intersect into is level like lock long maxextents minus mode
    modify noaudit nocompress not nowait null number of offline on online option or order pctfree prior public raw rename
    resource revoke row rowid rownum rows select session set share size smallint start successful synonym sysdate table
    then to trigger uid union unique update user validate values varchar varchar2 view whenever where with
    """.split()  # noqa: SIM905 (a table of words is read more easily)
)


def statements() -> list[Any]:
    """Every prepared statement of the store, and a sample of each query made to measure."""
    found: list[Any] = []
    for module in pkgutil.iter_modules(hub.store.__path__):
        if module.name in ("tables", "migrations"):
            continue
        for name, value in vars(import_module(f"hub.store.{module.name}")).items():
            if isinstance(value, Executable):
                found.append(pytest.param(value, id=f"{module.name}.{name}"))
    criteria = Criteria(
        awb="1",
        house="2",
        status="DEP",
        date_from=START.date(),
        date_to=START.date(),
        since=START,
        until=START,
        seen_by=["account:1"],
    )
    made = {
        "search_by_walking": search_query(criteria, by=None, after=Position(1, "a"), limit=9),
        "search_by_term": search_query(criteria, by="date", after=Position(1, "a"), limit=9),
        "search_counts": count_query(criteria.terms()),
        "messages": lists.messages("p", "applied", "FWB", after="9", limit=9),
        "repeated": lists.repeated("p", after="9", limit=9),
        "unsplit": lists.unsplit("p", 9),
        "deliveries": lists.deliveries("s", "p", "sent", after="9", limit=9),
        "dead_letters": lists.dead_letters("open", "f", "p", after="1:9", limit=9),
        "events": events.page_query("o", EventQuery(codes=["DEP"], created_after=START, limit=5, skip=2, descending=True)),
        "action_requests": action_requests.list_query("o", ["ChangeRequest"], START, START, "REQUEST_PENDING"),
        "one_dead_letter": lists.one_dead_letter(1),
    }
    return found + [pytest.param(value, id=f"made.{name}") for name, value in made.items()]


def test_there_are_statements_to_look_at() -> None:
    assert len(statements()) > 90


@pytest.mark.parametrize("statement", statements())
def test_a_statement_is_one_oracle_takes(statement: Any) -> None:
    compiled = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": False})
    sql = str(compiled)
    assert not re.search(r"\b(LIMIT|ON CONFLICT|FOR UPDATE|SKIP LOCKED|ILIKE|TRUE|FALSE)\b", sql), sql
    assert not re.search(r"RETURNING (?!.*\bINTO\b)", sql, re.DOTALL), sql
    for name in compiled.bind_names.values():
        assert name.lower() not in RESERVED or "POSTCOMPILE" in sql, name
        assert len(name) <= 30
        assert not name.startswith("_")


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_a_table_is_one_oracle_takes(table: Any) -> None:
    sql = str(CreateTable(table).compile(dialect=DIALECT)) + "".join(
        str(CreateIndex(index).compile(dialect=DIALECT)) for index in table.indexes
    )
    names = [
        table.name,
        *(column.name for column in table.c),
        *(one.name for one in table.constraints),
        *(one.name for one in table.indexes),
    ]
    assert all(name and len(name) <= 30 and name not in RESERVED for name in names), names
    assert '"' not in sql, "a quoted name would have to be quoted everywhere"
    assert not re.search(r"\b(DATE|TIMESTAMP|CLOB|BOOLEAN|FLOAT|JSON|ROWID)\b", sql), sql
    assert all(int(length) * 4 <= 4000 for length in re.findall(r"VARCHAR2\((\d+) CHAR\)", sql)), "4,000 bytes at most"


def test_every_text_column_that_may_be_empty_is_nullable() -> None:
    """Oracle reads '' back as NULL: what a partner or a file may leave blank must not be NOT NULL."""
    nullable = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.c if column.nullable}
    assert {
        "envelope.media",
        "envelope.name",
        "envelope_bytes.sealed",
        "message.version",
        "message.mapping",
        "message.author",
    } <= nullable


def test_the_migrations_are_ones_oracle_takes() -> None:
    config = configuration()
    config.output_buffer = out = io.StringIO()
    config.attributes["dialect"] = "oracle"
    command.upgrade(config, "head", sql=True)
    sql = out.getvalue()
    for table in metadata.sorted_tables:
        assert f"CREATE TABLE {table.name} (" in sql
    assert "IF NOT EXISTS" not in sql
    assert not re.search(r"\b(CLOB|BOOLEAN)\b", sql)


def test_the_oracle_driver_is_asked_with_what_the_url_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def connect(**address: Any) -> None:
        asked.update(address)
        raise oracledb.DatabaseError("ORA-12541: no listener")

    monkeypatch.setattr(oracledb, "connect", connect)
    engine = open_engine("oracle+oracledb://hub:secret@db.example:1522/?service_name=HUBPDB")
    with pytest.raises(DatabaseError, match=r"ORA-12541"), engine.connect():
        pass
    assert (asked["user"], asked["password"]) == ("hub", "secret")
    assert "HUBPDB" in asked["dsn"]
    assert "1522" in asked["dsn"]
    assert oracledb.defaults.prefetchrows == 500
    assert engine.dialect.arraysize == 500


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle+oracledb://u:p@h/"])
def test_an_unusable_url_says_what_is_expected(url: str) -> None:
    with pytest.raises((ValueError, ModuleNotFoundError), match=r"supported|service"), open_engine(url).connect():
        pass
