"""What a stranger to this code finds who reads the standard page by page and asks over HTTP: validators, compression, methods,
relocation, and who is told of a change. Named by page and section of API-Security.
"""

import gzip
import json
from typing import Any

import msgspec
import pytest

from adapters.one_record.vocabulary import CARGO
from hub.node import ActionRequests
from hub.objects import GET_OBJECT, PATCH_OBJECT, REJECTED, ActionRequest, Grant, NewRequest
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, change, error, operation, served
from tests.unit.adapters.one_record.node_world import AIRLINE, HANDLER, HOLDER, subscription

PIECE = {"@context": CONTEXT, "@type": "cargo:Piece", "cargo:goodsDescription": "BOOKS"}
FURTHER = "https://new.example/one-record"


@pytest.fixture
def piece(holder: Client) -> str:
    return holder.post(PIECE)


def described(address: str, old: str, new: str, revision: int = 1) -> dict[str, Any]:
    changed = [operation("DELETE", address, "goodsDescription", old), operation("ADD", address, "goodsDescription", new)]
    return change(address, *changed, revision=revision)


# implementation-guidelines.md, Caching; logistics-objects.md, Retrieve Logistics Object metadata


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_caching_who_has_the_newest_revision_is_told_so_without_a_body(holder: Client, piece: str, method: str) -> None:
    tag = holder("GET", piece).headers["ETag"]
    again = holder(method, piece, If_None_Match=f'"other", {tag}')
    assert again.status_code == 304
    assert again.content == b""
    assert (again.headers["ETag"], again.headers["Latest-Revision"]) == (tag, "1")


def test_caching_a_new_revision_has_another_validator(holder: Client, piece: str) -> None:
    tag = holder("GET", piece).headers["ETag"]
    assert holder("PATCH", piece, described(piece, "BOOKS", "PAPER")).status_code == 201
    again = holder("GET", piece, If_None_Match=tag)
    assert (again.status_code, again.headers["Revision"]) == (200, "2")
    assert again.headers["ETag"] != tag


def test_caching_each_version_and_media_type_has_its_own_validator(holder: Client, piece: str) -> None:
    asked = ["application/ld+json", "application/ld+json; version=2.2.0", "text/turtle"]
    tags = [holder("GET", piece, Accept=one).headers["ETag"] for one in asked]
    assert len(set(tags)) == 3
    assert holder("GET", piece, Accept="text/turtle", If_None_Match=tags[0]).status_code == 200


def test_caching_a_validator_opens_nothing(web: Web, holder: Client, piece: str) -> None:
    tag = holder("GET", piece).headers["ETag"]
    assert web.client(AIRLINE)("GET", piece, If_None_Match=tag).status_code == 403


def test_caching_what_is_embedded_has_none_for_its_neighbours_change_without_it(holder: Client, piece: str) -> None:
    assert "ETag" not in holder("GET", f"{piece}?embedded=true").headers


# action-requests.md, Get Action Request Metadata; logistics-events.md, Get Logistics Events metadata


def test_get_action_request_metadata_any_update_is_seen_even_within_a_second(web: Web, holder: Client, piece: str) -> None:
    web.world.node.access.grant([Grant(object=piece.rsplit("/", 1)[-1], agent=AIRLINE, permission=PATCH_OBJECT)])
    asked = web.client(AIRLINE)("PATCH", piece, described(piece, "BOOKS", "PAPER")).headers["Location"]
    before = holder("HEAD", asked).headers
    assert holder("HEAD", asked, If_None_Match=before["ETag"]).status_code == 304
    holder("PATCH", f"{asked}?status=REQUEST_REJECTED")
    after = holder("HEAD", asked, If_None_Match=before["ETag"])
    assert (after.status_code, after.headers["Last-Modified"]) == (200, before["Last-Modified"])
    assert after.headers["ETag"] != before["ETag"]


def test_get_logistics_events_metadata_each_new_event_is_seen_even_within_a_second(holder: Client, piece: str) -> None:
    date = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-11-21T10:00:00Z"}
    tags = []
    for _ in range(3):
        answer = holder("GET", f"{piece}/logistics-events?limit=1", If_None_Match=", ".join(tags))
        assert answer.status_code == 200
        tags.append(answer.headers["ETag"])
        holder(
            "POST", f"{piece}/logistics-events", {"@context": CONTEXT, "@type": "cargo:LogisticsEvent", "cargo:eventDate": date}
        )
    assert len(set(tags)) == 3
    newest = holder("HEAD", f"{piece}/logistics-events?limit=1").headers["ETag"]
    assert holder("GET", f"{piece}/logistics-events?limit=1", If_None_Match=newest).status_code == 304
    assert holder("GET", f"{piece}/logistics-events?limit=2", If_None_Match=newest).status_code == 200


