"""What a document's contexts would cost whoever reads it, told beforehand: long chains of terms, terms defined again and again.

JSON-LD lets a short document ask for much: libraries follow terms defined by terms by recursion, and crash on long chains; and
they set up scoped contexts anew for every object. Knows only positioned JSON.
"""

from collections.abc import Iterator

from adapters.one_record.context import LONGEST_CHAIN, escape
from adapters.one_record.scan import Item

MOST_IN_SCOPE = 5_000_000
"""Terms in scope, over all contexts of a document: each context begins with a copy of the one around it."""

MOST_SCOPED = 300_000
"""Values in scoped contexts times objects: each object may have them set up once more."""


def chained(top: Item) -> str | None:
    """The JSON pointer of definitions that lean on each other in a longer chain than is read, or in a large circle."""
    return next((pointer for pointer, item in objects(top) if len(item.value) > LONGEST_CHAIN and _is_chain(item.value)), None)


def objects(top: Item) -> Iterator[tuple[str, Item]]:
    """Every object of a document, contexts and definitions among them, with its JSON pointer."""
    waiting = [("", top)]
    while waiting:
        pointer, item = waiting.pop()
        if isinstance(item.value, list):
            waiting.extend((f"{pointer}/{place}", inner) for place, inner in enumerate(item.value))
        elif isinstance(item.value, dict):
            yield pointer, item
            waiting.extend((f"{pointer}/{escape(key)}", inner) for key, inner in item.value.items())


def _is_chain(definitions: dict[str, Item]) -> bool:
    """Whether taking away what leans on nothing that is left takes too many rounds, or leaves too many (a circle)."""
    leans = {name: _named_in(name, item, definitions) for name, item in definitions.items()}
    carries: dict[str, list[str]] = {}
    for name, before in leans.items():
        for one in before:
            carries.setdefault(one, []).append(name)
    open_ends = {name: len(before) for name, before in leans.items()}
    free = [name for name, count in open_ends.items() if not count]
    left = len(definitions)
    for _ in range(LONGEST_CHAIN):
        left -= len(free)
        above = [name for one in free for name in carries.get(one, ())]
        for name in above:
            open_ends[name] -= 1
        free = [name for name in dict.fromkeys(above) if not open_ends[name]]
    return left > LONGEST_CHAIN


def _named_in(name: str, item: Item, definitions: dict[str, Item]) -> set[str]:
    """The other definitions that one leans on: by its name, its IRI or its type."""
    inner = item.value.values() if isinstance(item.value, dict) else (item,)
    texts = [name, *(str(one.value) for one in inner if isinstance(one.value, str))]
    words = {word for text in texts for word in (text, text.partition(":")[0])}
    return {word for word in words if word != name and word in definitions}


def laborious(top: Item) -> str | None:
    """The JSON pointer of the first context beyond what is set up for one document; None where all stay below."""
    in_scope = scoped = count = 0
    first = ""
    waiting = [("", top, 0)]
    while waiting:
        pointer, item, terms = waiting.pop()
        if isinstance(item.value, list):
            waiting.extend((f"{pointer}/{place}", inner, terms) for place, inner in enumerate(item.value))
        elif isinstance(item.value, dict):
            count += 1
            stated = item.value.get("@context")
            if stated is not None:
                for one in stated.value if isinstance(stated.value, list) else [stated]:
                    terms += len(one.value) if isinstance(one.value, dict) else 0
                    in_scope += terms
                scoped += sum(_size(inner) for _, one in objects(stated) if (inner := one.value.get("@context")) is not None)
                first = first or f"{pointer}/@context"
            waiting.extend((f"{pointer}/{escape(key)}", inner, terms) for key, inner in item.value.items() if key != "@context")
        if in_scope > MOST_IN_SCOPE or scoped * count > MOST_SCOPED:
            return first
    return None


def _size(item: Item) -> int:
    return 1 + sum(len(one.value) for _, one in objects(item))
