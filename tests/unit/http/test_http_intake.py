"""The intake application on a real uvicorn: what a partner is answered, and what it can do wrong."""

import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest

from adapters.http import open_sender
from adapters.http.intake import Limits, create
from hub.ports import Arrival, Identity, IntakeRefused, Misconfigured, Parcel, Received, Retriable
from tests.contract.partners import RememberingIntake, http_server

KEYS = {
    "key-sky": Identity(partner="skyfreight", kind="partner"),
    "key-sea": Identity(partner="seafreight", kind="partner"),
    "key-customer": Identity(partner="shop", kind="customer"),
}
SKY = {"Authorization": "Bearer key-sky"}


class Keys:
    def identify(self, key: str) -> Identity | None:
        return KEYS.get(key)


@dataclass
class Hub:
    intake: RememberingIntake = field(default_factory=RememberingIntake)
    is_ready: bool = True
    port: int = 0

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=5)


@pytest.fixture(scope="module")
def served() -> Iterator[Hub]:
    hub = Hub()
    app = create(hub.intake, Keys(), Limits(max_bytes=10_000, body_seconds=0.5, bodies=3), ready=lambda: hub.is_ready)
    with http_server(app) as hub.port:
        yield hub


@pytest.fixture
def hub(served: Hub) -> Hub:
    served.intake.forget()
    served.is_ready = True
    return served


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx.Client]:
    with hub.client() as client:
        yield client


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


@pytest.mark.parametrize("headers", [SKY, {"X-Api-Key": "key-sky"}, {"Authorization": "bearer  key-sky"}])
def test_a_message_is_taken_in(hub: Hub, client: httpx.Client, headers: dict[str, str]) -> None:
    answer = client.post("/v1/messages", content=b"\x00FWB\xff", headers={**headers, "Content-Type": "application/x-anything"})
    assert (answer.status_code, answer.json()) == (202, {"id": "m1", "status": "received"})
    assert answer.headers["location"] == "/v1/messages/m1"
    expected = Arrival(partner="skyfreight", channel="http", raw=b"\x00FWB\xff", media="application/x-anything")
    assert hub.intake.arrivals == [expected]


def test_any_media_type_and_none(client: httpx.Client) -> None:
    for number, media in enumerate(
        ("text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "")
    ):
        headers = {**SKY, "Content-Type": media} if media else SKY
        assert client.post("/v1/messages", content=b"%d" % number, headers=headers).status_code == 202


def test_the_same_bytes_again_while_pending_and_after(hub: Hub, client: httpx.Client) -> None:
    client.post("/v1/messages", content=b"FWB", headers=SKY)
    again = client.post("/v1/messages", content=b"FWB", headers=SKY)
    assert (again.status_code, again.json()) == (202, {"id": "m1", "status": "duplicate", "state": "received"})
    done = msgspec.structs.replace(hub.intake.answers["m1"], pending=False, state="applied", answers=[b"FMA\r\n", b"\xff\x00"])
    hub.intake.answers["m1"] = done
    again = client.post("/v1/messages", content=b"FWB", headers=SKY)
    answers = [{"text": "FMA\r\n"}, {"base64": base64.b64encode(b"\xff\x00").decode()}]
    assert (again.status_code, again.json()) == (200, {"id": "m1", "status": "duplicate", "state": "applied", "answers": answers})
    assert len(hub.intake.arrivals) == 1
    shown = client.get("/v1/messages/m1", headers=SKY)
    assert (shown.status_code, shown.json()) == (200, {"id": "m1", "pending": False, "state": "applied", "answers": answers})


def test_foreign_and_unknown_messages_are_answered_alike(client: httpx.Client) -> None:
    client.post("/v1/messages", content=b"FWB", headers=SKY)
    foreign = client.get("/v1/messages/m1", headers={"X-Api-Key": "key-sea"})
    unknown = client.get("/v1/messages/m9", headers={"X-Api-Key": "key-sea"})
    assert_problem(foreign, 404)
    assert foreign.content == unknown.content


def test_a_message_of_nobody_is_shown_to_nobody(hub: Hub, client: httpx.Client) -> None:
    client.post("/v1/messages", content=b"FWB", headers=SKY)
    hub.intake.answers["m1"] = msgspec.structs.replace(hub.intake.answers["m1"], partner="")
    assert_problem(client.get("/v1/messages/m1", headers=SKY), 404)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic a2V5LXNreTo="},
        {"X-Api-Key": ""},
        {"X-Api-Key": "k" * 5000},
    ],
)
def test_nobody_in_particular_is_not_let_in(hub: Hub, client: httpx.Client, headers: dict[str, str]) -> None:
    for answer in (client.post("/v1/messages", content=b"FWB", headers=headers), client.get("/v1/messages/m1", headers=headers)):
        assert_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert hub.intake.arrivals == []


def test_a_customer_uses_the_portal(client: httpx.Client) -> None:
    assert_problem(client.post("/v1/messages", content=b"FWB", headers={"X-Api-Key": "key-customer"}), 403)


def test_an_empty_body(client: httpx.Client) -> None:
    assert_problem(client.post("/v1/messages", content=b"", headers=SKY), 422)


def test_the_limit_holds_by_length_and_while_streaming(hub: Hub, client: httpx.Client) -> None:
    assert client.post("/v1/messages", content=b"x" * 10_000, headers=SKY).status_code == 202
    assert_problem(client.post("/v1/messages", content=b"x" * 10_001, headers=SKY), 413)
    assert_problem(client.post("/v1/messages", content=iter([b"x" * 6_000] * 2), headers=SKY), 413)
    assert len(hub.intake.arrivals) == 1


