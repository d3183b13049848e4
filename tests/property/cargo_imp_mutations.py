"""Single faults made from our own valid messages by the layout tables: ``python -m tests.property.cargo_imp_mutations``.

Every element of every fixture is spoilt in each way its layout forbids, every line taken out, doubled, misspelt. A fault must
give one problem, at its line, and at its column: where the spoilt element begins or the spoilt character stands. A type is picked
up when it has a table and a fixture. Nothing here uses the reader, but to learn which layout a line of the clean message has.
With ``--wrong`` every fault that is not told right is printed.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from adapters.cargo_imp.layout import ANY, Line, Option, Table, load, schema_names
from adapters.cargo_imp.notation import Field, Repeat, Run, captures, expression, field_expression
from hub.problem import Problem
from tests.unit.adapters.cargo_imp.messages import FIXTURES, FORMAT

STRANGE = {"a": "7", "n": "X", "m": "&"}


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A message with one fault: where it is, and the columns (from 1) at which it may be told."""

    of: str
    kind: str
    element: str
    text: str
    line: int
    columns: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """One element in a line: its layout, its place from 0, and where the run of elements begins that it stands in."""

    field: Field
    start: int
    end: int


def mutations() -> Iterator[Mutation]:
    """All faults of all fixtures, each kind once for every element of every layout."""
    done: set[tuple[str, str, str, str]] = set()
    for name, text in valid_messages():
        for one, key in _of_message(name, text):
            if key not in done:
                done.add(key)
                yield one


@lru_cache(maxsize=1)
def valid_messages() -> tuple[tuple[str, str], ...]:
    """Our own messages that read without a problem and stand alone in their file: (``fwb_17``, text)."""
    names = set(schema_names())
    found = []
    for path in sorted(FIXTURES.glob("*/*/input.txt")):
        text = path.read_text("ascii").rstrip("\n")
        parts = FORMAT.split(text.encode()).parts
        if path.parts[-3] in names and len(parts) == 1 and parts[0].line == 1 and not FORMAT.read(parts[0]).problems:
            found.append((path.parts[-3], text))
    return tuple(found)


@lru_cache(maxsize=64)
def _table(name: str) -> Table:
    return load(name)


Found = tuple[Mutation, tuple[str, str, str, str]]


def _of_message(name: str, text: str) -> Iterator[Found]:
    table, lines = _table(name), text.split("\n")
    rows = dict(_options(table, text, lines))
    if name == max((one for one in schema_names() if one.startswith(name[:4])), key=lambda one: int(one[4:])):
        yield _first_line(name, lines)
    for at, option in rows.items():
        line = option.line
        assert line is not None
        for kind, element, spoilt, columns in _of_line(option, line, lines[at]):
            changed = "\n".join([*lines[:at], spoilt, *lines[at + 1 :]])
            one = Mutation(of=name, kind=kind, element=element, text=changed, line=at + 1, columns=frozenset(columns))
            yield one, (table.type, line.name, element, kind)
    yield from _whole_lines(name, lines, rows)


def _first_line(name: str, lines: list[str]) -> Found:
    version = lines[0].partition("/")[2]
    text = "\n".join([lines[0].removesuffix(version) + ("98" if version else "/98"), *lines[1:]])
    return Mutation(of=name, kind="version", element="version", text=text, line=1, columns=frozenset({1, 5})), (
        name,
        "",
        "",
        "version",
    )


def _options(table: Table, text: str, lines: list[str]) -> Iterator[tuple[int, Option]]:
    """Which option each line of a clean message was read by: the one of its node's name whose layout fits."""
    (part,) = FORMAT.split(text.encode()).parts
    nodes = {(node.line, node.name) for node in FORMAT.read(part).root.walk()}
    options = [option for row in table.all_rows for option in row.options if option.line is not None]
    for at, line in enumerate(lines):
        for option in options:
            if (
                option.line is not None
                and option.line.keys != (ANY,)
                and (at + 1, option.line.node) in nodes
                and _pattern(option).fullmatch(line)
            ):
                yield at, option
                break


def _prefix(option: Option) -> str:
    owner = option.row.owner
    joined = owner is not None and owner.joined and owner.rows[0] is option.row
    return owner.name if joined and owner is not None else ""


@lru_cache(maxsize=4096)
def _pattern(option: Option) -> re.Pattern[str]:
    assert option.line is not None
    prefix = _prefix(option)
    return re.compile(f"(?:{prefix})?{expression(option.line.items)}")


