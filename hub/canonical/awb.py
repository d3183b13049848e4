"""Air waybill numbers: three digits of prefix, seven of serial and their remainder modulo 7. Knows no format."""


def check_digit_fits(awb: str) -> bool:
    """Whether ``ppp-nnnnnnnc`` is a waybill number with the right last digit (IATA Resolution 600a: the serial modulo 7)."""
    prefix, _, serial = awb.partition("-")
    if not (prefix.isdigit() and len(prefix) == 3 and serial.isdigit() and len(serial) == 8):
        return False
    return int(serial[:7]) % 7 == int(serial[7])
