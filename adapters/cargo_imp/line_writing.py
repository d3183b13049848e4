"""Lines written one after the other: a node's line by its plan, else item by item.

What does not fit is cut or left out, and reported. Knows lines and nodes; knows no order of lines and no message.
"""

from collections.abc import Iterable, Mapping

from adapters.cargo_imp.fitting import cut, is_text, spelled, wrapped
from adapters.cargo_imp.line_steps import LineStep
from adapters.cargo_imp.notation import Field, Repeat, captures, describe
from adapters.cargo_imp.rendering import Unfit, render
from adapters.cargo_imp.reporting import LONGEST_LINE
from adapters.cargo_imp.write_steps import OptionStep
from hub.problem import Code, Problem
from hub.syntax import Element, Node


class Lines:
    """The lines of a message so far, the identifier the next one begins with, and what could not be written."""

    __slots__ = ("lines", "prefix", "problems")

    def __init__(self, first: str, problems: list[Problem]) -> None:
        self.lines = [first]
        self.problems = problems
        self.prefix = ""

    def line(self, step: OptionStep, line: LineStep, node: Node, beside: list[Node]) -> None:
        """A node's own line, or the several it takes."""
        for piece in _pieces(step, line, node) if line.continued else _wrapped(step, line, node, beside):
            text = line.fast(piece)
            if text is None:
                self._careful_line(line, piece, _only_one(step, node, beside))
            else:
                self.put(line, text, piece)

    def _careful_line(self, step: LineStep, node: Node, needed: bool) -> None:
        """Item by item; what does not fit is cut where it is text, else left out, and reported, until the rest can be written."""
        line, elements, dropped = step.line, dict(node.elements), set[str]()
        inner = [Node(one.name, dict(one.elements), one.children) for one in node.children if one.name in step.repeats]
        for item in step.repeats.values():
            self._too_many(step, item, inner)
        while True:
            try:
                text, written = render(line.items, Node(node.name, elements, inner))
            except Unfit as fault:
                if not self._mended(step, elements, inner, fault, dropped, needed):
                    return
                continue
            self.homeless(line.name, {name: one for name, one in elements.items() if name not in written})
            if self._emptied(step, node, inner, needed):
                return
            self.put(step, text, Node(node.name, {name: elements[name] for name in written}, inner))
            return

    def _mended(
        self, step: LineStep, elements: dict[str, Element], inner: list[Node], fault: Unfit, dropped: set[str], needed: bool
    ) -> bool:
        """Cut or leave out what does not fit, and say so; false if the line cannot be written at all."""
        name, field, text = step.line.name, fault.field, fault.text
        if text is None:
            self._unwritten(step, field, needed, field.name in dropped)
            return False
        shorter = cut(field, text) if is_text(field) else ""
        holder = _holder(elements, inner, field.name, text)
        if holder is None:
            return False
        if shorter:
            holder[field.name] = Element(shorter)
            self.report(name, field, text, f"{name}: {field.name} does not fit; written as {shorter!r}")
        else:
            del holder[field.name]
            dropped.add(field.name)
            self.report(name, field, text, f"{name}: {field.name} does not fit; left out")
            self._let_go(step, inner, holder)
        return True

    def _let_go(self, step: LineStep, inner: list[Node], holder: dict[str, Element]) -> None:
        """A repeated node that cannot be without the element it has lost goes too, with all it says."""
        owner = next((one for one in inner if one.elements is holder), None)
        if owner is None or _stands(step.repeats[owner.name], owner):
            return
        inner[:] = [one for one in inner if one is not owner]
        if shown(owner):
            self.report(
                step.line.name, None, shown(owner), f"{step.line.name}: {owner.name} left out, what it says is incomplete"
            )

    def _emptied(self, step: LineStep, node: Node, inner: list[Node], needed: bool) -> bool:
        """Whether nothing is left of a list the line is there for: a line without it says nothing."""
        kept, had = {one.name for one in inner}, {one.name for one in node.children}
        lost = next((one for one in step.repeats.values() if one.least and one.name in had - kept), None)
        if lost is not None and needed:
            says = f"mandatory line {step.line.name} cannot be written without {lost.name}"
            self.report(step.line.name, None, None, says, code=Code.WRITE_INCOMPLETE)
        return lost is not None

    def _unwritten(self, step: LineStep, field: Field, needed: bool, told: bool) -> None:
        """A line left out because an element it cannot be without is not there, or did not fit (``told`` already)."""
        name = step.line.name
        if needed:
            says = f"mandatory line {name} cannot be written without {field.name}"
            self.report(name, field, None, says, code=Code.WRITE_INCOMPLETE)
        elif not told:
            self.report(name, field, None, f"{name} is left out: it cannot be written without {field.name}")

    def _too_many(self, step: LineStep, item: Repeat, inner: list[Node]) -> None:
        """Repeated nodes beyond the line's number of them, and what stands in one that its layout does not name."""
        name, allowed = step.line.name, {one.name for one in captures(item.items)}
        found = [child for child in inner if child.name == item.name]
        for child in found[item.most :]:
            self.report(name, None, shown(child), f"{name} holds {item.most} {item.name}s at most")
            inner[:] = [other for other in inner if other is not child]
        for child in (one for one in inner if one.name == item.name):
            self.homeless(name, {key: child.elements.pop(key) for key in sorted(child.elements.keys() - allowed)})
            for below in child.children:
                self.report(name, None, shown(below), f"{name} has no place for {below.name} below {item.name}")

    def homeless(self, segment: str, elements: Mapping[str, Element]) -> None:
        """Elements that the layout has no place for."""
        for name, element in elements.items():
            self.report(segment, Field(name=name), element.text, f"{segment} cannot hold {name} beside the others")

    def put(self, step: LineStep, text: str, node: Node) -> None:
        if self.prefix:
            text, self.prefix = self.prefix + text, ""
        if len(text) > LONGEST_LINE:
            text = self._narrowed(step, text, node)
        self.lines.append(text)

    def _narrowed(self, step: LineStep, text: str, node: Node) -> str:
        """A line of more than 69 characters without as many of its last repeated nodes as must go."""
        for last in reversed([child for child in node.children if child.name in step.repeats]):
            part = render(step.repeats[last.name].items, last)[0]
            if len(text) <= LONGEST_LINE or not text.endswith(part):
                break
            says = f"{step.line.name}: no room for {last.name} in {LONGEST_LINE} characters"
            self.report(step.line.name, None, shown(last), says)
            text = text.removesuffix(part)
        if len(text) > LONGEST_LINE:
            self.problems.append(_too_wide(step.line.name, len(self.lines) + 1, text))
        return text

    def report(
        self, segment: str, field: Field | None, found: str | None, message: str, *, code: Code = Code.NOT_EXPRESSIBLE
    ) -> None:
        """Something the layout has no place for."""
        self.problems.append(
            Problem(
                code=code,
                message=message,
                line=len(self.lines) + 1,
                segment=segment,
                element=field.name if field else None,
                found=found[:80] if found else None,
                expected=describe(field) or None if field else None,
            )
        )


