"""A compact document of ours as the nodes a node keeps (:mod:`hub.objects`), and nodes as one document. Knows no meaning.

Only for documents that :mod:`write` made: every context is a handful of prefixes, every embedded object has its name.
"""

import json
import re
import uuid
from collections.abc import Sequence
from typing import Any

from adapters.one_record.graph import literal
from adapters.one_record.vocabulary import XSD
from adapters.one_record.write import SPACE
from hub.objects import Nodes

_FRACTION = re.compile(r"(\.\d*?)0*(?=Z$|[+-]\d\d:\d\d$|$)")


def nodes_of(document: dict[str, Any]) -> Nodes:
    """Flattened and expanded, the object itself first. An embedded object without a name gets one from its holder's and place."""
    prefixes: dict[str, str] = document["@context"]
    made: Nodes = []
    _node({key: value for key, value in document.items() if key != "@context"}, prefixes, document["@id"], made)
    return made


def _node(value: dict[str, Any], prefixes: dict[str, str], name: str, made: Nodes) -> None:
    node: dict[str, Any] = {"@id": name, "@type": [_iri(value["@type"], prefixes)] if "@type" in value else []}
    made.append(node)
    for key, told in value.items():
        if key[:1] != "@":
            iri = _iri(key, prefixes)
            values = told if isinstance(told, list) else [told]
            node[iri] = [_value(one, prefixes, f"{name}/{iri}/{place}", made) for place, one in enumerate(values)]


def _value(value: Any, prefixes: dict[str, str], place: str, made: Nodes) -> dict[str, str]:
    if not isinstance(value, dict):
        return {"@value": str(value).lower(), "@type": XSD + "boolean"} if isinstance(value, bool) else {"@value": str(value)}
    if "@value" in value:
        return _literal(value, prefixes)
    name = _iri(value["@id"], prefixes) if "@id" in value else f"internal:{uuid.uuid5(SPACE, place)}"
    if any(key[:1] != "@" for key in value):
        _node(value, prefixes, name, made)
    return {"@id": name}


def _literal(value: dict[str, Any], prefixes: dict[str, str]) -> dict[str, str]:
    if "@language" in value:
        return {"@value": value["@value"], "@language": value["@language"]}
    kind = _iri(value.get("@type", XSD + "string"), prefixes)
    text = literal(value["@value"], kind).text
    if kind == XSD + "dateTime":
        text = _FRACTION.sub(lambda found: "" if found[1] == "." else found[1], text, count=1)
    return {"@value": text} if kind == XSD + "string" else {"@value": text, "@type": kind}


def _iri(name: str, prefixes: dict[str, str]) -> str:
    prefix, colon, rest = name.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else name


def gathered(objects: Sequence[Nodes]) -> bytes:
    """The nodes of several objects as one flattened document."""
    seen: dict[str, dict[str, Any]] = {}
    for node in (node for nodes in objects for node in nodes):
        seen.setdefault(node["@id"], node)
    return json.dumps({"@graph": list(seen.values())}, ensure_ascii=False, separators=(",", ":")).encode()
