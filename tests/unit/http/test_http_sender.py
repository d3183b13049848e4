"""The HTTP sender against partners that answer in every way, real sockets on loopback."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters import http
from adapters.http.answer import judged
from hub.address import permitted
from hub.exchange import Answer, retry_after
from hub.ports import DeliveryError, Misconfigured, Parcel, Receipt, Refused, Retriable, Unknown
from tests.contract.partners import closed_port, raw_server, swallow

NOW = dt.datetime(2026, 11, 21, 10, 30, tzinfo=dt.UTC)
PARCEL = Parcel(key="5f3a09", name="FWB.txt", raw=b"FWB/17\r\n", media="text/plain")
SECRETS = {"their-key": "a-secret-word"}


def deliver(port: int, parcel: Parcel = PARCEL, **settings: object) -> Receipt:
    url = {"url": f"http://127.0.0.1:{port}/in?token=in-the-query", "allow_private": True}
    limits = {"connect_seconds": 1.0, "read_seconds": 0.5, "attempt_seconds": 1.0}
    return http.open_sender({**url, **limits, **settings}, SECRETS.__getitem__).deliver(parcel)


def read_request(connection: socket.socket) -> bytes:
    seen = b""
    while not seen.endswith(PARCEL.raw):
        chunk = connection.recv(65_536)
        if not chunk:
            break
        seen += chunk
    return seen


def answering(answer: bytes, seen: list[bytes] | None = None) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        request = read_request(connection)
        if seen is not None:
            seen.append(request)
        connection.sendall(answer)

    return serve


def test_the_request_on_the_wire() -> None:
    seen: list[bytes] = []
    with raw_server(answering(b"HTTP/1.1 202 Accepted\r\nLocation: /m/7\r\nContent-Length: 2\r\n\r\nok", seen)) as port:
        receipt = deliver(port, bearer_secret="their-key")
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in?token=in-the-query HTTP/1.1"
    assert {"Idempotency-Key: 5f3a09", "Content-Type: text/plain", f"Host: 127.0.0.1:{port}"} <= set(lines)
    assert "Authorization: Bearer a-secret-word" in lines
    assert body == PARCEL.raw
    assert receipt == Receipt(reference="/m/7", text="202 ok")


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        *((status, Retriable) for status in (408, 425, 429, 500, 502, 503, 504, 507)),
        *((status, Refused) for status in (400, 403, 404, 409, 410, 413, 415, 422, 451)),
        *((status, Misconfigured) for status in (301, 302, 307, 308, 401)),
    ],
)
def test_what_each_status_means(status: int, fault: type[DeliveryError]) -> None:
    answer = Answer(status=status, headers=httpx.Headers({"Location": "http://169.254.169.254/"}), body=b"")
    with pytest.raises(fault) as raised:
        judged(answer, "https://partner.example/in", NOW)
    assert type(raised.value) is fault
    assert str(status) in str(raised.value)


def test_a_redirect_is_not_followed() -> None:
    reached = threading.Event()
    with raw_server(lambda _: reached.set()) as elsewhere:
        answer = b"HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % elsewhere
        with raw_server(answering(answer)) as port, pytest.raises(Misconfigured, match="not followed"):
            deliver(port)
    assert not reached.is_set()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sat, 21 Nov 2026 10:31:30 GMT", 90.0),
        ("Sat, 21 Nov 2026 10:00:00 GMT", 0.0),
        ("99999999999999999999", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        *((value, None) for value in ("", "soon", "-5", "1.5", "Sat, 99 Nov 2026 10:31:30 GMT", "٣", None)),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_retry_after_reaches_the_hub() -> None:
    answer = b"HTTP/1.1 429 T\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"
    with raw_server(answering(answer)) as port, pytest.raises(Retriable) as raised:
        deliver(port)
    assert raised.value.retry_after == 17.0
    assert "in-the-query" not in str(raised.value)


def test_a_connection_is_tried_again_until_it_stands() -> None:
    port = closed_port()
    seen: list[bytes] = []

    def open_late() -> None:
        time.sleep(0.15)
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(5)
            connection, _ = listener.accept()
            with connection:
                answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", seen)(connection)

    late = threading.Thread(target=open_late)
    late.start()
    assert deliver(port, connect_attempts=6).text == "200"
    late.join()
    assert len(seen) == 1


def test_a_request_that_was_sent_is_never_sent_again_in_the_same_call() -> None:
    seen: list[bytes] = []
    keep = raw_server(lambda connection: seen.append(read_request(connection)))
    with keep as port, pytest.raises(Unknown, match="may have arrived"):
        deliver(port, connect_attempts=5)
    assert len(seen) == 1


def test_a_partner_that_closes_before_it_read_all_has_not_got_it() -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    big = Parcel(key="k", name="", raw=b"x" * 30_000_000, media="")
    with raw_server(hang_up) as port, pytest.raises(Retriable, match="before the request was sent in full"):
        deliver(port, big)


def test_an_early_refusal_is_heard() -> None:
    def refuse_at_once(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
        swallow(connection)

    with raw_server(refuse_at_once) as port, pytest.raises(Refused, match="413"):
        deliver(port, Parcel(key="k", name="", raw=b"x" * 5_000_000, media=""))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n",
        b"\xff" * 200_000,
    ],
)
def test_a_broken_answer_is_unknown(answer: bytes) -> None:
    with raw_server(answering(answer)) as port, pytest.raises(Unknown):
        deliver(port)


def test_an_answer_dripping_for_ever_ends() -> None:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        for char in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
            connection.sendall(bytes([char]))
            time.sleep(0.05)

    begun = time.monotonic()
    with raw_server(drip) as port, pytest.raises(Unknown, match="no end after"):
        deliver(port, connect_seconds=0.2, attempt_seconds=0.6)
    assert time.monotonic() - begun < 12


def test_a_2xx_is_a_receipt_however_its_body_goes_on() -> None:
    def endless(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(100_000):
                connection.sendall(b"400\r\n" + b"x" * 0x400 + b"\r\n")

    with raw_server(endless) as port:
        assert deliver(port, max_answer_bytes=5_000).text.startswith("200 xxx")
    with raw_server(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart")) as port:
        assert deliver(port).text == "200 part [the answer broke off]"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "0", "0.0.0.0", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "10.0.0.8", "172.16.0.1"),
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[2002:7f00:1::]"),
        *("[64:ff9b::7f00:1]", "[2001:0:7f00:1::]", "[2001:db8::1]"),
    ],
)
def test_inner_addresses_are_refused(host: str) -> None:
    with pytest.raises(Misconfigured, match=r"no public address|no host|Invalid IPv4"):
        http.open_sender({"url": f"https://{host}/in"}, SECRETS.__getitem__).deliver(PARCEL)


def test_public_addresses_are_permitted() -> None:
    assert permitted("8.8.8.8", 443, allow_private=False) == ["8.8.8.8"]
    assert permitted("2606:4700:4700::1111", 443, allow_private=False) == ["2606:4700:4700::1111"]


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its address between two look-ups gains nothing: there is one look-up."""
    asked: list[str] = []
    original = socket.getaddrinfo

    def rebinding(host: str, port: int, *rest: object, **more: object) -> object:
        asked.append(host)
        inner = "127.0.0.1" if asked.count("partner.example") <= 1 else "127.0.0.99"
        return original(inner if host == "partner.example" else host, port, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    seen: list[bytes] = []
    with raw_server(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", seen)) as port:
        deliver(port, url=f"http://partner.example:{port}/in")
    assert asked.count("partner.example") == 1
    assert f"Host: partner.example:{port}".encode() in seen[0]


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(Misconfigured, match=r"10\.0\.0\.1"):
        permitted("partner.example", 443, allow_private=False)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "http://partner.example/in"}, "not https"),
        ({"url": "ftp://partner.example/in"}, "https://HOST/PATH"),
        ({"url": "https://user:word@partner.example/in"}, "holds a user or password"),
        ({"url": "https://"}, "https://HOST/PATH"),
        ({"url": 5}, "'url' should be a text"),
        ({"url": "https://partner.example", "bearer_secret": "nowhere"}, "no secret 'nowhere'"),
        ({"url": "https://partner.example", "ca_file": "/nowhere"}, "'ca_file'"),
        ({"url": "https://partner.example", "read_seconds": 0}, "'read_seconds'"),
        ({"url": "https://partner.example", "allow_private": "yes"}, "'allow_private' should be true or false"),
    ],
)
def test_settings_are_checked(settings: dict[str, object], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        http.open_sender(settings, SECRETS.__getitem__)


@pytest.mark.parametrize("media", ["text/plain\r\nX-Evil: 1", "ü", "\0"])
def test_a_media_type_cannot_add_headers(media: str) -> None:
    with pytest.raises(Misconfigured, match="media type"):
        deliver(closed_port(), Parcel(key="k", name="", raw=b"x", media=media))


def certificate(path: Path, address: str | None) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "partner")])
    other = x509.IPAddress(ipaddress.ip_address(address or "192.0.2.1"))
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
        .not_valid_after(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def tls_server(pem: Path, seen: list[bytes]) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", seen)(secure)

    with raw_server(serve) as port:
        yield port


@pytest.mark.parametrize(("address", "trusted"), [("127.0.0.1", True), ("127.0.0.1", False), (None, True)])
def test_the_certificate_is_checked_for_the_named_host(tmp_path: Path, address: str | None, trusted: bool) -> None:
    pem = certificate(tmp_path / "server.pem", address)
    seen: list[bytes] = []
    settings: dict[str, object] = {"ca_file": str(pem)} if trusted else {}
    with tls_server(pem, seen) as port:
        url = f"https://127.0.0.1:{port}/in"
        if trusted and address:
            assert deliver(port, url=url, **settings).text == "200"
            return
        with pytest.raises(Misconfigured, match="certificate"):
            deliver(port, url=url, **settings)
    assert seen == []