def test_an_endless_body_is_cut(hub: Hub) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", hub.port), timeout=5) as connection:
        connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: key-sky\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 50_000_000:
                connection.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
                sent += 0x2000
    assert sent < 50_000_000


def test_a_slow_body_ends(hub: Hub) -> None:
    with socket.create_connection(("127.0.0.1", hub.port), timeout=5) as connection:
        connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: key-sky\r\nContent-Length: 100\r\n\r\nFWB")
        assert connection.recv(4096).startswith(b"HTTP/1.1 408")
    assert hub.intake.arrivals == []


def test_a_body_that_breaks_off_is_not_taken_in(hub: Hub, client: httpx.Client) -> None:
    with socket.create_connection(("127.0.0.1", hub.port), timeout=5) as connection:
        connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: key-sky\r\nContent-Length: 100\r\n\r\nFWB")
    assert client.get("/healthz/live").status_code == 200
    assert hub.intake.arrivals == []


def test_too_many_bodies_at_once_are_told_to_come_back(hub: Hub, client: httpx.Client) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", hub.port), timeout=5))
            connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: key-sky\r\nContent-Length: 100\r\n\r\nFWB")
        time.sleep(0.15)
        answer = client.post("/v1/messages", content=b"FWB", headers=SKY)
        assert_problem(answer, 503)
        assert answer.headers["retry-after"] == "30"
    time.sleep(0.1)
    assert client.post("/v1/messages", content=b"FWB", headers=SKY).status_code == 202


@pytest.mark.parametrize(("reason", "status"), [("busy", 503), ("full", 503), ("too-large", 413), ("unknown-partner", 403)])
def test_what_the_hub_refuses(hub: Hub, client: httpx.Client, reason: str, status: int) -> None:
    hub.intake.refusal = IntakeRefused(reason, "an inner word")
    answer = client.post("/v1/messages", content=b"FWB", headers=SKY)
    assert_problem(answer, status)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_a_fault_of_ours_tells_the_log_and_nobody_else(hub: Hub, client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    hub.intake.refusal = RuntimeError("inner words\nparameters: SHIPPER LTD")  # type: ignore[assignment]
    answer = client.post("/v1/messages", content=b"FWB CONSIGNEE LTD", headers=SKY)
    assert_problem(answer, 500)
    assert "inner" not in answer.text
    logged = "".join(capfd.readouterr())
    assert "intake.fault" in logged
    assert "inner words" in logged
    assert not any(word in logged for word in ("SHIPPER", "CONSIGNEE", "key-sky", "Traceback"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", path, 404) for path in ("/", "/docs", "/openapi.json", "/v1/messages/", "/v2/messages", "/v1/messages/a/b")),
        *((method, "/v1/messages", 405) for method in ("GET", "PUT", "DELETE", "PATCH", "TRACE")),
    ],
)
def test_other_routes_and_methods_are_problems(client: httpx.Client, method: str, path: str, status: int) -> None:
    assert_problem(client.request(method, path, headers=SKY), status)


def test_health(hub: Hub, client: httpx.Client) -> None:
    assert client.get("/healthz/live").json() == {"status": "live"}
    assert client.get("/healthz/ready").json() == {"status": "ready"}
    hub.is_ready = False
    answer = client.get("/healthz/ready")
    assert_problem(answer, 503)
    assert answer.headers["retry-after"] == "30"


def test_a_slow_store_does_not_stop_other_callers(hub: Hub, client: httpx.Client) -> None:
    committing, release = threading.Event(), threading.Event()

    def wait(_: Arrival) -> None:
        committing.set()
        release.wait(5)

    hub.intake.after_commit = wait
    slow = threading.Thread(target=lambda: client.post("/v1/messages", content=b"slow", headers=SKY))
    slow.start()
    assert committing.wait(5)
    with hub.client() as other:
        assert other.get("/healthz/live").status_code == 200
    release.set()
    slow.join()


def test_fifty_equal_posts_at_once_have_one_effect(hub: Hub) -> None:
    answers: list[Received] = []

    def post() -> None:
        with hub.client() as client:
            answer = client.post("/v1/messages", content=b"same", headers=SKY)
            while answer.status_code == 503:
                answer = client.post("/v1/messages", content=b"same", headers=SKY)
            answers.append(json.loads(answer.content)["id"])

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["m1"] * 50
    assert len(hub.intake.arrivals) == 1


def test_our_own_sender_and_intake_understand_each_other(hub: Hub) -> None:
    settings = {"url": f"http://127.0.0.1:{hub.port}/v1/messages", "allow_private": True, "api_key_secret": "ours"}
    parcel = Parcel(key="5f3a09", name="FWB.txt", raw=b"FWB/17", media="text/plain")
    sender = open_sender(settings, {"ours": "key-sky"}.__getitem__)
    assert [sender.deliver(parcel).reference for _ in range(2)] == ["/v1/messages/m1"] * 2
    assert hub.intake.raws == [b"FWB/17"]
    hub.intake.refusal = IntakeRefused("full", "later")
    with pytest.raises(Retriable) as raised:
        sender.deliver(parcel)
    assert raised.value.retry_after == 30.0
    with pytest.raises(Misconfigured, match="check the secret"):
        open_sender(settings, {"ours": "key-old"}.__getitem__).deliver(parcel)
