"""What all tables share: the metadata and the column types, the same on SQLite, PostgreSQL and Oracle."""

from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, String

metadata = MetaData()

Big = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only when the column says INTEGER."""

Name = String(64)
Key = String(200)
Text = String(1000)


def serial(name: str) -> Column[int]:
    """A number the database gives."""
    return Column(name, Big, Identity(), nullable=False)
