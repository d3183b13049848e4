"""What a day of traffic must come to, counted from what is said alone. Pure; knows no store and no configuration."""

from collections.abc import Sequence

import msgspec

from hub.demo.traffic import AIRLINE, FORWARDER, HANDLER, Telling

WAYBILLS_GO_TO = (AIRLINE, HANDLER)
STATUS_GOES_TO = (AIRLINE, FORWARDER, HANDLER)
ANSWERED_BY_FILE = AIRLINE
FIRST_TRIES_REFUSED = 3


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one day. ``delivered`` holds answers, confirmed ones and notifications; dead letters are the open ones."""

    received: int
    shipments: int
    delivered: int
    answers: int
    acknowledged: int
    notified: int
    retried: int
    dead_letters: int


def planned(tellings: Sequence[Telling], *, notified: int = 0) -> Tally:
    """The plan: every fact to all who are owed it but its teller, an answer to each of the airline's files, its confirmation of
    each waybill it did not tell itself, faults set aside; ``notified`` are notifications to the customer's node."""
    waybills = [one for one in tellings if "charges" in one.document]
    status = [one for one in tellings if "milestones" in one.document]
    answers = sum(one.partner == ANSWERED_BY_FILE and one.channel == "sftp" for one in tellings)
    owed = sum(len(_owed(one, WAYBILLS_GO_TO)) for one in waybills) + sum(len(_owed(one, STATUS_GOES_TO)) for one in status)
    confirmed = sum(AIRLINE in _owed(one, WAYBILLS_GO_TO) for one in waybills)
    to_forwarder = sum(FORWARDER in _owed(one, STATUS_GOES_TO) for one in status)
    return Tally(
        received=len(tellings) + confirmed,
        shipments=len({one.document["awb"] for one in waybills}),
        delivered=owed + answers + notified,
        answers=answers,
        acknowledged=confirmed,
        notified=notified,
        retried=min(FIRST_TRIES_REFUSED, to_forwarder),
        dead_letters=sum(not one.document for one in tellings),
    )


def _owed(one: Telling, partners: Sequence[str]) -> list[str]:
    return [partner for partner in partners if partner != one.partner]
