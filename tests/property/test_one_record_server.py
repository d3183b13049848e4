"""Whatever a partner sends to a node is taken or refused with an error object, and what is refused changes nothing."""

import json
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.one_record.vocabulary import CARGO, XSD
from tests.unit.adapters.one_record.http_world import CONTEXT, Web, change, operation
from tests.unit.adapters.one_record.node_world import BASE, world

PIECE = f"{BASE}/logistics-objects/piece"
STRANGE: tuple[Any, ...] = (
    *(None, 1, -3.5, True, "", "_:b0", [], {}, "x" * 300, 10**30, 1e308, "\u0000", ["a", 1, None]),
    *({"@id": "_:b0"}, {"@id": 5}, {"@id": "http://x y"}, {"@value": "x"}, {"@value": [1]}, {"@type": 7}),
)
KEYS = (
    "@graph",
    "@id",
    "@type",
    "@value",
    "@list",
    "@reverse",
    "api:p",
    "cargo:events",
    "@context",
    "",
    "@included",
    "@language",
)
GOOD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "PATCH",
        PIECE,
        change(
            PIECE,
            operation("ADD", "_:b0", "length", "_:b1", CARGO + "Value"),
            operation("ADD", "_:b1", "numericalValue", "25.0", XSD + "double"),
            operation("ADD", PIECE, "dimensions", "_:b0", CARGO + "Dimensions"),
        ),
    ),
    (
        "POST",
        "/logistics-objects",
        {
            "@context": CONTEXT,
            "@type": "cargo:Company",
            "cargo:contactPersons": [{"@type": "cargo:Person", "cargo:firstName": "A"}],
        },
    ),
    (
        "POST",
        f"{PIECE}/logistics-events",
        {
            "@context": CONTEXT,
            "@type": "cargo:LogisticsEvent",
            "cargo:eventDate": {"@type": "xsd:dateTime", "@value": "2026-11-21T10:30:00Z"},
            "cargo:eventFor": {"@id": PIECE},
        },
    ),
)


def spoiled(value: Any, by: random.Random) -> Any:
    """The value with something wrong in it, perhaps."""
    if by.random() < 0.06:
        return by.choice(STRANGE)
    if isinstance(value, dict):
        return {
            (by.choice(KEYS) if by.random() < 0.03 else name): spoiled(one, by)
            for name, one in value.items()
            if by.random() > 0.03
        }
    return [spoiled(one, by) for one in value] if isinstance(value, list) else value


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_spoiled_body_is_an_error_object_or_a_success_and_never_a_fault(seed: int) -> None:
    by = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as found:
        holder = Web(found).client()
        holder.post({"@id": PIECE, "@type": "cargo:Piece"})
        for _ in range(8):
            method, path, body = by.choice(GOOD)
            before = holder("GET", PIECE).headers["Latest-Revision"]
            answer = holder(method, path, json.dumps(spoiled(body, by)).encode())
            assert answer.status_code in (201, 400, 404, 409), answer.text
            if answer.status_code != 201:
                assert answer.json()["@type"] == "api:Error"
                assert holder("GET", PIECE).headers["Latest-Revision"] == before
