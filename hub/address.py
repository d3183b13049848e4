"""Which addresses we may connect to. Looks a host up once; what it returns is what must be connected to. Knows no channel."""

import ipaddress
import socket
from collections.abc import Iterator

from hub.ports import Misconfigured, Retriable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def permitted(host: str, port: int, *, allow_private: bool, who: str = "http channel") -> list[str]:
    """The addresses of a host, all of them allowed.

    Raises Misconfigured when any is private, loopback, link-local, shared, multicast or reserved and that is not allowed, or
    when the name can be none; Retriable when it cannot be looked up, or is not known: a name may be gone for an hour.
    """
    found = _looked_up(host, port, who)
    if not allow_private:
        for address in found:
            _refuse_inner(host, address, who)
    return found


def _looked_up(host: str, port: int, who: str) -> list[str]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise Retriable(f"{who}: {host} cannot be looked up just now ({error.strerror}). It is tried again.") from error
        raise Retriable(
            f"{who}: there is no host {host} ({error.strerror}). It is tried again; check the setting 'url' if this goes on."
        ) from error
    except (UnicodeError, ValueError) as error:
        raise Misconfigured(f"{who}: {host!r} is no name of a host. Check the setting 'url'.") from error
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _refuse_inner(host: str, text: str, who: str) -> None:
    address = ipaddress.ip_address(text)
    if any(not one.is_global or one.is_multicast for one in _meanings(address)):
        raise Misconfigured(
            f"{who}: {host} is {address}, no public address. Nothing is sent there unless 'allow_private' is true."
        )


def _meanings(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 address that a transition form of IPv6 carries inside."""
    inner = address.ipv4_mapped or address.sixtofour if isinstance(address, ipaddress.IPv6Address) else None
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo is not None:
            yield from address.teredo
    yield inner if inner is not None else address
