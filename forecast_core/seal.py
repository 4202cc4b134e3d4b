"""The digest with which a model file ends, so that a damaged one is noticed."""

from hashlib import sha256

from .errors import InvalidModel

SEAL_NAME = "sha256"
"""The file's last metadata entry: a digest, in hexadecimal, of all bytes before it."""

UNSEALED = "0" * 64
"""What the entry holds until the digest is known."""


def seal(content: bytes) -> bytes:
    """Put the digest in its place at the end of a file.

    >>> check_seal(seal(b"a model" + UNSEALED.encode()))
    """
    unsealed = content.removesuffix(UNSEALED.encode())
    return unsealed + sha256(unsealed).hexdigest().encode()


def check_seal(content: bytes) -> None:
    """Check that a file is as it was when it was sealed.

    :raises InvalidModel: it is not, or it was never sealed.
    """
    sealed, digest = content[: -len(UNSEALED)], content[-len(UNSEALED) :]
    if sha256(sealed).hexdigest().encode() != digest:
        raise InvalidModel("it is damaged, or train.py did not make it; restore it, or make it again with train.py")
