"""Writes FMA and FNA, Cargo-IMP's own answers: what was accepted, or why it was not, and the message as received.

Knows problems and their short texts; knows no layout but its own two. Source: reference/cargo-imp.md section 8.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources

from adapters.cargo_imp.names import ANSWERS
from adapters.cargo_imp.typeb import enveloped
from hub.envelope import Outgoing, Written
from hub.ports import Outcome
from hub.problem import Problem, Severity

LONGEST_TEXT = 65
MOST_ERRORS = 5
ATTACHED = 1000
_NOT_FREE_TEXT = re.compile(r"[^A-Z0-9 .-]+")
_MESSAGE = re.compile(r"^([A-Z]{3})(?:/[0-9]{1,3})?\s*$\s*^(?:MBI/)?([0-9]{3}-[0-9]{8})", re.MULTILINE)


def acknowledge(outcomes: Sequence[Outcome], outgoing: Outgoing) -> Written | None:
    """One FMA or FNA for each message; None when all of them are answers themselves (never an answer to an answer)."""
    answered = [outcome for outcome in outcomes if outcome.type not in ANSWERS and outcome.wanted]
    if not answered:
        return None
    made = [enveloped(_answer(outcome), outgoing) for outcome in answered]
    return Written(raws=[raw for raw, _ in made], problems=made[0][1])


def _answer(outcome: Outcome) -> str:
    if outcome.accepted:
        head = ["FMA", f"ACK/{free_text(f'{outcome.type} {_waybill(outcome.text)} RECEIVED')}"]
        head += [f"/{free_text(outcome.remark)}"] if outcome.remark else []
    else:
        errors = list(_errors(outcome.problems, outcome.line)) or ["MESSAGE NOT ACCEPTED"]
        head = ["FNA/1", f"ERR/{errors[0]}", *(f"/{text}" for text in errors[1:MOST_ERRORS])]
    return "\n".join([*head, *_attached(outcome.text)])


def _errors(problems: Sequence[Problem], first_line: int) -> Iterator[str]:
    """The errors, the first one first, each on one line of at most 65 characters."""
    errors = [one for one in problems if one.severity is Severity.ERROR]
    for one in sorted(errors, key=lambda problem: problem.offset or 0):
        yield _words(one, first_line)


def _words(one: Problem, first_line: int) -> str:
    """Where and what, in as many words as one line holds: the line counted from the message's own first, then what was found."""
    number = (one.line or 0) - first_line + 1
    line = f"LINE {number}" if one.line and number > 0 else ""
    column = f"COLUMN {one.column}" if line and one.element and one.column else ""
    what = short_texts().get(one.code, one.code.rpartition(".")[2])
    found = f"FOUND {one.found}" if one.found else ""
    fullest = (line, one.segment or "", one.element or "", column, what, found)
    segment = one.segment or ""
    choices = (fullest, fullest[:5], (line, segment, column, what), (line, segment, what), (line, what))
    texts = [_free(" ".join(choice)) for choice in choices]
    return next((text for text in texts if len(text) <= LONGEST_TEXT), texts[-1][:LONGEST_TEXT])


def free_text(text: str) -> str:
    """Upper-case letters, digits, blanks, points and hyphens, at most 65: what free text may hold in every edition."""
    return _free(text)[:LONGEST_TEXT].rstrip()


def _free(text: str) -> str:
    return " ".join(_NOT_FREE_TEXT.sub(" ", text.upper().replace("_", " ")).split())


@lru_cache(maxsize=1)
def short_texts() -> Mapping[str, str]:
    """The ``fna`` texts of the problem codes, from ``mappings/codes/problem``."""
    texts: dict[str, str] = {}
    for name in ("common", "cargo_imp"):
        raw = resources.files("mappings").joinpath("codes", "problem", f"{name}.toml").read_text("utf-8")
        texts.update({row["code"]: row["fna"] for row in tomllib.loads(raw).get("problem", ()) if "fna" in row})
    return texts


def _waybill(text: str) -> str:
    found = _MESSAGE.search(text)
    return found[2] if found else ""


def _attached(text: str) -> list[str]:
    """The received message, whole lines only, up to 1000 characters."""
    kept, length = list[str](), 0
    for line in (one.rstrip() for one in text.strip().split("\n")):
        length += len(line) + 1
        if length > ATTACHED:
            break
        kept.append(line)
    return kept
