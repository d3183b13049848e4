"""Query parameters as values; what is wrong with them is a refusal. Knows no route."""

import re
from datetime import UTC, datetime

from adapters.one_record.server.call import Call
from adapters.one_record.server.errors import QUERY, Refusal, refused
from adapters.one_record.vocabulary import API

_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MOST = 1_000_000_000


def _wrong(name: str, found: str, expected: str) -> Refusal:
    return refused(f"The query parameter {name!r} is {found[:80]!r}; {expected} is expected.", about=QUERY)


def instant(call: Call, name: str) -> datetime | None:
    """A time as ``YYYYMMDDThhmmssZ``. Raises Refusal (400)."""
    text = call.query.get(name)
    if text is None:
        return None
    found = _BASIC.fullmatch(text)
    try:
        if found:
            return datetime(*map(int, found.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        pass
    raise _wrong(name, text, "a UTC time as YYYYMMDDThhmmssZ")


def flag(call: Call, name: str) -> bool:
    """``true`` or ``false``; false where absent. Raises Refusal (400)."""
    text = call.query.get(name, "false")
    if text not in ("true", "false"):
        raise _wrong(name, text, "true or false")
    return text == "true"


def count(call: Call, name: str) -> int | None:
    """A whole number from 0. Raises Refusal (400)."""
    text = call.query.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:12]) > _MOST:
        raise _wrong(name, text, "a whole number from 0")
    return int(text)


def listed(call: Call, name: str, most: int) -> list[str]:
    """The words of a list with commas, each once. Raises Refusal (400) for more than ``most``, or what is no text."""
    text = call.query.get(name, "")
    if _CONTROL.search(text):
        raise _wrong(name, text, "text without control characters")
    words = dict.fromkeys(one.strip() for one in text.split(",") if one.strip())
    if len(words) > most:
        raise _wrong(name, f"a list of {len(words)}", f"at most {most} words")
    return list(words)


def choice(call: Call, name: str, allowed: tuple[str, ...]) -> str:
    """One of a few words, or an api individual by its IRI, in which a slash may stand for the mark that browsers cut off; empty
    where absent. Raises Refusal (400).
    """
    text = call.query.get(name)
    if text is None:
        return ""
    word = text.removeprefix(API).removeprefix(f"{API[:-1]}/")
    if word not in allowed:
        raise _wrong(name, text, " or ".join(allowed))
    return word
