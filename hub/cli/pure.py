"""The commands that need no database: explain, convert, formats."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.output import line, print_json, say, usage

File = Annotated[Path, typer.Argument(help="the file to read, or - for standard input")]
Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="the reference day for dates without a year (today)")]
ProfileName = Annotated[str, typer.Option("--profile", help="strict, standard or lenient")]


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as fault:
        raise usage(f"cannot read {file}: {fault.strerror}") from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise usage(f"--as-of wants a date like 2026-11-21, not {text!r}") from None


def explain(
    file: File,
    json: Json = False,
    as_of: AsOf = "",
    profile: ProfileName = "",
    partner: Annotated[str, typer.Option()] = "",
    fix: Annotated[bool, typer.Option("--fix", help="write the file as it should have been, and list what was changed")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="where --fix writes (standard output)")] = None,
) -> None:
    """Say what a file is, what it says, and what is wrong with it, with places. Stores nothing, needs no database.

    Example: waybridge explain fwb.txt --json --as-of 2026-11-21, or waybridge explain fwb.txt --fix -o repaired.txt
    """
    from hub.bootstrap import pure_line
    from hub.explain import anonymous, explained, went_well

    raw, day = _read(file), _day(as_of)
    hub = pure_line()
    envelope = anonymous(raw, str(file), datetime.combine(day, datetime.max.time(), UTC) if day else None)
    weighing = _profile(hub, profile, partner)
    understood = hub.line.understand(envelope, weighing, day)
    if fix:
        understood = _repair(hub, envelope, weighing, day, output, json)
    elif output is not None:
        raise usage("-o is where --fix writes: say --fix too")
    elif json:
        print_json(explained(understood, envelope.received_at, hub.rules))
    else:
        _print_explained(str(file), explained(understood, envelope.received_at, hub.rules))
    raise SystemExit(0 if went_well(understood) else 1)


def _repair(hub: Any, envelope: Any, weighing: Any, day: date | None, output: Path | None, json: bool) -> Any:
    """Write the repaired file, say what was changed, and give how it reads now."""
    import msgspec

    from hub.explain import explained
    from hub.repair import repair

    def understand(raw: bytes) -> Any:
        return hub.line.understand(msgspec.structs.replace(envelope, raw=raw), weighing, day)

    found = repair(envelope.raw, understand, hub.line.tidier(envelope.raw))
    if output is not None:
        _write(output, found.raw)
    if json:
        shown = explained(found.understood, envelope.received_at, hub.rules)
        kept = {} if output is not None else {"repaired": found.raw.decode("utf-8", "backslashreplace")}
        print_json({**shown, "fixes": msgspec.to_builtins(list(found.fixes)), **kept})
        return found.understood
    tell = line if output is not None else say
    for text in _changes(found.fixes):
        tell(f"{envelope.name}:{text}")
    tell(f"{len(found.fixes)} change(s), {_left(found.understood)} problem(s) left")
    if output is None:
        sys.stdout.buffer.write(found.raw)
        sys.stdout.flush()
    return found.understood


def _changes(fixes: Sequence[Any]) -> Iterator[str]:
    """Each change with its place; those that only change how lines end as one."""
    ends = [one for one in fixes if not one.text.strip() and not one.found.strip()]
    for one in fixes:
        if one not in ends:
            yield f"{one.line}:{one.column}: {one.reason}: {one.found!r} to {one.text!r}"
    for reason in dict.fromkeys(one.reason for one in ends):
        lines = [one.line for one in ends if one.reason == reason]
        yield f"{lines[0]}: {reason}, {len(lines)} line(s)"


def _left(understood: Any) -> int:
    return len(understood.problems) + sum(len(one.problems) for one in understood.readings)


def _write(output: Path, raw: bytes) -> None:
    try:
        output.write_bytes(raw)
    except OSError as fault:
        raise usage(f"cannot write {output}: {fault.strerror}") from None


def _profile(hub: Any, name: str, partner: str) -> Any:
    try:
        return hub.profile(name, partner)
    except KeyError as fault:
        raise usage(f"no such profile or partner: {fault.args[0]!r}; profiles are strict, standard, lenient") from None


def _print_explained(file: str, shown: dict[str, Any]) -> None:
    line(f"{file}: {shown['format']}, {len(shown['messages'])} message(s)")
    for problem in shown["problems"]:
        _print_problem(file, problem)
    for message in shown["messages"]:
        line(f"  {message['type']}/{message['version']} ({message['subject']})")
        for problem in message["problems"]:
            _print_problem(file, problem)
        for left in message["not_carried"]:
            line(f"    not carried, line {left['line']}: {left['text']}")
        for shipment in message["shipments"]:
            line(f"    {_summary(shipment)}")


def _print_problem(file: str, problem: dict[str, Any]) -> None:
    where = ":".join(str(problem[name]) for name in ("line", "column") if name in problem)
    place = f"{file}:{where}" if where else problem.get("path", file)
    line(f"    {place}: {problem['severity']} {problem['code']}: {problem['message']}")


def _summary(shipment: dict[str, Any]) -> str:
    weight = shipment.get("weight", {})
    parts = [
        shipment.get("key", ""),
        f"{shipment.get('origin', '?')}-{shipment.get('destination', '?')}",
        f"{shipment['pieces']} pieces" if "pieces" in shipment else "",
        f"{weight['value']} {weight['unit']}" if weight else "",
        ", ".join(f"{one['code']} {one.get('station', '')}" for one in shipment.get("milestones", ())),
    ]
    return "  ".join(part for part in parts if part)


def convert(
    file: File,
    to: Annotated[str, typer.Option("--to", help="one-record, cargo-imp:FWB/17, cargo-imp:FSU/14, edifact:IFTSTA:D.96A …")],
    json: Json = False,
    as_of: AsOf = "",
    control_reference: Annotated[str, typer.Option("--control-reference", metavar="R")] = "1",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="the time to write, ISO 8601 (now)")] = "",
    profile: ProfileName = "",
) -> None:
    """Read a file in any format and write what it says in another. Pure: no database, the same input gives the same bytes.

    Example: waybridge convert fwb.txt --to one-record --at 2026-11-21T10:00Z
    """
    from hub.bootstrap import pure_line
    from hub.explain import anonymous

    raw, day = _read(file), _day(as_of)
    hub = pure_line()
    envelope = anonymous(raw, str(file), datetime.combine(day, datetime.max.time(), UTC) if day else None)
    weighing = _profile(hub, profile, "")
    understood = hub.line.understand(envelope, weighing, day)
    try:
        written, complete = hub.convert(understood, envelope, to, control_reference, _moment(at), weighing)
    except KeyError:
        raise usage(f"cannot write {to!r}; `waybridge formats` lists what can be written") from None
    _print_converted(written, json)
    for problem in understood.problems:
        say(f"{file}: {problem.severity} {problem.code}: {problem.message}")
    raise SystemExit(0 if complete else 1)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError:
        raise usage(f"--at wants a time like 2026-11-21T10:00Z, not {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print_converted(written: list[dict[str, Any]], json: bool) -> None:
    if json:
        print_json({"items": written})
        return
    for item in written:
        sys.stdout.write(item["text"])
        for problem in item["problems"]:
            say(f"{problem['severity']} {problem['code']}: {problem['message']}")
    sys.stdout.flush()


def formats(json: Json = False, markdown: Annotated[bool, typer.Option("--markdown", help="the README's table")] = False) -> None:
    """List the formats, types and versions that can be read and written, from the tables.

    Example: waybridge formats --json
    """
    from hub.bootstrap import pure_line
    from hub.explain import formats_table

    items = pure_line().supported()
    if json or markdown:
        print_json({"items": items}) if json else line(formats_table(items))
        return
    for item in items:
        line(f"{item['format']:12} {item['type']:20} {item['version']:8} {'+'.join(item['directions'])}")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (explain, convert, formats):
        app.command()(command)
