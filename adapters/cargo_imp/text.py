"""Bytes to characters: UTF-8, else Latin-1 with a located problem; binary and empty files are named. Knows no message."""

import re

import msgspec

from hub.problem import Code, Problem

LARGEST = 64 * 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes(one for one in range(128) if _CONTROL.fullmatch(chr(one)))
_TRANSMISSION = "\x00\x01\x02\x03\x1a"


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """The characters of a file, its mark taken off, and what was wrong with its bytes."""

    text: str
    problems: list[Problem] = []


def decode(raw: bytes) -> Decoded:
    """Never raises. ``text`` is empty where nothing can be read."""
    if len(raw) > LARGEST:
        return Decoded(text="", problems=[_of_file(Code.FILE_TOO_LARGE, f"{len(raw)} bytes, at most {LARGEST}")])
    content = raw.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x00")
    text, problems = _characters(content)
    if not text.strip(" \t\r\n" + _TRANSMISSION):
        return Decoded(text="", problems=[_of_file(Code.FILE_EMPTY, "the file has no characters")])
    strange = _CONTROL.findall(text) if len(content.translate(None, _CONTROL_BYTES)) < len(content) else []
    if strange and sum(one not in _TRANSMISSION[1:] for one in strange) > 3 + len(text) // 200:
        return Decoded(text="", problems=[_binary(text)])
    return Decoded(text=_parted(text if "\n" in text else text.replace("\r", "\n")), problems=problems)


def _parted(text: str) -> str:
    """One message of a transmission begins on a line of its own, also directly behind the end mark of the one before it."""
    return text.replace("\x03\x01", "\x03\n") if "\x03\x01" in text else text


def _characters(content: bytes) -> tuple[str, list[Problem]]:
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as fault:
        before = content[: fault.start]
        line, column = before.count(b"\n") + 1, fault.start - (before.rfind(b"\n") + 1) + 1
        problem = Problem(
            code=Code.FILE_ENCODING,
            message=f"byte {content[fault.start]:#04x} is neither ASCII nor UTF-8: read as Latin-1",
            line=line,
            column=column,
            offset=fault.start,
            found=f"{content[fault.start]:#04x}",
            expected="ASCII",
            byte_offset=fault.start,
        )
        return content.decode("latin-1"), [problem]


def _of_file(code: Code, message: str) -> Problem:
    return Problem(code=code, message=message, line=1, column=1, offset=0)


def _binary(text: str) -> Problem:
    found = next(one for one in _CONTROL.finditer(text) if one[0] not in _TRANSMISSION[1:])
    line = text.count("\n", 0, found.start()) + 1
    return Problem(
        code=Code.FILE_BINARY,
        message="control characters all over: this is no text",
        line=line,
        column=found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1,
        offset=found.start(),
        found=f"{ord(found[0]):#04x}",
        expected="text",
    )
