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


def joined_value(run: Pass, row: Row, convert: Conversion, found: Sequence[Element | None], names: Sequence[str]) -> Any:
    """The value of several elements together, each found under its name."""
    texts = [None if element is None else element.text or None for element in found]
    try:
        whole = texts if convert.joins else join(texts, row.join if row.join is not None else "")
        value = None if whole is None else convert.read(whole, run.context)
        if convert.joins and convert.respells and value is not None:
            again = [*convert.write(value, run.context), *[None] * len(texts)][: len(texts)]
            if "".join(text or "" for text in again) != "".join(text or "" for text in texts):
                first = next(one.line for one in found if one is not None and one.text)
                run.respelled.append((first, "".join(text or "" for text in texts)))
        return value
    except (ValueError, TypeError, OverflowError) as fault:
        element, path = _blamed(found, names, str(fault))
        run.fault(element, fault.code if isinstance(fault, Unfit) else Code.VALUE_FORMAT, str(fault), path)
        return None


def _blamed(found: Sequence[Element | None], names: Sequence[str], fault: str) -> tuple[Element, str]:
    """The element whose text the fault quotes, else the first with the names of all."""
    present = [(element, name) for element, name in zip(found, names, strict=True) if element is not None and element.text]
    quoted = next((pair for pair in present if f"not {pair[0].text!r}" in fault), None)
    return quoted or (present[0][0], "+".join(names))