def _pieces(step: OptionStep, line: LineStep, node: Node) -> list[Node]:
    """The node itself, or as many as its lines need where a line is nothing but a list and may be continued."""
    most, children = line.continued, [child for child in node.children if child.name in line.repeats]
    if step.option.row.most == 1 or len(children) <= most:
        return [node]
    return [Node(node.name, node.elements, children[at : at + most]) for at in range(0, len(children), most)]


def _only_one(step: OptionStep, node: Node, beside: list[Node]) -> bool:
    """Whether a mandatory row would be empty without this line; an optional group may go with the line it begins with."""
    row = step.option.row
    if row.owner is not None and row.owner.joined and not row.owner.row.mandatory:
        return False
    names = {one.line.node for one in row.options if one.line is not None}
    return row.mandatory and not any(one is not node and one.name in names for one in beside)


def _wrapped(step: OptionStep, line: LineStep, node: Node, beside: list[Node]) -> Iterable[Node]:
    """The node itself; or, where a line is nothing but text that is too long, as many lines as its row has room for."""
    field = line.text
    text = node.text(field.name) if field is not None else None
    if field is None or text is None or len(text) <= field.runs[0].most or step.option.row.most == 1:
        return (node,)
    room = step.option.row.most - sum(child.name == node.name for child in beside) + 1
    lines = wrapped(spelled(field, text), field.runs[0].most, room)
    return [Node(node.name, {field.name: Element(one)}) for one in lines]


def _stands(item: Repeat, node: Node) -> bool:
    """Whether a repeated node has all it cannot be without."""
    try:
        render(item.items, node)
    except Unfit as fault:
        return fault.text is not None
    return True


def _holder(elements: dict[str, Element], inner: list[Node], name: str, text: str) -> dict[str, Element] | None:
    """The elements among which the text stands: the line's own, or a repeated node's."""
    return next((one for one in [elements, *(child.elements for child in inner)] if name in one and one[name].text == text), None)


def shown(node: Node) -> str:
    return " ".join(element.text for one in node.walk() for element in one.elements.values())


def _too_wide(name: str, number: int, text: str) -> Problem:
    return Problem(
        code=Code.IMP_LINE_LENGTH,
        message=f"{name}: line of {len(text)} characters, at most {LONGEST_LINE}",
        segment=name,
        line=number,
        found=text[LONGEST_LINE:],
    )
