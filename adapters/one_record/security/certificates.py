"""Client certificates: the names by which a partner's file may list one. The TLS layer has checked its chain; this reads it."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes


def names(der: bytes) -> list[str]:
    """The certificate's subject (RFC 4514, such as ``CN=node.example,O=Example``) and its ``sha256:<hex>`` fingerprint.

    An empty list when the bytes are no certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        subject = certificate.subject.rfc4514_string()
    except ValueError:
        return []
    fingerprint = f"sha256:{certificate.fingerprint(hashes.SHA256()).hex()}"
    return [subject, fingerprint] if subject else [fingerprint]
