"""Right values in the wrong spelling, as clients of other servers send them: made what the ontology has. Knows no route.

A text is typed, or becomes a link, only where it can mean nothing else; everything else stays for the check to refuse.
"""

import re
from collections.abc import Mapping

from adapters.one_record.check import LEXICAL
from adapters.one_record.frame import Named
from adapters.one_record.graph import STRING, Graph, Link, Literal, literal
from adapters.one_record.vocabulary import XSD, Property, vocabulary

_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]{1,1990}")


def mend(graph: Graph, visited: Mapping[str, Named]) -> None:
    """Put the values right of all that was visited, in place (docs/decisions/0006, number 43)."""
    for key, kind in visited.items():
        subject = graph.subjects.get(key)
        if subject is None or kind.known is None:
            continue
        rules = {rule.iri: rule for rule in kind.known.properties.values()}
        for iri, values in subject.values.items():
            if iri in rules and any(_is_plain(one) for one in values):
                subject.values[iri] = [_mended(one, rules[iri]) for one in values]


def _is_plain(value: Literal | Link) -> bool:
    return isinstance(value, Literal) and value.datatype == STRING and not value.language


def _mended(value: Literal | Link, rule: Property) -> Literal | Link:
    if not isinstance(value, Literal) or not _is_plain(value):
        return value
    if rule.kind == "literal":
        form = LEXICAL.get(rule.range)
        is_fit = form is not None and rule.range != "xsd:anyURI" and form[0].fullmatch(value.text)
        return literal(value.text, XSD + rule.range[4:], "", value.pointer, value.offset) if is_fit else value
    target = _target(value.text, rule)
    return Link(target, value.pointer, value.offset, value.pointer, value.offset) if target else value


def _target(text: str, rule: Property) -> str:
    """The IRI a text stands for: a code that is listed, or an address; empty where it is neither."""
    if rule.kind == "code":
        words = vocabulary()
        code = words.code_in(text, rule)
        if words.is_code(code, rule) and (iri := words.code_iri(code, rule)):
            return iri
    return text if _WEB.fullmatch(text) else ""
