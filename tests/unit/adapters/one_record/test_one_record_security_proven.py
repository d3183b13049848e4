"""Tokens proven before: what is spared, what ends it. Standard: security/authn-application-layer.md, "JSON Web Token Claims"."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.one_record.security import tokens
from adapters.one_record.security.gate import Gate
from adapters.one_record.security.keys import Keys
from adapters.one_record.security.proven import Proof, Proven
from adapters.one_record.security.refusals import KeysUnavailable, Unauthenticated
from adapters.one_record.security.settings import Security
from tests.unit.adapters.one_record.test_one_record_security_tokens import (
    AGENT,
    ISSUERS,
    NORTH_KEY,
    NOW,
    STRANGER,
    Provider,
    Ticks,
    bearer,
    key_set,
    provider,
    signed,
)


class Watched:
    """A gate whose day and keys can be moved, and that counts proofs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.proofs = 0
        self.now = NOW
        self.ticks = Ticks()
        self.keys = provider()
        self.gate = Gate(Security(issuers=ISSUERS, leeway=30), lambda: self.now, get=self.keys, monotonic=self.ticks)
        real = tokens._verified

        def counted(*given: Any) -> Any:
            self.proofs += 1
            return real(*given)

        monkeypatch.setattr(tokens, "_verified", counted)

    def agent(self, token: str) -> str:
        return self.gate.agent(bearer(token))


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def test_a_token_is_proven_once(watched: Watched) -> None:
    token = signed()
    assert [watched.agent(token) for _ in range(5)] == [AGENT] * 5
    assert watched.proofs == 1


def test_another_token_of_the_same_agent_is_proven_for_itself(watched: Watched) -> None:
    watched.agent(signed())
    with pytest.raises(Unauthenticated):
        watched.agent(signed(STRANGER))
    assert watched.proofs == 2


def test_a_signature_changed_in_one_letter_is_another_token(watched: Watched) -> None:
    token = signed()
    watched.agent(token)
    changed = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    with pytest.raises(Unauthenticated):
        watched.agent(changed)


def test_never_beyond_its_exp(watched: Watched) -> None:
    token = signed()
    watched.agent(token)
    watched.now = NOW + timedelta(seconds=299)
    watched.agent(token)
    assert watched.proofs == 1
    watched.now = NOW + timedelta(seconds=301)  # within the leeway of clocks: proven anew, and not remembered for longer
    watched.agent(token)
    watched.agent(token)
    assert watched.proofs == 3
    watched.now = NOW + timedelta(seconds=331)
    with pytest.raises(Unauthenticated):
        watched.agent(token)


def test_a_key_that_is_gone_ends_what_it_proved(watched: Watched) -> None:
    token = signed()
    watched.agent(token)
    watched.keys.sets["north"] = key_set(STRANGER)
    watched.ticks.now = 3601.0  # the keys are aged, and fetched anew
    with pytest.raises(Unauthenticated):
        watched.agent(token)


def test_keys_fetched_anew_for_another_token_end_it_too(watched: Watched) -> None:
    token = signed()
    watched.agent(token)
    watched.keys.sets["north"] = key_set(STRANGER)
    watched.ticks.now = 60.0
    with pytest.raises(Unauthenticated):
        watched.agent(signed(NORTH_KEY, {"kid": "n-9"}))  # an unknown kid makes us ask for the keys
    with pytest.raises(Unauthenticated):
        watched.agent(token)


def test_keys_too_old_let_nobody_in_whom_they_have_proven(watched: Watched) -> None:
    token = signed()
    watched.agent(token)
    watched.keys.sets = {}
    watched.ticks.now = 3600.0 + 86_400.0 + 1
    with pytest.raises(KeysUnavailable):
        watched.agent(token)


def test_bounded_in_number() -> None:
    keys = Keys(ISSUERS[0], Provider(north=key_set(NORTH_KEY)), Ticks())
    proven = Proven(most=2)
    for token in ("one", "two", "three"):
        proven.keep(token, Proof(agent=AGENT, expires=10.0, keys=keys, edition=keys.edition()))
    assert [bool(proven.agent(token, 5.0)) for token in ("one", "two", "three")] == [False, True, True]


def test_no_token_is_held() -> None:
    watched = Proven()
    keys = Keys(ISSUERS[0], Provider(north=key_set(NORTH_KEY)), Ticks())
    watched.keep("a-secret-token", Proof(agent=AGENT, expires=10.0, keys=keys, edition=1))
    assert "a-secret-token" not in repr(watched.__dict__)