def _standing(option: Option, line: Line, text: str) -> Iterator[_Standing]:
    found = _pattern(option).fullmatch(text)
    assert found is not None
    for group, item in enumerate(captures(line.items), 1):
        if found[group] is None:
            continue
        if isinstance(item, Field):
            yield _Standing(field=item, start=found.start(group), end=found.end(group))
        else:
            yield from _repeated(item, text, found.start(group), found.end(group))


def _repeated(item: Repeat, text: str, place: int, end: int) -> Iterator[_Standing]:
    inner = re.compile(expression(item.items))
    while place < end:
        found = inner.match(text, place, end)
        assert found is not None
        for group, one in enumerate(captures(item.items), 1):
            if found[group] is not None and isinstance(one, Field):
                yield _Standing(field=one, start=found.start(group), end=found.end(group))
        place = found.end()


def _of_line(option: Option, line: Line, text: str) -> Iterator[tuple[str, str, str, set[int]]]:
    """Kind, element, the spoilt line, and the columns where it may be told; only what no layout of this row allows."""
    elements = [one for one in _standing(option, line, text) if one.end > one.start]
    made = [*_spoilt_elements(elements, text), *_longer(elements, text)]
    options = [one for other in option.row.options for one in (other.rows[0].options if other.line is None else (other,))]
    rivals = [_pattern(one) for one in options if one.line is not None]
    yield from (one for one in made if not any(rival.fullmatch(one[2]) for rival in rivals))


def _longer(elements: list[_Standing], text: str) -> Iterator[tuple[str, str, str, set[int]]]:
    if elements:
        yield "more", "", f"{text}/Z9&Z9Z9Z9Z9Z9Z9Z9", set(range(len(text) + 1, len(text) + 6))


def _spoilt_elements(elements: list[_Standing], text: str) -> Iterator[tuple[str, str, str, set[int]]]:
    for one in elements:
        if one.field.codes and one.start == 0:
            continue
        neighbours = _run_of(one, elements)
        for kind, value, at in _spoilt_values(one.field, text[one.start : one.end]):
            columns = {one.start + 1, one.start + 1 + at}
            if kind == "first character":
                columns |= {other.start + 1 for other in elements if other.end == one.start}
            if kind in ("too long", "too short", "absent"):
                columns |= set(range(min(x.start for x in neighbours) + 1, max(x.end for x in neighbours) + 2))
            yield kind, one.field.name, text[: one.start] + value + text[one.end :], columns


def _run_of(one: _Standing, elements: list[_Standing]) -> list[_Standing]:
    """The elements that stand side by side with this one, nothing between: where one ends and the next begins is open."""
    run, grown = [one], True
    while grown:
        touching = [
            other for other in elements if other not in run and any(other.start == x.end or other.end == x.start for x in run)
        ]
        run, grown = run + touching, bool(touching)
    return run


def _spoilt_values(field: Field, value: str) -> Iterator[tuple[str, str, int]]:
    """Kind, the spoilt text, and the place in it of the spoilt character."""
    made = [*_strange(field, value), *_lengths(field, value), ("absent", "", 0)]
    if field.runs and field.runs[-1].point:
        made += [("comma", f"{value.partition('.')[0][:4]},5", len(value.partition(".")[0][:4])), ("two points", "1.2.3", 3)]
    fits = re.compile(field_expression(field))
    yield from (one for one in made if not fits.fullmatch(one[1]) and one[1] != value)


def _strange(field: Field, value: str) -> Iterator[tuple[str, str, int]]:
    if field.codes:
        yield "code", "".join("&" if sign == "Q" else "Q" for sign in value), 0
        yield "lower case", value.lower(), 0
        return
    at = 0
    for run in field.runs:
        length = min(run.most, len(value) - at)
        if run.kind in STRANGE and length > 0:
            sign = STRANGE[run.kind]
            yield "first character", value[:at] + sign + value[at + 1 :], at
            last = at + length - 1
            yield "last character", value[:last] + sign + value[last + 1 :], last
        at += length


def _lengths(field: Field, value: str) -> Iterator[tuple[str, str, int]]:
    least, most = sum(run.least for run in field.runs), sum(run.most for run in field.runs)
    if not field.codes and len(field.runs) == 1:
        yield "too long", value + _more(field.runs[0]) * (most + 1 - len(value)), most
        if least > 1:
            yield "too short", value[: least - 1], least - 1


def _more(run: Run) -> str:
    return "1" if run.kind == "n" else "A"


