"""Key sets over real sockets, client certificates, and the built-in token endpoint.

Standard: API-Security, security/authn-application-layer.md "Request token", security/authn-transport-layer.md.
"""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from adapters.one_record.security import certificates
from adapters.one_record.security.fetching import LARGEST, fetch
from adapters.one_record.security.gate import Gate
from adapters.one_record.security.refusals import KeysUnavailable, Unauthenticated
from adapters.one_record.security.settings import Issuer, Security, TokenClient, TokenEndpoint
from adapters.one_record.security.token_endpoint import Issuing
from hub.ports import Misconfigured
from hub.settings import SecretMissing

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
BASE = "http://127.0.0.1:8080/one-record"
AGENT = "https://north.example/logistics-objects/nordhafen"
FORM = "application/x-www-form-urlencoded"
SECRETS = {"nord-secret": "pa ss:wörd/1"}


def secrets(name: str) -> str:
    if name not in SECRETS:
        raise SecretMissing(name)
    return SECRETS[name]


# key sets


@pytest.fixture
def served() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        yield server


def issuer(place: str, **options: Any) -> Issuer:
    return Issuer(iss="https://idp.north.example", jwks=place, **{"allow_private": True, **options})


def test_a_key_set_from_a_file_and_from_a_url(served: HTTPServer, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(b'{"keys": []}')
    served.expect_request("/jwks.json").respond_with_data(b'{"keys": [1]}')
    assert fetch(issuer(str(tmp_path / "keys.json"))) == b'{"keys": []}'
    assert fetch(issuer(served.url_for("/jwks.json"))) == b'{"keys": [1]}'


def test_a_private_address_is_not_asked_unless_that_is_allowed(served: HTTPServer) -> None:
    for place in (served.url_for("/jwks.json"), "https://169.254.169.254/jwks", "https://localhost/jwks", "https://[::1]/jwks"):
        with pytest.raises(KeysUnavailable, match="no public address"):
            fetch(issuer(place, allow_private=False))
    assert served.log == []


def test_redirects_are_not_followed(served: HTTPServer) -> None:
    served.expect_request("/jwks.json").respond_with_response(Response(status=302, headers={"Location": served.url_for("/else")}))
    with pytest.raises(KeysUnavailable, match="answered 302"):
        fetch(issuer(served.url_for("/jwks.json")))
    assert len(served.log) == 1


def test_a_key_set_without_end(served: HTTPServer) -> None:
    served.expect_request("/jwks.json").respond_with_data(b" " * (LARGEST + 1))
    with pytest.raises(KeysUnavailable, match="more than"):
        fetch(issuer(served.url_for("/jwks.json")))


@pytest.mark.parametrize(
    "place", ["/no/such/file", "https://no-such-host.invalid/jwks", "https://127.0.0.1:1/jwks", "https://[/"]
)
def test_a_place_that_is_not_there(place: str) -> None:
    with pytest.raises(KeysUnavailable):
        fetch(issuer(place))


def test_one_fetch_serves_all_who_wait(served: HTTPServer) -> None:
    key = RSAKey.generate_key(2048, {"kid": "a"})
    ticking = threading.Event()

    def slowly(_: Request) -> Response:
        ticking.wait(0.2)
        return Response(json.dumps({"keys": [key.as_dict(private=False)]}))

    served.expect_request("/jwks.json").respond_with_handler(slowly)
    gate = Gate(Security(issuers=[issuer(served.url_for("/jwks.json"))]), lambda: NOW)
    keys = gate._verifier._trusted["https://idp.north.example"].keys
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(keys.candidates("a", "RS256")))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (found, len(served.log)) == ([1] * 8, 1)


# certificates


def certificate(common_name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Nordhafen, Logistics"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


NORTH = certificate("node.north.example")
LISTED = {certificates.names(NORTH)[0]: AGENT}


def test_a_certificate_is_named_by_subject_and_by_fingerprint() -> None:
    subject, fingerprint = certificates.names(NORTH)
    assert subject == "CN=node.north.example,O=Nordhafen\\, Logistics"
    assert fingerprint.startswith("sha256:")
    assert len(fingerprint) == 71
    assert certificates.names(b"no certificate") == []


def test_a_listed_certificate_identifies_without_a_token() -> None:
    guard = Gate(Security(certificates="accept", certificate_agents=LISTED), lambda: NOW)
    assert guard.agent({}, NORTH) == AGENT
    by_print = Security(certificates="accept", certificate_agents={certificates.names(NORTH)[1]: AGENT})
    assert Gate(by_print, lambda: NOW).agent({}, NORTH) == AGENT


def test_an_unlisted_certificate_does_not() -> None:
    for mode in ("accept", "require"):
        for shown in (certificate("node.south.example"), None, b"junk"):
            with pytest.raises(Unauthenticated):
                Gate(Security(certificates=mode, certificate_agents=LISTED), lambda: NOW).agent({}, shown)


def test_certificates_count_for_nothing_where_they_are_off() -> None:
    with pytest.raises(Unauthenticated):
        Gate(Security(), lambda: NOW).agent({}, NORTH)


def test_a_token_beside_a_certificate_must_name_the_same_agent() -> None:
    issuing = endpoint()
    guard = Gate(Security(certificates="require", certificate_agents=LISTED), lambda: NOW, built_in=issuing.trusted(lambda: 0.0))
    token = asked(issuing, basic("nord"))["access_token"]
    assert guard.agent({"authorization": f"Bearer {token}"}, NORTH) == AGENT
    other = {certificates.names(NORTH)[0]: "https://south.example/x"}
    guard = Gate(Security(certificates="accept", certificate_agents=other), lambda: NOW, built_in=issuing.trusted(lambda: 0.0))
    with pytest.raises(Unauthenticated, match="different agents"):
        guard.agent({"authorization": f"Bearer {token}"}, NORTH)
    with pytest.raises(Unauthenticated, match="no listed client certificate"):
        Gate(
            Security(certificates="require", certificate_agents=LISTED), lambda: NOW, built_in=issuing.trusted(lambda: 0.0)
        ).agent({"authorization": f"Bearer {token}"})


# the built-in token endpoint


def endpoint(**options: Any) -> Issuing:
    clients = [
        TokenClient(id="nord", secret="nord-secret", agent=AGENT),
        TokenClient(id="a:b", secret="nord-secret", agent=AGENT),
    ]
    return Issuing(TokenEndpoint(enabled=True, clients=clients, **options), BASE, "127.0.0.1", secrets, lambda: NOW)


def basic(name: str, secret: str = SECRETS["nord-secret"]) -> dict[str, str]:
    pair = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}", "content-type": FORM}


