"""What a new revision of a shipment, or of an object made of it, says otherwise, and who knows that already. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hub.canonical.document import Document, canonical_bytes, leaves
from hub.objects import HeldObject, Nodes
from hub.store.projections import Past

ITEMS = ("milestones", "loads", "references")
"""Lists whose items have witnesses as a whole."""

INTERNAL = "internal:"


def known_to(before: Document | None, past: Past) -> list[str]:
    """The partners who told everything that is new in a revision themselves."""
    known = {name for name, _ in _told(before or {})}
    new = [pointer for name, pointer in _told(past.document or {}) if name not in known]
    told = [partners(past.lineage[pointer]) for pointer in new if pointer in past.lineage]
    return sorted(frozenset.intersection(*map(frozenset, told))) if told else []


def _told(document: Document) -> Iterator[tuple[Any, str]]:
    """Everything told, by what it says and not by its place among others, and the pointer of its witnesses."""
    for name in ITEMS:
        for at, item in enumerate(document.get(name, ())):
            yield (name, canonical_bytes(item)), f"/{name}/{item['id'] if name == 'milestones' else at}"
    for pointer, value in leaves({name: value for name, value in document.items() if name not in ITEMS}):
        yield (pointer, value), pointer


def partners(witnesses: Sequence[Mapping[str, Any]]) -> list[str]:
    """Whose words these are, each once."""
    return sorted({one["partner"] for one in witnesses})


def properties(before: Nodes, after: Nodes) -> list[str]:
    """The object's own properties that differ, those of what is embedded under the property that leads there."""
    old, new = plain(before), plain(after)
    return sorted(name for name in {**old, **new} if name[:1] != "@" and old.get(name) != new.get(name))


def same(held: HeldObject | None, nodes: Nodes) -> bool:
    """Whether an object says what is kept of it already, whatever its embedded objects are called."""
    return held is not None and plain(held.nodes) == plain(nodes)


def plain(nodes: Nodes) -> dict[str, Any]:
    """An object with what is embedded inside it, without the names of that."""
    known = {node["@id"]: node for node in nodes}

    def told(value: dict[str, Any], depth: int) -> Any:
        name = value.get("@id", "")
        if not name.startswith(INTERNAL) or name not in known or depth > 20:
            return {} if name.startswith(INTERNAL) else value
        return whole(known[name], depth + 1)

    def whole(node: dict[str, Any], depth: int) -> dict[str, Any]:
        return {
            key: sorted((told(one, depth) for one in values), key=msgspec.json.encode) if key[:1] != "@" else sorted(values)
            for key, values in node.items()
            if key != "@id"
        }

    return whole(nodes[0], 0)
