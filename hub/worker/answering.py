"""T3: the answers to envelopes all of whose messages have ended: written once, stored, and delivered like anything else.

Knows no format.
"""

import hashlib
from collections.abc import Sequence

from hub.clock import micros
from hub.envelope import Envelope
from hub.statement import DeliveryPlan
from hub.store import acknowledgements, dead_letters, inbox, messages, outbox
from hub.store.dead_letters import Failure
from hub.store.engine import reading, writing
from hub.store.outbox import Owed
from hub.worker.faults import told
from hub.worker.line import Desk
from hub.worker.splitting import Splitting

Answers = list[tuple[str, bytes]]


class Answering:
    """The stage that tells senders what became of their messages."""

    def __init__(self, desk: Desk, splitting: Splitting) -> None:
        self._desk = desk
        self._splitting = splitting

    def run(self, limit: int) -> int:
        """Answer up to ``limit`` envelopes; how many."""
        desk = self._desk
        if not desk.holding.lanes:
            return 0
        with reading(desk.engine) as connection:
            owed = acknowledgements.owed(connection, desk.holding.lanes, limit)
            envelopes = inbox.load_envelopes(connection, [seq for seq, _ in owed], desk.sealer)
            states = messages.states(connection, [seq for seq, _ in owed])
            replied = acknowledgements.replies(connection, [seq for seq, _ in owed], desk.sealer)
        if owed:
            answers = {seq: replied.get(seq) or self._answer(seq, envelopes[seq], states[seq]) for seq, _ in owed}
            self._write(owed, envelopes, answers)
        return len(owed)

    def _answer(self, seq: int, envelope: Envelope, states: Sequence[str]) -> Answers | Failure:
        try:
            return self._desk.line.acknowledge(envelope, self._splitting.understood(seq, envelope), states)
        except Exception as fault:
            return Failure(
                stage="acknowledge",
                subject=f"acknowledge:{envelope.id}",
                partner=envelope.partner,
                type="unknown",
                problem=told(fault, doing="writing the acknowledgement"),
                envelope=seq,
            )

    def _write(
        self, owed: Sequence[tuple[int, int]], envelopes: dict[int, Envelope], answers: dict[int, Answers | Failure]
    ) -> None:
        desk = self._desk
        now = desk.clock.now()
        with writing(desk.engine) as connection:
            desk.holding.guard(connection, [lane for _, lane in owed], micros(now))
            deliveries: list[Owed] = []
            written = {seq: answer for seq, answer in answers.items() if not isinstance(answer, Failure)}
            dead_letters.add(connection, [one for one in answers.values() if isinstance(one, Failure)], micros(now))
            acknowledgements.answer(connection, written, now=micros(now), sealer=desk.sealer)
            deliveries = [due for seq, one in written.items() for due in self._deliveries(envelopes[seq], one)]
            outbox.add(connection, deliveries, now=now, sender=desk.line.sender)
            acknowledgements.answered(connection, [seq for seq, _ in owed])

    def _deliveries(self, envelope: Envelope, answers: Answers) -> list[Owed]:
        channel = self._desk.line.reply_channel(envelope.partner, envelope.channel)
        if channel is None:
            return []
        return [_owed(envelope, channel, part, target, raw) for part, (target, raw) in enumerate(answers)]


def _owed(envelope: Envelope, channel: str, part: int, target: str, raw: bytes) -> Owed:
    name = b"\x1f".join((b"answer", envelope.id.encode(), channel.encode(), str(part).encode(), raw))
    plan = DeliveryPlan(
        key=hashlib.blake2b(name, digest_size=16).hexdigest(),
        partner=envelope.partner,
        channel=channel,
        target=target,
        shipment=f"envelope:{envelope.id}",
        content=raw,
    )
    return Owed(plan=plan, number_key=envelope.id, ready=True)
