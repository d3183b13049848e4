"""What one statement says about one holder, a shipment or a house of it, and who its witness is. Pure; knows no rules."""

from typing import Any

from hub.canonical.document import Document, gather
from hub.position import Place
from hub.statement import Statement, Witness

NOWHERE = Place(0, 0, 0)


class Told:
    """The facts of one statement about one holder (the shipment, or one house), with the pointer where they stand in it."""

    __slots__ = ("base", "facts", "statement")

    def __init__(self, statement: Statement, facts: Document, base: str) -> None:
        self.statement = statement
        self.facts = facts
        self.base = base

    def account(self, fields: tuple[str, ...]) -> list[tuple[str, Witness]]:
        """Pointer and witness of every value said in these fields; worked out once for a statement that is remembered."""
        derived = self.statement.derived
        known: list[tuple[str, Witness]] | None = derived.get((self.base, fields))
        if known is None:
            known = derived[self.base, fields] = self._account(fields)
        return known

    def _account(self, fields: tuple[str, ...]) -> list[tuple[str, Witness]]:
        said: list[tuple[str, Any]] = []
        for field in fields:
            if self.facts.get(field) is not None:
                gather(self.facts[field], f"/{field}", said)
        statement, base = self.statement, self.base
        message, partner, author, places = statement.message, statement.partner, statement.author, statement.places
        found = []
        for pointer, value in said:
            at = places.get(base + pointer) or NOWHERE
            found.append((pointer, Witness(message, partner, author, at.line, at.column, at.offset, at.path, value)))
        return found


def witness(statement: Statement, place: Place, value: Any) -> Witness:
    """A witness from a statement and a place."""
    return Witness(
        statement.message,
        statement.partner,
        statement.author,
        place.line,
        place.column,
        place.offset,
        place.path,
        value,
    )
