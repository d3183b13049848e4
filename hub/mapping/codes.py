"""Code tables: a wire code and its canonical code, both directions. Knows no message."""

import tomllib

import msgspec

from hub.mapping.language import Load, MappingError


class CodeRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code; ``wire`` may differ by format."""

    wire: str | dict[str, str]
    canonical: str
    preferred: bool = False
    title: str = ""


class CodeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code table as it stands in ``mappings/codes/<name>.toml``."""

    title: str
    source: str = ""
    closed: bool = False
    code: list[CodeRow] = []


class CodeTable(msgspec.Struct, frozen=True, kw_only=True):
    """A code table compiled for one format."""

    name: str
    closed: bool
    read: dict[str, str]
    write: dict[str, str]


def load_codes(name: str, format: str, load: Load) -> CodeTable:
    """The table ``codes/<name>`` as one format sees it. Raises MappingError when two wire codes of one meaning are unmarked."""
    try:
        table = msgspec.convert(tomllib.loads(load(f"codes/{name}").decode()), CodeFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise MappingError(f"mappings/codes/{name}.toml: {fault}") from fault
    read: dict[str, str] = {}
    write: dict[str, tuple[bool, str]] = {}
    for row in table.code:
        wire = row.wire if isinstance(row.wire, str) else row.wire.get(format)
        if wire is None:
            continue
        read[wire] = row.canonical
        known = write.get(row.canonical)
        if known is not None and known[0] == row.preferred:
            raise MappingError(f"mappings/codes/{name}.toml: mark the preferred wire code of {row.canonical!r} ({format})")
        if known is None or row.preferred:
            write[row.canonical] = (row.preferred, wire)
    return CodeTable(name=name, closed=table.closed, read=read, write={code: wire for code, (_, wire) in write.items()})
