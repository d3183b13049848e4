"""The shape of what is loaded: from Loading, ULD, UnitComposition, Composing and their pieces to one node a load, and back.

Pure; knows no canonical names. The standard: Orchestration, XFFM Mapping and XFBL Mapping (units by Loading and composition, bulk
by Loading). Which of them the document is about, and which way they refer to each other, makes no difference.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from adapters.one_record.builds import Builds, load_up
from adapters.one_record.lift import Bag, Lifting, lifted
from adapters.one_record.pieces import groups_of, weighed
from adapters.one_record.relations import Relations
from hub.syntax import Element, Node

STRUCTURE = frozenset(
    (
        *("@id", "@type", "@ref", "skeletonIndicator", "hasRevision", "hasLatestRevision", "hasLastModified"),
        *("codeListName", "codeListReference", "compositionType"),
    )
)
"""What every object says that says nothing of a load."""

SAID_OF_UNITS = frozenset(("remarks", "loadingIndicator"))
LEADING = frozenset(
    ("loadingActions", "loadedPieces", "loadedUnits", "inUnitComposition", "compositionActions", "composedPieces")
)
"""Properties that lead to what is carried, whether or not the document shows it."""

TYPES = ("loadingType", "actionTimeType")

LOOKED_AT = 8
"""Values of a flight or unit that cost each load below it as much as one of its own: they are shared, and only looked at."""


class StowageShape(Lifting):
    """An object of a flight's load ⇄ ``movement``, one ``load`` for each Loading, unit and waybill, one ``unit`` for contents."""

    def read(self, root: Node) -> Node:
        """What the objects say together; what leads to no waybill says nothing."""
        web, bag = Relations(root), Bag()
        shown = _Shown(web, bag)
        shaped = Node(root.name, {}, [], root.line, root.column, root.offset)
        shaped.children = [*(shown.load(one) for one in _loads(web)), *(shown.unit(*one) for one in _units(web))]
        if web.is_a(web.root, "TransportMovement"):
            shaped.children.append(_shown(root, "movement", bag, without=("loadingActions",)))
        _told_by(root, shaped)
        _said_again(web, root, bag)
        shaped.children.append(bag.node)
        return shaped

    def write(self, root: Node) -> Node:
        """One movement for each flight with its loadings, and the units apart; several are the items of a collection."""
        movements: dict[str, Node] = {}
        builds = Builds([*root.all("load"), *root.all("unit")])
        for at, load in enumerate(root.all("load"), 1):
            load_up(movements, load, builds, f"load{at}")
        apart = [builds.unit(one, f"unit{at}") for at, one in enumerate(root.all("unit"), 1)]
        items = [*movements.values(), *(one for one in apart if one is not None)]
        if len(items) == 1:
            return items[0]
        for one in items:
            one.elements["@type"] = Element(one.name)
            one.name = "hasItem"
        return Node("Collection", {"hasTotalItems": Element(str(len(items)))}, items) if items else Node(root.name)


def _told_by(root: Node, shaped: Node) -> None:
    """The address of the document's own object for all it says: whatever it said before and says no more is withdrawn.

    What names nothing to be carried says so too: a load and a unit of which only the address is told.
    """
    address = root.elements.get("@id")
    if address is None:
        return
    told = {child.name for child in shaped.children}
    if not any(child.name in LEADING for child in root.children):
        shaped.children.extend(Node(name) for name in ("load", "unit") if name not in told)
    for child in shaped.children:
        if child.name in ("load", "unit"):
            child.elements["address"] = address


def _said_again(web: Relations, root: Node, bag: Bag) -> None:
    """Put aside what every object says, the numbers of waybills, and what an object says wherever it is shown once more."""
    for node in root.walk():
        again = "@id" in node.elements and not web.is_shown_by(node)
        number = node.elements if web.is_a(web.key(node), "Waybill") else {}
        aside = [one for name, one in node.elements.items() if again or name in STRUCTURE or name in number]
        bag.put(*aside)
        for child in node.children if again else ():
            if "@id" not in child.elements:
                bag.put_all(child)


class _Load(msgspec.Struct, frozen=True):
    """The pieces of one waybill in one loading, loose or in a unit."""

    loading: str
    movement: str | None
    unit: str | None
    waybill: str
    pieces: list[str]