def _whole_lines(name: str, lines: list[str], rows: dict[int, Option]) -> Iterator[Found]:
    """Lines taken out, doubled, misspelt, with a strange character; mandatory ones only where that is a fault."""
    table = _table(name)
    type = table.type
    for at, option in rows.items():
        row, key = option.row, option.line.name if option.line else ""
        identifier = lines[at].partition("/")[0]
        if (
            row.mandatory
            and row.most == 1
            and lines[at][0] == "/"
            and not _prefix(option)
            and not _moves_up(option, lines[at + 1 :])
        ):
            yield _line_mutation(name, "line out", option, [*lines[:at], *lines[at + 1 :]], at + 1), (type, key, "", "line out")
        if _alone(at, rows, lines) and row.mandatory and row.most == 1 and identifier.isalpha():
            yield _line_mutation(name, "line out", option, [*lines[:at], *lines[at + 1 :]], at + 1), (type, key, "", "line out")
        if identifier.isalpha() and identifier.isupper() and len(identifier) == 3:
            spoilt = [*lines[:at], f"{lines[at][:2]}7{lines[at][3:]}", *lines[at + 1 :]]
            yield _line_mutation(name, "identifier", option, spoilt, at + 1), (type, key, "", "identifier")
            known = [*lines[:at], "ZZZ/NO SUCH LINE", *lines[at:]]
            yield _line_mutation(name, "strange line", option, known, at + 1), (type, key, "", "strange line")
        if row.most == 1 and _alone(at, rows, lines) and identifier.isalpha() and not _begins_group(option):
            doubled = [*lines[: at + 1], lines[at], *lines[at + 1 :]]
            yield _line_mutation(name, "doubled", option, doubled, at + 2), (type, key, "", "doubled")


def _moves_up(option: Option, below: list[str]) -> bool:
    """Whether the line below could stand in the place of this one, so that nobody can say which of them is missing."""
    return bool(below) and _pattern(option).fullmatch(below[0]) is not None


def _begins_group(option: Option) -> bool:
    owner = option.row.owner
    return owner is not None and owner.row.most > 1 and owner.rows[0] is option.row


def _alone(at: int, rows: dict[int, Option], lines: list[str]) -> bool:
    """Whether a line has nothing that belongs to it below."""
    option = rows[at]
    return not option.rows and not _prefix(option) and (at + 1 == len(lines) or lines[at + 1][0] != "/")


def _line_mutation(name: str, kind: str, option: Option, lines: list[str], line: int) -> Mutation:
    element = option.line.name if option.line else ""
    place = min(line, len(lines))
    return Mutation(of=name, kind=kind, element=element, text="\n".join(lines), line=place, columns=frozenset({1}))


def told(one: Mutation) -> list[Problem]:
    """All problems of a spoilt message, of its file and its own."""
    split = FORMAT.split(one.text.encode())
    return [*split.problems, *(problem for part in split.parts for problem in FORMAT.read(part).problems)]


def verdict(one: Mutation) -> str:
    """``right``, or what is wrong with what was told: silent, several, line, column."""
    problems = told(one)
    if len(problems) != 1:
        return "several" if problems else "silent"
    if problems[0].line != one.line:
        return "line"
    return "right" if problems[0].column in one.columns else "column"


def summary() -> str:
    """How many faults of each kind were told as one problem at their place."""
    judged = [(one, verdict(one)) for one in mutations()]
    rows = Counter((one.of.partition("_")[0].upper(), said) for one, said in judged)
    types = sorted({type for type, _ in rows})
    said = ("right", "silent", "several", "line", "column")
    table = "\n".join(f"{type:8}" + "".join(f"{rows[type, one]:>10}" for one in said) for type in types)
    total = f"{'all':8}" + "".join(f"{sum(rows[type, one] for type in types):>10}" for one in said)
    return "\n".join([f"{'refused':8}" + "".join(f"{one:>10}" for one in said), table, total])


def main() -> None:
    """Print the summary, and with ``--wrong`` every fault that is not told right."""
    if "--wrong" in sys.argv:
        for one in mutations():
            said = verdict(one)
            if said != "right":
                shown = [f"{p.line}:{p.column} {p.code} {p.segment} {p.element} {p.found!r}" for p in told(one)]
                line = one.text.split("\n")[one.line - 1] if one.line <= one.text.count("\n") + 1 else ""
                sys.stdout.write(
                    f"{said:8}{one.of} {one.kind} {one.element} line {one.line} {sorted(one.columns)} {line!r}: {shown}\n"
                )
    sys.stdout.write(summary() + "\n")


if __name__ == "__main__":
    main()