# implementation-guidelines.md, Content Encoding


def test_content_encoding_a_compressed_body_is_read(holder: Client) -> None:
    raw = gzip.compress(json.dumps(PIECE).encode())
    assert holder("POST", "/logistics-objects", raw, Content_Encoding="gzip").status_code == 201


@pytest.mark.parametrize("raw", [b"{}", gzip.compress(json.dumps(PIECE).encode())[:-9], gzip.compress(b"{}") + b"x"])
def test_content_encoding_what_is_not_whole_is_an_invalid_body(holder: Client, raw: bytes) -> None:
    answer = holder("POST", "/logistics-objects", raw, Content_Encoding="gzip")
    assert (answer.status_code, error(answer)[0]) == (400, "Invalid body request")


def test_content_encoding_a_small_body_may_not_become_a_large_one(holder: Client) -> None:
    answer = holder("POST", "/logistics-objects", gzip.compress(b" " * 20_000_000), Content_Encoding="gzip")
    assert answer.status_code == 413


def test_content_encoding_of_another_kind_is_unsupported(holder: Client) -> None:
    answer = holder("POST", "/logistics-objects", b"{}", Content_Encoding="br")
    assert (answer.status_code, error(answer)[0]) == (415, "Unsupported content type")
    assert answer.headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(("accepted", "used"), [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br", False)])
def test_content_encoding_answers_as_accepted(holder: Client, accepted: str, used: bool) -> None:
    long = holder.post({**PIECE, "cargo:goodsDescription": "BOOKS " * 500})
    answer = holder("GET", long, Accept_Encoding=accepted)
    assert ("Content-Encoding" in answer.headers) is used
    assert answer.json()["cargo:goodsDescription"].startswith("BOOKS ")


# implementation-guidelines.md, Internationalization; Serialization and Data Formats


def test_internationalization_data_is_not_said_to_be_in_a_language_it_is_not_in(holder: Client, piece: str) -> None:
    answer = holder("GET", piece, Accept_Language="de-DE")
    assert answer.headers["Content-Language"] == "en-US"
    assert "@language" not in answer.json()["@context"]


def test_internationalization_errors_of_single_targets_are_translated_and_say_so(holder: Client, piece: str) -> None:
    date = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-11-21T10:00:00Z"}
    targets = [{"@id": piece}, {"@id": f"{piece}-not"}]
    event = {"@context": CONTEXT, "@type": "cargo:LogisticsEvent", "cargo:eventDate": date, "cargo:eventFor": targets}
    answer = holder("POST", "/logistics-events", event, Accept_Language="de")
    assert (answer.status_code, answer.headers["Content-Language"]) == (207, "de-DE")
    assert answer.json()["@context"]["@language"] == "de-DE"
    titles = [one["api:hasError"]["api:hasTitle"] for one in answer.json()["api:hasCreationResult"] if "api:hasError" in one]
    assert titles == ["Ressource nicht gefunden"]


# implementation-guidelines.md, Error Handling


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "PURGE"])
def test_error_handling_any_other_method_is_an_error_object(holder: Client, piece: str, method: str) -> None:
    answer = holder(method, piece)
    assert (answer.status_code, error(answer)[0]) == (405, "Method not allowed")
    assert answer.headers["Allow"] == "GET, HEAD, PATCH, POST"
    assert answer.headers["Content-Language"] == "en-US"


# action-requests.md, Update an Action Request


def test_update_an_action_request_with_a_document_of_another_format_is_unsupported(web: Web, holder: Client, piece: str) -> None:
    web.world.node.access.grant([Grant(object=piece.rsplit("/", 1)[-1], agent=AIRLINE, permission=PATCH_OBJECT)])
    asked = web.client(AIRLINE)("PATCH", piece, described(piece, "BOOKS", "PAPER")).headers["Location"]
    assert holder("PATCH", f"{asked}?status=REQUEST_ACCEPTED", b"<a/>", Content_Type="text/xml").status_code == 415
    assert holder("GET", piece).headers["Revision"] == "1"
    assert holder("PATCH", f"{asked}?status=REQUEST_ACCEPTED", b"{}").status_code == 204


