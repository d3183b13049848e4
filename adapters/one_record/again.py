"""What a walk over a plain document met only by name, shown again as it is described elsewhere. Pure."""

from adapters.one_record.frame import GROWTH, INVERSE, SPARE_NODES
from adapters.one_record.lexicon import Step, Unusual
from adapters.one_record.walk import Walk
from hub.syntax import Element, Node


def finish(walk: Walk) -> None:
    """See that the whole document was met; show again what is only named. Anything more tangled is for the graph."""
    walk.words.see_internal(walk.internal)
    walk.see_end()
    if not walk.coded.isdisjoint(walk.described):
        raise Unusual
    often: dict[str, int] = {}
    for _, name, _ in walk.bare:
        often[name] = often.get(name, 0) + 1
    tangled = {id(node) for node, name, _ in walk.bare if name in walk.described}
    subjects = walk.made
    for node, name, step in walk.bare:
        found = walk.described.get(name)
        # Of a class or without an address, an object met twice stands where it was met first.
        if (found is not None or often[name] > 1) and ("@type" in node.elements or name[:2] == "_:"):
            raise Unusual
        if found is not None:
            _show(walk, node, found, step, tangled)
    if walk.made > SPARE_NODES + GROWTH * subjects:
        raise Unusual


def _show(walk: Walk, node: Node, found: Node, step: Step | None, tangled: set[int]) -> None:
    if step is None or step.short in INVERSE:
        raise Unusual
    told = found.elements.get("@type")
    if told is not None:
        walk.fits(step.rule, told.text)
    node.elements.update((key, _again(one)) for key, one in found.elements.items() if key != "@id")
    node.children = [_copy(walk, child, tangled) for child in found.children]


def _copy(walk: Walk, node: Node, tangled: set[int]) -> Node:
    if id(node) in tangled:
        raise Unusual
    walk.made += 1
    elements = {key: _again(one) for key, one in node.elements.items()}
    children = [_copy(walk, child, tangled) for child in node.children]
    return Node(node.name, elements, children, node.line, node.column, node.offset)


def _again(one: Element) -> Element:
    return Element(one.text, one.line, one.column, one.offset, one.path)
