"""How files are picked up from a folder anywhere: settle, claim, read, commit, and only then archive. Knows no kind of folder."""

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import structlog

from hub.channel import CLAIM, archive_name, claimed_name, is_unfinished, shown_name
from hub.ports import Arrival, Intake, IntakeRefused, Refused

log = structlog.get_logger(__name__)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One name in a folder. ``kind`` is ``file``, or what else it is: ``directory``, ``link``, ``device or pipe``."""

    name: str
    kind: str
    size: int
    modified: int


class UnfinishedError(Exception):
    """The file changed while it was read, or is gone: nothing to do now, look again at the next poll."""


class UnreadableError(Exception):
    """This file can never be taken in as it is; the text says why and what to do."""


class Folder(Protocol):
    """A folder that can be picked up from. Faults of the place itself are :class:`hub.ports.DeliveryError`."""

    def entries(self) -> Sequence[Entry]:
        """All names in it, claims included."""

    def claim(self, name: str) -> str | None:
        """Hold a file against being changed or taken by others; the name it is held under, None when it is gone."""

    def read(self, held: str, limit: int) -> bytes:
        """All bytes of a held file. Raises UnfinishedError, or UnreadableError (also when over ``limit`` bytes)."""

    def archive(self, held: str, name: str) -> None:
        """Put a committed file away under a new name; one that is not there any more, or is another by now, stays as it is."""

    def reject(self, held: str, name: str, reason: str) -> None:
        """Put a name where the operator sees it, with the reason beside it in ``<name>.reason``."""

    def close(self) -> None:
        """Let go of connections."""


class Settling:
    """Which files have kept size and time of change for ``seconds``, by looking twice; never by the age a file claims."""

    def __init__(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._first: dict[str, tuple[Entry, float]] = {}

    def settled(self, look: Callable[[], Sequence[Entry]]) -> list[Entry]:
        """The entries that are at rest, oldest first. Waits once, at most ``seconds``, when some are too new to tell."""
        waiting = self._observe(look())
        if waiting > 0:
            self._sleep(waiting)
            self._observe(look())
        ripe = time.monotonic() - self._seconds
        done = [entry for entry, since in self._first.values() if since <= ripe]
        return sorted(done, key=lambda entry: (entry.modified, entry.name))

    def _observe(self, entries: Sequence[Entry]) -> float:
        now = time.monotonic()
        before = self._first
        self._first = {
            entry.name: before[entry.name] if entry.name in before and before[entry.name][0] == entry else (entry, now)
            for entry in entries
        }
        return max((since + self._seconds - now for _, since in self._first.values()), default=0.0)


def utc_now() -> datetime:
    """The time of day, for the names of archived files only."""
    return datetime.now(UTC)


class Pickup:
    """A :class:`hub.ports.Poller` over any folder.

    A file leaves the folder only after the intake has committed it. When the hub dies between the commit and the move, the
    claim is still there: the next poll hands the same bytes in again, is told ``duplicate``, and archives.
    """

    def __init__(
        self,
        folder: Folder,
        *,
        partner: str,
        channel: str,
        settle_seconds: float,
        max_bytes: int,
        max_files: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._folder = folder
        self._partner = partner
        self._channel = channel
        self._settling = Settling(settle_seconds)
        self._max_bytes = max_bytes
        self._max_files = max_files
        self._now = now

    def poll(self, intake: Intake) -> int:
        """Take in up to ``max_files`` files; the number the intake has committed, repetitions included.

        A file the intake refuses because it is busy or full stays claimed where it is, and the poll ends. A file it refuses
        for good goes to ``error``. Raises :class:`hub.ports.DeliveryError` when the folder itself cannot be used, and Refused,
        after the other files, when the server forbids what has to be done with one.
        """
        handed = 0
        refused: Refused | None = None
        for entry in self._ready()[: self._max_files]:
            try:
                handed += self._take(entry, intake)
            except IntakeRefused as refusal:
                log.warning("pickup.postponed", partner=self._partner, channel=self._channel, reason=refusal.reason)
                break
            except Refused as refusal:
                refused = refused or refusal
        if refused is not None:
            raise refused
        return handed

    def close(self) -> None:
        self._folder.close()

    def _ready(self) -> list[Entry]:
        claims = [entry for entry in self._folder.entries() if entry.name.startswith(CLAIM)]
        return claims + self._settling.settled(self._candidates)

    def _candidates(self) -> list[Entry]:
        return [entry for entry in self._folder.entries() if not is_unfinished(entry.name)]

    def _take(self, entry: Entry, intake: Intake) -> int:
        claimed = entry.name.startswith(CLAIM)
        name = claimed_name(entry.name) if claimed else entry.name
        if entry.kind != "file":
            self._reject(entry.name, name, f"This is a {entry.kind}, not a file. Only plain files are picked up.")
            return 0
        held = entry.name if claimed else self._folder.claim(entry.name)
        return 0 if held is None else self._hand_in(held, name, intake)

    def _hand_in(self, held: str, name: str, intake: Intake) -> int:
        try:
            raw = self._folder.read(held, self._max_bytes)
        except UnfinishedError:
            return 0
        except UnreadableError as fault:
            self._reject(held, name, str(fault))
            return 0
        return self._commit(held, name, raw, intake)

    def _commit(self, held: str, name: str, raw: bytes, intake: Intake) -> int:
        try:
            intake.receive(Arrival(partner=self._partner, channel=self._channel, raw=raw, name=shown_name(name)))
        except IntakeRefused as refusal:
            if refusal.reason in ("busy", "full"):
                raise
            self._reject(held, name, f"The hub refused it ({refusal.reason}): {refusal}")
            return 0
        self._folder.archive(held, archive_name(name, hashlib.sha256(raw).hexdigest(), self._now()))
        return 1

    def _reject(self, held: str, name: str, reason: str) -> None:
        at = self._now()
        put = archive_name(name, "rejected", at)
        log.warning("pickup.rejected", partner=self._partner, channel=self._channel, name=put, reason=reason)
        told = (
            f"{reason}\nname: {shown_name(name)}\npartner: {self._partner}\nchannel: {self._channel}\nat: {at.isoformat()}\n"
            "Nothing was taken in. When the cause is gone, move the file back to the folder it came from.\n"
        )
        self._folder.reject(held, put, told)
