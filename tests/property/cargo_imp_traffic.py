"""Messages made at random from a layout table with values that mean something: dates that exist, numbers in their plain form.

What ``cargo_imp_examples`` makes obeys the notation alone; a law through the model needs values the model can mean. Uses neither
the reader, nor the writer, nor a mapping.
"""

import random
from collections.abc import Iterator, Sequence

from adapters.cargo_imp.layout import Line, Option, Row, Table
from adapters.cargo_imp.notation import Choice, Field, Item, Literal, Maybe, Repeat
from tests.property.cargo_imp_examples import DIGITS, LETTERS, value

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
STATIONS = ("FRA", "SGN", "DOH", "JFK", "SIN", "NRT", "KTM", "YYT", "SYD", "GRU", "DEL", "AKL")
CURRENCIES = ("EUR", "USD", "JPY", "KWD", "CHF", "INR")
UNITS = ("AKE", "PMC", "PAG", "AKH", "P6P", "RKN")
PLACES = frozenset({"station", "from", "to", "origin", "destination", "airport", "participant_airport"})
LISTED = {
    **dict.fromkeys(PLACES, STATIONS),
    "country": ("DE", "VN", "US", "CN"),
    "currency": CURRENCIES,
    "month": MONTHS,
    "flight_month": MONTHS,
    "year": ("25", "26", "27"),
    "carrier": ("QR", "LH", "9W", "5X", "K4"),
    "discrepancy": ("FDCA", "MSCA", "SSPD", "OFLD"),
    "day_change": ("P", "N", "S", "T", "A", "L"),
    "hawb": ("H1", "H2"),
    "status": ("NN", "NA", "NL", "SS", "CA", "XX", "KK", "UU", "UN", "LL", "CN", "HK", "HN", "HL"),
}
SPECIAL = {"NG", "NC", "NH", "ND", "NV", "NU", "NS", "NO", "service", "rate"}


class Traffic:
    """Makes whole messages of one table from one seed."""

    def __init__(self, table: Table, chance: random.Random) -> None:
        self.table = table
        self.chance = chance
        self.numbers: dict[str, int] = {}
        self.last = True

    def message(self) -> str:
        """A message that keeps to its table, lines joined by line feeds."""
        wanted = [name for names in self.table.at_least_one for name in names[:1]]
        first = f"{self.table.type}/{self.table.version}"
        return "\n".join([first, *self._rows(self.table.rows, wanted)])

    def _rows(self, rows: Sequence[Row], wanted: Sequence[str] = ()) -> Iterator[str]:
        for row in rows:
            if row.name == "PART":
                continue
            needed = row.mandatory or row.name in wanted
            count = self.chance.randint(1, min(row.most, 3)) if needed or self.chance.random() < 0.5 else 0
            if row.name == "AWB":
                count = 1
            for at in range(count):
                self.last = at == count - 1
                yield from self._option(self._chosen(row, at))

    def _chosen(self, row: Row, at: int) -> Option:
        """Any option; but goods lines belong to a rate line, which comes first, and customs lines behind a status are its own.

        What says that there is nothing any more (``no_ULD``) leaves nothing in a shipment that could be written again.
        """
        options = [one for one in row.options if not one.name.startswith("no_")]
        rates = [one for one in options if one.name == "rate"]
        statuses = [one for one in options if at == 0 or one.name != "OCI"]
        return rates[0] if rates and at == 0 else self.chance.choice(statuses)

    def _option(self, option: Option) -> Iterator[str]:
        if option.line is not None:
            yield self.line(option.line)
            yield from self._rows(option.rows)
            return
        self.numbers.clear()
        lines = list(self._rows(option.rows))
        yield from [option.name + lines[0], *lines[1:]] if option.joined else lines

    def line(self, of: Line) -> str:
        """One line of a layout."""
        self.timed = False
        made = self._made(of)
        while of.name == "rate" and not made.lstrip("/0123456789"):
            made = self._made(of)
        return made

    def _made(self, of: Line) -> str:
        return "".join(self._item(item, of) for item in of.items)

    def _item(self, item: Item, of: Line) -> str:
        match item:
            case Literal():
                return item.text
            case Field():
                return self.value(item, of)
            case Maybe():
                numbered = [one for one in item.items if isinstance(one, Field) and one.name == "line"]
                there = numbered or self.chance.random() < 0.6
                if _timed(item.items, "day_change") and not self.timed:
                    return ""
                self.timed = self.timed or (there and _timed(item.items, "time"))
                inside = "".join(self._item(one, of) for one in item.items) if there else ""
                return inside if inside.strip("/") else ""
            case Choice():
                return "".join(self._item(one, of) for one in self.chance.choice(item.branches))
            case Repeat():
                full = of.name == "ULD" or (of.name == "units" and not self.last)
                least = item.most if full else item.least
                return "".join(self._items(item, of) for _ in range(self.chance.randint(least, min(item.most, 5))))

    def _items(self, item: Repeat, of: Line) -> str:
        return "".join(self._item(one, of) for one in item.items)

    def value(self, field: Field, of: Line) -> str:
        """A text this element may mean."""
        name = field.name
        if field.codes:
            return self.chance.choice(field.codes)
        if name == "type" and of.node == "status":
            return self.chance.choice("AES")
        if name == "type" and of.name in ("ULD", "units"):
            return self.chance.choice(UNITS)
        if name in LISTED:
            return self.chance.choice(LISTED[name])
        made = self._special(name, field)
        return self._plain(field) if made is None else made

    def _special(self, name: str, field: Field) -> str | None:
        match name:
            case "serial" if field.runs[0].most == 8:
                number = self.chance.randrange(10**7)
                return f"{number:07d}{number % 7}"
            case "day" | "flight_day":
                return f"{self.chance.randint(1, 28):02d}"
            case "time":
                return f"{self.chance.randrange(24):02d}{self.chance.randrange(60):02d}"
            case "reference" if field.runs[0].least == 0:
                return f"R{self.chance.randrange(10**5)}"
            case "line":
                self.numbers[name] = self.numbers.get(name, 0) + 1
                return str(self.numbers[name])
            case "flight_number":
                letter = self.chance.choice(["", "", "A"])
                return f"{self.chance.choice([self.chance.randrange(1000), self.chance.randrange(1000, 10000)]):03d}{letter}"
            case "house_waybill":
                self.numbers["house"] = self.numbers.get("house", 0) + 1
                return f"H{self.chance.randrange(10**6)}"
        return None

    def _plain(self, field: Field) -> str:
        """Numbers without leading zeros, fractions without trailing ones, text without blanks that stand for nothing."""
        if [run.kind for run in field.runs] == ["n"]:
            return self._number(field)
        for _ in range(20):
            made = value(field, self.chance)
            if (made.strip(" .-") and "  " not in made and made not in ("XXX", "TBD")) or not made:
                return made
        return "".join(self.chance.choice(LETTERS) for _ in range(max(1, field.runs[0].least)))

    def _number(self, field: Field) -> str:
        run = field.runs[0]
        if run.least == run.most and not run.point:
            return "".join(self.chance.choice(DIGITS) for _ in range(run.least))
        length = self.chance.randint(max(1, run.least), run.most)
        digits = str(self.chance.randrange(10 ** (length - 1), 10**length))
        if run.point and length > 2 and self.chance.random() < 0.5:
            place = self.chance.randint(1, length - 2)
            return f"{digits[:place]}.{digits[place + 1 :]}"
        return digits


def _timed(items: Sequence[Item], name: str) -> bool:
    return any(isinstance(one, Field) and one.name == name for one in items)
