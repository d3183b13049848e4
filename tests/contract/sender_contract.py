"""What every sender must do, whatever its channel. A channel's test derives from SenderContract and gives its partner."""

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import pytest

from hub.ports import DeliveryError, Misconfigured, Parcel, Receipt, Retriable, Sender

Fault = type[DeliveryError] | tuple[type[DeliveryError], ...]


class Partner(Protocol):
    """The other side. Each fault is a context in which the settings it gives lead to a partner of that kind."""

    required: tuple[str, ...]
    hangs: Fault
    cuts: Fault
    refuses: Fault
    downs: Fault

    def settings(self) -> dict[str, object]: ...
    def open(self, settings: Mapping[str, object]) -> Sender: ...
    def delivered(self) -> list[bytes]:
        """What a reader of the partner's sees, each delivery once."""

    def hanging(self) -> AbstractContextManager[dict[str, object]]: ...
    def cutting(self) -> AbstractContextManager[dict[str, object]]: ...
    def refusing(self) -> AbstractContextManager[dict[str, object]]: ...
    def full(self) -> AbstractContextManager[dict[str, object]]: ...
    def down(self) -> AbstractContextManager[dict[str, object]]: ...


def parcel(key: str = "5f3a09", raw: bytes = b"FWB/17\r\n020-12345675FRASGN/T10K123.4\r\n", name: str = "FWB.txt") -> Parcel:
    return Parcel(key=key, name=name, raw=raw, media="text/plain")


def deliver(partner: Partner, settings: Mapping[str, object], sent: Parcel) -> Receipt:
    with contextlib.closing(partner.open(settings)) as sender:
        return sender.deliver(sent)


class SenderContract:
    """The suite."""

    def test_a_parcel_arrives_once_with_its_bytes(self, partner: Partner) -> None:
        receipt = deliver(partner, partner.settings(), parcel(raw=bytes(range(256)) * 500))
        assert partner.delivered() == [bytes(range(256)) * 500]
        assert receipt.reference or receipt.text

    def test_an_empty_parcel_arrives(self, partner: Partner) -> None:
        deliver(partner, partner.settings(), parcel(raw=b""))
        assert partner.delivered() == [b""]

    def test_a_repetition_under_the_same_key_is_recognised(self, partner: Partner) -> None:
        with contextlib.closing(partner.open(partner.settings())) as sender:
            for _ in range(3):
                sender.deliver(parcel())
        deliver(partner, partner.settings(), parcel())
        assert partner.delivered() == [parcel().raw]

    def test_equal_names_under_different_keys_do_not_collide(self, partner: Partner) -> None:
        with contextlib.closing(partner.open(partner.settings())) as sender:
            for key in ("k1", "k2", "a/b", "a?b", "../k", "ü\r\nX: y"):
                sender.deliver(parcel(key=key, raw=key.encode()))
        assert sorted(partner.delivered()) == sorted(key.encode() for key in ("k1", "k2", "a/b", "a?b", "../k", "ü\r\nX: y"))

    @pytest.mark.parametrize("name", ["", ".hidden", "../../up", "/abs", "a\0b", "a\nb", "x" * 400 + ".txt", "\u202eFWB.txt"])
    def test_a_hostile_name_does_no_harm(self, partner: Partner, name: str) -> None:
        deliver(partner, partner.settings(), parcel(name=name))
        assert partner.delivered() == [parcel().raw]

    def test_a_partner_that_hangs(self, partner: Partner) -> None:
        with partner.hanging() as settings:
            self.expect(partner, settings, partner.hangs)
        self.expect_recovery(partner)

    def test_a_partner_that_closes_in_the_middle(self, partner: Partner) -> None:
        with partner.cutting() as settings:
            self.expect(partner, settings, partner.cuts)
        self.expect_recovery(partner)

    def test_a_partner_that_refuses(self, partner: Partner) -> None:
        with partner.refusing() as settings:
            self.expect(partner, settings, partner.refuses)
            assert partner.delivered() == []

    def test_a_partner_whose_disk_is_full(self, partner: Partner) -> None:
        with partner.full() as settings:
            self.expect(partner, settings, Retriable, parcel(raw=b"x" * 200_000))

    def test_a_partner_that_is_down(self, partner: Partner) -> None:
        with partner.down() as settings:
            self.expect(partner, settings, partner.downs)
        self.expect_recovery(partner)

    def test_every_required_setting_is_named_when_missing(self, partner: Partner) -> None:
        for name in partner.required:
            settings = {key: value for key, value in partner.settings().items() if key != name}
            with pytest.raises(Misconfigured, match=f"'{name}'"):
                partner.open(settings)

    def test_a_misspelt_setting_is_named(self, partner: Partner) -> None:
        with pytest.raises(Misconfigured, match="max_byte_s"):
            partner.open({**partner.settings(), "max_byte_s": 1})

    @staticmethod
    def expect(partner: Partner, settings: Mapping[str, object], fault: Fault, sent: Parcel | None = None) -> None:
        with pytest.raises(DeliveryError) as raised:
            deliver(partner, settings, sent or parcel())
        assert isinstance(raised.value, fault), f"{type(raised.value).__name__}: {raised.value}"
        assert "secret-word" not in str(raised.value)

    @staticmethod
    def expect_recovery(partner: Partner) -> None:
        deliver(partner, partner.settings(), parcel())
        assert partner.delivered() == [parcel().raw]