def _loads(web: Relations) -> Iterator[_Load]:
    """Every load; none any more where they say what they share so often that the whole would be many times the document."""
    for loading in web.of("Loading"):
        movement = next(iter(web.either(loading, "servedActivity", "loadingActions", "TransportMovement")), None)
        units = web.either(loading, "loadedUnits", "involvedInActions", "LoadingUnit")
        bulk = web.either(loading, "loadedPieces", "involvedInActions", "Piece")
        for unit, pieces in [(None, bulk), *((one, contents(web, one)) for one in units)]:
            shared = sum(web.size(one) for one in (movement, unit) if one is not None) // LOOKED_AT
            for waybill, alike in _by_waybill(web, pieces).items():
                if web.spend(shared + (sum(map(web.size, alike)) if unit is not None else 0)):
                    yield _Load(loading, movement, unit, waybill, alike)


def _units(web: Relations) -> Iterator[tuple[str, str, list[str]]]:
    """The contents of every unit, waybill by waybill. A loading only names its units, unless it says more of them."""
    named_only = web.is_a(web.root, "Loading")
    for unit in web.of("LoadingUnit"):
        if (named_only and not web.nodes[unit].elements.keys() & SAID_OF_UNITS) or not _has_name(web.nodes[unit]):
            continue
        for waybill, pieces in _by_waybill(web, contents(web, unit)).items():
            if web.spend(web.size(unit) // LOOKED_AT):
                yield unit, waybill, pieces


class _Shown:
    """Loads and units as rows see them; what they share is lifted once, and looked at by each."""

    def __init__(self, web: Relations, bag: Bag) -> None:
        self.web = web
        self.bag = bag
        self._lifted: dict[str, Node] = {}
        self._addresses: dict[str, Element] = {}

    def load(self, one: _Load) -> Node:
        """One load."""
        whole = self.web.nodes[one.loading]
        elements = {**self.web.number(one.waybill), "address": self._address(one.loading)}
        load = Node("load", elements, [], whole.line, whole.column, whole.offset)
        said = [whole.elements[name] for name in TYPES if name in whole.elements and whole.text(name)]
        self.bag.put(*said)
        words = [whole.text("loadingType") or "LOADING", *filter(None, [whole.text("actionTimeType")])]
        like = said[0] if said else Element("", whole.line, whole.column, whole.offset)
        load.elements["action"] = Element(" ".join(words), like.line, like.column, like.offset, like.path)
        if one.movement is not None:
            load.children.append(self._object(one.movement, "movement", "loadingActions"))
        if one.unit is not None:
            load.children.append(self._unit(one.unit))
        self._count(load, one.pieces)
        return load

    def unit(self, unit: str, waybill: str, pieces: list[str]) -> Node:
        """What a unit has inside of one waybill."""
        first = self.web.nodes[pieces[0]]
        count = Element(str(len(pieces)), first.line, first.column, first.offset)
        elements = {**self.web.number(waybill), "pieceCount": count, "address": self._address(unit)}
        return Node("unit", elements, [self._unit(unit)])

    def _unit(self, unit: str) -> Node:
        return self._object(unit, "uld", "inUnitComposition", "involvedInActions")

    def _object(self, key: str, name: str, *without: str) -> Node:
        known = self._lifted.get(key)
        if known is None:
            known = self._lifted[key] = _shown(self.web.nodes[key], name, self.bag, without=without)
        return known

    def _address(self, key: str) -> Element:
        known = self._addresses.get(key)
        if known is None:
            known = self._addresses[key] = _address(key, self.web.nodes[key])
        return known

    def _count(self, load: Node, pieces: list[str]) -> None:
        """How many pieces, their measures, and the weight of all where every one states its own."""
        shown = [lifted(self.web.nodes[one], self.bag) for one in pieces]
        start = Node("whole", line=shown[0].line, column=shown[0].column, offset=shown[0].offset)
        whole = weighed(start, shown, self.bag)
        load.elements |= whole.elements
        load.children.extend([*whole.children, *groups_of(shown, self.bag)])


def _has_name(unit: Node) -> bool:
    return "uldSerialNumber" in unit.elements or unit.first("uldTypeCode") is not None or "uldTypeCode" in unit.elements


def contents(web: Relations, unit: str) -> list[str]:
    """The pieces that were put into a unit: by its composition, else by whatever composing names it.

    None any more where units share what is in them so often that the whole would be many times the document.
    """
    compositions = [one for one in web.ahead(unit, "inUnitComposition") if web.is_a(one, "UnitComposition")]
    compositions = compositions or web.behind(unit, "loadingUnit", "UnitComposition")
    found: dict[str, None] = {}
    for at in [*compositions, *web.behind(unit, "loadingUnit", "Composing")]:
        pieces = web.once(at, _composed)
        if not web.spend(len(pieces)):
            return []
        found |= dict.fromkeys(pieces)
    return list(found)


def _composed(web: Relations, at: str) -> list[str]:
    """The pieces of a composition, or of one composing, that were not taken out again."""
    acts = web.either(at, "compositionActions", "servedActivity", "Composing") if web.is_a(at, "UnitComposition") else [at]
    built = [one for one in acts if web.nodes[one].text("compositionType") != "DECOMPOSITION"]
    return list(
        dict.fromkeys(piece for one in built for piece in web.either(one, "composedPieces", "involvedInActions", "Piece"))
    )


def carried(web: Relations) -> list[tuple[dict[str, Element], int]]:
    """What the object a tree is about carries: the number of every waybill, and how many pieces of it; nothing where not all of
    them could be counted.
    """
    pieces = list(dict.fromkeys(one for at in _carriers(web) for one in _pieces_of(web, at)))
    if web.spent:
        return []
    return [(number, len(alike)) for waybill, alike in _by_waybill(web, pieces).items() if (number := web.number(waybill))]


def _carriers(web: Relations) -> list[str]:
    """The object itself, or the loadings of a movement that were not only planned, and took nothing off."""
    if not web.is_a(web.root, "TransportMovement"):
        return [web.root]
    served = web.either(web.root, "loadingActions", "servedActivity", "Loading")
    loaded = [one for one in served if web.nodes[one].text("loadingType") != "UNLOADING"]
    return [one for one in loaded if web.nodes[one].text("actionTimeType") in (None, "ACTUAL")]


def _pieces_of(web: Relations, key: str) -> list[str]:
    """The pieces of a loading, a unit or its composition."""
    if web.is_a(key, "LoadingUnit"):
        return contents(web, key)
    units = web.either(key, "loadedUnits", "involvedInActions", "LoadingUnit")
    composing = [key, *web.either(key, "compositionActions", "servedActivity", "Composing")]
    named = [(at, name) for at in composing for name in ("loadedPieces", "composedPieces")]
    bulk = [one for at, name in named for one in web.either(at, name, "involvedInActions", "Piece")]
    return list(dict.fromkeys([*bulk, *(one for unit in units for one in contents(web, unit))]))


def _by_waybill(web: Relations, pieces: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for piece in pieces:
        waybill = web.waybill(piece)
        if waybill is not None and web.number(waybill):
            found.setdefault(waybill, []).append(piece)
    return found


def _shown(node: Node, name: str, bag: Bag, *, without: tuple[str, ...] = ()) -> Node:
    """A node as rows see it, without what other nodes say."""
    shown = lifted(Node(node.name, node.elements, [one for one in node.children if one.name not in without], node.line), bag)
    shown.name = name
    return shown


def _address(key: str, node: Node) -> Element:
    """The name of the part a statement is: the object's address, else a digest of what it says."""
    if not key.startswith("#"):
        return node.elements["@id"]
    texts = (f"{at.name}/{name}={one.text}" for at in node.walk() for name, one in sorted(at.elements.items()))
    return Element(digest("\x1f".join(texts)), node.line, node.column, node.offset)


def digest(text: str) -> str:
    """The name of a part that has none."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def unjoined(root: Node) -> str:
    """Why an object of a flight's load says nothing of a shipment, or not of all its pieces; empty where it says all."""
    web = Relations(root)
    pieces = web.of("Piece")
    lost = [one for one in pieces if (waybill := web.waybill(one)) is None or not web.number(waybill)]
    if not pieces:
        return f"this {root.name} leads to no pieces: which shipments it concerns is not said"
    _ = [*_loads(web)], [*_units(web)]
    if web.spent:
        return f"loads and units of this {root.name} share so much that not all were told: send them one by one"
    if lost:
        return f"{len(lost)} of {len(pieces)} pieces of this {root.name} lead to no waybill"
    composing = web.is_a(web.root, "UnitComposition") or web.is_a(web.root, "Composing")
    return (
        f"this {root.name} leads to no unit that says its number"
        if composing and not any(map(_has_name, _shown_units(web)))
        else ""
    )


def _shown_units(web: Relations) -> list[Node]:
    return [web.nodes[one] for one in web.of("LoadingUnit")]


movement = StowageShape()
