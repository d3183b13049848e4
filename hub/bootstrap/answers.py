"""A format's own answers wired to partners: who is owed one, by which channel, and what it says. Pure in (envelope, states)."""

import hashlib
from collections.abc import Sequence

from hub.bootstrap.replies import NOTHING, Replies, Reply
from hub.envelope import Envelope, Frame, Outgoing
from hub.ports import Outcome
from hub.registry import acknowledgers
from hub.settings import Answers, Settings
from hub.statement import Reading, Understood

_GOOD = frozenset({"applied", "partly_applied", "split", "duplicate"})


class Answerer:
    """Writes FMA, FNA, CONTRL for the messages of an envelope, as its partner's configuration wants."""

    def __init__(self, replies: Replies, configured: Settings) -> None:
        self._replies = replies
        self._partners = configured.partners
        self._identity = configured.hub.identity
        self._acknowledgers = acknowledgers(configured.hub.acknowledgers)

    def channel(self, partner: str, channel: str) -> str | None:
        """The channel answers go out by; None: they are kept for the asking."""
        known = self._partners.get(partner)
        return (known.answers.channel or None) if known else None

    def owes(self, partner: str, channel: str, format: str | None) -> bool:
        """Whether this partner gets answers in this format at all."""
        known = self._partners.get(partner)
        return known is not None and format in self._acknowledgers and _answered(known.answers)

    def acknowledge(self, envelope: Envelope, understood: Understood, states: Sequence[str]) -> list[tuple[str, bytes]]:
        """(target, bytes) of every answer, one for each layer of the envelope."""
        frames = sorted({reading.frame for reading in understood.readings}, key=lambda frame: -1 if frame is None else frame)
        answers: list[tuple[str, bytes]] = []
        for frame in frames:
            told = [(one, state) for one, state in zip(understood.readings, states, strict=False) if one.frame == frame]
            answers.extend(self._answer(envelope, understood, frame, told))
        return answers

    def _answer(
        self, envelope: Envelope, understood: Understood, frame: int | None, told: Sequence[tuple[Reading, str]]
    ) -> list[tuple[str, bytes]]:
        partner = self._partners[envelope.partner]
        around = understood.frames[frame] if frame is not None else None
        outgoing = self._outgoing(envelope, frame, around)
        outcomes: list[Outcome] = []
        answers: list[tuple[str, bytes]] = []
        for one, state in told:
            if one.subject == "acknowledgement":
                continue
            reply = self._replies.to(envelope, one, partner, outgoing) if state in _GOOD else NOTHING
            answers.extend((reply.target, raw) for raw in reply.raws)
            if not reply.raws:
                outcomes.append(_outcome(one, state, around, reply, partner.answers))
        if any(one.wanted for one in outcomes):
            written = self._acknowledgers[understood.format].acknowledge(outcomes, outgoing)
            answers.extend((f"{understood.format}:answer", raw) for raw in (written.raws if written else ()))
        return answers

    def _outgoing(self, envelope: Envelope, frame: int | None, around: Frame | None) -> Outgoing:
        """Allotted from the envelope itself, so that the same arrival is always answered in the same bytes.

        It goes back to the origin of the wire's own heading, where there is one.
        """
        number = int.from_bytes(hashlib.blake2b(f"{envelope.id}/{frame}".encode(), digest_size=5).digest()) % 10**9
        partner = self._partners[envelope.partner]
        return Outgoing(
            message_id=str(number),
            control_reference=str(number),
            at=envelope.received_at,
            sender=self._identity,
            recipients=[(around.origin if around else None) or partner.address or partner.id.upper()],
            style=partner.style,
        )


def _answered(wanted: Answers) -> bool:
    return wanted.positive or wanted.negative or wanted.queries


def _outcome(one: Reading, state: str, around: Frame | None, reply: Reply, wanted: Answers) -> Outcome:
    accepted = state in _GOOD and reply.problem is None
    return Outcome(
        accepted=accepted,
        type=one.type,
        version=one.version,
        text=one.text,
        frame=around,
        reference=one.reference,
        problems=[reply.problem] if reply.problem else one.problems,
        wanted=wanted.positive if accepted else wanted.negative,
        remark=reply.remark,
        line=one.line,
    )
