"""Nodes that answer as no standard says: bodies cut or compressed unasked, addresses without a host, slashes, no sense."""

import gzip
import zlib
from collections.abc import Callable

import pytest

from hub.ports import Misconfigured, Refused, Retriable
from tests.unit.one_record_client.odd_node import Odd, http, piece, serving

EVENT = b'{"@context": {"cargo": "https://onerecord.iata.org/ns/cargo#"}, "@type": "cargo:LogisticsEvent"}'


def read(odd: Odd, **more: object) -> str:
    return odd.opened(**more).get(odd.piece).thing.text("goodsDescription")


@pytest.mark.parametrize("keep", [60, 90])
def test_an_answer_cut_in_the_middle_is_asked_for_again(keep: int) -> None:
    with serving(lambda _, time: http(body=piece())[:keep] if time == 1 else http(body=piece())) as odd:
        assert read(odd) == "PUMPS"
        assert len(odd.asked) == 2


def test_an_answer_cut_every_time_is_for_later_and_not_for_never() -> None:
    with serving(lambda _, __: http(body=piece())[:-20]) as odd:
        with pytest.raises(Retriable, match="broke off"):
            read(odd)
        assert len(odd.asked) == 2


@pytest.mark.parametrize(
    ("encoding", "pressed"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_an_answer_compressed_unasked_is_read(encoding: str, pressed: Callable[[bytes], bytes]) -> None:
    with serving(lambda _, __: http(body=pressed(piece()), Content_Encoding=encoding)) as odd:
        assert read(odd) == "PUMPS"


def test_an_answer_that_swells_beyond_its_bound_is_refused() -> None:
    with (
        serving(lambda _, __: http(body=gzip.compress(piece("A" * 3_000_000)), Content_Encoding="gzip")) as odd,
        pytest.raises(Refused, match="larger than 'max_answer_bytes'"),
    ):
        read(odd, max_answer_bytes=1_000_000)


@pytest.mark.parametrize("body", [gzip.compress(piece())[:-4] + b"XXXX", b"no gzip", piece()])
def test_an_answer_not_as_its_encoding_says_is_refused_or_read_as_it_is(body: bytes) -> None:
    with serving(lambda _, __: http(body=body, Content_Encoding="gzip")) as odd:
        if body == piece():
            assert read(odd) == "PUMPS"
        else:
            with pytest.raises(Refused, match="nothing that can be read"):
                read(odd)


@pytest.mark.parametrize("body", [b'{"error": "not today"}', b"[]", b"{}", b'"piece"', b"<html>"])
def test_an_answer_without_any_class_is_no_object(body: bytes) -> None:
    with serving(lambda _, __: http(body=body)) as odd, pytest.raises(Refused, match="nothing that can be read"):
        read(odd)


@pytest.mark.parametrize(
    ("location", "whole"),
    [
        ("/action-requests/7", "http://127.0.0.1:{port}/action-requests/7"),
        ("7", "http://127.0.0.1:{port}/logistics-objects/p/7"),
        ("https://far.example/7", "https://far.example/7"),
        ("", ""),
    ],
)
def test_where_something_was_made_is_a_whole_address(location: str, whole: str) -> None:
    headers = {"Location": location} if location else {}
    with serving(lambda _, __: http("201 Created", **headers)) as odd:
        assert odd.opened().post_event(odd.piece, EVENT).reference == whole.format(port=odd.port)


@pytest.mark.parametrize("status", [307, 308])
def test_what_writes_goes_to_the_same_address_with_a_slash_where_the_node_wants_one(status: int) -> None:
    def answer(path: str, _: int) -> bytes:
        return http("201 Created") if path.endswith("/") else http(f"{status} Elsewhere", Location=f"{path}/")

    with serving(answer) as odd:
        assert odd.opened().post_event(odd.piece, EVENT).text == "201"
        assert [one.rpartition("logistics-events")[2] for one in odd.asked] == ["", "/"]


@pytest.mark.parametrize(
    ("status", "location"), [(302, "{path}/"), (307, "{path}s"), (308, "//far.example{path}/"), (307, "{path}")]
)
def test_what_writes_goes_nowhere_else(status: int, location: str) -> None:
    with serving(lambda path, _: http(f"{status} Elsewhere", Location=location.format(path=path))) as odd:
        with pytest.raises(Misconfigured if status == 308 else Retriable, match="points to"):
            odd.opened().post_event(odd.piece, EVENT)
        assert len(odd.asked) == 1


def test_two_addresses_that_point_to_each_other_end() -> None:
    def answer(path: str, _: int) -> bytes:
        return http("307 Elsewhere", Location=path[:-1] if path.endswith("/") else f"{path}/")

    with serving(answer) as odd, pytest.raises(Retriable, match="points to"):
        odd.opened().post_event(odd.piece, EVENT)
    assert len(odd.asked) == 2
