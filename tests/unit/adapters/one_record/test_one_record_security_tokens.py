"""Bearer tokens that should not open the gate, each forged the way an attacker would, and those that should.

Standard: API-Security, security/authn-application-layer.md, "JSON Web Token Claims" and "Multiple Identity Providers".
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from adapters.one_record.security import settings
from adapters.one_record.security.gate import Gate
from adapters.one_record.security.keys import MOST_FETCHES, public_keys
from adapters.one_record.security.refusals import KeysUnavailable, KeyUnknown, Unauthenticated
from adapters.one_record.security.settings import Issuer, Security
from hub.ports import Misconfigured

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
SECOND = int(NOW.timestamp())
NORTH, SOUTH = "https://idp.north.example", "https://idp.south.example"
AGENT = "https://north.example/logistics-objects/nordhafen"
NORTH_KEY = RSAKey.generate_key(2048, {"kid": "n-1"}, private=True)
SOUTH_KEY = ECKey.generate_key("P-256", {"kid": "s-1"}, private=True)
STRANGER = RSAKey.generate_key(2048, {"kid": "n-1"}, private=True)
CLAIMS: dict[str, Any] = {"iss": NORTH, "exp": SECOND + 300, "logistics_agent_uri": AGENT}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x", "y", "kid"]), inner)
    ),
    max_leaves=6,
)
ISSUERS = [
    Issuer(iss=NORTH, jwks="north", algorithms=("RS256", "PS256"), agents=["https://north.example/"]),
    Issuer(iss=SOUTH, jwks="south", algorithms=("ES256",), audience="https://us.example"),
]


def key_set(*keys: Any) -> bytes:
    return json.dumps({"keys": [one.as_dict(private=False) for one in keys]}).encode()


class Provider:
    """Key sets by their place, counting how often each is asked for; an absent one is down."""

    def __init__(self, **sets: bytes) -> None:
        self.sets = sets
        self.asked = 0

    def __call__(self, issuer: Issuer) -> bytes:
        self.asked += 1
        if issuer.jwks not in self.sets:
            raise KeysUnavailable("down")
        return self.sets[issuer.jwks]


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def provider() -> Provider:
    return Provider(north=key_set(NORTH_KEY), south=key_set(SOUTH_KEY))


def gate(get: Provider | None = None, ticks: Ticks | None = None, issuers: list[Issuer] | None = None, **options: Any) -> Gate:
    configured = Security(issuers=issuers or ISSUERS, leeway=30, **options)
    return Gate(configured, lambda: NOW, get=get or provider(), monotonic=ticks or Ticks())


def signed(key: Any = NORTH_KEY, header: dict[str, Any] | None = None, /, algorithm: str = "RS256", **claims: Any) -> str:
    told = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not ...}
    return jwt.encode({"alg": algorithm, "kid": key.kid, **(header or {})}, told, key, algorithms=[algorithm])


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def assert_refused(token: str, reason: str, guard: Gate | None = None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        (guard or gate()).agent(bearer(token))
    assert reason in refused.value.reason
    assert 'error="invalid_token"' in refused.value.challenge()
    assert token not in refused.value.challenge()


def test_a_token_names_its_agent() -> None:
    assert gate().agent(bearer(signed())) == AGENT


def test_several_issuers_are_told_apart_by_iss() -> None:
    theirs = "https://south.example/logistics-objects/suedhafen"
    token = signed(SOUTH_KEY, algorithm="ES256", iss=SOUTH, logistics_agent_uri=theirs, aud=["x", "https://us.example"])
    assert gate().agent(bearer(token)) == theirs


def test_other_claims_and_header_parameters_do_no_harm() -> None:
    header = {"jku": "https://evil.example/jwks.json", "x5u": "http://169.254.169.254/", "typ": "at+JWT"}
    assert gate().agent(bearer(signed(NORTH_KEY, header, sub="123", admin=True, aud="whoever"))) == AGENT


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_token_without_kid_is_tried_against_the_issuers_keys(algorithm: str) -> None:
    told = jwt.encode({"alg": algorithm}, CLAIMS, NORTH_KEY, algorithms=[algorithm])
    both = Provider(north=key_set(RSAKey.generate_key(2048, {"kid": "n-0"}), NORTH_KEY))
    assert gate(both).agent(bearer(told)) == AGENT


def test_no_credentials_are_challenged_without_an_error() -> None:
    for headers in ({}, {"authorization": ""}, {"authorization": "Basic bmFtZTpwYXNz"}, {"authorization": "Bearer "}):
        with pytest.raises(Unauthenticated) as refused:
            gate().agent(headers)
        assert refused.value.challenge() == 'Bearer realm="one-record"'


def test_alg_none() -> None:
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(CLAIMS)}."
    assert_refused(unsigned, "three parts")
    assert_refused(unsigned + "AA", "'none' is not allowed")
    assert_refused(f"{part({'alg': 'None', 'typ': 'JWT'})}.{part(CLAIMS)}.AA", "'None' is not allowed")


def test_hmac_with_the_public_key_as_the_secret() -> None:
    public = NORTH_KEY.as_pem(private=False)
    for secret in (
        public,
        public.strip(),
        NORTH_KEY.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
    ):
        head = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'n-1'})}.{part(CLAIMS)}"
        forged = f"{head}.{part(hmac.digest(secret, head.encode(), hashlib.sha256))}"
        assert_refused(forged, "'HS256' is not allowed")


@pytest.mark.parametrize("algorithm", ["HS256", "none", "HS512"])
def test_an_algorithm_anybody_could_use_cannot_be_configured(algorithm: str) -> None:
    with pytest.raises(Misconfigured, match=algorithm):
        settings.read({"issuers": [{"iss": "a", "jwks": "b", "algorithms": ["RS256", algorithm]}]})


def test_a_shared_secret_in_a_key_set_is_no_key() -> None:
    shared = OctKey.generate_key(256, {"kid": "n-1"}).as_dict(private=True)
    assert public_keys(json.dumps({"keys": [shared]}).encode()) == []


def test_an_algorithm_of_another_issuer_is_not_this_ones() -> None:
    assert_refused(signed(SOUTH_KEY, algorithm="ES256", iss=NORTH), "'ES256' is not allowed for https://idp.north.example")


def test_the_key_of_one_issuer_does_not_speak_for_another() -> None:
    third = [*ISSUERS, Issuer(iss="https://idp.third.example", jwks="third")]
    sets = Provider(north=key_set(NORTH_KEY), south=key_set(SOUTH_KEY), third=key_set(STRANGER))
    assert_refused(signed(STRANGER), "signature is not that of", gate(sets, issuers=third))


@pytest.mark.parametrize(
    "iss", [..., None, "", 7, ["https://idp.north.example"], "https://idp.north.example/", "https://evil.example"]
)
def test_a_wrong_issuer(iss: Any) -> None:
    assert_refused(signed(iss=iss), "is not trusted")


def test_an_issuer_may_name_only_its_own_agents() -> None:
    for agent in ("https://south.example/logistics-objects/suedhafen", "https://north.example.evil.example/x"):
        assert_refused(signed(logistics_agent_uri=agent), "may not speak for")


@pytest.mark.parametrize(
    "agent", [..., None, "", 5, [AGENT], "nordhafen", "javascript:alert(1)", "https://north.example/a b", AGENT + "\n"]
)
def test_a_token_must_name_a_logistics_agent(agent: Any) -> None:
    assert_refused(signed(logistics_agent_uri=agent), "logistics_agent_uri is missing")


@pytest.mark.parametrize(("exp", "reason"), [(SECOND - 31, "expired"), (0, "expired"), (-1e11, "expired")])
def test_an_expired_token(exp: float, reason: str) -> None:
    assert_refused(signed(exp=exp), reason)


def test_clocks_may_differ_by_the_leeway() -> None:
    token = signed(exp=SECOND - 29, nbf=SECOND + 29, iat=SECOND + 29)
    assert gate().agent(bearer(token)) == AGENT


@pytest.mark.parametrize(
    "exp", [..., None, True, "2023-03-31T10:38:01.000Z", str(SECOND + 9), [], float("inf"), float("nan"), 1e300]
)
def test_an_expiry_that_is_no_number_of_seconds(exp: Any) -> None:
    forged = {name: value for name, value in {**CLAIMS, "exp": exp}.items() if value is not ...}
    head = f"{part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'n-1'})}.{part(forged)}"
    token = f"{head}.{part(_signature(head.encode()))}"
    assert_refused(token, "exp")


def _signature(signing: bytes) -> bytes:
    return NORTH_KEY.private_key.sign(signing, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("claims", [{"nbf": SECOND + 31}, {"iat": SECOND + 3600}])
def test_a_token_of_the_future(claims: dict[str, Any]) -> None:
    assert_refused(signed(**claims), "not valid yet")


def test_an_audience_that_is_asked_for() -> None:
    for audience in (..., "https://else.example", ["https://us.example.evil.example"]):
        token = signed(SOUTH_KEY, algorithm="ES256", iss=SOUTH, logistics_agent_uri="https://s.example/a", aud=audience)
        assert_refused(token, "aud does not name")


def test_a_changed_payload() -> None:
    head, _, signature = signed().split(".")
    assert_refused(f"{head}.{part({**CLAIMS, 'logistics_agent_uri': 'https://north.example/else'})}.{signature}", "signature")


def test_two_values_of_one_claim_mean_what_the_signature_covers() -> None:
    """Whatever parser reads it, the unproven look at ``iss`` and the proven one must agree."""
    text = f'{{"iss": "{SOUTH}", "iss": "{NORTH}", "exp": {SECOND + 300}, "logistics_agent_uri": "{AGENT}"}}'
    head = f"{part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'n-1'})}.{part(text.encode())}"
    assert gate().agent(bearer(f"{head}.{part(_signature(head.encode()))}")) == AGENT


@pytest.mark.parametrize("typ", [..., "JOSE", 5, None, "JWE"])
def test_the_header_must_say_jwt(typ: Any) -> None:
    header = {"alg": "RS256", "kid": "n-1"} | ({} if typ is ... else {"typ": typ})
    token = f"{part(header)}.{part(CLAIMS)}"
    assert_refused(f"{token}.{part(_signature(token.encode()))}", "typ is not JWT")


def test_a_token_without_typ_where_that_is_allowed() -> None:
    head = f"{part({'alg': 'RS256', 'kid': 'n-1'})}.{part(CLAIMS)}"
    assert gate(typ=False).agent(bearer(f"{head}.{part(_signature(head.encode()))}")) == AGENT


def test_an_unknown_critical_header() -> None:
    head = f"{part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'n-1', 'crit': ['exp'], 'exp': 1})}.{part(CLAIMS)}"
    assert_refused(f"{head}.{part(_signature(head.encode()))}", "")


def test_an_encrypted_token_is_no_signed_one() -> None:
    told = jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A128GCM"}, json.dumps(CLAIMS).encode(), NORTH_KEY)
    assert_refused(told, "three parts")


@pytest.mark.parametrize(
    "token",
    ["aaaaaaa", "aaa.bbb", "a.b.c", "....", "é.é.é", "A" * 20_000, f"{part([1])}.{part([2])}.AA",
     f"{part({'alg': 'RS256'})}.{part([])}.AA",
     f"{part(b'[' * 3000)}.AA.AA", f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(b'[' * 9000)}.AA"],
)  # fmt: skip
def test_whatever_is_no_token(token: str) -> None:
    assert_refused(token, "")


few = settings_of_hypothesis(max_examples=60, deadline=None)
three_parts = st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(lambda parts: ".".join(map(part, parts)))
of_claims = st.dictionaries(st.sampled_from(["iss", "exp", "nbf", "iat", "aud", "logistics_agent_uri"]), anything)
of_header = st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64"]), anything)


@few
@given(st.one_of(st.text(max_size=80), three_parts))
def test_any_text_is_a_refusal_and_never_another_fault(text: str) -> None:
    with pytest.raises(Unauthenticated):
        gate().agent(bearer(text))


@few
@given(claims=of_claims, header=of_header)
def test_a_signed_token_with_any_claims_is_a_caller_or_a_refusal(claims: dict[str, Any], header: dict[str, Any]) -> None:
    head = f"{part({'alg': 'RS256', 'typ': 'JWT', **header})}.{part({**CLAIMS, **claims})}"
    try:
        assert gate().agent(bearer(f"{head}.{part(_signature(head.encode()))}")).startswith("https://north.example/")
    except Unauthenticated:
        return


@few
@given(anything)
def test_any_json_is_keys_or_none(value: Any) -> None:
    for raw in (json.dumps(value), json.dumps({"keys": [value]})):
        try:
            public_keys(raw.encode())
        except KeysUnavailable:
            continue


@pytest.mark.parametrize("kid", ["../../etc/passwd", "n-1' OR 1=1", "http://169.254.169.254/", "n-2"])
def test_an_unknown_kid(kid: str) -> None:
    assert_refused(signed(NORTH_KEY, {"kid": kid}), "has no key")
    assert_refused(signed(NORTH_KEY, {"kid": "n" * 400}), "kid is no text")


def test_a_key_that_was_rolled_over_is_fetched_once_asked_for() -> None:
    get, ticks = provider(), Ticks()
    guard = gate(get, ticks)
    guard.agent(bearer(signed()))
    fresh = RSAKey.generate_key(2048, {"kid": "n-2"}, private=True)
    get.sets["north"] = key_set(fresh)
    ticks.now = 31
    assert guard.agent(bearer(signed(fresh))) == AGENT
    assert get.asked == 2
    assert_refused(signed(), "has no key", guard)


def test_unknown_kids_cannot_make_us_fetch_without_end() -> None:
    get, ticks = provider(), Ticks()
    guard = gate(get, ticks)
    for number in range(50):
        ticks.now = number * 1.0
        with pytest.raises((Unauthenticated, KeyUnknown)):
            guard.agent(bearer(signed(NORTH_KEY, {"kid": f"x{number}"})))
    assert get.asked == 2 * MOST_FETCHES


def test_a_token_of_a_stranger_s_key_is_refused_and_not_put_off() -> None:
    get, ticks = provider(), Ticks()
    guard = gate(get, ticks)
    guard.agent(bearer(signed()))
    for ticks.now in (1.0, 10.0, 20.0, 45.0):
        with pytest.raises(Unauthenticated):
            guard.agent(bearer(signed(NORTH_KEY, {"kid": "stranger"})))


def test_a_key_made_right_after_the_keys_were_fetched_is_for_later_and_not_for_never() -> None:
    """Who is told 401 gives up; a provider may roll its keys over at any moment, also within ``min_interval`` of our asking."""
    get, ticks = provider(), Ticks()
    guard = gate(get, ticks)
    guard.agent(bearer(signed()))
    fresh = RSAKey.generate_key(2048, {"kid": "n-2"}, private=True)
    get.sets["north"] = key_set(fresh, NORTH_KEY)
    ticks.now = 10
    assert (guard.agent(bearer(signed(fresh))), get.asked) == (AGENT, 2)
    for ticks.now in (16.5, 23.0):
        with pytest.raises((Unauthenticated, KeyUnknown)):
            guard.agent(bearer(signed(NORTH_KEY, {"kid": "n-3"})))
    newest = RSAKey.generate_key(2048, {"kid": "n-3"}, private=True)
    get.sets["north"] = key_set(newest, fresh, NORTH_KEY)
    with pytest.raises(KeyUnknown):
        guard.agent(bearer(signed(newest)))
    assert (guard.agent(bearer(signed())), get.asked) == (AGENT, MOST_FETCHES)
    ticks.now = 31
    assert (guard.agent(bearer(signed(newest))), get.asked) == (AGENT, MOST_FETCHES + 1)


def test_a_key_that_cannot_be_asked_for_is_for_later() -> None:
    get, ticks = provider(), Ticks()
    guard = gate(get, ticks)
    guard.agent(bearer(signed()))
    del get.sets["north"]
    for ticks.now in (31.0, 32.0, 62.0):
        with pytest.raises(KeyUnknown):
            guard.agent(bearer(signed(NORTH_KEY, {"kid": "n-2"})))
        assert guard.agent(bearer(signed())) == AGENT
    assert get.asked == 3


def test_keys_are_renewed_after_their_age_and_old_ones_serve_a_while() -> None:
    get, ticks = provider(), Ticks()
    guard = gate(get, ticks)
    guard.agent(bearer(signed()))
    del get.sets["north"]
    ticks.now = 3601
    assert guard.agent(bearer(signed())) == AGENT
    assert get.asked == 2
    ticks.now = 3600 + 86_401
    with pytest.raises(KeysUnavailable):
        guard.agent(bearer(signed()))


def test_keys_never_had_let_nobody_in() -> None:
    with pytest.raises(KeysUnavailable):
        gate(Provider()).agent(bearer(signed()))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": 5}', b"[" * 100_000, b'{"keys": ' + b"[1," * 500])
def test_what_is_no_key_set(raw: bytes) -> None:
    with pytest.raises(KeysUnavailable):
        public_keys(raw)


def test_keys_too_weak_or_for_something_else_are_left_out() -> None:
    short = {"kty": "RSA", "e": "AQAB", "kid": "short", "n": "A" * 170}
    cipher = {**NORTH_KEY.as_dict(private=False), "use": "enc"}
    good = OKPKey.generate_key("Ed25519", {"kid": "ed"}).as_dict(private=False)
    listed = [short, cipher, {"kty": "RSA"}, {"kty": "EC", "crv": "P-0", "x": "A", "y": "A"}, 5, None, good]
    assert [one.kid for one in public_keys(json.dumps({"keys": listed}).encode())] == ["ed"]


@pytest.mark.parametrize(
    "table",
    [{"issuers": [{"iss": "a", "jwks": "http://b"}]}, {"issuers": [{"iss": "a"}]},
     {"issuers": [{"iss": "a", "jwks": "b", "x": 1}]},
     {"issuers": [{"iss": "a", "jwks": "b"}] * 2}, {"leeway": 3600}, {"certificates": "maybe"}, {"token": {"seconds": 1}}],
)  # fmt: skip
def test_settings_that_cannot_be_meant(table: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="node"):
        settings.read(table)
