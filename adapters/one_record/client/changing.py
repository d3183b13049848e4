"""A Change made from what an object says now and what it is to say instead. Pure; knows the class table, no HTTP."""

from collections.abc import Mapping
from typing import Any

from adapters.one_record.client.node import Found
from adapters.one_record.client.wording import ADD, DELETE, Operation, change
from adapters.one_record.graph import Link, Literal
from adapters.one_record.vocabulary import CARGO, CODES, XSD, Class, Property, vocabulary


def proposal(found: Found, wanted: Mapping[str, str], *, description: str = "") -> dict[str, Any]:
    """A Change of these properties of the object itself, by short name; an empty text takes a property away.

    The values of now are deleted, so the holder refuses it when they have changed meanwhile. Raises ValueError for a name that
    the object's class does not have, an object inside another, or a code the edition does not list.
    """
    known = vocabulary().classes.get(found.thing.kind)
    if known is None:
        raise ValueError(f"{found.thing.kind or 'the object'} is no class of the cargo ontology; write the Change yourself")
    operations = [one for name, value in wanted.items() for one in _operations(found, known, name, value)]
    revision = found.latest or found.revision
    if revision is None:
        raise ValueError("the node states no revision of the object, in header or body; write the Change yourself")
    return change(found.thing.iri, revision, operations, description=description)


def _operations(found: Found, known: Class, name: str, value: str) -> list[Operation]:
    rule = known.properties.get(name)
    if rule is None:
        near = ", ".join(sorted(one for one in known.properties if one.lower().startswith(name[:3].lower())))
        raise ValueError(f"{known.name} has no property {name!r}" + (f"; there are {near}" if near else ""))
    if rule.kind == "object":
        raise ValueError(f"{name} is an object of its own ({rule.range}); write the Change yourself")
    gone = [_operation(DELETE, found, rule, *_now(one, rule)) for one in found.thing.values(name)]
    return [*gone, _operation(ADD, found, rule, *_new(value, rule))] if value else gone


def _operation(op: str, found: Found, rule: Property, datatype: str, value: str) -> Operation:
    return Operation(op=op, s=found.thing.iri, p=rule.iri, datatype=datatype, value=value)


def _now(value: Literal | Link, rule: Property) -> tuple[str, str]:
    return (_list(rule), value.key) if isinstance(value, Link) else (value.datatype, value.text)


def _new(value: str, rule: Property) -> tuple[str, str]:
    if rule.kind == "literal":
        return XSD + rule.range.removeprefix("xsd:"), value
    iri = value if "://" in value else vocabulary().code_iri(value, rule)
    if not iri or not vocabulary().is_code(iri.rpartition("#")[2], rule):
        raise ValueError(f"{value!r} is no code of {rule.range}")
    return _list(rule), iri


def _list(rule: Property) -> str:
    """The datatype of a code: its list's IRI (standard, Update a Logistics Object, code lists)."""
    words = vocabulary()
    named = words.list_of(rule) or rule.range
    return words.classes[named].iri if named in words.classes else (CODES if words.list_of(rule) else CARGO) + named