def asked(issuing: Issuing, headers: dict[str, str], status: int = 200, **form: str) -> Any:
    body = urlencode({"grant_type": "client_credentials", **form}).encode()
    answer = issuing.answer({"content-type": FORM + "; charset=utf-8", **headers}, body)
    assert answer.status == status
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    return json.loads(answer.body)


@pytest.mark.parametrize("name", ["nord", "a:b"])
def test_a_token_by_basic_and_by_post(name: str) -> None:
    issuing = endpoint()
    guard = Gate(Security(), lambda: NOW, built_in=issuing.trusted(lambda: 0.0))
    for told in (asked(issuing, basic(name)), asked(issuing, {}, client_id=name, client_secret=SECRETS["nord-secret"])):
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 600)
        assert guard.agent({"authorization": f"bearer {told['access_token']}"}) == AGENT


def test_tokens_end_with_their_time() -> None:
    issuing = endpoint(seconds=60)
    token = asked(issuing, basic("nord"))["access_token"]
    later = Gate(Security(), lambda: NOW + timedelta(seconds=91), built_in=issuing.trusted(lambda: 0.0))
    with pytest.raises(Unauthenticated, match="expired"):
        later.agent({"authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (basic("nord", "wrong"), {}),
        (basic("nobody"), {}),
        ({"authorization": "Basic !!!"}, {}),
        ({"authorization": "Bearer x"}, {}),
        ({}, {"client_id": "nord", "client_secret": ""}),
        ({}, {"client_id": "nord"}),
        ({}, {}),
        (basic("nord", "wrong"), {"client_id": "nord", "client_secret": SECRETS["nord-secret"]}),
    ],
)
def test_a_wrong_client_is_told_so_and_nothing_more(headers: dict[str, str], form: dict[str, str]) -> None:
    told = asked(endpoint(), headers, 401, **form)
    assert told == {"error": "invalid_client", "error_description": "The client is unknown or its secret is wrong."}


@pytest.mark.parametrize(
    ("media", "body", "error"),
    [
        ("application/json", b"{}", "invalid_request"),
        (FORM, b"grant_type=password&username=a&password=b", "unsupported_grant_type"),
        (FORM, b"", "unsupported_grant_type"),
        (FORM, b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (FORM, b"a=" + b"x" * 5000, "invalid_request"),
        (FORM, b"\xff\xfe", "invalid_request"),
        (FORM, b"&".join(b"a%d=1" % number for number in range(50)), "invalid_request"),
    ],
)
def test_a_form_that_cannot_be_taken(media: str, body: bytes, error: str) -> None:
    answer = endpoint().answer({"content-type": media}, body)
    assert (answer.status, json.loads(answer.body)["error"]) == (400, error)


def test_it_does_not_start_beyond_loopback() -> None:
    for host in ("0.0.0.0", "192.0.2.7", "node.example", "::"):
        with pytest.raises(Misconfigured, match="demonstration and tests"):
            Issuing(TokenEndpoint(enabled=True), BASE, host, secrets, lambda: NOW)
        assert Issuing(TokenEndpoint(enabled=True, anywhere=True), BASE, host, secrets, lambda: NOW).iss == BASE


def test_it_does_not_start_without_its_secrets() -> None:
    clients = [TokenClient(id="x", secret="missing", agent=AGENT)]
    with pytest.raises(Misconfigured):
        Issuing(TokenEndpoint(clients=clients), BASE, "127.0.0.1", secrets, lambda: NOW)
    for secret in ("no key", RSAKey.generate_key(2048).as_pem(private=False).decode()):
        with pytest.raises(Misconfigured, match="key"):
            Issuing(TokenEndpoint(key="k"), BASE, "127.0.0.1", lambda _, secret=secret: secret, lambda: NOW)


def test_a_key_of_ones_own_outlives_a_restart() -> None:
    pem = RSAKey.generate_key(2048).as_pem(private=True).decode()
    clients = [TokenClient(id="nord", secret="s", agent=AGENT)]
    first, second = (
        Issuing(TokenEndpoint(key="k", clients=clients), BASE, "localhost", lambda name: pem if name == "k" else "s", lambda: NOW)
        for _ in range(2)
    )
    token = asked(first, basic("nord", "s"))["access_token"]
    gate = Gate(Security(), lambda: NOW, built_in=second.trusted(lambda: 0.0))
    assert gate.agent({"authorization": f"Bearer {token}"}) == AGENT


def test_the_key_set_shows_no_private_part() -> None:
    (key,) = json.loads(endpoint().key_set())["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