# logistics-objects.md, Get a Logistics Object (Example B4); server-information.md (Example A2)


@pytest.mark.parametrize(
    ("for_now", "method", "path", "status"),
    [
        (False, "GET", "/", 301),
        (False, "GET", "/logistics-objects/p1?at=20260101T000000Z", 301),
        (True, "HEAD", "/logistics-objects/p1", 302),
        (False, "POST", "/notifications", 308),
        (True, "POST", "/notifications", 307),
    ],
)
def test_get_a_logistics_object_of_a_node_that_has_moved(web: Web, for_now: bool, method: str, path: str, status: int) -> None:
    doors = web.world.node
    settings = msgspec.structs.replace(doors.settings, moved_to=FURTHER, moved_for_now=for_now)
    _, app = served(msgspec.structs.replace(doors, settings=settings))
    answer = Client(app, AIRLINE)(method, path, {} if method == "POST" else None)
    assert (answer.status_code, answer.headers["Location"], answer.content) == (status, FURTHER + path, b"")
    assert Client(app, "")("GET", path).status_code == 401


# logistics-objects.md, Update a Logistics Object: "other pending ChangeRequests that affect the same revision MUST be rejected"


class Overtaken:
    """The port of action requests, where somebody else's change is accepted as soon as one has been made."""

    def __init__(self, requests: ActionRequests) -> None:
        self._requests = requests

    def create(self, new: NewRequest) -> ActionRequest:
        made = self._requests.create(new)
        self._requests.move(made.id, REJECTED, HOLDER)
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._requests, name)


def test_update_a_change_overtaken_in_the_same_moment_is_there_and_rejected(web: Web, holder: Client, piece: str) -> None:
    doors = msgspec.structs.replace(web.world.node, requests=Overtaken(web.world.node.requests))
    _, app = served(doors)
    answer = Client(app, HOLDER)("PATCH", piece, described(piece, "BOOKS", "PAPER"))
    assert answer.status_code == 201
    assert holder.get(answer.headers["Location"])["api:hasRequestStatus"]["@id"].endswith("#REQUEST_REJECTED")
    assert holder("GET", piece).headers["Revision"] == "1"


# notifications.md, Send Notification; logistics-objects.md, Update a Logistics Object


def test_a_subscriber_is_told_of_the_update_it_asked_for_itself(web: Web, holder: Client, piece: str) -> None:
    id = piece.rsplit("/", 1)[-1]
    for agent in (AIRLINE, HANDLER):
        web.world.node.access.grant([Grant(object=id, agent=agent, permission=one) for one in (GET_OBJECT, PATCH_OBJECT)])
        web.world.sharing.subscribe(agent, subscription(piece, agent))
    asked = web.client(AIRLINE)("PATCH", piece, described(piece, "BOOKS", "PAPER")).headers["Location"]
    assert web.world.owed() == []
    assert holder("PATCH", f"{asked}?status=REQUEST_ACCEPTED").status_code == 204
    told = {partner: document for partner, _, document in web.world.owed()}
    assert sorted(told) == ["airline", "handler"]
    assert told["airline"]["api:hasEventType"]["@id"].endswith("#LOGISTICS_OBJECT_UPDATED")
    assert told["airline"]["api:hasChangedProperty"]["@value"] == CARGO + "goodsDescription"


def test_who_posts_an_event_is_not_told_of_it_for_the_answer_said_so(web: Web, piece: str) -> None:
    id = piece.rsplit("/", 1)[-1]
    needed = ("GET_LOGISTICS_OBJECT", "GET_LOGISTICS_EVENT", "POST_LOGISTICS_EVENT")
    for agent in (AIRLINE, HANDLER):
        web.world.node.access.grant([Grant(object=id, agent=agent, permission=one) for one in needed])
        web.world.sharing.subscribe(agent, subscription(piece, agent))
    date = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-11-21T10:00:00Z"}
    event = {"@context": CONTEXT, "@type": "cargo:LogisticsEvent", "cargo:eventDate": date}
    assert web.client(AIRLINE)("POST", f"{piece}/logistics-events", event).status_code == 201
    assert [partner for partner, _, _ in web.world.owed()] == ["handler"]
