"""Tables, columns and indexes of a migration, made where an earlier run that was broken off has not made them already."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Making:
    """What one migration makes. Oracle commits every DDL by itself, so half of it may be there."""

    def __init__(self) -> None:
        self._there = set() if context.is_offline_mode() else set(sa.inspect(op.get_bind()).get_table_names())

    def table(self, name: str, *columns: Any, **options: Any) -> None:
        """Make a table unless it is there."""
        if name not in self._there:
            op.create_table(name, *columns, **options)

    def column(self, table: str, column: "sa.Column[Any]") -> None:
        """Add a column to a table of an earlier migration unless it is there."""
        there = set() if context.is_offline_mode() else {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}
        if column.name not in there:
            op.add_column(table, column)

    def index(self, name: str, table: str, columns: list[str], unique: bool = False) -> None:
        """Make an index unless it is there."""
        if table not in self._there or name not in {one["name"] for one in sa.inspect(op.get_bind()).get_indexes(table)}:
            op.create_index(name, table, columns, unique=unique)
