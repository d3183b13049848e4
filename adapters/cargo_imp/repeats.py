"""Cuts the repeats inside one line (bookings, legs, charges) into child nodes with their places. Knows one layout, no message."""

import re

from adapters.cargo_imp.steps import Variant
from hub.syntax import Element, Node


def cut(variant: Variant, found: re.Match[str], node: Node, number: int, start: int) -> None:
    """The repeats inside a line as child nodes."""
    text, children, shift = found.string, node.children, 1 + start - node.offset
    for within in variant.within:
        place, end = found.span(within.group)
        match, name, slots = within.pattern.match, within.name, within.slots
        while place < end:
            item = match(text, place, end)
            if item is None or item.end() == place:
                rest = Element(text[place:end], number, place + shift, start + place)
                children.append(Node(name, {"rest": rest}, [], number, 1, node.offset))
                break
            inner = {}
            for group, key in slots:
                value = item[group]
                if value:
                    at = item.start(group)
                    inner[key] = Element(value, number, at + shift, start + at)
            children.append(Node(name, inner, [], number, place + shift, start + place))
            place = item.end()
