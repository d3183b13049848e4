"""Tokens proven before: their digests and whom they name, as long as nothing of the proof has changed. No token is held."""

import hashlib
import threading
from collections import OrderedDict

import msgspec

from adapters.one_record.security.keys import Keys

MOST = 4_096


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The agent a token names, until its ``exp`` (seconds since 1970), by keys of one fetch."""

    agent: str
    expires: float
    keys: Keys
    edition: int


class Proven:
    """Bounded in number, the oldest used first out; safe for threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._proofs: OrderedDict[bytes, Proof] = OrderedDict()

    def agent(self, token: str, now: float) -> str:
        """Whom the token names; empty where it must be proven (again): unknown, at its end, or its issuer's keys fetched anew.

        Raises KeysUnavailable, as a proof would, when the issuer's keys are too old.
        """
        mark = _mark(token)
        with self._lock:
            found = self._proofs.get(mark)
            if found is None:
                return ""
            self._proofs.move_to_end(mark)
        if now < found.expires and found.keys.edition() == found.edition:
            return found.agent
        with self._lock:
            self._proofs.pop(mark, None)
        return ""

    def keep(self, token: str, proof: Proof) -> None:
        """Remember a proof."""
        with self._lock:
            self._proofs[_mark(token)] = proof
            if len(self._proofs) > self._most:
                self._proofs.popitem(last=False)


def _mark(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
