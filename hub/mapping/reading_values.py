"""One element's text to the value of a row when reading, or a problem at its place. Pure; knows no path of a tree."""

from collections.abc import Callable, Sequence
from typing import Any

from hub.mapping.convert import PLACEHOLDERS, Conversion, Unfit, join
from hub.mapping.language import Row
from hub.mapping.passing import Pass
from hub.problem import Code
from hub.syntax import Element

Value = Callable[[Pass, Element, str], Any]
"""Reads the value of an element that a path met; None when nothing is said, or nothing that could be read."""


def value_of(row: Row, convert: Conversion) -> Value:
    """How a row reads one element, decided once."""
    if row.const is not None:
        return _constant(row.const, row.wire)
    if convert.free:
        return plain_text if convert.plain else verbatim
    return _converted(convert)


def plain_text(run: Pass, element: Element, path: str) -> str | None:
    """The text as it stands; a placeholder is a problem."""
    if element.text in PLACEHOLDERS:
        run.fault(element, Code.VALUE_PLACEHOLDER, "a value, or nothing", path)
        return None
    return element.text or None


def verbatim(_run: Pass, element: Element, _path: str) -> str | None:
    """The text as it stands, whatever it is."""
    return element.text or None


def _constant(value: Any, wire: str | None) -> Value:
    return lambda _run, element, _path: value if wire is None or element.text == wire else None


def _converted(convert: Conversion) -> Value:
    read, write, respells = convert.read, convert.write, convert.respells

    def value(run: Pass, element: Element, path: str) -> Any:
        text = element.text
        try:
            value = read(text, run.context)
        except (ValueError, TypeError, OverflowError) as fault:
            run.fault(element, fault.code if isinstance(fault, Unfit) else Code.VALUE_FORMAT, str(fault), path)
            return None
        if respells and value is not None and write(value, run.context) != text:
            run.respelled.append((element.line, text))
        return value

    return value


def joined_value(
    run: Pass, row: Row, convert: Conversion, found: Sequence[Element | None], first: Element, label: str
) -> Any:
    """The value of several elements together; ``first`` is the one whose place it has."""
    texts = [None if element is None else element.text or None for element in found]
    try:
        whole = texts if convert.joins else join(texts, row.join if row.join is not None else "")
        value = None if whole is None else convert.read(whole, run.context)
        if convert.joins and convert.respells and value is not None:
            again = [*convert.write(value, run.context), *[None] * len(texts)][: len(texts)]
            if "".join(text or "" for text in again) != "".join(text or "" for text in texts):
                run.respelled.append((first.line, "".join(text or "" for text in texts)))
        return value
    except (ValueError, TypeError, OverflowError) as fault:
        run.fault(first, fault.code if isinstance(fault, Unfit) else Code.VALUE_FORMAT, str(fault), label)
        return None
