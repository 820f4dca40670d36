"""Look at the private key that CloudFront's addresses are signed with."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def fault(file: Path) -> str:
    """Return why the file is no key to sign with, empty where it is one."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        return f"cannot be read: {(error.strerror or 'unknown error').lower()}"
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "is no PEM key without a password"
    return "" if isinstance(key, RSAPrivateKey) and key.key_size == 2048 else "is no RSA key of 2048 bits"
