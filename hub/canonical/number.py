"""Exact decimals and money as canonical text. Knows no format."""

import re
from decimal import Decimal, InvalidOperation

_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]*)?|-?\.[0-9]+", re.ASCII)
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?", re.ASCII)

NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905
THREE_MINOR_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905


def decimal_text(text: str) -> str:
    """A wire decimal as canonical text: ``0149.0`` is ``149``. Raises ValueError for anything but digits and one point."""
    if _PLAIN.fullmatch(text):
        return "0" if text == "-0" else text
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"not a decimal number: {text!r}")
    return plain(Decimal(text))


def plain(number: Decimal) -> str:
    """A Decimal without exponent and without trailing zeros of the fraction."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def minor_digits(currency: str | None) -> int:
    """The number of minor-unit digits of an ISO 4217 currency: 2 unless listed otherwise."""
    if currency in NO_MINOR_UNIT:
        return 0
    return 3 if currency in THREE_MINOR_DIGITS else 2


def money_text(text: str, currency: str | None) -> str:
    """An amount with the currency's minor units; more digits than that are kept. Without a currency it stays as it is."""
    if currency is None:
        return text
    digits = minor_digits(currency)
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}" if fraction else whole


def exact(text: str) -> Decimal:
    """The number a canonical text stands for. Raises ValueError."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a decimal number: {text!r}") from None
