"""When a message was said: by its own word, else by what its channel knows, else not at all."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.one_record.format import build
from hub.envelope import Envelope
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.profiles import problem_rows, profile

RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)
FETCHED = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())
CARGO = "https://onerecord.iata.org/ns/cargo#"


def said_at(said: datetime | None, **own: Any) -> datetime | None:
    waybill = {"@context": {"cargo": CARGO}, "@type": "cargo:Waybill", "cargo:waybillNumber": "12345675", **own}
    envelope = Envelope(
        id="1", partner="p", channel="c", received_at=RECEIVED, digest="", raw=json.dumps(waybill).encode(), said_at=said
    )
    (reading,) = LINE.understand(envelope, STANDARD).readings
    return reading.said_at


OWN = {"https://onerecord.iata.org/ns/api#hasLastModified": "2026-11-20T08:00:00Z"}


@pytest.mark.parametrize(
    ("said", "own", "expected"),
    [
        (FETCHED, {}, FETCHED),
        (FETCHED, OWN, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (None, {}, None),
        (RECEIVED + timedelta(minutes=6), {}, None),
        (RECEIVED + timedelta(minutes=4), {}, RECEIVED + timedelta(minutes=4)),
    ],
    ids=["the channel's", "the document's own before it", "nobody's", "too late to be true", "a clock that is ahead a little"],
)
def test_what_declares_no_time_was_said_when_its_channel_says(
    said: datetime | None, own: dict[str, Any], expected: datetime | None
) -> None:
    assert said_at(said, **own) == expected
